"""Inputs of a synthesis to be killed: the example's column, with a few cells that must fail.

``python -m tests.kill.column FOLDER --cells 800``
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import numpy as np
import voxcell

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "synthesis"
OUTSIDE_UM = (5000.0, 0.0, 0.0)
#: Every so many cells, one lies outside the atlas.
FAILING_EVERY = 50


def make_column(folder: Path, n_cells: int) -> None:
    """Write atlas, region structure and cells."""
    script = [
        sys.executable,
        str(EXAMPLE / "make_example.py"),
        str(folder),
        "--cells",
        str(n_cells),
    ]
    subprocess.run(script, check=True, stdout=subprocess.DEVNULL)
    path = folder / "cells.h5"
    cells = voxcell.CellCollection.load_sonata(path)
    cells.positions[np.arange(3, n_cells, FAILING_EVERY)] = OUTSIDE_UM
    path.unlink()
    cells.save_sonata(path)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cells", type=int, default=800)
    arguments = parser.parse_args()
    make_column(arguments.folder, arguments.cells)
