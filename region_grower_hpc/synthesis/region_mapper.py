"""Which region of the synthesis files an acronym of the atlas belongs to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

DEFAULT_REGION = "default"


class RegionMapper:
    """Acronyms of the hierarchy mapped to the synthesis regions above them.

    Args:
        synthesis_regions: acronyms of hierarchy.json, or `@` and a regular expression. Where two
            regions hold the same acronym, the later one has it.
        region_map: voxcell.RegionMap of the atlas.
        known_regions: acronyms of the cells; those that no region holds become those of "default".

    Source: `RegionMapper` of region-grower 1.6.0.
    """

    def __init__(
        self,
        synthesis_regions: Iterable[str],
        region_map: Any,
        known_regions: Iterable[str] | None = None,
    ) -> None:
        self.region_map = region_map
        self.synthesis_regions = synthesis_regions
        self._mapper: dict[str, str] = {}
        self._inverse_mapper: dict[str, set[str]] = {}
        for region in synthesis_regions:
            for region_id in region_map.find(region, attr="acronym", with_descendants=True):
                acronym = region_map.get(region_id, "acronym")
                self._mapper[acronym] = region
                self._inverse_mapper.setdefault(region, set()).add(acronym)
        if known_regions is not None:
            self._inverse_mapper[DEFAULT_REGION] = set(known_regions) - self._mapper.keys()
        self._inverse_mapper.setdefault(DEFAULT_REGION, set())

    def __getitem__(self, acronym: str) -> str:
        """The region that holds `acronym`, or "default"."""
        return self._mapper.get(acronym, DEFAULT_REGION)

    @property
    def mapper(self) -> dict[str, str]:
        """{acronym: region}, without the acronyms of "default"."""
        return self._mapper

    @property
    def inverse_mapper(self) -> dict[str, set[str]]:
        """{region: acronyms}, always with a key "default"."""
        return self._inverse_mapper
