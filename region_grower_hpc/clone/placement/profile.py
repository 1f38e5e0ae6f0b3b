"""Where the cells lie: heights and bounds of layers from the atlas, and cells without a place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.atlas import Atlas

if TYPE_CHECKING:
    import voxcell

FloatArray = NDArray[np.float64]

HEIGHT = "[PH]y"


def layer_volume(layer: str) -> str:
    """Name of the volume of a layer's bounds."""
    return f"[PH]{layer}"


def volume_path(folder: Path, name: str) -> Path:
    """File of a volume."""
    return folder / f"{name}.nrrd"


@dataclass
class Profiles:
    """Places of n cells.

    Attributes:
        y_um: (n,) heights.
        bounds_um: (n, L, 2) lower and upper bound of each layer.
        problems: (n,) 1 + number of the text of why a cell has no place; 0 where it has one.
        texts: of problems.
    """

    y_um: FloatArray
    bounds_um: FloatArray
    problems: NDArray[np.int32]
    texts: list[str] = field(default_factory=list)

    def refuse(self, cells: NDArray[np.bool_], text: str) -> None:
        """Note why some cells cannot be placed; what was noted before stays."""
        cells = cells & (self.problems == 0)
        if cells.any():
            self.texts.append(text)
            self.problems[cells] = len(self.texts)


def read_profiles(
    atlas: Atlas, positions_um: NDArray[Any], layers: Sequence[str], needed: NDArray[np.bool_]
) -> Profiles:
    """Look up heights and bounds of all cells.

    Args:
        atlas: its volumes are read once each.
        positions_um: (n, 3) in the type of the cells file.
        layers: L names, whose volumes exist.
        needed: (n, L) whether the rules of a cell name a layer; a cell that lies where another
            layer has no bounds has a place all the same.

    Raises:
        InvalidInputError: a volume is missing, damaged, or has another number of values a voxel.
    """
    n_cells = len(positions_um)
    profiles = Profiles(
        y_um=np.full(n_cells, np.nan),
        bounds_um=np.full((n_cells, len(layers), 2), np.nan),
        problems=np.zeros(n_cells, dtype=np.int32),
    )
    heights = _of_values(atlas, HEIGHT, 1)
    voxels = Voxels.of(heights, positions_um)
    profiles.refuse(~voxels.finite, "the cell's position is not finite")
    profiles.refuse(~voxels.inside, "the cell lies outside the atlas")
    profiles.y_um[voxels.inside] = voxels.values(heights)
    profiles.refuse(~np.isfinite(profiles.y_um), f"{HEIGHT}.nrrd has no value at the cell")
    for column, layer in enumerate(layers):
        name = layer_volume(layer)
        bounds = profiles.bounds_um[:, column]
        bounds[voxels.inside] = voxels.values(_of_values(atlas, name, 2))
        absent = ~np.isfinite(bounds).all(axis=1)
        profiles.refuse(absent & needed[:, column], f"{name}.nrrd has no values at the cell")
    return profiles


@dataclass(frozen=True)
class Voxels:
    """The voxels in which cells lie; one grid serves all volumes of an atlas.

    Attributes:
        finite: (n,) cells whose position is a number.
        inside: (n,) cells that lie in the grid.
        indices: (m, 3) of those inside.
    """

    finite: NDArray[np.bool_]
    inside: NDArray[np.bool_]
    indices: NDArray[np.int64]

    @classmethod
    def of(cls, volume: voxcell.VoxelData, positions_um: NDArray[Any]) -> Voxels:
        """Find the voxels of cells."""
        finite = np.isfinite(positions_um).all(axis=1)
        inside = np.zeros(len(positions_um), dtype=bool)
        indices = volume.positions_to_indices(positions_um[finite], strict=False)
        within = (indices != volume.OUT_OF_BOUNDS).all(axis=1)
        inside[finite] = within
        return cls(finite, inside, indices[within])

    def values(self, volume: voxcell.VoxelData) -> NDArray[Any]:
        """(m, ...) values of a volume at the cells inside."""
        found: NDArray[Any] = volume.raw[tuple(self.indices.T)]
        return found


def _of_values(atlas: Atlas, name: str, expected: int) -> voxcell.VoxelData:
    """A volume of the expected number of values a voxel."""
    volume = atlas.load(name)
    payload = tuple(volume.payload_shape)
    if payload != (() if expected == 1 else (expected,)):
        raise InvalidInputError(
            f"atlas file '{volume_path(atlas.folder, name)}' has {payload or 1} value(s) a voxel "
            f"instead of {expected}: {HEIGHT} holds a height, [PH] of a layer its lower and upper "
            "bound"
        )
    return volume
