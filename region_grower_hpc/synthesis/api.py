"""Synthesis from Python, with the names of region-grower 1.6.0."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from region_grower_hpc.engine.job import Failure
from region_grower_hpc.engine.launcher import announced_size
from region_grower_hpc.engine.local_ranks import (
    error_of,
    n_local_ranks,
    option_words,
    run_in_ranks,
)
from region_grower_hpc.engine.options import EngineOptions
from region_grower_hpc.engine.state_dir import state_dir_of_file
from region_grower_hpc.errors import (
    ExitCode,
    InvalidInputError,
    TaskFailure,
)
from region_grower_hpc.formats.sonata import save_cells
from region_grower_hpc.synthesis import cell_record, outputs
from region_grower_hpc.synthesis.consistency import warn_of_constraints_without_layers
from region_grower_hpc.synthesis.debug_data import (
    NEW_COLUMNS,
    with_results,
    write_table,
)
from region_grower_hpc.synthesis.job import SynthesisJob
from region_grower_hpc.synthesis.names import cell_seed
from region_grower_hpc.synthesis.option_checks import check_options
from region_grower_hpc.synthesis.planning import make_plan
from region_grower_hpc.synthesis.preparation import prepare
from region_grower_hpc.synthesis.settings import SynthesisSettings
from region_grower_hpc.synthesis.tmd_files import with_defaults
from region_grower_hpc.synthesis.verification import verify
from region_grower_hpc.synthesis.written_results import read_written

if TYPE_CHECKING:
    import pandas as pd

LOGGER = logging.getLogger(__name__)

PathLike = str | Path


class SynthesizeMorphologies:
    """Grow a morphology for every cell of a circuit.

    The constructor reads and checks all inputs; `synthesize` computes and writes. Under mpiexec or
    srun every rank creates the object and calls `synthesize`.

    Args:
        input_cells: SONATA or MVD3 file of the cells.
        tmd_parameters: JSON file of TMD parameters.
        tmd_distributions: JSON file of TMD distributions.
        atlas: folder of the atlas.
        out_cells: SONATA or MVD3 file to write.
        out_apical: YAML file of apical points to write.
        out_morph_dir: folder of the morphologies.
        out_morph_ext: formats of the morphology files; None means ["swc"].
        morph_axon: table of the donor whose axon each cell gets.
        base_morph_dir: folder of the donors.
        seed: the seed of a cell is (seed + gid) mod 2^32.
        out_apical_nrn_sections: YAML file of the same sections by NEURON's ids.
        max_files_per_dir: above it, files go to hashed sub-folders.
        overwrite: permit replacing a finished or foreign output.
        max_drop_ratio: cells of an mtype without donor / its cells that is allowed.
        scaling_jitter_std: of the length of a donor's sections, relative.
        rotational_jitter_std: of the angles of a donor's sections, degrees.
        out_debug_data: pickle of a DataFrame of all that is known of a cell.
        nb_processes: local ranks; None all CPUs, 0 or 1 this process.
        min_depth, max_depth: µm, depths are clipped to these.
        skip_write: write no morphologies.
        min_hard_scale: scale below which hard limits remove a neurite.
        region_structure: YAML file of the layers.
        container_path: an HDF5 container to write beside the files.
        synthesize_axons: grow axons too.
        container: files, merged or shards.
        out_failures: CSV file of the cells that were not synthesized.
        max_failed_ratio: failed / all cells that is allowed.

    `atlas_cache`, `with_mpi` and `dask_config` are accepted and have no effect here.

    Raises:
        InvalidInputError: an input is wrong.
    """

    def __init__(
        self,
        input_cells: PathLike,
        tmd_parameters: PathLike,
        tmd_distributions: PathLike,
        atlas: PathLike,
        out_cells: PathLike,
        out_apical: PathLike | None = None,
        out_morph_dir: PathLike = "out",
        out_morph_ext: Sequence[str] | None = None,
        morph_axon: PathLike | None = None,
        base_morph_dir: PathLike | None = None,
        atlas_cache: PathLike | None = None,
        seed: int = 0,
        out_apical_nrn_sections: PathLike | None = None,
        max_files_per_dir: int | None = None,
        overwrite: bool = False,
        max_drop_ratio: float = 0,
        scaling_jitter_std: float | None = None,
        rotational_jitter_std: float | None = None,
        out_debug_data: PathLike | None = None,
        nb_processes: int | None = None,
        with_mpi: bool = False,
        min_depth: float = 25,
        max_depth: float = 5000,
        skip_write: bool = False,
        min_hard_scale: float = 0.2,
        region_structure: PathLike | None = None,
        container_path: PathLike | None = None,
        hide_progress_bar: bool = False,
        dask_config: Any = None,
        chunksize: int | None = None,
        synthesize_axons: bool = False,
        *,
        container: str = "files",
        out_failures: PathLike | None = None,
        max_failed_ratio: float | None = None,
    ) -> None:
        self.settings = SynthesisSettings(
            input_cells=Path(input_cells),
            tmd_parameters=Path(tmd_parameters),
            tmd_distributions=Path(tmd_distributions),
            atlas=atlas,
            region_structure=Path(region_structure or "region_structure.yaml"),
            out_cells=Path(out_cells),
            out_morph_dir=Path(out_morph_dir),
            out_morph_ext=tuple(out_morph_ext or ["swc"]),
            out_apical=_path(out_apical),
            out_failures=_path(out_failures),
            container=container,
            container_path=_path(container_path),
            seed=seed,
            min_depth_um=min_depth,
            max_depth_um=max_depth,
            min_hard_scale=min_hard_scale,
            max_files_per_dir=max_files_per_dir,
            skip_write=skip_write,
            synthesize_axons=synthesize_axons,
            morph_axon=_path(morph_axon),
            base_morph_dir=_path(base_morph_dir),
            max_drop_ratio=max_drop_ratio,
            scaling_jitter_std=scaling_jitter_std,
            rotational_jitter_std_deg=rotational_jitter_std,
            out_apical_nrn_sections=_path(out_apical_nrn_sections),
            out_debug_data=_path(out_debug_data),
        )
        self.options = EngineOptions(
            batch_size=chunksize,
            overwrite=overwrite,
            max_failed_ratio=max_failed_ratio,
            hide_progress=hide_progress_bar,
            command=tuple(sys.argv),
        )
        self.nb_processes = nb_processes
        self._failures: dict[int, Failure] = {}
        self._preparation = prepare(self.settings)
        self.cells = self._preparation.cells
        self.atlas = self._preparation.atlas
        self.region_mapper = self._preparation.mapper
        self.regions = list(self._preparation.structure.regions)
        self.cells_data = self.cells.as_dataframe()
        self.cells_data.index -= 1
        self.cells_data["synthesis_region"] = [
            self.region_mapper[region] for region in self.cells_data["region"]
        ]
        self.set_cortical_depths()
        self.assign_atlas_data(min_depth, max_depth)
        self._assign_axons()

    @property
    def tmd_parameters(self) -> dict[str, Any]:
        """Parameters by region and mtype, defaults filled in; `compute` heeds changes in place."""
        return self._preparation.inputs.parameters

    @property
    def tmd_distributions(self) -> dict[str, Any]:
        """Distributions, as `tmd_parameters`."""
        return self._preparation.inputs.distributions

    @property
    def task_ids(self) -> Any:
        """The gids, from 0."""
        return self.cells_data.index.to_numpy()

    def set_cortical_depths(self) -> None:
        """Set `cortical_depths`: lower bounds of the layers of each region's reference column."""
        self.cortical_depths = self._preparation.structure.cortical_depths_um()

    def set_default_params_and_distrs(self) -> None:
        """Give every region the mtypes of the region "default" that it lacks."""
        inputs = self._preparation.inputs
        filled = replace(
            inputs,
            parameters=with_defaults(inputs.parameters),
            distributions=with_defaults(inputs.distributions),
        )
        self._preparation = replace(self._preparation, inputs=filled)

    def assign_atlas_data(self, min_depth: float = 25, max_depth: float = 5000) -> None:
        """Set depths, layer bounds (µm) and orientations of `cells_data` from the atlas.

        `compute` and `synthesize` clip to the same depths from then on.

        Raises:
            InvalidInputError: the depths are not finite, or the wrong way round.
        """
        settings = replace(self.settings, min_depth_um=min_depth, max_depth_um=max_depth)
        check_options(settings)
        environment, _ = self._preparation.environment(min_depth, max_depth)
        self.settings = settings
        gids = self.task_ids
        places = [environment.cell(gid, 0) for gid in gids.tolist()]
        self.cells_data["current_depth"] = environment.depths_um[gids]
        self.cells_data["layer_depths"] = [place.layer_depths_um for place in places]
        self.cells_data["orientation"] = [place.orientation.tolist() for place in places]

    def _assign_axons(self) -> None:
        """Set `axon_name` and `axon_scale`; cells without axon are left out."""
        axons = self._preparation.axons
        if axons is None:
            return
        names = np.array([*axons.names, None], dtype=object)
        self.cells_data["axon_name"] = names[axons.codes]
        self.cells_data["axon_scale"] = axons.scales
        self.cells_data = self.cells_data.loc[axons.has_axon].copy()

    def check_context_consistency(self) -> None:
        """Warn of region and mtype pairs that have context constraints but no layers."""
        preparation = self._preparation
        warn_of_constraints_without_layers(
            preparation.inputs, preparation.types, preparation.structure
        )

    def verify(self) -> None:
        """Check parameters and distributions of every region and mtype that has cells.

        Raises:
            InvalidInputError: naming region, mtype and key.
        """
        preparation = self._preparation
        verify(preparation.inputs, preparation.types, preparation.structure)

    def synthesize(self) -> pd.DataFrame:
        """Compute all cells, write all outputs, and give one row a gid.

        It does what the command does, in ranks that read the input files: of changes to this
        object, only the depths of `assign_atlas_data` count.

        Returns:
            `cells_data` with `seed` and the columns of `compute`, as far as the written files tell:
            `name`; with `out_debug_data` all others; else `apical_points` (the first alone) with
            `out_apical`, `apical_NRN_sections` with `out_apical_nrn_sections`. None elsewhere.

        Raises:
            RegionGrowerHpcError: with the exit code that the command would have; its message has
                been printed.
        """
        n_ranks = n_local_ranks(self.nb_processes, len(self.cells_data))
        if n_ranks > 1:
            words = [*self.settings.to_arguments(), *option_words(self.options)]
            state_dir = state_dir_of_file(self.settings.out_cells)
            code = run_in_ranks(n_ranks, ["synthesize-morphologies", *words], state_dir)
        else:
            code = self._run_here()
        if code != ExitCode.DONE:
            raise error_of(code)
        if not self._preparation.n_cells:
            return self._empty_results()
        gids, levels = self.task_ids.tolist(), self._preparation.levels
        return with_results(self._with_seeds(), read_written(self.settings, gids, levels))

    def compute(self) -> pd.DataFrame:
        """Grow all cells in this process, without state folder, and write their morphologies.

        Entries of `tmd_parameters` and `tmd_distributions` count as they are now.

        Returns:
            `cells_data` with `seed`, `name`, `apical_points` (list of points, µm from the soma),
            `apical_sections` (list of ids), `apical_NRN_sections` (list of ids, None unless asked
            for) and `debug_infos` (without content unless asked for). All are None where the cell
            failed; `finalize` tells why in `out_failures`.

        Raises:
            InvalidInputError: an entry has become wrong, a container is asked for, there are
                several ranks, or there are files in the output folder.
        """
        self._check_can_compute()
        self.verify()
        job = SynthesisJob(self.settings)
        plan = make_plan(self.settings, self._preparation)
        state = job.setup(plan)
        if self.settings.writes_files and self._preparation.n_cells:
            self.settings.out_morph_dir.mkdir(parents=True, exist_ok=True)
        self._failures = {}
        results: dict[str, dict[int, Any]] = {name: {} for name in NEW_COLUMNS}
        for gid in plan.tasks.tolist():
            try:
                cell = job.grow(state, gid)
                arrays = job.arrays(cell)
                described = cell_record.describe(cell, arrays, self.settings)
            except TaskFailure as failure:
                self._fail(gid, failure)
                continue
            except Exception as error:
                LOGGER.exception("cell %d failed", gid)
                self._fail(gid, TaskFailure("internal", str(error), type(error).__name__))
                continue
            name = job.path_of(gid, plan.context.levels)
            if self.settings.writes_files:
                outputs.write_files(self.settings, [(name, arrays)])
            results["name"][gid] = name
            results["apical_points"][gid] = list(cell.apical_points)
            results["apical_sections"][gid] = list(cell.apical_sections)
            results["debug_infos"][gid] = cell.debug_infos
            if "debug_infos" in described:
                results["debug_infos"][gid] = cell_record.debug_infos(described)
            if "nrn_sections" in described:
                results["apical_NRN_sections"][gid] = cell_record.nrn_sections(described)
        gids = self.task_ids.tolist()
        columns = {name: [found.get(gid) for gid in gids] for name, found in results.items()}
        return with_results(self._with_seeds(), columns)

    def finalize(self, result: pd.DataFrame) -> None:
        """Write cells, failures, apical points and so on of a result of `compute`."""
        settings, types = self.settings, self._preparation.types
        made = {int(gid): name for gid, name in result["name"].items() if isinstance(name, str)}
        gids = np.arange(self._preparation.n_cells, dtype=np.int64)
        outputs.write_cells(settings.input_cells, settings.out_cells, gids, made)
        outputs.write_failures(
            settings.failures_csv,
            [
                self._failures.get(gid, Failure(gid, "internal", "", "has no name in the result"))
                for gid in self.task_ids.tolist()
                if gid not in made
            ],
            lambda gid: (
                types.mtypes[types.mtype_codes[gid]],
                types.regions[types.region_codes[gid]],
            ),
        )
        if not len(gids):
            return
        if settings.out_apical is not None:
            points = {
                name: result["apical_points"][gid][0] if result["apical_points"][gid] else None
                for gid, name in made.items()
            }
            outputs.write_apical_points(settings.out_apical, points)
        if settings.out_apical_nrn_sections is not None:
            sections = {name: result["apical_NRN_sections"][gid] for gid, name in made.items()}
            outputs.write_nrn_sections(settings.out_apical_nrn_sections, sections)
        if settings.out_debug_data is not None:
            write_table(settings.out_debug_data, result)

    def export_empty_results(self) -> pd.DataFrame:
        """Write the cells file of an empty population."""
        self.settings.out_cells.parent.mkdir(parents=True, exist_ok=True)
        save_cells(self.cells, self.settings.out_cells)
        return self._empty_results()

    def _run_here(self) -> int:
        from region_grower_hpc.engine.launch import run

        state_dir = state_dir_of_file(self.settings.out_cells)
        return run(SynthesisJob(self.settings), state_dir, self.options)

    def _check_can_compute(self) -> None:
        settings = self.settings
        if settings.writes_container:
            raise InvalidInputError(
                f"compute() writes a file a cell, and no container '{settings.container_file}': "
                "use synthesize()"
            )
        n_ranks = announced_size(os.environ) or 1
        if n_ranks > 1:
            raise InvalidInputError(
                f"each of the {n_ranks} ranks would compute all cells: use synthesize(), or call "
                "compute() in one process"
            )
        folder = settings.out_morph_dir
        may_replace = self.options.overwrite or not settings.writes_files
        if not may_replace and folder.is_dir() and any(folder.iterdir()):
            raise InvalidInputError(
                f"Non-empty morphology output folder '{folder}': use overwrite=True, or another "
                "folder"
            )

    def _fail(self, gid: int, failure: TaskFailure) -> None:
        told = self._failures[gid] = Failure.of(gid, failure)
        LOGGER.error("Skip %d because of the following error: %s", gid, told.message)

    def _with_seeds(self) -> pd.DataFrame:
        seeds = [cell_seed(self.settings.seed, int(gid)) for gid in self.task_ids]
        table = self.cells_data.rename_axis("index")
        return table.assign(seed=np.array(seeds, dtype=np.int64))

    def _empty_results(self) -> pd.DataFrame:
        none: dict[str, list[Any]] = {name: [None] * len(self.task_ids) for name in NEW_COLUMNS}
        return with_results(self._with_seeds(), none)


def _path(value: PathLike | None) -> Path | None:
    return None if value is None else Path(value)
