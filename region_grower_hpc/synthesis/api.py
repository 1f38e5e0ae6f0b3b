"""Synthesis from Python, with the names of region-grower 1.6.0."""

from __future__ import annotations

import csv
import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from region_grower_hpc.engine.launcher import announced_size, find_mpiexec, has_mpi
from region_grower_hpc.engine.options import EngineOptions
from region_grower_hpc.errors import ExitCode, RegionGrowerHpcError, TaskFailure
from region_grower_hpc.formats.sonata import save_cells
from region_grower_hpc.synthesis import cell_record, outputs
from region_grower_hpc.synthesis.consistency import warn_of_constraints_without_layers
from region_grower_hpc.synthesis.debug_data import write_table
from region_grower_hpc.synthesis.job import SynthesisJob
from region_grower_hpc.synthesis.names import cell_seed
from region_grower_hpc.synthesis.preparation import prepare
from region_grower_hpc.synthesis.settings import SynthesisSettings
from region_grower_hpc.synthesis.tmd_files import with_defaults
from region_grower_hpc.synthesis.verification import verify

if TYPE_CHECKING:
    import pandas as pd

LOGGER = logging.getLogger(__name__)

PathLike = str | Path

#: What `compute` adds to the cells.
NEW_COLUMNS = (
    "name",
    "apical_points",
    "apical_sections",
    "apical_NRN_sections",
    "debug_infos",
)


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
        """Parameters by region and mtype, defaults filled in."""
        return self._preparation.inputs.parameters

    @property
    def tmd_distributions(self) -> dict[str, Any]:
        """Distributions by region and mtype, defaults filled in."""
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
        """Set depths, layer bounds (µm) and orientations of `cells_data` from the atlas."""
        environment, _ = self._preparation.environment(min_depth, max_depth)
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
        self.cells_data = self.cells_data.loc[axons.has_axon]

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

        Returns:
            `cells_data` with `seed`, `name` (None where the cell failed) and, where `out_apical`
            is written, `apical_points` (the first one, µm from the soma).

        Raises:
            RegionGrowerHpcError: with the exit code that the command would have; its message has
                been printed.
        """
        n_ranks = self._local_ranks()
        code = self._in_ranks(n_ranks) if n_ranks > 1 else self._here()
        if code != ExitCode.DONE:
            error = RegionGrowerHpcError(f"synthesis ended with exit code {int(code)}")
            error.exit_code = ExitCode(code)
            raise error
        return self._results()

    def compute(self) -> pd.DataFrame:
        """Grow all cells in this process, without state folder, and write their morphologies.

        Returns:
            `cells_data` with `seed`, `name`, `apical_points`, `apical_sections`,
            `apical_NRN_sections` (None unless asked for) and `debug_infos`; None where the cell
            failed.
        """
        job = SynthesisJob(self.settings)
        plan = job.plan()
        state = job.setup(plan)
        values: dict[str, dict[int, Any]] = {name: {} for name in NEW_COLUMNS}
        for gid in plan.tasks.tolist():
            try:
                cell = job.grow(state, gid)
                arrays = job.arrays(cell)
            except TaskFailure as failure:
                LOGGER.error("Skip %d because of the following error: %s", gid, failure)
                continue
            name = job.path_of(gid, plan.context.levels)
            if self.settings.writes_files:
                outputs.write_files(self.settings, [(name, arrays)])
            values["name"][gid] = name
            values["apical_points"][gid] = list(cell.apical_points)
            values["apical_sections"][gid] = list(cell.apical_sections)
            values["debug_infos"][gid] = cell.debug_infos
            described = cell_record.describe(cell, arrays, self.settings)
            if "nrn_sections" in described:
                values["apical_NRN_sections"][gid] = cell_record.nrn_sections(described)
        result = self._with_seeds()
        for name, column in values.items():
            result[name] = _objects([column.get(gid) for gid in self.task_ids.tolist()])
        return result

    def finalize(self, result: pd.DataFrame) -> None:
        """Write cells, apical points and so on of a result of `compute`."""
        settings = self.settings
        made = {int(gid): name for gid, name in result["name"].items() if isinstance(name, str)}
        gids = np.arange(len(self.cells.properties), dtype=np.int64)
        outputs.write_cells(settings.input_cells, settings.out_cells, gids, made)
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
        save_cells(self.cells, self.settings.out_cells)
        return self._with_seeds().assign(name=None)

    # -- ranks -----------------------------------------------------------------------------------

    def _local_ranks(self) -> int:
        """Ranks to start; 1 where this process is a rank already, or where there is no MPI."""
        if announced_size(os.environ) is not None or not has_mpi():
            return 1
        wanted = self.nb_processes
        n_ranks = len(os.sched_getaffinity(0)) if wanted is None else wanted
        return max(1, min(n_ranks, len(self.cells_data)))

    def _here(self) -> int:
        from region_grower_hpc.engine.launch import run
        from region_grower_hpc.engine.state import state_dir_of_file

        state_dir = state_dir_of_file(self.settings.out_cells)
        return run(SynthesisJob(self.settings), state_dir, self.options)

    def _in_ranks(self, n_ranks: int) -> int:
        """Run the same job in a child, under the mpiexec of this environment."""
        program = [str(find_mpiexec()), "-n", str(n_ranks), sys.executable]
        words = ["-m", "region_grower_hpc", "synthesize-morphologies", *self._arguments()]
        return subprocess.run([*program, *words], check=False).returncode

    def _arguments(self) -> list[str]:
        """Settings and options as words of the command."""
        options = self.options
        values = {"--chunksize": options.batch_size, "--max-failed-ratio": options.max_failed_ratio}
        flags = {"--overwrite": options.overwrite, "--hide-progress-bar": options.hide_progress}
        words = self.settings.to_arguments()
        for name, value in values.items():
            if value is not None:
                words += [name, str(value)]
        return words + [name for name, is_set in flags.items() if is_set]

    # -- results ---------------------------------------------------------------------------------

    def _with_seeds(self) -> pd.DataFrame:
        seeds = [cell_seed(self.settings.seed, int(gid)) for gid in self.task_ids]
        return self.cells_data.assign(seed=np.array(seeds, dtype=np.int64))

    def _results(self) -> pd.DataFrame:
        """What the written files tell."""
        import yaml

        result = self._with_seeds()
        with self.settings.failures_csv.open(encoding="utf-8", newline="") as file:
            failed = {int(row["gid"]) for row in csv.DictReader(file)}
        job = SynthesisJob(self.settings)
        names = [
            None if gid in failed else job.path_of(gid, self._preparation.levels)
            for gid in self.task_ids.tolist()
        ]
        result["name"] = np.array(names, dtype=object)
        if self.settings.out_apical is not None and len(result):
            points = yaml.safe_load(self.settings.out_apical.read_text(encoding="utf-8")) or {}
            result["apical_points"] = [points.get(name) for name in names]
        return result


def _objects(values: Sequence[Any]) -> Any:
    column = np.empty(len(values), dtype=object)
    for number, value in enumerate(values):
        column[number] = value
    return column


def _path(value: PathLike | None) -> Path | None:
    return None if value is None else Path(value)
