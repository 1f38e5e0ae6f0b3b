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
from region_grower_hpc.errors import ExitCode, InvalidInputError, RegionGrowerHpcError, TaskFailure
from region_grower_hpc.formats.sonata import save_cells
from region_grower_hpc.synthesis import outputs
from region_grower_hpc.synthesis.consistency import warn_of_constraints_without_layers
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
        seed: the seed of a cell is (seed + gid) mod 2^32.
        max_files_per_dir: above it, files go to hashed sub-folders.
        overwrite: permit replacing a finished or foreign output.
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

    `atlas_cache`, `with_mpi` and `dask_config` are accepted and have no effect here. `morph_axon`,
    `base_morph_dir`, `scaling_jitter_std`, `rotational_jitter_std`, `out_apical_nrn_sections`,
    `out_debug_data` and `max_drop_ratio` belong to axon grafting, NEURON and debugging, which this
    version does not have.

    Raises:
        InvalidInputError: an input is wrong, or asks for what this version does not have.
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
        _refuse(
            morph_axon=morph_axon,
            base_morph_dir=base_morph_dir,
            out_apical_nrn_sections=out_apical_nrn_sections,
            max_drop_ratio=max_drop_ratio or None,
            scaling_jitter_std=scaling_jitter_std,
            rotational_jitter_std=rotational_jitter_std,
            out_debug_data=out_debug_data,
        )
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
        places = [environment.cell(gid, 0) for gid in range(len(self.cells_data))]
        self.cells_data["current_depth"] = environment.depths_um
        self.cells_data["layer_depths"] = [place.layer_depths_um for place in places]
        self.cells_data["orientation"] = [place.orientation.tolist() for place in places]

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
            `cells_data` with `seed`, `name`, `apical_points` and `apical_sections`; None where the
            cell failed.
        """
        job = SynthesisJob(self.settings)
        plan = job.plan()
        state = job.setup(plan)
        grown: dict[int, tuple[str, Any]] = {}
        for gid in plan.tasks.tolist():
            try:
                cell = job.grow(state, gid)
                arrays = job.arrays(cell)
            except TaskFailure as failure:
                LOGGER.error("Skip %d because of the following error: %s", gid, failure)
                continue
            name = job.path_of(gid, plan.context.levels)
            grown[gid] = (name, cell)
            if self.settings.writes_files:
                outputs.write_files(self.settings, [(name, arrays)])
        result = self._with_seeds()
        result["name"] = [grown[gid][0] if gid in grown else None for gid in plan.tasks]
        result["apical_points"] = [
            list(grown[gid][1].apical_points) if gid in grown else None for gid in plan.tasks
        ]
        result["apical_sections"] = [
            list(grown[gid][1].apical_sections) if gid in grown else None for gid in plan.tasks
        ]
        return result

    def finalize(self, result: pd.DataFrame) -> None:
        """Write cells and apical points of a result of `compute`."""
        made = {int(gid): name for gid, name in result["name"].items() if isinstance(name, str)}
        outputs.write_cells(self.settings.input_cells, self.settings.out_cells, made)
        if self.settings.out_apical is not None:
            points = {
                name: result["apical_points"][gid][0] if result["apical_points"][gid] else None
                for gid, name in made.items()
            }
            outputs.write_apical_points(self.settings.out_apical, points)

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
        """The settings as options of the command."""
        settings, options = self.settings, self.options
        values = {
            "--input-cells": settings.input_cells,
            "--tmd-parameters": settings.tmd_parameters,
            "--tmd-distributions": settings.tmd_distributions,
            "--atlas": settings.atlas,
            "--region-structure": settings.region_structure,
            "--out-cells": settings.out_cells,
            "--out-morph-dir": settings.out_morph_dir,
            "--out-apical": settings.out_apical,
            "--out-failures": settings.out_failures,
            "--container": settings.container,
            "--container-path": settings.container_path,
            "--seed": settings.seed,
            "--min-depth": settings.min_depth_um,
            "--max-depth": settings.max_depth_um,
            "--min-hard-scale": settings.min_hard_scale,
            "--max-files-per-dir": settings.max_files_per_dir,
            "--chunksize": options.batch_size,
            "--max-failed-ratio": options.max_failed_ratio,
        }
        flags = {
            "--skip-write": settings.skip_write,
            "--synthesize-axons": settings.synthesize_axons,
            "--overwrite": options.overwrite,
            "--hide-progress-bar": options.hide_progress,
        }
        words = [word for ext in settings.out_morph_ext for word in ("--out-morph-ext", ext)]
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


def _path(value: PathLike | None) -> Path | None:
    return None if value is None else Path(value)


def _refuse(**values: Any) -> None:
    """Refuse parameters that this version has no code for, rather than ignore them."""
    for name, value in values.items():
        if value is not None:
            raise InvalidInputError(f"{name}={value!r}: this version cannot do that; leave it out")
