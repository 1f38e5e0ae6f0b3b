"""All checks of the inputs, in the order of the specification, and what they leave for the run."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.atlas import Atlas
from region_grower_hpc.formats.sonata import load_cells
from region_grower_hpc.synthesis.cell_environment import CellEnvironment, load_cell_environment
from region_grower_hpc.synthesis.cell_types import CellTypes, encode_cell_types
from region_grower_hpc.synthesis.consistency import (
    warn_of_constraints_without_layers,
    warn_of_replaced_apical_targets,
)
from region_grower_hpc.synthesis.names import folder_levels
from region_grower_hpc.synthesis.option_checks import check_options, check_output_paths
from region_grower_hpc.synthesis.recipe import CellRecipe, make_recipes
from region_grower_hpc.synthesis.region_mapper import RegionMapper
from region_grower_hpc.synthesis.region_structure import (
    RegionStructure,
    load_region_structure,
    refuse_growth_constraints,
)
from region_grower_hpc.synthesis.settings import SynthesisSettings
from region_grower_hpc.synthesis.tmd_files import load_tmd_file, with_axon_choice, with_defaults
from region_grower_hpc.synthesis.verification import TmdInputs, verify

if TYPE_CHECKING:
    import voxcell

LOGGER = logging.getLogger(__name__)


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
    """

    cells: voxcell.CellCollection
    structure: RegionStructure
    atlas: Atlas
    inputs: TmdInputs
    mapper: RegionMapper
    types: CellTypes
    levels: int | None

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
        return ["brain_regions", "orientation", "[PH]y", *layers]

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
    structure = load_region_structure(settings.region_structure)
    atlas = Atlas(settings.atlas)
    atlas.check("[PH]y", "brain_regions", "orientation")
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
    refuse_growth_constraints(structure, types.used_synthesis_regions())
    LOGGER.info("Checking TMD parameters and distributions according to cells mtypes")
    verify(inputs, types, structure)
    warn_of_constraints_without_layers(inputs, types, structure)
    warn_of_replaced_apical_targets(inputs, types)
    preparation = Preparation(cells, structure, atlas, inputs, mapper, types, levels)
    atlas.check(*preparation.volumes())
    return preparation


def _tmd_inputs(parameters: Path, distributions: Path, settings: SynthesisSettings) -> TmdInputs:
    chosen = with_axon_choice(load_tmd_file(parameters), settings.synthesize_axons)
    return TmdInputs(
        parameters=with_defaults(chosen),
        distributions=with_defaults(load_tmd_file(distributions)),
        parameters_path=parameters,
        distributions_path=distributions,
    )
