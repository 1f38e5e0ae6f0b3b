"""Cells, rules and atlas, checked; they need nothing of what cloning makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.clone.placement.cells import CellsToPlace, read_cells
from region_grower_hpc.clone.placement.orientations import has_orientations, without_orientation
from region_grower_hpc.clone.placement.profile import (
    HEIGHT,
    Profiles,
    layer_volume,
    read_profiles,
    volume_path,
)
from region_grower_hpc.clone.placement.settings import PlacementSettings
from region_grower_hpc.clone.placement_rules import PlacementRules
from region_grower_hpc.engine.trial import Trial
from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.atlas import ORIENTATION, Atlas
from region_grower_hpc.formats.first_reading import HDF5_TRIED_BY


@dataclass(frozen=True)
class Places:
    """Checked cells and where they lie.

    Attributes:
        cells: as read, in groups.
        rules: of placement.
        atlas: volumes, each read at most once.
        layers: that rules of these cells name, sorted.
        profiles: of the cells.
        orients: whether the cells have no orientations, but the atlas has.
    """

    cells: CellsToPlace
    rules: PlacementRules
    atlas: Atlas
    layers: Sequence[str]
    profiles: Profiles
    orients: bool

    def volumes(self) -> dict[str, Path]:
        """Files of the atlas that decide results, by name."""
        names = [HEIGHT, *map(layer_volume, self.layers), *([ORIENTATION] if self.orients else [])]
        return {name: volume_path(self.atlas.folder, name) for name in names}


def read_places(settings: PlacementSettings, *, with_etype: bool = False) -> Places:
    """Read and check cells, rules and atlas, and look up where the cells lie.

    Before the clones are made, this finds what would later stop the choice.

    Args:
        settings: of the choice.
        with_etype: the database tells the etype of clones.

    Raises:
        InvalidInputError: naming option or file, and property, rule or volume.
    """
    settings.check()
    with Trial(HDF5_TRIED_BY, [settings.cells]) as trial:
        rules = PlacementRules.read(settings.placement_rules)
        atlas = Atlas(settings.atlas)
        trial.check()
    cells = read_cells(settings.cells, with_etype=with_etype)
    layers = rules.layers(key[1] for key in cells.keys)
    _check_layers(settings, cells, rules, atlas)
    profiles = read_profiles(atlas, cells.positions_um, layers, _needed(cells, rules, layers))
    orients = cells.collection.orientations is None and has_orientations(atlas)
    if orients:
        absent = without_orientation(atlas, cells.positions_um)
        profiles.refuse(absent, f"{ORIENTATION}.nrrd has no orientation at the cell")
    return Places(cells, rules, atlas, layers, profiles, orients)


def _check_layers(
    settings: PlacementSettings, cells: CellsToPlace, rules: PlacementRules, atlas: Atlas
) -> None:
    """Refuse an atlas that lacks a layer, naming the rule that needs it."""
    for key in cells.keys:
        for rule in rules.for_placement(key[1]).values():
            for layer in rule.layers:
                path = volume_path(atlas.folder, layer_volume(layer))
                if not path.is_file():
                    raise InvalidInputError(
                        f"atlas file '{path}' does not exist, but rule '{rule.id}' of "
                        f"'{settings.placement_rules}', line {rule.line}, needs layer '{layer}': "
                        "add the file or correct the rule"
                    )


def _needed(cells: CellsToPlace, rules: PlacementRules, layers: Sequence[str]) -> NDArray[np.bool_]:
    """(n, L) whether the rules of a cell's mtype name a layer."""
    of_keys = np.zeros((len(cells.keys), len(layers)), dtype=bool)
    for row, key in enumerate(cells.keys):
        of_keys[row] = np.isin(layers, rules.layers([key[1]]))
    needed: NDArray[np.bool_] = of_keys[cells.groups]
    return needed
