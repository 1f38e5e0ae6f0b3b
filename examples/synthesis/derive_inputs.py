"""Derive tmd_parameters.json and tmd_distributions.json of this example (for developers).

    python derive_inputs.py DATA [--out FOLDER]

DATA is the developers' data folder, with clone/example, synthesis/donors and synthesis/o1wf. The
results are committed beside this script, so that users do not need DATA; ORIGIN.md says what they
rest on.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import tempfile
from pathlib import Path
from typing import Any

import h5py
import morphio
import numpy as np
from voxcell import CellCollection

from region_grower_hpc.synthesis.generate import generate_distributions, generate_parameters

REGION = "O0"
SIGNIFICANT_DIGITS = 6

RECONSTRUCTIONS = {
    "synthesis/donors/C170797A-P1.h5": "L2_TPC:A",
    "synthesis/donors/C280199C-P3.h5": "L2_TPC:A",
    "synthesis/donors/C280998A-P3.h5": "L2_TPC:A",
    "clone/example/repair_release/rp100427-123_idC.asc": "L4_UPC",
    "clone/example/repair_release/C060114A5.asc": "L5_TPC:A",
    "clone/example/repair_release/C270106A.asc": "L1_DAC",
}

# No neurite may pass the pia. 15 % of layer 1 are 25 µm: more than the radius of a soma, from whose
# surface the extent of a neurite is measured, and half a voxel of the atlas (5 µm) together.
BELOW_PIA = {"hard_limit_max": {"layer": 1, "fraction": 0.85}}

# Tufted cells reach into layer 1: `slope` is the path length grown per µm of distance to the
# target, chosen so that the apical dendrites of the example end there.
TUFTED_GROWTH = {
    "growth_method": "tmd_gradient",
    "branching_method": "bio_oriented",
    "has_apical_tuft": True,
    "bias": 0.6,
    "bias_length": 0.2,
}
TUFTED_TARGET = {"layer": 1, "fraction": 0.8, "intercept": 0.0}
TUFTED_SLOPES = {"L2_TPC:A": 1.1, "L3_TPC:A": 1.05, "L5_TPC:A": 1.06}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="the developers' data folder")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        dat_file = collect_morphologies(arguments.data, folder)
        parameters, distributions = folder / "parameters.json", folder / "distributions.json"
        generate_parameters(folder, dat_file, parameters, region=REGION)
        generate_distributions(folder, dat_file, distributions, region=REGION)
        adapted = json.loads(parameters.read_text())
        for mtype, entry in adapted[REGION].items():
            adapt_to_layers(mtype, entry)
        write(arguments.out / "tmd_parameters.json", adapted)
        write(
            arguments.out / "tmd_distributions.json",
            rounded(json.loads(distributions.read_text())),
        )


def collect_morphologies(data: Path, folder: Path) -> Path:
    """Bring all cells to `folder` as HDF5; return the list with name, layer and mtype."""
    cells = []
    for path, mtype in RECONSTRUCTIONS.items():
        source = data / path
        morphio.mut.Morphology(source).write(folder / f"{source.stem}.h5")
        cells.append((source.stem, mtype))
    cells += synthesized_cells(data / "synthesis" / "o1wf", folder)
    dat_file = folder / "cells.dat"
    lines = [f"{name} {mtype[1]} {mtype}" for name, mtype in cells]
    dat_file.write_text("\n".join(["name layer mtype", *lines]) + "\n")
    return dat_file


def synthesized_cells(case: Path, folder: Path) -> list[tuple[str, str]]:
    """Write the cells of a synthesis test case as MorphIO HDF5 files; return names and mtypes."""
    mtypes = CellCollection.load(case / "input_cells.mvd3").properties["mtype"]
    cells = []
    with np.load(case / "expected.npz") as expected:
        arrays = {name: expected[name] for name in expected.files}
    for row, gid in enumerate(arrays["gid"]):
        name = f"o1wf_{gid}"
        with h5py.File(folder / f"{name}.h5", "w") as file:
            for member in ("points", "structure"):
                first, stop = arrays[f"{member}_offset"][row : row + 2]
                file[member] = arrays[member][first:stop]
            metadata = file.create_group("metadata")
            metadata.attrs["version"] = np.array([1, 3], dtype=np.uint32)
            metadata.attrs["cell_family"] = np.array([0], dtype=np.uint32)
        cells.append((name, str(mtypes[gid])))
    return cells


def adapt_to_layers(mtype: str, entry: dict[str, Any]) -> None:
    """Add to the default parameters of an mtype what relates it to the layers of the column."""
    constraints: dict[str, Any] = {
        neurite_type: dict(BELOW_PIA) for neurite_type in entry["grow_types"]
    }
    if mtype in TUFTED_SLOPES:
        entry["apical_dendrite"].update(TUFTED_GROWTH)
        target = {**TUFTED_TARGET, "slope": TUFTED_SLOPES[mtype]}
        constraints["apical_dendrite"]["extent_to_target"] = target
    entry["context_constraints"] = constraints


def rounded(value: Any) -> Any:
    """Round all floats of a JSON value to SIGNIFICANT_DIGITS."""
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [rounded(item) for item in value]
    if isinstance(value, float) and math.isfinite(value):
        return float(f"{value:.{SIGNIFICANT_DIGITS}g}")
    return value


def write(path: Path, value: Any) -> None:
    """Write JSON with every list of plain values on one line."""
    text = json.dumps(value, indent=2)
    text = re.sub(r"\[[^\[\]{}]*\]", lambda found: re.sub(r"\s+", " ", found.group()), text)
    path.write_text(text.replace("[ ", "[").replace(" ]", "]") + "\n")


if __name__ == "__main__":
    main()
