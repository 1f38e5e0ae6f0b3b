"""CPU time of whole commands in one process, split into start-up and cells."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import h5py
from cases import Case, column_case, population, shared_cases
from report import Measure
from settings import Settings
from timed_command import CommandFailedError, tell, timed
from tools import Tool

REPETITIONS = 3
GROUP = "CPU per cell, written: (command of N cells - command of its first cell) / (N - 1)"
COLUMN_CELLS = 200
#: times less CPU time than the peer, wished for beside the goal
STRETCH = 250.0


@dataclass(frozen=True)
class Sizes:
    """Cells that are synthesized, multiples of the cells of a case, and the goal.

    Attributes:
        ours: of our command: 5 s and more, beside which start-up and its noise are small.
        ours_files: where it writes a file for each cell.
        peer: of the peer's: about 20 s of a fast core.
        goal: how many times less CPU time than the peer's a cell of ours needs.
    """

    ours: int
    ours_files: int
    peer: int
    goal: float


SIZES = {
    "uniform": Sizes(12_000, 3_000, 240, 100.0),
    "external": Sizes(4_800, 1_200, 48, 100.0),
    "o1wf": Sizes(12_000, 3_000, 156, 100.0),
    "boundary": Sizes(6_000, 1_500, 20, 50.0),
    "column": Sizes(6_000, 2_000, 100, 100.0),
}
QUICK_SIZES = Sizes(24, 12, 4, 0.0)


@dataclass(frozen=True)
class Way:
    """A tool and how it writes its morphologies."""

    name: str
    tool: Tool
    n_cells: int
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class CellsRun:
    """What one command cost, and the points in its morphologies."""

    cpu_s: float
    n_points: int


def measure(settings: Settings) -> Iterator[Measure]:
    """Per case: CPU time a cell and a point, and of the command for one cell, mostly start-up."""
    cases = shared_cases()
    if not cases:
        tell("../shared/data/synthesis is absent: the example's column stands for the cases")
        cases = [column_case(settings.work, COLUMN_CELLS)]
    for case in cases:
        yield from _measure_case(settings, case)


def _ways(settings: Settings, case: Case) -> list[Way]:
    sizes = QUICK_SIZES if settings.quick else SIZES[case.name]
    ways = [
        Way("ours", settings.ours, sizes.ours, ("--container", "shards")),
        Way("ours, files", settings.ours, sizes.ours_files, ("--container", "files")),
    ]
    return ways if settings.peer is None else [*ways, Way("peer", settings.peer, sizes.peer)]


def _measure_case(settings: Settings, case: Case) -> Iterator[Measure]:
    ways = _ways(settings, case)
    start_s: dict[str, list[float]] = defaultdict(list)
    cell_ms: dict[str, list[float]] = defaultdict(list)
    points: dict[str, list[float]] = defaultdict(list)
    for way in ways:
        # the first start reads libraries from disk and compiles modules
        _run(settings, way, case, 1)
    for repetition in range(settings.repetitions(REPETITIONS)):
        for way in ways:
            tell(f"CPU per cell: {case.name}, {way.n_cells} cells, {way.name}, {repetition + 1}")
            one, many = (_run(settings, way, case, number) for number in (1, way.n_cells))
            start_s[way.name].append(one.cpu_s)
            cell_ms[way.name].append(1e3 * (many.cpu_s - one.cpu_s) / (way.n_cells - 1))
            points[way.name].append((many.n_points - one.n_points) / (way.n_cells - 1))
    theirs = cell_ms["peer"]
    sizes = ", ".join(f"{way.n_cells}" for way in ways)
    goal = None if settings.quick else (">=", SIZES[case.name].goal)
    yield Measure(
        GROUP,
        f"{case.name} (N: {sizes}): a cell, to shards",
        "CPU ms",
        cell_ms["ours"],
        theirs,
        ratio_goal=goal,
        stretch=STRETCH,
    )
    yield Measure(
        GROUP, f"{case.name}: a cell, a file each", "CPU ms", cell_ms["ours, files"], theirs
    )
    # equal kinds of cells, not equal cells: with few cells the means of their sizes differ
    yield Measure(GROUP, f"{case.name}: points a cell", "", points["ours"], points["peer"])
    point_us = {
        name: [1e3 * ms / n for ms, n in zip(cell_ms[name], points[name], strict=True)]
        for name in ("ours", "peer")
    }
    what = f"{case.name}: a point, to shards"
    yield Measure(GROUP, what, "CPU µs", point_us["ours"], point_us["peer"])
    yield Measure(
        GROUP,
        f"{case.name}: command of one cell (start-up)",
        "CPU s",
        start_s["ours"],
        start_s["peer"],
    )


def _run(settings: Settings, way: Way, case: Case, n_cells: int) -> CellsRun:
    cells = population(case, n_cells, settings.work)
    out = settings.work / "out"
    out.mkdir()
    timing = timed(way.tool.synthesis(case, cells, out, *way.options))
    n_points = points_of_morphologies(out / "morphologies")
    if len(n_points) != n_cells:
        # the times of unequal work must not be compared
        raise CommandFailedError(f"{way.name}: {len(n_points)} of {n_cells} morphologies written")
    shutil.rmtree(out)
    return CellsRun(timing.cpu_s, sum(n_points))


def points_of_morphologies(folder: Path) -> list[int]:
    """Points of each morphology in the files or containers below a folder."""
    found: list[int] = []

    def look(name: str, item: h5py.Dataset | h5py.Group) -> None:
        if name.rpartition("/")[2] == "points":
            found.append(item.shape[0])

    for path in sorted(folder.rglob("*.h5")):
        with h5py.File(path) as file:
            # does not follow external links: a container of links to others holds none
            file.visititems(look)
    return found
