"""Where all cells lie: depths, layer bounds and orientations from the atlas, vectorised."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.synthesis.cell_types import CellTypes
from region_grower_hpc.synthesis.region_structure import Region, RegionStructure

LOGGER = logging.getLogger(__name__)

FloatArray = npt.NDArray[np.float64]

Y_DIRECTION = (0.0, 1.0, 0.0)


class AtlasVolumes(Protocol):
    """What is needed of an atlas folder."""

    def load(self, name: str) -> Any:
        """voxcell.VoxelData of `<name>.nrrd`."""

    def orientations(self) -> Any:
        """voxcell.OrientationField of `orientation.nrrd`."""


@dataclass(frozen=True)
class CellInputs:
    """Everything about one cell that growth depends on, beside its recipe.

    Attributes:
        gid: row of the cells file, from 0.
        seed: (run's seed + gid) mod 2^32.
        position_um: (3,) float64.
        orientation: (3, 3) float64, NaN where the atlas has none.
        depth_um: below the pia, clipped; NaN where undefined.
        layer_depths_um: (L+1,) layer bounds at this place, 0 first; None without layers.
    """

    gid: int
    seed: int
    position_um: FloatArray
    orientation: FloatArray
    depth_um: float
    layer_depths_um: Sequence[float] | None

    def rotated(self, vector: Sequence[float]) -> list[float]:
        """A vector of the frame of the column, turned to the cell's place."""
        # as one of a stack of matrices: numpy then sums in the order that the peer's bits come from
        turned: list[float] = np.dot(self.orientation[np.newaxis], vector)[0].tolist()
        return turned

    @property
    def towards_pia(self) -> list[float]:
        """Unit vector from the cell to the pia."""
        return self.rotated(Y_DIRECTION)


@dataclass(frozen=True)
class CellEnvironment:
    """Places of n cells as plain arrays, which may lie in shared memory.

    Attributes:
        positions_um: (n, 3) float64.
        orientations: (n, 3, 3) float64, NaN where the atlas has none.
        depths_um: (n,) float64, NaN where undefined.
        layer_depths_um: (n, Lmax+1) float64, NaN after a region's last layer.
        n_layers: (n,) int32, 0 where the region has no layers.
    """

    positions_um: FloatArray
    orientations: FloatArray
    depths_um: FloatArray
    layer_depths_um: FloatArray
    n_layers: npt.NDArray[np.int32]

    def cell(self, gid: int, seed: int) -> CellInputs:
        """The inputs of one cell; `seed` is the cell's own."""
        n_layers = int(self.n_layers[gid])
        depths = self.layer_depths_um[gid, : n_layers + 1].tolist() if n_layers else None
        return CellInputs(
            gid=gid,
            seed=seed,
            position_um=self.positions_um[gid],
            orientation=self.orientations[gid],
            depth_um=float(self.depths_um[gid]),
            layer_depths_um=depths,
        )


def load_cell_environment(
    positions_um: npt.NDArray[Any],
    types: CellTypes,
    structure: RegionStructure,
    atlas: AtlasVolumes,
    min_depth_um: float = 25,
    max_depth_um: float = 5000,
) -> tuple[CellEnvironment, dict[int, str]]:
    """Look up depths, layer bounds and orientations of all cells.

    Regions without layers or thicknesses, and "default", have no depths: one warning each.

    Args:
        positions_um: (n, 3), in the type of the cells file, which decides the last bits of a
            voxel index.
        types: regions of the cells.
        structure: layers of the regions.
        atlas: volumes, loaded once each.
        min_depth_um: smaller depths are set to this one.
        max_depth_um: larger depths are set to this one.

    Returns:
        The places, and {gid: message} of the cells that cannot be placed: a position that is NaN
        or outside a volume of the atlas.

    Raises:
        InvalidInputError: a volume of heights or of layer bounds holds something else.

    Source: `SynthesizeMorphologies.assign_atlas_data` of region-grower 1.6.0.
    """
    count = len(positions_um)
    regions = {name: _layered(structure, name) for name in types.used_synthesis_regions()}
    most_layers = max((len(region.layers) for region in regions.values() if region), default=0)
    environment = CellEnvironment(
        positions_um=np.asarray(positions_um, dtype=np.float64),
        orientations=np.full((count, 3, 3), np.nan),
        depths_um=np.full(count, np.nan),
        layer_depths_um=np.full((count, most_layers + 1), np.nan),
        n_layers=np.zeros(count, dtype=np.int32),
    )
    errors = {
        int(gid): f"gid {gid}: position {_text(positions_um[gid])} in the cells file is not finite"
        for gid in np.flatnonzero(~np.isfinite(positions_um).all(axis=1))
    }
    lookup = _Lookup(positions_um, errors)
    synthesis_regions = np.array(types.synthesis_regions, dtype=object)
    for name, region in regions.items():
        has_name = synthesis_regions == name
        gids = np.flatnonzero(has_name[types.region_codes])
        if region is None:
            LOGGER.warning(
                "We are not able to synthesize the region %s, we fallback to 'default' region", name
            )
        else:
            _place_in_layers(environment, region, gids, lookup, atlas, min_depth_um, max_depth_um)
    _orient(environment, lookup, atlas)
    return environment, dict(sorted(errors.items()))


@dataclass(frozen=True)
class _Lookup:
    """Values of voxels, and the cells that lie outside."""

    positions_um: npt.NDArray[Any]
    errors: dict[int, str]

    def inside(self, volume: Any, name: str, gids: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Those of `gids` that lie in a volume; the others get their error."""
        if self.errors:
            gids = gids[~np.isin(gids, list(self.errors))]
        indices = volume.positions_to_indices(self.positions_um[gids], strict=False)
        outside = (indices == volume.OUT_OF_BOUNDS).any(axis=1)
        for gid in gids[outside].tolist():
            self.errors[gid] = (
                f"gid {gid}: position {_text(self.positions_um[gid])} is outside the volume of "
                f"{name}.nrrd"
            )
        kept: npt.NDArray[np.int64] = gids[~outside]
        return kept


def _place_in_layers(
    environment: CellEnvironment,
    region: Region,
    gids: npt.NDArray[np.int64],
    lookup: _Lookup,
    atlas: AtlasVolumes,
    min_depth_um: float,
    max_depth_um: float,
) -> None:
    """Fill depths and layer bounds of the cells of one region, in the precision of the volumes."""
    environment.n_layers[gids] = len(region.layers)
    thicknesses: list[npt.NDArray[Any]] = []
    heights = _of_values(atlas.load("[PH]y"), "[PH]y", 1)
    gids = lookup.inside(heights, "[PH]y", gids)
    for number, layer in enumerate(region.layers):
        name = f"[PH]{layer}"
        bounds = _of_values(atlas.load(name), name, 2)
        kept = lookup.inside(bounds, name, gids)
        thicknesses = [values[np.isin(gids, kept)] for values in thicknesses]
        gids = kept
        values = bounds.lookup(lookup.positions_um[gids])
        thicknesses.append(values[:, 1] - values[:, 0])
        if number == 0:
            pia = values[:, 1]
            depths = np.clip(
                pia - heights.lookup(lookup.positions_um[gids]), min_depth_um, max_depth_um
            )
            environment.depths_um[gids] = depths
    environment.layer_depths_um[gids, 0] = 0.0
    environment.layer_depths_um[gids, 1 : len(thicknesses) + 1] = np.cumsum(thicknesses, axis=0).T


def _orient(environment: CellEnvironment, lookup: _Lookup, atlas: AtlasVolumes) -> None:
    field = atlas.orientations()
    gids = lookup.inside(field, "orientation", np.arange(len(environment.depths_um)))
    if gids.size:
        environment.orientations[gids] = field.lookup(lookup.positions_um[gids])


def _of_values(volume: Any, name: str, expected: int) -> Any:
    """The volume, if its voxels hold the expected number of values."""
    payload = volume.payload_shape
    found = payload[0] if payload else 1
    if len(payload) > 1 or found != expected:
        raise InvalidInputError(
            f"atlas file '{name}.nrrd' has {found} values a voxel instead of {expected}: [PH]y "
            "holds a height, [PH] of a layer its lower and upper bound"
        )
    return volume


def _layered(structure: RegionStructure, name: str) -> Region | None:
    region = structure.regions.get(name)
    return None if region is None or region.thicknesses_um is None else region


def _text(position_um: npt.NDArray[Any]) -> str:
    return "(" + ", ".join(f"{value:g}" for value in position_um) + ")"
