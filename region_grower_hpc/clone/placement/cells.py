"""The cells that get clones: their places, and the types by which candidates are offered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.sonata import load_cells

if TYPE_CHECKING:
    import voxcell

#: Layer, mtype and, where the database tells it, etype.
Key = tuple[str, ...]


@dataclass(frozen=True)
class CellsToPlace:
    """Cells as read, and their groups.

    Attributes:
        collection: as read; row i is the cell of id i.
        groups: (n,) number of each cell's key.
        keys: sorted.
    """

    collection: voxcell.CellCollection
    groups: NDArray[np.int64]
    keys: Sequence[Key]

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return len(self.groups)

    @property
    def positions_um(self) -> NDArray[Any]:
        """(n, 3), in the type of the file, which decides the last bits of a voxel index."""
        positions: NDArray[Any] = self.collection.positions
        return positions


def read_cells(path: Path, *, with_etype: bool) -> CellsToPlace:
    """Read the cells and sort them into groups of one layer, mtype and perhaps etype.

    Args:
        path: SONATA or MVD3 file.
        with_etype: the etype is a part of the key, if the cells have that property.

    Raises:
        InvalidInputError: naming file and property.
    """
    cells = load_cells(path, required=("mtype",))
    if cells.positions is None:
        raise InvalidInputError(f"cells file '{path}': the cells have no positions: add x, y and z")
    present = list(cells.properties)
    if "layer" not in present:
        raise InvalidInputError(
            f"cells file '{path}': property 'layer' is missing (there are: {', '.join(present)}): "
            "add it to the cells"
        )
    names = ["layer", "mtype", *(["etype"] if with_etype and "etype" in present else [])]
    columns = [_encoded(path, name, cells.properties[name]) for name in names]
    codes = np.stack([codes for codes, _ in columns], axis=1)
    found, groups = np.unique(codes, axis=0, return_inverse=True)
    keys = [
        tuple(texts[code] for (_, texts), code in zip(columns, row, strict=True))
        for row in found.tolist()
    ]
    return CellsToPlace(cells, groups.reshape(-1).astype(np.int64), keys)


def mtypes_of(path: Path) -> list[str]:
    """The mtype of each cell of a file; none of a file without cells.

    Raises:
        InvalidInputError: the file cannot be read.
    """
    properties = load_cells(path).properties
    return [str(mtype) for mtype in properties["mtype"]] if len(properties) else []


def _encoded(path: Path, name: str, values: Any) -> tuple[NDArray[np.int64], list[str]]:
    """Codes of texts, or of integers as texts; the texts are sorted."""
    import pandas

    codes, found = pandas.factorize(values, use_na_sentinel=False)
    texts = [_text(path, name, value) for value in found]
    order = sorted(range(len(texts)), key=texts.__getitem__)
    rank = np.empty(len(texts), dtype=np.int64)
    rank[order] = np.arange(len(texts))
    return rank[codes], [texts[number] for number in order]


def _text(path: Path, name: str, value: Any) -> str:
    if isinstance(value, str) and value.isprintable():
        return value
    if isinstance(value, int | np.integer) and not isinstance(value, bool | np.bool_):
        return str(int(value))
    raise InvalidInputError(
        f"cells file '{path}': property '{name}' must hold plain texts or integers, but has "
        f"{value!r:.60}"
    )
