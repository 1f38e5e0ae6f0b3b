"""Cases of options and file formats: seeds, formats, folders, properties of cells, legacy names."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd

from tests.parity import tilted_atlas
from tests.parity.case_inputs import REGION, CaseBook, CaseInputs
from tests.parity.growth_cases import DAC, TPC2, TPC3, TRUNK, UPC

COMMAND = CaseBook()
case = COMMAND.case

for _name, _seed in (("largest", 2**32 - 2), ("huge", 2**40 + 5), ("negative", -3)):

    def _seeded(inputs: CaseInputs, seed: int = _seed) -> None:
        inputs.options["--seed"] = seed

    COMMAND.add(f"seed_{_name}", (DAC, DAC, TPC2), _seeded)


@case(DAC, TPC2, UPC)
def all_formats(inputs: CaseInputs) -> None:
    inputs.options["--out-morph-ext"] = ["swc", "asc", "h5"]


@case(TPC2, DAC, TPC3)
def neuron_sections(inputs: CaseInputs) -> None:
    inputs.options.update(
        {"--out-morph-ext": ["asc", "h5"], "--out-apical-nrn-sections": "neuron.yaml"}
    )
    inputs.options["--out-debug-data"] = "debug.pkl"


@case(DAC, DAC)
def nothing_written(inputs: CaseInputs) -> None:
    inputs.options["--skip-write"] = True


@case(DAC, TPC2)
def mvd3(inputs: CaseInputs) -> None:
    inputs.suffix = ".mvd3"
    inputs.options["--out-cells"] = "circuit.mvd3"


@case(DAC, TPC2, TPC3)
def properties_kept(inputs: CaseInputs) -> None:
    inputs.properties["etype"] = pd.Categorical(["b", "a", "b"], categories=["z", "b", "a"])
    inputs.properties["layer"] = [1, 2, 3]
    inputs.properties["weight"] = [0.5, 0.1, -1e300]
    inputs.properties["morphology"] = ["old", "names", "go"]
    inputs.properties["morphology_producer"] = "biologic"


@case(DAC, DAC, DAC, DAC)
def nulls_and_failures(inputs: CaseInputs) -> None:
    """Where a cell is dropped, so are the cells with a null in any property."""
    inputs.properties["weight"] = [1.0, 1.5, 2.0, 3.0]
    inputs.nulls["weight"] = 1
    inputs.place(3, 6, -0.1)


@case(DAC)
def one_cell(inputs: CaseInputs) -> None:
    pass


@case(DAC, exit_code=4)
def no_cell_succeeds(inputs: CaseInputs) -> None:
    inputs.place(0, 6, -0.1)


@case(DAC, TPC2)
def legacy_names(inputs: CaseInputs) -> None:
    def renamed(data: Any) -> Any:
        text = json.dumps(data)
        return json.loads(text.replace("apical_dendrite", "apical").replace("_dendrite", ""))

    inputs.parameters, inputs.distributions = (
        renamed(inputs.parameters),
        renamed(inputs.distributions),
    )
    for entry in inputs.parameters[REGION].values():
        # the schema of constraints knows the names of today, which stay as they are
        del entry["context_constraints"]


def _crowd(inputs: CaseInputs, n_cells: int) -> None:
    """Many cells that are soon grown."""
    inputs.vary("basal_dendrite", **TRUNK, num_seg=4)
    rng = np.random.default_rng(n_cells)
    inputs.properties = pd.DataFrame({"region": ["mc0;1"] * n_cells, "mtype": [DAC] * n_cells})
    inputs.positions_um = [
        tilted_atlas.position_um(1, *rng.uniform((0.1, -150, -150), (0.9, 150, 150)))
        for _ in range(n_cells)
    ]


@case(DAC)
def folders_not_needed(inputs: CaseInputs) -> None:
    _crowd(inputs, 128)
    inputs.options.update({"--out-morph-ext": ["h5", "swc"], "--max-files-per-dir": 257})


@case(DAC)
def folder_of_one_level(inputs: CaseInputs) -> None:
    """As many files as a folder may have go into `hashed` itself."""
    _crowd(inputs, 128)
    inputs.options.update({"--out-morph-ext": ["h5", "swc"], "--max-files-per-dir": 256})


@case(DAC)
def hashed_folders(inputs: CaseInputs) -> None:
    _crowd(inputs, 129)
    inputs.options.update({"--out-morph-ext": ["h5", "swc"], "--max-files-per-dir": 256})
