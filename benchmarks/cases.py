"""Inputs of the measured commands: cases of the developers' data folder, or the example.

A case has few cells. Populations repeat them, so that a run is long enough to matter; a cell's
growth depends on its place and its gid, thus the first cells of a longer population are those of a
shorter one.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from voxcell import CellCollection

ROOT = Path(__file__).resolve().parents[1]
SHARED_CASES = ROOT.parent / "shared" / "data" / "synthesis"
EXAMPLE = ROOT / "examples" / "synthesis"
SHARED_NAMES = ("uniform", "external", "o1wf", "boundary")


@dataclass(frozen=True)
class Case:
    """Files and seed of one case."""

    name: str
    cells: Path
    tmd_parameters: Path
    tmd_distributions: Path
    atlas: Path
    region_structure: Path
    seed: int


def shared_cases() -> list[Case]:
    """Those of SHARED_NAMES; none where the data folder is absent."""
    return [_shared_case(name) for name in SHARED_NAMES if (SHARED_CASES / name).is_dir()]


def _shared_case(name: str) -> Case:
    folder = SHARED_CASES / name
    arguments = json.loads((folder / "case.json").read_text(encoding="utf-8"))["args"]
    return Case(
        name=name,
        cells=folder / arguments["--input-cells"],
        tmd_parameters=folder / arguments["--tmd-parameters"],
        tmd_distributions=folder / arguments["--tmd-distributions"],
        atlas=folder / arguments["--atlas"],
        region_structure=folder / arguments["--region-structure"],
        seed=arguments["--seed"],
    )


def column_case(work: Path, n_cells: int) -> Case:
    """The column of examples/synthesis with `n_cells` cells, made below the folder `work`."""
    folder = work / f"column-{n_cells}"
    if not folder.exists():
        subprocess.run(
            [sys.executable, EXAMPLE / "make_example.py", folder, "--cells", str(n_cells)],
            check=True,
            stdout=subprocess.DEVNULL,
        )
    return Case(
        name="column",
        cells=folder / "cells.h5",
        tmd_parameters=EXAMPLE / "tmd_parameters.json",
        tmd_distributions=EXAMPLE / "tmd_distributions.json",
        atlas=folder / "atlas",
        region_structure=folder / "region_structure.yaml",
        seed=0,
    )


def population(case: Case, n_cells: int, folder: Path) -> Path:
    """A file of `n_cells` cells: those of the case, again and again, in the case's format."""
    cells = CellCollection.load(case.cells)
    rows = np.arange(n_cells) % len(cells.positions)
    repeated = CellCollection(cells.population_name)
    repeated.positions = cells.positions[rows]
    if cells.orientations is not None:
        repeated.orientations = cells.orientations[rows]
    repeated.properties = pd.DataFrame(cells.properties.iloc[rows].reset_index(drop=True))
    path = folder / f"{case.name}-{n_cells}{case.cells.suffix}"
    repeated.save(path)
    return path
