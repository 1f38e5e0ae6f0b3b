"""Growth alone: CPU time in the growers of both tools, for the same cells and seeds."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from cases import Case, column_case, population, shared_cases
from report import Measure
from settings import Settings
from timed_command import CommandFailedError, tell, timed

REPETITIONS = 3
GROUP = "Growth alone: the same cells and seeds, no files, start-up and preparation not counted"
GOAL = 200.0
#: cells; the peer needs about 5 s for them
N_CELLS = {"uniform": 48, "external": 24, "o1wf": 48, "boundary": 8, "column": 24}
QUICK_CELLS = 2
#: times that our grower grows each cell
ROUNDS, QUICK_ROUNDS = 20, 2
HERE = Path(__file__).parent


def measure(settings: Settings) -> Iterator[Measure]:
    """CPU milliseconds of soma, trunks and trees, without and with diameters."""
    cases = shared_cases() or [column_case(settings.work, N_CELLS["column"])]
    for case in cases:
        n_cells = QUICK_CELLS if settings.quick else N_CELLS[case.name]
        cells = population(case, n_cells, settings.work)
        bare = replace(case, tmd_distributions=_without_diameters(case, settings.work))
        # cells with boundaries have no goal here: their whole command has one
        goal = None if case.name == "boundary" else (">=", GOAL)
        what = f"{case.name}, {n_cells} cells"
        yield _measure(settings, bare, cells, f"{what}: without diameters", goal)
        yield _measure(settings, case, cells, f"{what}: with diameters", None)


def _measure(
    settings: Settings, case: Case, cells: Path, what: str, goal: tuple[str, float] | None
) -> Measure:
    samples: dict[str, list[float]] = {"ours": [], "peer": []}
    for repetition in range(settings.repetitions(REPETITIONS)):
        tell(f"growth: {what}, run {repetition + 1}")
        points = {}
        for tool in settings.tools:
            found = _grow(settings, tool.name, case, cells)
            samples[tool.name].append(1e3 * found["cpu_s"] / len(found["points"]))
            points[tool.name] = sorted(found["points"])
        if len(points) == 2 and points["ours"] != points["peer"]:
            # the times of unequal work must not be compared
            raise CommandFailedError(f"{what}: points of the cells differ: {points}")
    return Measure(GROUP, what, "CPU ms", samples["ours"], samples["peer"], ratio_goal=goal)


def _grow(settings: Settings, name: str, case: Case, cells: Path) -> dict[str, Any]:
    """What the script of a tool tells: CPU time of one growth of all cells, points of each."""
    tool = next(tool for tool in settings.tools if tool.name == name)
    out = settings.work / "out"
    out.mkdir()
    result = settings.work / "growth.json"
    words = tool.synthesis(case, cells, out, "--skip-write")[1:]
    script: list[str | Path] = [tool.python, HERE / f"growth_of_{name}.py", result]
    if name == "ours":
        script.append(str(QUICK_ROUNDS if settings.quick else ROUNDS))
    timed([*script, *words])
    shutil.rmtree(out)
    told: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    return told


def _without_diameters(case: Case, work: Path) -> Path:
    """The distributions of a case, in which no cell gets diameters."""
    content = json.loads(case.tmd_distributions.read_text(encoding="utf-8"))
    for mtypes in content.values():
        for entry in mtypes.values():
            entry["diameter"] = {"method": "no_diameters"}
    path = work / f"{case.name}-no-diameters.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path
