"""Regions and mtypes of all cells as codes, so that each pair is handled once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.synthesis.region_mapper import RegionMapper


@dataclass(frozen=True)
class CellTypes:
    """Region and mtype of n cells.

    Attributes:
        region_codes, mtype_codes: (n,) int32, positions in the tables below.
        regions: the cells' own regions, in order of first appearance.
        synthesis_regions: for each of `regions`, the region of region_structure.yaml that it
            belongs to, or "default".
        mtypes: in order of first appearance.
    """

    region_codes: npt.NDArray[np.int32]
    mtype_codes: npt.NDArray[np.int32]
    regions: tuple[str, ...]
    synthesis_regions: tuple[str, ...]
    mtypes: tuple[str, ...]

    def pairs(self) -> list[tuple[int, int]]:
        """The (region code, mtype code) pairs that have cells, sorted."""
        keys = np.unique(self.region_codes.astype(np.int64) * len(self.mtypes) + self.mtype_codes)
        return [divmod(int(key), len(self.mtypes)) for key in keys]

    def used_synthesis_regions(self) -> list[str]:
        """The synthesis regions that have cells, each once, in order of first appearance."""
        return list(dict.fromkeys(self.synthesis_regions))


def encode_cell_types(
    regions: Sequence[Any], mtypes: Sequence[Any], mapper: RegionMapper
) -> CellTypes:
    """Codes and tables for the properties `region` and `mtype` of all cells.

    Raises:
        InvalidInputError: a cell has no region or no mtype.
    """
    region_codes, region_names = _encode(regions, "region")
    mtype_codes, mtype_names = _encode(mtypes, "mtype")
    return CellTypes(
        region_codes=region_codes,
        mtype_codes=mtype_codes,
        regions=region_names,
        synthesis_regions=tuple(mapper[region] for region in region_names),
        mtypes=mtype_names,
    )


def encode(values: Sequence[Any]) -> tuple[npt.NDArray[np.int32], tuple[str, ...]]:
    """(n,) code of each value, -1 where there is none; and the values of the codes."""
    import pandas as pd

    codes, names = pd.factorize(np.asarray(values, dtype=object))
    return codes.astype(np.int32), tuple(map(str, names))


def _encode(values: Sequence[Any], name: str) -> tuple[npt.NDArray[np.int32], tuple[str, ...]]:
    codes, names = encode(values)
    missing = np.flatnonzero(codes < 0)
    if missing.size:
        raise InvalidInputError(
            f"cells file: property {name!r} is empty for {missing.size} cell(s), the first is "
            f"gid {missing[0]}. Every cell needs one."
        )
    return codes, names
