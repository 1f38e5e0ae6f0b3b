"""Damaged files of the state folder: a clear error or a right continuation, never a traceback.

FAULTS=all tries every damage on every file, else a sample is tried.
"""

from __future__ import annotations

import itertools
import os
import random
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from region_grower_hpc.errors import ExitCode
from region_grower_hpc.testing import differences, results
from tests.fault.campaign import FAULTS, Server
from tests.fault.systems import Shards, Toy

TRIES_ALL = os.environ.get("FAULTS") == "all"
CODES = (ExitCode.DONE, ExitCode.INVALID_INPUT, ExitCode.FOREIGN_PLAN)


def folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()


def halved(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def without_first_key(path: Path) -> None:
    first, _, *rest = [*path.read_bytes().split(b"\n"), b""]
    path.write_bytes(b"\n".join([first, *rest]))


DAMAGES: Mapping[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "halved": halved,
    "no text": lambda path: path.write_bytes(b"\xff\xfe\x00\x80" * 20),
    "a list": lambda path: path.write_text("[1, 2]"),
    "null": lambda path: path.write_text("null"),
    "no keys": lambda path: path.write_text("{}"),
    "values of other types": lambda path: path.write_text(
        '{"run": 5, "job": [], "version": 1, "n_tasks": "x", "shard_size": null, "tasks": {},'
        ' "options": 3, "inputs": [], "failed": 7, "even": "x", "sessions": 1}'
    ),
    "without its first key": without_first_key,
    "deep": lambda path: path.write_text("[" * 100_000),
    "a folder": folder_instead,
    "missing": lambda path: path.unlink(),
}
FILES = ("plan.json", "complete", "costs.json", "provenance.json", "progress.jsonl", "rows.npy")
MANY_MAY_FAIL = ("--max-failed-ratio", "1")
CASES = list(itertools.product(("complete", "unfinished"), FILES, DAMAGES))


@pytest.fixture(scope="module")
def runs(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a complete run of the toy, and one that could not be marked as complete."""
    folder = tmp_path_factory.mktemp("runs")
    toy, complete, unfinished = Toy(), folder / "complete", folder / "unfinished"
    counted = server.run(toy.command(complete, 0), roots=[complete])
    assert counted.code == ExitCode.DONE, counted.told
    last = [call.number for call in counted.calls if call.name == "rename"][-1]
    server.run(toy.command(unfinished, 0), roots=[unfinished], at=last, fault=FAULTS[0])
    # A run killed as its marker was written may have one of a former run.
    shutil.copy(complete / ".rghpc" / "complete", unfinished / ".rghpc" / "complete")
    return folder


@pytest.mark.timeout(300)
def test_files_of_the_state_folder(server: Server, runs: Path, tmp_path: Path) -> None:
    chosen = CASES if TRIES_ALL else random.Random(3).sample(CASES, 24)
    wrong = []
    for run, name, damage in chosen:
        out = tmp_path / "out"
        shutil.copytree(runs / run, out)
        path = out / ".rghpc" / name
        if path.exists():
            DAMAGES[damage](path)
            found = server.run(Toy().command(out, 0))
            case = f"{name} of a run {run}, {damage}: code {found.code}: {found.told}"
            if damage == "a folder" and found.code == ExitCode.INTERNAL:
                # Nothing that a crash leaves: told with its name, and left to the user.
                if f"Is a directory: '{path}'" not in found.told:
                    wrong.append(case)
            elif found.code not in CODES or "Traceback" in found.told:
                wrong.append(case)
            elif differences(results(runs / "complete"), results(out)):
                wrong.append(f"other files: {case}")
            elif found.code and name not in found.told and damage != "missing":
                # (Without plan.json the outputs are those of others, and the message names them.)
                wrong.append(f"the file is not named: {case}")
        shutil.rmtree(out)
    assert not wrong, "\n".join(wrong)


@pytest.mark.timeout(300)
def test_files_that_a_part_leaves_for_merge(
    server: Server, systems: dict[str, Toy | Shards], tmp_path: Path
) -> None:
    parts = [tmp_path / "made" / str(number) for number in (1, 2)]
    for number, out in enumerate(parts, 1):
        part = server.run(
            [*systems["shards"].command(out, 0), "--part", f"{number}/2", *MANY_MAY_FAIL]
        )
        assert part.code == ExitCode.DONE, part.told
    wrong = []
    cases = [
        (name, damage)
        for name, damage in itertools.product(
            ("part.json", "summary.journal", "plan.json"), DAMAGES
        )
        # A journal has no keys.
        if (name, damage) != ("summary.journal", "without its first key")
    ]
    for name, damage in cases if TRIES_ALL else random.Random(4).sample(cases, 12):
        used = tmp_path / "used"
        shutil.copytree(tmp_path / "made", used)
        DAMAGES[damage](used / "1" / "nodes.h5.rghpc" / name)
        whole = tmp_path / "whole"
        words = ["merge", "--nb-processes", "0", *MANY_MAY_FAIL, str(whole / "nodes.h5")]
        words += [str(used / number / "nodes.h5") for number in ("1", "2")]
        found = server.run(["region_grower_hpc.cli", "main", *words])
        if found.code != ExitCode.INVALID_INPUT or "Traceback" in found.told:
            wrong.append(f"{name}, {damage}: code {found.code}: {found.told}")
        shutil.rmtree(used)
        shutil.rmtree(whole, ignore_errors=True)
    assert not wrong, "\n".join(wrong)
