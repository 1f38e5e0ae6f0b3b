from __future__ import annotations

import pytest
from voxcell import RegionMap

from region_grower_hpc.synthesis.region_mapper import RegionMapper

HIERARCHY = {
    "id": 1,
    "acronym": "root",
    "children": [
        {"id": 2, "acronym": "A", "children": [{"id": 3, "acronym": "A1"}]},
        {"id": 4, "acronym": "B", "children": [{"id": 5, "acronym": "B1"}]},
        {"id": 6, "acronym": "C"},
    ],
}


@pytest.fixture
def hierarchy() -> RegionMap:
    return RegionMap.from_dict(HIERARCHY)


def test_descendants_belong_to_their_region(hierarchy: RegionMap) -> None:
    mapper = RegionMapper(["A", "@^B"], hierarchy, known_regions=["A1", "C", "elsewhere"])
    assert mapper["A1"] == "A"
    assert mapper["C"] == "default"
    assert mapper.mapper == {"A": "A", "A1": "A", "B": "@^B", "B1": "@^B"}
    assert mapper.inverse_mapper == {
        "A": {"A", "A1"},
        "@^B": {"B", "B1"},
        "default": {"C", "elsewhere"},
    }


def test_default_is_always_there(hierarchy: RegionMap) -> None:
    assert RegionMapper([], hierarchy).inverse_mapper == {"default": set()}
    assert RegionMapper(["A"], hierarchy, ["A"]).inverse_mapper["default"] == set()


def test_the_later_region_wins(hierarchy: RegionMap) -> None:
    mapper = RegionMapper(["root", "A"], hierarchy)
    assert mapper["A1"] == "A"
    assert mapper["B"] == "root"
    assert "A1" in mapper.inverse_mapper["root"]
