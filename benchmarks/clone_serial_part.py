"""What rank 0 alone does for a clone: no number of ranks makes a run faster than that."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from clone_inputs import CloneCase, write_case
from clone_parents import column_parents
from clone_tools import count_points, discard, new_folder, our_command
from report import Measure
from settings import Settings
from timed_command import CommandFailedError, tell, timed

from region_grower_hpc.engine.launcher import find_mpiexec

REPETITIONS = 3
#: clones of each of 8 candidates
FEW_EACH, MANY_EACH, QUICK_MANY_EACH = 1, 1_000, 10
GROUP = "Clone, serial part: CPU of rank 0 of 2 a clone, --dispatch master (start-up taken off)"
GOAL_MS = 1.0
SCRIPT = Path(__file__).parent / "clone_serial_of_ours.py"


def measure(settings: Settings) -> Iterator[Measure]:
    """CPU time of plan and gather, and of all of rank 0 but its share of the shards."""
    parents = column_parents(settings)
    few, many = (
        write_case(settings.work / f"clone-serial-{each}", parents, each)
        for each in (FEW_EACH, QUICK_MANY_EACH if settings.quick else MANY_EACH)
    )
    n_clones = many.n_clones - few.n_clones
    samples: dict[str, list[float]] = {"plan": [], "gather": [], "both": [], "rest": []}
    for repetition in range(settings.repetitions(REPETITIONS)):
        tell(f"clone, serial part: {many.n_clones} clones, run {repetition + 1}")
        fewer, more = (_run(settings, case) for case in (few, many))
        grown_ms = {name: 1e3 * (more[name] - fewer[name]) / n_clones for name in more}
        for name in ("plan", "gather"):
            samples[name].append(grown_ms[name])
        samples["both"].append(grown_ms["plan"] + grown_ms["gather"])
        samples["rest"].append(grown_ms["all"] - grown_ms["shards"])
    yield Measure(GROUP, f"plan and gather ({many.n_clones} clones)", "CPU ms", samples["both"],
                  goal=("<=", GOAL_MS))  # fmt: skip
    yield Measure(GROUP, "of it plan", "CPU ms", samples["plan"])
    yield Measure(GROUP, "of it gather", "CPU ms", samples["gather"])
    what = "all of rank 0, without its share of writing the shards"
    yield Measure(GROUP, what, "CPU ms", samples["rest"], goal=("<=", GOAL_MS))


def _run(settings: Settings, case: CloneCase) -> dict[str, float]:
    """CPU seconds of rank 0 by what it did."""
    mpiexec = find_mpiexec()
    if mpiexec is None:
        raise CommandFailedError("no mpiexec: pip install 'region-grower-hpc[mpich]'")
    out = new_folder(settings.work)
    result = out.with_name("serial.json")
    options = ["--no-release", "--container", "shards", "--dispatch", "master"]
    words = our_command(settings.ours, case, out, *options, n_processes=None)[1:]
    timed([mpiexec, "-n", "2", settings.ours.python, SCRIPT, result, *words])
    count_points("ours", case, out / "clone")
    told: dict[str, float] = json.loads(result.read_text(encoding="utf-8"))
    discard(out)
    return told
