"""The features of a recording: by what was asked for, and by name as in bluepyefe."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from region_grower_hpc.efeatures.efel_requests import FeatureRequest


class FeatureValues(dict[FeatureRequest, float]):
    """Value of each request; NaN: eFEL gives none.

    A text finds the value of the one request that was made under this name, or of this feature of
    eFEL; where several were made, only the requests themselves find theirs.
    """

    def __init__(self, values: Mapping[FeatureRequest, float] | None = None) -> None:
        super().__init__(values or {})
        self._by_name: Mapping[str, tuple[FeatureRequest, ...]] = {}

    def add_names(self, requests: Mapping[str, tuple[FeatureRequest, ...]]) -> None:
        """Let values be found by the names of targets.

        Args:
            requests: made under each name, in the order of the targets; those without a value
                here are passed over.
        """
        self._by_name = {**self._by_name, **requests} if self._by_name else requests

    def named(self, name: str) -> list[FeatureRequest]:
        """Requests with a value that were made under a name, or else of a feature of eFEL."""
        found = [one for one in self._by_name.get(name, ()) if one in self]
        return found or [one for one in self if one.efeature == name]

    def like(self, asked: FeatureRequest, name: str, own: Iterable[Any]) -> float | None:
        """Value of a request, or of the one that a target means which does not know all settings.

        Args:
            asked: the feature with the settings that are known.
            name: of the target.
            own: names of the target's own settings.

        Returns:
            None where there is no such request, or where several may be meant.
        """
        if asked in self:
            return self[asked]
        alike = [one for one in self.named(name) if one.efeature == asked.efeature]
        alike = alike or [one for one in self if one.efeature == asked.efeature]
        if len(alike) > 1:
            names = set(own)
            known = {item for item in asked.settings if item[0] in names}
            alike = [one for one in alike if known <= set(one.settings)]
            # Of a target without a window of its own, and one that has it.
            fewest = min((len(one.settings) for one in alike), default=0)
            alike = [one for one in alike if len(one.settings) == fewest]
        return self[alike[0]] if len(alike) == 1 else None

    def __missing__(self, key: Any) -> float:
        if isinstance(key, str):
            found = self.named(key)
            if len(found) == 1:
                return self[found[0]]
            if found:
                raise KeyError(f"{key}: measured with {len(found)} settings: ask by the request")
        raise KeyError(key)

    def get(self, key: Any, default: Any = None) -> Any:
        """The value, or the default, by a request or a name."""
        if not isinstance(key, str):
            return super().get(key, default)
        found = self.named(key)
        return self[found[0]] if len(found) == 1 else default

    def __contains__(self, key: object) -> bool:
        if isinstance(key, str):
            return len(self.named(key)) == 1
        return super().__contains__(key)
