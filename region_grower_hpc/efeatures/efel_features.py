"""Features of one recording: each computed once for each group of settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.efeatures.efel_core import EfelCore
from region_grower_hpc.efeatures.efel_dependencies import TRIGGER, Dependencies
from region_grower_hpc.efeatures.efel_load import EfelTrace
from region_grower_hpc.efeatures.efel_python_features import (
    fed_by,
    is_ours_to_feed,
    python_feature_names,
)

#: Settings, and the names of the features under them.
Group = tuple[Mapping[str, Any], Sequence[str]]
#: What eFEL gives of a feature: its values, None, or the error that it has raised.
Outcome = NDArray[Any] | Exception | None


class _ElsewhereError(Exception):
    """Only eFEL's own list can tell this feature."""


class Features:
    """eFEL's features of a recording, equal to those of eFEL asked feature by feature.

    Args:
        core: of the process.
        sweep: the recording.
        names: of all features that will be asked for.
    """

    def __init__(self, core: EfelCore, sweep: EfelTrace, names: Iterable[str]) -> None:
        self._core = core
        self._sweep = sweep
        self._settings: Mapping[str, Any] = {}
        self._with_current = any(_looks_at_current(name) for name in names)
        self._trace = sweep.lists(with_current=self._with_current)
        self._python_names = python_feature_names()
        self._outcomes: dict[str, Outcome] = {}
        self._loaded: object = None

    def of(self, groups: Sequence[Group]) -> list[dict[str, Outcome]]:
        """The features of each group, by name; they do not depend on what else is asked for."""
        found: list[dict[str, Outcome]] = [{} for _ in groups]
        left: list[tuple[int, str]] = []
        # Groups that share the interpolated trace come one after the other.
        order = sorted(range(len(groups)), key=lambda one: _trace_key(groups[one][0]))
        for number in order:
            settings, names = groups[number]
            elsewhere = names
            if self._core.dependencies is not None:
                self._prepare(settings)
                elsewhere = self._shared(self._core.dependencies, names, found[number])
            left += [(number, name) for name in elsewhere]
        for number, name in left:
            found[number][name] = self._plain(name, groups[number][0])
        return found

    def _prepare(self, settings: Mapping[str, Any]) -> None:
        self._outcomes = {}
        self._settings = settings
        key = _trace_key(settings)
        if key == self._loaded:
            self._core.set(settings)
        else:
            self._core.load(self._trace, settings)
            self._loaded = key

    def _shared(
        self, dependencies: Dependencies, names: Iterable[str], found: dict[str, Outcome]
    ) -> list[str]:
        """Features by the flat list; returns the names of those that it cannot tell."""

        def compiled(name: str, raise_warnings: bool = False) -> NDArray[Any] | None:
            values = self._compiled(dependencies, name)
            # Features write into what they get.
            return None if values is None else values.copy()

        left = []
        with fed_by(compiled) as python_feature:
            for name in names:
                is_python = name in self._python_names
                try:
                    if is_python and not is_ours_to_feed(name):
                        raise _ElsewhereError
                    found[name] = python_feature(name) if is_python else compiled(name)
                except _ElsewhereError:
                    left.append(name)
                except Exception as error:
                    found[name] = error
        return left

    def _compiled(self, dependencies: Dependencies, name: str) -> NDArray[Any] | None:
        if name not in self._outcomes:
            try:
                self._outcomes[name] = self._computed(dependencies, name)
            except Exception as error:
                self._outcomes[name] = error
        outcome = self._outcomes[name]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _computed(self, dependencies: Dependencies, name: str) -> NDArray[Any] | None:
        if name == TRIGGER or (_looks_at_current(name) and not self._with_current):
            raise _ElsewhereError
        if self._sweep.is_too_short_for(name, self._settings):
            return None
        needed = [self._compiled(dependencies, one) for one in dependencies.before.get(name, ())]
        has_all = all(one is not None for one in needed)
        try:
            values = self._core.feature(name)
        except Exception as error:
            if not has_all:
                raise _ElsewhereError from error
            raise
        # Whether a feature lives on where one that it needs has failed depends on how that one has
        # failed, which eFEL does not tell here. Without a value there is none either way.
        if values is not None and not has_all:
            raise _ElsewhereError
        return None if values is None else np.array(values)

    def _plain(self, name: str, settings: Mapping[str, Any]) -> Outcome:
        self._loaded = None
        if self._sweep.is_too_short_for(name, settings):
            return None
        try:
            values = self._core.plain(name, self._trace, settings)
        except Exception as error:
            return error
        return None if values is None else np.asarray(values)


def _trace_key(settings: Mapping[str, Any]) -> tuple[float, list[str]]:
    """Equal for settings under which a loaded trace can be used again."""
    # A setting that one group has and another has not cannot be removed from a loaded trace.
    return settings["interp_step"], sorted(settings)


def _looks_at_current(name: str) -> bool:
    """Whether a feature needs the current; without it, to interpolate takes half the time."""
    return "current" in name or name == "impedance"
