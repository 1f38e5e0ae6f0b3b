"""Orientations of placed cells: their own, else those of the atlas."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.clone.placement.profile import Voxels, volume_path
from region_grower_hpc.formats.atlas import ORIENTATION, Atlas


def has_orientations(atlas: Atlas) -> bool:
    """Whether an atlas tells the orientation of cells."""
    return volume_path(atlas.folder, ORIENTATION).is_file()


def without_orientation(atlas: Atlas, positions_um: NDArray[Any]) -> NDArray[np.bool_]:
    """(n,) cells in voxels of which the atlas tells no orientation: NaN, or zeros alone."""
    field = atlas.orientations()
    voxels = Voxels.of(field, positions_um)
    absent = np.zeros(len(positions_um), dtype=bool)
    values = voxels.values(field)
    absent[voxels.inside] = ~(np.isfinite(values).all(axis=1) & values.any(axis=1))
    return absent


def orientations_at(atlas: Atlas | None, positions_um: NDArray[Any]) -> NDArray[np.float64]:
    """(n, 3, 3) rotations of cells; identities without an atlas that tells them."""
    if atlas is None:
        return np.broadcast_to(np.identity(3), (len(positions_um), 3, 3))
    found: NDArray[np.float64] = atlas.orientations().lookup(positions_um)
    return found
