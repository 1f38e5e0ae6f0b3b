"""All checks of the inputs, in the order of the specification, and what they leave for the run."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.engine.trial import Trial
from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.atlas import Atlas
from region_grower_hpc.formats.first_reading import HDF5_TRIED_BY
from region_grower_hpc.formats.sonata import load_cells
from region_grower_hpc.synthesis.axons.axon_list import (
    AxonChoices,
    check_drop_ratio,
    load_axon_list,
)
from region_grower_hpc.synthesis.axons.donors import check_donor_folder
from region_grower_hpc.synthesis.cell_environment import CellEnvironment, load_cell_environment
from region_grower_hpc.synthesis.cell_types import CellTypes, encode_cell_types
from region_grower_hpc.synthesis.consistency import (
    warn_of_constraints_without_layers,
    warn_of_mclass_without_property,
    warn_of_replaced_apical_targets,
)
from region_grower_hpc.synthesis.constraints.meshes import load_surface
from region_grower_hpc.synthesis.constraints.region import (
    RegionConstraints,
    glomerulus_ids,
    read_growth_constraints,
    with_territories,
)
from region_grower_hpc.synthesis.names import folder_levels
from region_grower_hpc.synthesis.option_checks import check_options, check_output_paths
from region_grower_hpc.synthesis.recipe import CellRecipe, make_recipes
from region_grower_hpc.synthesis.region_mapper import RegionMapper
from region_grower_hpc.synthesis.region_structure import (
    RegionStructure,
    load_region_structure,
)
from region_grower_hpc.synthesis.settings import SynthesisSettings
from region_grower_hpc.synthesis.tmd_files import load_tmd_file, with_axon_choice, with_defaults
from region_grower_hpc.synthesis.verification import TmdInputs, verify

if TYPE_CHECKING:
    import voxcell

LOGGER = logging.getLogger(__name__)

TERRITORIES = "glomerular_territories"


@dataclass(frozen=True)
class Preparation:
    """Checked inputs.

    Attributes:
        cells: as read.
        structure: layers of the regions.
        atlas: volumes, each read at most once.
        inputs: TMD parameters and distributions, defaults filled in.
        mapper: region acronym -> synthesis region.
        types: region and mtype of each cell, as codes.
        levels: of hashed sub-folders.
        axons: the donor of each cell; None where no axons are grafted.
        constraints: directions and boundaries of the synthesis regions that have some.
        glomerulus_ids: (n,) territory of each cell; None where no boundary asks for it.
    """

    cells: voxcell.CellCollection
    structure: RegionStructure
    atlas: Atlas
    inputs: TmdInputs
    mapper: RegionMapper
    types: CellTypes
    levels: int | None
    axons: AxonChoices | None
    constraints: Mapping[str, RegionConstraints]
    glomerulus_ids: NDArray[np.int64] | None

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return len(self.cells.properties)

    def volumes(self) -> list[str]:
        """Names of the atlas volumes that this population needs."""
        layers = {
            f"[PH]{layer}": None
            for name in self.types.used_synthesis_regions()
            if (region := self.structure.regions.get(name)) and region.thicknesses_um is not None
            for layer in region.layers
        }
        territories = [] if self.glomerulus_ids is None else [TERRITORIES]
        return ["brain_regions", "orientation", "[PH]y", *layers, *territories]

    def meshes(self) -> list[Path]:
        """Files of the boundaries that this population needs."""
        paths = [path for entries in self.constraints.values() for path in entries.mesh_paths()]
        return list(dict.fromkeys(paths))

    @cached_property
    def recipes(self) -> dict[tuple[int, int], CellRecipe]:
        """What the cells of one region and mtype have in common."""
        return make_recipes(self.inputs, self.types, self.structure.cortical_depths_um())

    def environment(
        self, min_depth_um: float, max_depth_um: float
    ) -> tuple[CellEnvironment, dict[int, str]]:
        """Places of all cells in the atlas, and the cells that cannot be placed."""
        return load_cell_environment(
            self.cells.positions, self.types, self.structure, self.atlas, min_depth_um, max_depth_um
        )


def prepare(settings: SynthesisSettings) -> Preparation:
    """Read and check everything but the atlas's voxels.

    Raises:
        InvalidInputError: with file, key and the way out.
    """
    check_options(settings)
    with Trial(HDF5_TRIED_BY, [settings.input_cells]) as trial:
        structure = load_region_structure(settings.region_structure)
        atlas = Atlas(settings.atlas)
        atlas.check("[PH]y", "brain_regions", "orientation")
        trial.check()
    LOGGER.info("Loading CellCollection from %s", settings.input_cells)
    cells = load_cells(settings.input_cells, required=("region", "mtype"))
    if cells.positions is None:
        raise InvalidInputError(
            f"cells file '{settings.input_cells}': the cells have no positions: add x, y and z"
        )
    inputs = _tmd_inputs(settings.tmd_parameters, settings.tmd_distributions, settings)
    check_output_paths(settings)
    levels = folder_levels(len(cells.properties) * settings.n_formats, settings.max_files_per_dir)
    regions, mtypes = cells.properties["region"], cells.properties["mtype"]
    mapper = RegionMapper(list(structure.regions), atlas.hierarchy(), regions.unique())
    types = encode_cell_types(regions, mtypes, mapper)
    LOGGER.info("Checking TMD parameters and distributions according to cells mtypes")
    verify(inputs, types, structure)
    warn_of_constraints_without_layers(inputs, types, structure)
    warn_of_replaced_apical_targets(inputs, types)
    constraints, glomeruli = _constraints(structure, types, atlas, cells)
    preparation = Preparation(
        cells=cells,
        structure=structure,
        atlas=atlas,
        inputs=inputs,
        mapper=mapper,
        types=types,
        levels=levels,
        axons=_axons(settings, types, len(regions)),
        constraints=constraints,
        glomerulus_ids=glomeruli,
    )
    atlas.check(*preparation.volumes())
    return preparation


def _constraints(
    structure: RegionStructure, types: CellTypes, atlas: Atlas, cells: voxcell.CellCollection
) -> tuple[dict[str, RegionConstraints], NDArray[np.int64] | None]:
    """Constraints of each synthesis region, and the territory of each cell if one asks for it."""
    mtypes: dict[str, list[str]] = {}
    for region, mtype in types.pairs():
        mtypes.setdefault(types.synthesis_regions[region], []).append(types.mtypes[mtype])
    constraints = read_growth_constraints(structure, mtypes)
    if "mclass" not in cells.properties:
        warn_of_mclass_without_property(constraints)
    if not any(entries.needs_territories for entries in constraints.values()):
        return constraints, None
    ids = glomerulus_ids(cells.positions, atlas.load(TERRITORIES))
    names = np.array(types.synthesis_regions, dtype=object)[types.region_codes]
    found = {
        name: with_territories(entries, ids[names == name]) for name, entries in constraints.items()
    }
    for entries in found.values():
        for path in entries.mesh_paths():
            load_surface(path)
    return found, ids


def _axons(settings: SynthesisSettings, types: CellTypes, n_cells: int) -> AxonChoices | None:
    if settings.morph_axon is None or not settings.grafts_axons:
        return None
    check_donor_folder(settings.base_morph_dir)
    LOGGER.info("Loading axon morphologies from %s", settings.morph_axon)
    axons = load_axon_list(settings.morph_axon, n_cells)
    check_drop_ratio(
        axons, types.mtype_codes, types.mtypes, settings.max_drop_ratio, settings.morph_axon
    )
    return axons


def _tmd_inputs(parameters: Path, distributions: Path, settings: SynthesisSettings) -> TmdInputs:
    chosen = with_axon_choice(load_tmd_file(parameters), settings.synthesize_axons)
    return TmdInputs(
        parameters=with_defaults(chosen),
        distributions=with_defaults(load_tmd_file(distributions)),
        parameters_path=parameters,
        distributions_path=distributions,
    )
