"""CPU time of the whole workflow: grafts, scaled copies, clones, release in three formats."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from clone_inputs import CloneCase, write_case
from clone_parents import Parent, column_parents, real_parents, toy_parent
from clone_tools import CloneRun, check_release, discard, new_folder, run_ours, run_peer_workflow
from report import Measure
from settings import Settings
from timed_command import tell

REPETITIONS = 3
GROUP = "All steps with release: (command - command of one toy morphology) / clones"
GOAL = 30.0
Y_SCALES = (0.95, 0.975, 1.025, 1.05)
#: clones of each candidate, of which there are 30: the same for both tools, to do the same work
EACH, QUICK_EACH = 3, 1


def measure(settings: Settings) -> Iterator[Measure]:
    """Per set of parents: CPU time of all outputs a clone, both tools with the same clones."""
    (settings.work / "toy").mkdir()
    toy_morphology = toy_parent(settings.work / "toy")
    toy = write_case(settings.work / "clone-toy", [toy_morphology], 1, transforms=True)
    yield from _measure_parents(settings, "column", column_parents(settings), toy)
    real = real_parents()
    if real and not settings.quick:
        yield from _measure_parents(settings, "real", real, toy)


def _measure_parents(
    settings: Settings, name: str, parents: Sequence[Parent], toy: CloneCase
) -> Iterator[Measure]:
    case = write_case(
        settings.work / f"clone-{name}-all",
        parents,
        QUICK_EACH if settings.quick else EACH,
        grafts=True,
        y_scales=Y_SCALES[-1:] if settings.quick else Y_SCALES,
        transforms=True,
    )
    start_s: dict[str, list[float]] = defaultdict(list)
    clone_ms: dict[str, list[float]] = defaultdict(list)
    tools = ["shards", "files"] + ([] if settings.clone_peer is None else ["peer"])
    for tool in tools:
        # the first start reads libraries from disk and compiles modules
        _run(settings, tool, toy)
    for repetition in range(settings.repetitions(REPETITIONS)):
        for tool in tools:
            tell(f"clone, all steps: {name}, {case.n_clones} clones, {tool}, run {repetition + 1}")
            nothing, everything = (_run(settings, tool, inputs) for inputs in (toy, case))
            start_s[tool].append(nothing.timing.cpu_s)
            work_s = everything.timing.cpu_s - nothing.timing.cpu_s
            clone_ms[tool].append(1e3 * work_s / case.n_clones)
    n_parents = case.n_morphologies - case.n_clones
    what = f"{name}: {case.n_clones} clones of {n_parents}, a clone"
    for ours in ("files", "shards"):
        yield Measure(
            GROUP, f"{what}, {ours} and release", "CPU ms", clone_ms[ours], clone_ms["peer"],
            ratio_goal=(">=", GOAL),
        )  # fmt: skip
    what = f"{name}: command of one toy morphology (start-up)"
    yield Measure(GROUP, what, "CPU s", start_s["files"], start_s["peer"])


def _run(settings: Settings, tool: str, case: CloneCase) -> CloneRun:
    out = new_folder(settings.work)
    if tool == "peer":
        assert settings.clone_peer is not None
        run = run_peer_workflow(settings.clone_peer, case, out)
    else:
        run = run_ours(settings.ours, case, out, "--container", tool)
        check_release("ours", case, out)
    discard(out)
    return run
