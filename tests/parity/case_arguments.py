"""The arguments of a case, read from its case.json; plain Python, for the peer's environment too.

A case is a folder of inputs with case.json: {"args": {option: value}}. Paths of inputs are relative
to the folder, names of outputs to the folder of the outputs.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

INPUTS = (
    "--input-cells",
    "--tmd-parameters",
    "--tmd-distributions",
    "--atlas",
    "--region-structure",
    "--morph-axon",
    "--base-morph-dir",
)
OUTPUTS = (
    "--out-cells",
    "--out-apical",
    "--out-morph-dir",
    "--out-apical-nrn-sections",
    "--out-debug-data",
)


def case_arguments(case: Path, out: Path) -> dict[str, Any]:
    """Options and values of a case, paths resolved; a value may be a list or, of a flag, True."""
    arguments = json.loads((case / "case.json").read_text(encoding="utf-8"))["args"]
    for name, value in arguments.items():
        if name in INPUTS:
            arguments[name] = str((case / value).resolve())
        elif name in OUTPUTS:
            arguments[name] = str(out / value)
    return dict(arguments)


def command_words(case: Path, out: Path) -> list[str]:
    """The same as words of a command line."""
    words: list[str] = []
    for name, value in case_arguments(case, out).items():
        if value is True:
            words.append(name)
            continue
        for one in value if isinstance(value, list) else [value]:
            # a negative number must not look like an option
            words.append(f"{name}={one}")
    return words


def class_parameters(case: Path, out: Path) -> dict[str, Any]:
    """The same as keyword parameters of region-grower's SynthesizeMorphologies.

    The defaults of its command are added where they differ from those of the class.
    """
    arguments = {"--out-morph-ext": ["h5"], **case_arguments(case, out)}
    return {name[2:].replace("-", "_"): value for name, value in arguments.items()}
