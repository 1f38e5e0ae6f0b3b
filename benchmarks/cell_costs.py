"""Measure what each cell of examples/synthesis costs: the input of simulate_scale.py.

    OMP_NUM_THREADS=1 python benchmarks/cell_costs.py

writes results/cell-costs.json: CPU seconds of the tasks of 2,000 cells, computed one after the
other in random order, by mtype. Of three rounds the least counts for each cell.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy as np
from cases import Case, column_case
from machine import machine
from numpy.typing import NDArray

from region_grower_hpc.engine.record import array_parts
from region_grower_hpc.synthesis.job import SynthesisJob
from region_grower_hpc.synthesis.settings import SynthesisSettings

N_CELLS, ROUNDS = 2000, 3
QUANTILES = np.linspace(0, 1, 101)
RESULT = Path(__file__).parent / "results" / "cell-costs.json"


def settings_of(case: Case, out: Path) -> SynthesisSettings:
    """A run of a case into containers."""
    return SynthesisSettings(
        input_cells=case.cells,
        tmd_parameters=case.tmd_parameters,
        tmd_distributions=case.tmd_distributions,
        atlas=case.atlas,
        region_structure=case.region_structure,
        out_cells=out / "nodes.h5",
        out_morph_dir=out / "morphologies",
        container="shards",
        seed=case.seed,
    )


def measure(job: SynthesisJob) -> dict[str, NDArray[np.float64]]:
    """CPU seconds of the cells of each group: growth, and their record as it is kept."""
    plan = job.plan()
    state = job.setup(plan)
    rng = np.random.default_rng(0)
    costs_s = np.full((ROUNDS, len(plan.tasks)), np.inf)
    for row in costs_s:
        for position in rng.permutation(len(plan.tasks)).tolist():
            start_s = time.process_time()
            array_parts(job.run(state, int(plan.tasks[position])).arrays)
            row[position] = time.process_time() - start_s
    least_s = costs_s.min(axis=0)
    return {
        name: least_s[plan.cost_groups == number]
        for number, name in enumerate(plan.cost_group_names)
    }


def main() -> None:
    argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0]).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        case = column_case(Path(folder), N_CELLS)
        groups = measure(SynthesisJob(settings_of(case, Path(folder) / "out")))
    about = machine()
    content = {
        "origin": (
            f"benchmarks/cell_costs.py: CPU time of the tasks of {N_CELLS} cells of "
            f"examples/synthesis, seed 0, in random order, one process, one BLAS thread, least of "
            f"{ROUNDS} rounds; {about['cpu']}, {about['cores']} cores, native grower; "
            f"{len(QUANTILES)} quantiles of each group, at 0, 1, ..., 100 %"
        ),
        "groups": {
            name: {
                "cells": len(costs_s),
                "mean_s": round(float(costs_s.mean()), 7),
                "quantiles_s": np.quantile(costs_s, QUANTILES).round(7).tolist(),
            }
            for name, costs_s in groups.items()
        },
    }
    RESULT.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    every = np.concatenate(list(groups.values()))
    print(f"{every.mean():.3g} s a cell, {every.min():.3g} to {every.max():.3g}")
    print(f"coefficient of variation {every.std() / every.mean():.2f}")


if __name__ == "__main__":
    main()
