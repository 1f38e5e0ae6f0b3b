"""Runs of all cases by the peer and by our command, made once for all tests."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from region_grower_hpc.testing import run_command
from tests.conftest import SHARED_DATA
from tests.parity.case_arguments import command_words
from tests.parity.comparison import Comparison
from tests.parity.wide_cases import (
    CONSTRAINT_BASE,
    SHARED_SEEDS,
    WIDE_SHARED,
    has_constraint_cases,
    prepare_folder,
    write_case,
)

PEER = "RGHPC_PEER"
TABLE = "RGHPC_PARITY_TABLE"
TIMEOUT_S = 1800.0


@dataclass
class ParityRun:
    """Folders of the cases, of both programs' outputs, and what the comparisons found.

    Attributes:
        cases: name -> folder of inputs.
        constraint_cases: names of those that are made from a shared case.
        peer, ours: folders with the outputs, by name of the case.
        finished: our commands.
        table: rows of the summary.
    """

    cases: dict[str, Path]
    constraint_cases: list[str]
    peer: Path
    ours: Path
    finished: dict[str, subprocess.CompletedProcess[str]] = field(default_factory=dict)
    table: dict[str, tuple[Comparison, str]] = field(default_factory=dict)

    def told_by_peer(self, name: str) -> dict[str, Any]:
        """How the peer's run ended."""
        told: dict[str, Any] = json.loads(
            (self.peer / f"{self.cases[name].name}.json").read_text(encoding="utf-8")
        )
        return told


@pytest.fixture(scope="session")
def parity_run(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ParityRun]:
    """Run the chosen cases with both programs; skip where there is no peer."""
    if PEER not in os.environ:
        pytest.skip(f"{PEER} does not name an environment of region-grower 1.6.0: make parity")
    python = Path(os.environ[PEER]).resolve() / "bin" / "python"
    shared = SHARED_DATA / "synthesis" if SHARED_DATA.is_dir() else None
    folder = tmp_path_factory.mktemp("parity")
    prepare_folder(folder, shared)
    chosen = {
        item.callspec.params["name"]: None
        for item in request.session.items
        if "parity_run" in item.fixturenames and hasattr(item, "callspec")
    }
    cases = {
        name: write_case(name, folder, shared)
        for name in chosen
        if shared is not None or name not in {**SHARED_SEEDS, **WIDE_SHARED}
    }
    constraints = _constraint_cases(request, folder, shared)
    run = ParityRun(
        {**cases, **constraints}, list(constraints), folder / "peer-out", folder / "our-out"
    )
    names = list(run.cases)
    # half of the CPUs are the peer's until it is done
    n_ours = max(1, len(os.sched_getaffinity(0)) // 2)
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(n_ours) as several:
        peer = one.submit(_run_peer, python, run)
        finished = several.map(lambda name: _run_ours(run, name), names)
        run.finished = dict(zip(names, finished, strict=True))
        peer.result()
    yield run
    _write_table(run)


def _constraint_cases(
    request: pytest.FixtureRequest, folder: Path, shared: Path | None
) -> dict[str, Path]:
    asked_for = any("constraint_case" in item.name for item in request.session.items)
    if shared is None or not has_constraint_cases() or not asked_for:
        return {}
    from tests.parity.constraint_cases import write_constraint_cases

    written: dict[str, Path] = write_constraint_cases(
        shared / CONSTRAINT_BASE, folder / "constraints"
    )
    return written


def _run_peer(python: Path, run: ParityRun) -> None:
    script = Path(__file__).with_name("run_peer.py")
    finished = subprocess.run(
        [python, script, run.peer, *run.cases.values()],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    if finished.returncode != 0:
        raise RuntimeError(f"the peer's runs ended early:\n{finished.stderr}")


def _run_ours(run: ParityRun, name: str) -> subprocess.CompletedProcess[str]:
    words = command_words(run.cases[name], run.ours / name)
    command = ["-m", "region_grower_hpc", "synthesize-morphologies", "--nb-processes", "1", *words]
    return run_command(command, timeout_s=TIMEOUT_S)


def _write_table(run: ParityRun) -> None:
    """Write the summary, a table in Markdown, where the environment says."""
    if TABLE not in os.environ:
        return
    lines = [
        "| case | cells | points | numbers | differing | lines of text | result |",
        "|---|---|---|---|---|---|---|",
    ]
    total = Comparison()
    for name, (found, result) in run.table.items():
        lines.append(_row(name, found, result))
        for count in ("n_cells", "n_points", "n_numbers", "n_differing", "n_lines"):
            setattr(total, count, getattr(total, count) + getattr(found, count))
    equal = sum(result == "equal" for _, result in run.table.values())
    lines.append(_row(f"all {len(run.table)}", total, f"{equal} equal"))
    Path(os.environ[TABLE]).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _row(name: str, found: Comparison, result: str) -> str:
    counts = (found.n_cells, found.n_points, found.n_numbers, found.n_differing, found.n_lines)
    return f"| {name} | {' | '.join(map(str, counts))} | {result} |"
