"""CPU time of a recording: reading, interpreting, measuring, reducing, of whole commands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from efeatures_inputs import EfeaturesCase, Recordings, dense, recordings, write_case
from efeatures_tools import EfeaturesRun, check_agreement, run_ours, run_peer
from report import Measure
from settings import Settings
from timed_command import tell

REPETITIONS = 3
#: copies of each of 3 cells
COPIES, DENSE_COPIES, QUICK_COPIES = 10, 2, 2
GOAL, STRETCH = 12.0, 20.0
GROUP = "Efeatures, CPU per recording: extraction in one process, both tools with the same files"
PASSES_GROUP = "Efeatures, passes: wall time from first to last task, one process"


@dataclass(frozen=True)
class Costs:
    """Of one list of targets, samples by tool.

    Attributes:
        whole_ms: CPU time of the command of many cells, over its recordings.
        without_start_ms: the difference of many and few cells, over that of their recordings.
        start_s: what is then left of the command of few cells.
        furthest: largest difference of values of both tools, see `check_agreement`.
        passes_ms: wall time of a pass of ours, over the recordings.
        size: of the larger case, in words.
    """

    whole_ms: dict[str, list[float]]
    without_start_ms: dict[str, list[float]]
    start_s: dict[str, list[float]]
    furthest: list[float]
    passes_ms: dict[str, list[float]]
    size: str


def measure(settings: Settings) -> Iterator[Measure]:
    """Per list of targets: CPU time of a recording with and without start-up, and agreement."""
    source = recordings(settings.work)
    copies = QUICK_COPIES if settings.quick else COPIES
    costs = _costs(settings, source, source.name, copies)
    name = source.name
    yield _row(
        f"{name} ({costs.size}): whole command", costs.whole_ms,
        ratio_goal=(">=", GOAL), stretch=STRETCH,
    )  # fmt: skip
    yield _row(
        f"{name}: start-up taken off", costs.without_start_ms,
        ratio_goal=(">=", GOAL), stretch=STRETCH,
    )  # fmt: skip
    yield Measure(GROUP, f"{name}: start-up", "CPU s", costs.start_s["ours"], costs.start_s["peer"])
    yield _agreement(name, costs)
    if not settings.quick:
        many = replace(source, targets=dense(source.targets))
        label = f"{name}, dense targets"
        crowded = _costs(settings, many, label, DENSE_COPIES)
        yield _row(f"{label} ({crowded.size}): start-up taken off", crowded.without_start_ms)
        yield _agreement(label, crowded)
    for one, samples in costs.passes_ms.items():
        yield Measure(PASSES_GROUP, f"{name}: {one}, a recording", "ms", samples)


def _row(what: str, samples: dict[str, list[float]], **goals: Any) -> Measure:
    return Measure(GROUP, what, "CPU ms", samples["ours"], samples["peer"], **goals)


def _agreement(name: str, costs: Costs) -> Measure:
    what = f"{name}: features.json of both, largest difference / (1e-9 of a value)"
    return Measure(GROUP, what, "", costs.furthest, goal=("<=", 1.0))


def _costs(settings: Settings, source: Recordings, name: str, copies: int) -> Costs:
    """Run few cells and many of them by both tools in turn."""
    folder = settings.work / f"efeatures-{len(source.targets)}"
    few, many = (
        write_case(folder.with_name(f"{folder.name}-{number}"), source, number)
        for number in (1, copies)
    )
    runs: dict[tuple[str, EfeaturesCase], list[EfeaturesRun]] = defaultdict(list)
    tools = ["ours"] + ([] if settings.efeatures_peer is None else ["peer"])
    for tool in tools:
        # the first start reads libraries from disk and compiles modules
        _run(settings, tool, few)
    for repetition in range(settings.repetitions(REPETITIONS)):
        for tool in tools:
            tell(f"efeatures: {name}, {many.n_cells} cells, {tool}, run {repetition + 1}")
            for case in (few, many):
                runs[tool, case].append(_run(settings, tool, case))
    n_few, n_many = (runs["ours", case][0].n_recordings for case in (few, many))
    whole_ms: dict[str, list[float]] = defaultdict(list)
    without_ms: dict[str, list[float]] = defaultdict(list)
    start_s: dict[str, list[float]] = defaultdict(list)
    for tool in tools:
        for fewer, more in zip(runs[tool, few], runs[tool, many], strict=True):
            each_s = (more.timing.cpu_s - fewer.timing.cpu_s) / (n_many - n_few)
            whole_ms[tool].append(1e3 * more.timing.cpu_s / n_many)
            without_ms[tool].append(1e3 * each_s)
            start_s[tool].append(fewer.timing.cpu_s - each_s * n_few)
    return Costs(
        whole_ms,
        without_ms,
        start_s,
        [
            check_agreement(ours, theirs)
            for case in (few, many)
            for ours, theirs in zip(runs["ours", case], runs["peer", case], strict=False)
        ],
        {
            one: [1e3 * run.passes_s[one] / n_many for run in runs["ours", many]]
            for one in ("reading", "measuring")
        },
        f"{n_many} recordings of {many.n_cells} cells, {many.n_targets} targets",
    )


def _run(settings: Settings, tool: str, case: EfeaturesCase) -> EfeaturesRun:
    if tool == "peer":
        assert settings.efeatures_peer is not None
        return run_peer(settings.efeatures_peer, case, settings.work)
    return run_ours(settings.ours, case, settings.work)
