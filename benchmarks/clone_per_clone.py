"""CPU time of a clone: jitter, annotation, journal and file, of whole commands less start-up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from clone_inputs import CloneCase, write_case
from clone_parents import Parent, column_parents, real_parents
from clone_tools import CloneRun, discard, new_folder, run_ours, run_peer_without_release
from report import Measure
from settings import Settings
from timed_command import tell

REPETITIONS = 3
GROUP = "CPU per clone: (command of N clones - command of a clone of each candidate) / difference"
GOAL_SHARDS, GOAL_FILES = 100.0, 40.0
#: clones of each candidate, of which there are 8: ours to shards, ours to files, the peer's
EACH = {"column": (751, 376, 9), "real": (301, 151, 7)}
QUICK_EACH = (3, 3, 2)
SHARDS, FILES = ("--container", "shards"), ("--container", "files")


@dataclass(frozen=True)
class Way:
    """A tool and how it writes its clones.

    Attributes:
        name: in the table.
        run: runs the command with a case into a folder.
        many: case with many clones of each candidate.
    """

    name: str
    run: Callable[[CloneCase, Path], CloneRun]
    many: CloneCase


def measure(settings: Settings) -> Iterator[Measure]:
    """Per set of parents: CPU time of a clone and of a point of a clone, and start-up."""
    yield from _measure_parents(settings, "column", column_parents(settings))
    real = real_parents()
    if not real:
        tell("../shared/data/clone is absent: clones of the example's column only")
    elif not settings.quick:
        yield from _measure_parents(settings, "real", real)


def _measure_parents(settings: Settings, name: str, parents: Sequence[Parent]) -> Iterator[Measure]:
    few = write_case(settings.work / f"clone-{name}-few", parents, 1)
    ways = _ways(settings, name, parents)
    start_s: dict[str, list[float]] = defaultdict(list)
    clone_ms: dict[str, list[float]] = defaultdict(list)
    points: dict[str, list[float]] = defaultdict(list)
    for way in ways:
        # the first start reads libraries from disk and compiles modules
        _run(settings, way, few)
    for repetition in range(settings.repetitions(REPETITIONS)):
        for way in ways:
            n_clones = way.many.n_clones - few.n_clones
            tell(f"clone: {name}, {n_clones} clones, {way.name}, run {repetition + 1}")
            fewer, more = (_run(settings, way, case) for case in (few, way.many))
            start_s[way.name].append(fewer.timing.cpu_s)
            clone_ms[way.name].append(1e3 * (more.timing.cpu_s - fewer.timing.cpu_s) / n_clones)
            points[way.name].append((more.n_points - fewer.n_points) / n_clones)
    sizes = ", ".join(f"{way.many.n_clones}" for way in ways)
    what = f"{name} (N: {sizes})"
    theirs = clone_ms["peer"]
    yield Measure(
        GROUP, f"{what}: a clone, to shards", "CPU ms", clone_ms["shards"], theirs,
        ratio_goal=(">=", GOAL_SHARDS),
    )  # fmt: skip
    yield Measure(
        GROUP, f"{name}: a clone, a file each", "CPU ms", clone_ms["files"], theirs,
        ratio_goal=(">=", GOAL_FILES),
    )  # fmt: skip
    yield Measure(GROUP, f"{name}: points a clone", "", points["shards"], points["peer"])
    what = f"{name}: command of {few.n_clones} clones (start-up)"
    yield Measure(GROUP, what, "CPU s", start_s["shards"], start_s["peer"])


def _ways(settings: Settings, name: str, parents: Sequence[Parent]) -> list[Way]:
    each = QUICK_EACH if settings.quick else EACH[name]
    shards, files, theirs = (
        write_case(settings.work / f"clone-{name}-{way}", parents, number)
        for way, number in zip(("shards", "files", "peer"), each, strict=True)
    )

    def ours(*options: str) -> Callable[[CloneCase, Path], CloneRun]:
        return lambda case, out: run_ours(settings.ours, case, out, "--no-release", *options)

    ways = [Way("shards", ours(*SHARDS), shards), Way("files", ours(*FILES), files)]
    tool = settings.clone_peer
    if tool is not None:
        ways.append(
            Way("peer", lambda case, out: run_peer_without_release(tool, case, out), theirs)
        )
    return ways


def _run(settings: Settings, way: Way, case: CloneCase) -> CloneRun:
    out = new_folder(settings.work)
    run = way.run(case, out)
    discard(out)
    return run
