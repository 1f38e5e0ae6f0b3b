"""Inputs of one case in memory: those of examples/synthesis, to be varied and written."""

from __future__ import annotations

import copy
import json
import os
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd
import voxcell
import yaml

from tests.parity import tilted_atlas

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "synthesis"
REGION = "O0"


@dataclass
class CaseInputs:
    """What a case varies before it is written.

    Attributes:
        parameters, distributions: {region: {mtype: entry}}.
        properties: of the cells.
        positions_um: (n, 3).
        structure: content of region_structure.yaml.
        options: more options of the command.
        atlas: folder, None for the tilted atlas.
        suffix: of the cells file.
        files: more files of the case, name -> text.
        nulls: name of a property of numbers -> gid of the cell that has none.
    """

    parameters: dict[str, Any]
    distributions: dict[str, Any]
    properties: pd.DataFrame
    positions_um: Any
    structure: dict[str, Any]
    options: dict[str, Any]
    atlas: Path | None = None
    suffix: str = ".h5"
    files: dict[str, str] = field(default_factory=dict)
    nulls: dict[str, int] = field(default_factory=dict)

    def entries(self, *grow_types: str) -> list[dict[str, Any]]:
        """Parameters of neurite types of all mtypes that grow them."""
        return [
            entry[grow_type]
            for entry in self.parameters[REGION].values()
            for grow_type in grow_types or ("basal_dendrite", "apical_dendrite")
            if grow_type in entry["grow_types"]
        ]

    def vary(self, *grow_types: str, **values: Any) -> None:
        """Set parameters of neurite types (of all, if none is named) of all mtypes."""
        for entry in self.entries(*grow_types):
            entry.update(copy.deepcopy(values))

    def vary_mtypes(self, **values: Any) -> None:
        """Set parameters of all mtypes."""
        for entry in self.parameters[REGION].values():
            entry.update(copy.deepcopy(values))

    def vary_distributions(self, *grow_types: str, **values: Any) -> None:
        """Set distributions of neurite types of all mtypes."""
        for entry in self.distributions[REGION].values():
            for grow_type in grow_types:
                if entry.get(grow_type):
                    entry[grow_type].update(copy.deepcopy(values))

    def place(self, gid: int, layer: int, fraction: float, x: float = 0.0, z: float = 0.0) -> None:
        """Move a cell, in the tilted atlas."""
        self.positions_um[gid] = tilted_atlas.position_um(layer, fraction, x, z)

    def write(self, folder: Path, atlas: Path) -> None:
        """Write the case; `atlas` is the tilted one."""
        folder.mkdir(parents=True)
        cells = voxcell.CellCollection("column")
        cells.positions = np.asarray(self.positions_um, dtype=float).reshape(-1, 3)
        cells.properties = self.properties
        cells.save(str(folder / f"cells{self.suffix}"))
        for name, gid in self.nulls.items():  # which voxcell does not write
            with h5py.File(folder / "cells.h5", "r+") as file:
                file[f"nodes/column/0/{name}"][gid] = np.nan
        for name, content in (
            ("tmd_parameters.json", self.parameters),
            ("tmd_distributions.json", self.distributions),
        ):
            (folder / name).write_text(json.dumps(content), encoding="utf-8")
        structure = yaml.safe_dump(self.structure, sort_keys=False)
        (folder / "region_structure.yaml").write_text(structure, encoding="utf-8")
        for name, text in self.files.items():
            (folder / name).write_text(text, encoding="utf-8")
        arguments = {
            "--input-cells": f"cells{self.suffix}",
            "--tmd-parameters": "tmd_parameters.json",
            "--tmd-distributions": "tmd_distributions.json",
            "--atlas": os.path.relpath(self.atlas or atlas, folder),
            "--region-structure": "region_structure.yaml",
            "--out-cells": "circuit.h5",
            "--out-apical": "apical.yaml",
            "--out-morph-dir": "morphs",
            **self.options,
        }
        (folder / "case.json").write_text(json.dumps({"args": arguments}), encoding="utf-8")


@dataclass(frozen=True)
class Ending:
    """How both programs end.

    Attributes:
        peer_error: beginning of the error with which the peer ends; None where it completes.
        exit_code: of our command.
        failures: (gid, kind) of the cells that our command does not synthesize; None: those that
            the peer does not, all of kind `growth`.
    """

    peer_error: str | None = None
    exit_code: int = 0
    failures: tuple[tuple[int, str], ...] | None = None


@dataclass(frozen=True)
class WideCase:
    """How the inputs of a case are made, and how it ends."""

    make: Callable[[], CaseInputs]
    ending: Ending


Change = Callable[[CaseInputs], None]


class CaseBook:
    """Cases by name, filled by decorating functions that vary the example's inputs."""

    def __init__(self) -> None:
        self.cases: dict[str, WideCase] = {}

    def case(self, *mtypes: str, **ending: Any) -> Callable[[Change], Change]:
        """Register a function as a case with cells of these mtypes."""

        def register(change: Change) -> Change:
            self.add(change.__name__, mtypes, change, **ending)
            return change

        return register

    def add(self, name: str, mtypes: Sequence[str], change: Change, **ending: Any) -> None:
        """Register a case under a name."""

        def make() -> CaseInputs:
            inputs = example_inputs(name, mtypes)
            change(inputs)
            return inputs

        self.cases[name] = WideCase(make, Ending(**ending))


def example_inputs(name: str, mtypes: Sequence[str]) -> CaseInputs:
    """Cells of these mtypes in their layers, places and seed depending on the name."""
    number = zlib.crc32(name.encode())
    rng = np.random.default_rng(number)
    layers = [int(mtype[1]) for mtype in mtypes]
    positions = [
        tilted_atlas.position_um(
            layer,
            rng.uniform(0.1, 0.9),
            *rng.uniform(-tilted_atlas.SMOOTH_UM, tilted_atlas.SMOOTH_UM, 2),
        )
        for layer in layers
    ]
    parameters, distributions = (
        {
            REGION: {
                mtype: copy.deepcopy(_example_file(file)[REGION][mtype])
                for mtype in dict.fromkeys(mtypes)
            }
        }
        for file in ("tmd_parameters.json", "tmd_distributions.json")
    )
    return CaseInputs(
        parameters=parameters,
        distributions=distributions,
        properties=pd.DataFrame(
            {"region": [f"mc0;{layer}" for layer in layers], "mtype": list(mtypes)}
        ),
        positions_um=np.array(positions),
        structure=tilted_atlas.region_structure(),
        options={"--seed": number},
    )


@cache
def _example_file(name: str) -> Any:
    return json.loads((EXAMPLE / name).read_text(encoding="utf-8"))
