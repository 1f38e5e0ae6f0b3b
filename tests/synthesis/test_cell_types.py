from __future__ import annotations

import pandas as pd
import pytest
from voxcell import RegionMap

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.synthesis.cell_types import encode_cell_types
from region_grower_hpc.synthesis.region_mapper import RegionMapper


@pytest.fixture
def mapper() -> RegionMapper:
    return RegionMapper(["A"], RegionMap.from_dict({"id": 1, "acronym": "A"}))


def test_codes_tables_and_pairs(mapper: RegionMapper) -> None:
    regions = pd.Series(["A", "X", "A", "Y"], dtype="category")
    types = encode_cell_types(regions, ["m2", "m1", "m1", "m2"], mapper)
    assert types.regions == ("A", "X", "Y")
    assert types.synthesis_regions == ("A", "default", "default")
    assert types.mtypes == ("m2", "m1")
    assert types.region_codes.tolist() == [0, 1, 0, 2]
    assert types.pairs() == [(0, 0), (0, 1), (1, 1), (2, 0)]
    assert types.used_synthesis_regions() == ["A", "default"]


def test_no_cells(mapper: RegionMapper) -> None:
    assert encode_cell_types([], [], mapper).pairs() == []


def test_a_cell_without_mtype_is_named(mapper: RegionMapper) -> None:
    with pytest.raises(InvalidInputError, match=r"'mtype' is empty for 1 cell.* gid 1"):
        encode_cell_types(["A", "A"], ["m", None], mapper)
