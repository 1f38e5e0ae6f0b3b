"""An atlas in which nothing is straight: curved pia, layers of varying thickness, tilted axes.

The pia is near y = 0. Beyond x = 200 µm layer 2 has no thickness; below x = -200 µm the bounds of
layer 1, and below z = -200 µm the orientation, are NaN.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from voxcell import VoxelData

THICKNESSES_UM = {1: 165, 2: 149, 3: 353, 4: 190, 5: 525, 6: 700}
VOXEL_UM = 50.0
SHAPE = (12, 50, 12)
OFFSET_UM = (-300.0, -2300.0, -300.0)
SMOOTH_UM = 180.0  # |x| and |z| up to which nothing is missing

HIERARCHY = {
    "id": 1,
    "acronym": "root",
    "name": "everything",
    "children": [
        {
            "id": 2,
            "acronym": "O0",
            "name": "layered",
            "children": [
                {"id": 10 + layer, "acronym": f"mc0;{layer}", "name": f"layer {layer}"}
                for layer in THICKNESSES_UM
            ],
        },
        {"id": 3, "acronym": "O1", "name": "without thicknesses"},
        {"id": 4, "acronym": "O2", "name": "not in the region structure"},
    ],
}


def region_structure() -> dict[str, Any]:
    """Regions O0 with layers and thicknesses, and O1 without thicknesses."""
    return {
        "O0": {"layers": list(THICKNESSES_UM), "thicknesses": dict(THICKNESSES_UM)},
        "O1": {"layers": list(THICKNESSES_UM)},
    }


def position_um(layer: int, fraction: float, x: float, z: float) -> list[float]:
    """A place in a layer, `fraction` of it above its lower bound."""
    above = sum(thickness for other, thickness in THICKNESSES_UM.items() if other < layer)
    depth = (above + (1 - fraction) * THICKNESSES_UM[layer]) * float(_stretch(x, z))
    return [x, float(_pia_um(x, z)) - depth, z]


def write_tilted_atlas(folder: Path) -> None:
    """Write all volumes and hierarchy.json."""
    folder.mkdir(parents=True)
    x, y, z = np.meshgrid(
        *(
            (np.arange(n) + 0.5) * VOXEL_UM + start
            for n, start in zip(SHAPE, OFFSET_UM, strict=True)
        ),
        indexing="ij",
    )
    _save(folder, "[PH]y", y.astype(np.float32))
    upper = _pia_um(x, z)
    regions = np.zeros(SHAPE, dtype=np.int32)
    for layer, thickness in THICKNESSES_UM.items():
        lower = upper - thickness * _stretch(x, z)
        if layer == 2:
            lower = np.where(x > 200, upper, lower)
        bounds = np.stack([lower, upper], axis=-1).astype(np.float32)
        if layer == 1:
            bounds[x < -200] = np.nan
        _save(folder, f"[PH]{layer}", bounds)
        regions[(y <= upper) & (y > lower)] = 10 + layer
        upper = lower
    _save(folder, "brain_regions", regions)
    _save(folder, "orientation", _quaternions(x, y, z))
    (folder / "hierarchy.json").write_text(json.dumps(HIERARCHY), encoding="utf-8")


def _pia_um(x: Any, z: Any) -> Any:
    return 0.06 * x - 0.04 * z


def _stretch(x: Any, z: Any) -> Any:
    return 1 + 4e-4 * x + 2e-4 * z


def _quaternions(x: Any, y: Any, z: Any) -> npt.NDArray[np.float32]:
    """Tilts up to about 40 degrees about horizontal axes, and a turn about y."""
    vectors = np.stack([1 + 0 * x, z / 900, 0.3 * np.sin(y / 300), -x / 900], axis=-1)
    unit = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    quaternions: npt.NDArray[np.float32] = unit.astype(np.float32)
    quaternions[z < -200] = np.nan
    return quaternions


def _save(folder: Path, name: str, values: npt.NDArray[Any]) -> None:
    VoxelData(values, (VOXEL_UM,) * 3, offset=np.array(OFFSET_UM)).save_nrrd(
        str(folder / f"{name}.nrrd")
    )
