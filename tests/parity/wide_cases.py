"""All cases, and the folder in which they are run."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
from pathlib import Path

from tests.parity.axon_cases import AXON, RECONSTRUCTED, write_donors
from tests.parity.case_inputs import WideCase
from tests.parity.command_cases import COMMAND
from tests.parity.context_cases import CONTEXT
from tests.parity.diameter_cases import DIAMETER
from tests.parity.growth_cases import GROWTH
from tests.parity.orientation_cases import ORIENTATION
from tests.parity.peer_defect_cases import DEFECT
from tests.parity.tilted_atlas import write_tilted_atlas

#: Of the example's inputs, varied.
WIDE: dict[str, WideCase] = {
    name: case
    for book in (GROWTH, ORIENTATION, DIAMETER, CONTEXT, COMMAND, AXON, DEFECT)
    for name, case in book.cases.items()
}
#: The same, with donors of the developers' data folder.
WIDE_SHARED: dict[str, WideCase] = RECONSTRUCTED.cases
#: Cases of the developers' data folder with the seeds they are run with; theirs have other ones.
SHARED_SEEDS = {
    f"{name}-{seed}": (name, seed)
    for name, seed in (
        ("uniform", 1),
        ("external", 4242),
        ("o1wf", 2**31),
        ("axon", 17),
        ("axon", 2**32 - 1),
        ("boundary", 99),
    )
}
#: From this one the cases of direction and boundary constraints are made.
CONSTRAINT_BASE = "uniform"


def prepare_folder(folder: Path, shared: Path | None) -> None:
    """Write what cases share: the tilted atlas and donors."""
    write_tilted_atlas(folder / "atlas")
    write_donors(folder / "donors")
    if shared is not None:
        shutil.copytree(shared / "donors", folder / "reconstructions")


def write_case(name: str, folder: Path, shared: Path | None) -> Path:
    """Write one case below `folder`, which has been prepared."""
    path = folder / "cases" / name
    if name not in SHARED_SEEDS:
        {**WIDE, **WIDE_SHARED}[name].make().write(path, folder / "atlas")
        return path
    if shared is None:
        raise FileNotFoundError(f"{name}: the developers' data folder is absent")
    original, seed = SHARED_SEEDS[name]
    arguments = json.loads((shared / original / "case.json").read_text(encoding="utf-8"))["args"]
    for option, value in arguments.items():
        if isinstance(value, str) and (shared / original / value).exists():
            arguments[option] = os.path.relpath(shared / original / value, path)
    path.mkdir(parents=True)
    arguments["--seed"] = seed
    (path / "case.json").write_text(json.dumps({"args": arguments}), encoding="utf-8")
    return path


def has_constraint_cases() -> bool:
    """Whether the cases of direction and boundary constraints are there."""
    return importlib.util.find_spec("tests.parity.constraint_cases") is not None
