"""Single tasks of a run done again, and compared with what the run has kept of them."""

from __future__ import annotations

import dataclasses
import json
import logging
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from region_grower_hpc.engine.inspection.comparison import Verdict, compare_kept, compare_written
from region_grower_hpc.engine.inspection.kept_task import KeptTask, find_kept
from region_grower_hpc.engine.inspection.observed_job import ObservedJob, measures_file
from region_grower_hpc.engine.job import Failure, Job, Plan, StoredResult
from region_grower_hpc.engine.limits import TaskLimits
from region_grower_hpc.engine.selection import only, shown
from region_grower_hpc.engine.signals import StopRequest
from region_grower_hpc.engine.state import PlanRecord, StateFolder
from region_grower_hpc.engine.summary import summarized_tasks
from region_grower_hpc.engine.suspects import ChildFailed, solitary
from region_grower_hpc.errors import ForeignPlanError, InvalidInputError, TaskFailure

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Repeat:
    """One task, done again.

    Attributes:
        task: its id.
        options: of the run.
        group: of tasks that cost alike; empty where the job has none.
        outcome: its result or failure.
        measures: setup_s, wall_s, cpu_s, before_mb, peak_mb; empty where the process died.
        kept: what journals hold of it.
        verdicts: how it compares with what the run has kept.
        out: folder of the outputs of these tasks alone; None for none.
    """

    task: int
    options: Mapping[str, Any]
    group: str
    outcome: StoredResult | Failure
    measures: Mapping[str, float]
    kept: KeptTask
    verdicts: Sequence[Verdict]
    out: Path | None


def recorded_plan(state: StateFolder) -> PlanRecord | None:
    """The plan of a run, with the settings of its last session; None before it has begun."""
    plan = state.read_plan()
    try:
        latest = PlanRecord.from_json(_provenance(state)["plan"])
    except (KeyError, TypeError):
        return plan
    return latest if plan is not None and latest.digest == plan.digest else plan


def recorded_limits(
    state: StateFolder, memory_mb: float | None, time_s: float | None
) -> TaskLimits:
    """Limits of a task: the given ones, else those of the last session of the run."""
    try:
        options = _provenance(state)["sessions"][-1]["options"]
    except (KeyError, IndexError, TypeError):
        options = {}

    def value(name: str) -> float | None:
        recorded = options.get(name) if isinstance(options, dict) else None
        number = recorded.get("value") if isinstance(recorded, dict) else None
        return float(number) if isinstance(number, int | float) else None

    return TaskLimits(
        memory_mb if memory_mb is not None else value("memory_limit_per_rank"),
        time_s if time_s is not None else value("task_timeout"),
    )


def rerun_tasks(
    job: Job[Any],
    state: StateFolder,
    gids: Sequence[int],
    limits: TaskLimits | None = None,
    out: Path | None = None,
    here: bool = False,
    log_level: str = "info",
) -> list[Repeat]:
    """Do tasks of a run again; nothing of the run is changed.

    Args:
        job: of the run.
        state: its state folder; the run may be at work.
        gids: as users name them; a task of several is done once.
        limits: of each task.
        out: new folder for the outputs of these tasks alone; None keeps none.
        here: in this process, without limits; else each in a child process, as the engine settles
            suspects.
        log_level: of the child process.

    Raises:
        InvalidInputError: no such run or task, or `out` is taken.
        ForeignPlanError: the inputs are not those of the run.
    """
    if out is not None and out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise InvalidInputError(f"--out {out} exists and is not empty: name a new folder")
    plan = job.plan()
    _check_inputs(job, plan, state)
    tasks = _tasks(job, plan, gids)
    few = only(plan, _positions(plan, tasks))
    _check_part(state, tasks)
    with tempfile.TemporaryDirectory(prefix="region-grower-hpc-") as name:
        scratch = Path(name)
        observed = ObservedJob(job, scratch, log_level)
        outcomes = _outcomes(observed, plan, tasks, limits or TaskLimits(), here)
        kept = find_kept(state, tasks, plan.row_dtype)
        target = scratch / "outputs" if out is None else out
        copy = job.elsewhere(target.absolute())
        if copy is not None:
            target.mkdir(parents=True, exist_ok=True)
            write_outputs(copy, few, outcomes)
        complete = state.is_complete
        repeats = []
        for task in tasks:
            verdicts = compare_kept(kept[task], outcomes[task])
            if complete and copy is not None:
                theirs, ours = job.written(plan, task), copy.written(few, task)
                verdicts += compare_written(theirs, ours)
            repeats.append(
                Repeat(
                    task=task,
                    options=plan.options,
                    group=_group(plan, task),
                    outcome=outcomes[task],
                    measures=_measures(scratch, task),
                    kept=kept[task],
                    verdicts=verdicts,
                    out=out if copy is not None else None,
                )
            )
    return repeats


def write_outputs(
    job: Job[Any], plan: Plan, outcomes: Mapping[int, StoredResult | Failure]
) -> None:
    """Write what a run over a few tasks alone would have written.

    Args:
        job: which writes elsewhere.
        plan: of these tasks.
        outcomes: of each.
    """
    rows = np.zeros(plan.n_tasks, dtype=plan.row_dtype)
    failures, results = [], []
    for position, task in enumerate(plan.tasks.tolist()):
        outcome = outcomes[task]
        if isinstance(outcome, Failure):
            failures.append(outcome)
        else:
            rows[position] = outcome.row
            results.append(outcome)
    for shard in range(plan.n_shards):
        inside = set(plan.tasks[plan.shard(shard)].tolist())
        job.write_shard(plan, shard, [result for result in results if result.task in inside])
    kept = [
        StoredResult(result.task, result.row, {name: result.arrays[name] for name in plan.kept})
        for result in results
        if plan.kept
    ]
    job.gather(plan, rows, failures, kept)


def _check_inputs(job: Job[Any], plan: Plan, state: StateFolder) -> None:
    recorded = state.read_plan()
    if recorded is None:
        raise InvalidInputError(f"there is no run in {state.path}: its command has not begun")
    present = PlanRecord.of(job.name, plan)
    if recorded.version != present.version:
        logger.warning(
            "the run was begun with version %s, this is %s", recorded.version, present.version
        )
    # A run over a part of the tasks is one of the same plan.
    whole = dataclasses.replace(
        recorded,
        n_tasks=present.n_tasks,
        shard_size=present.shard_size,
        tasks=present.tasks,
    )
    if differences := present.differences(whole):
        raise ForeignPlanError(
            f"the inputs as they are now are not those of the run in {state.path}; they differ in "
            f"{'; '.join(differences)}"
        )


def _tasks(job: Job[Any], plan: Plan, gids: Sequence[int]) -> list[int]:
    of_gids = {gid: job.task_of(plan, gid) for gid in sorted(set(gids))}
    for gid, task in of_gids.items():
        if task != gid:
            logger.info("gid %d is done together with others, under gid %d", gid, task)
    return sorted(set(of_gids.values()))


def _positions(plan: Plan, tasks: Sequence[int]) -> Any:
    for task in tasks:
        if task in plan.left_out:
            raise InvalidInputError(f"gid {task} is left out of the run: there is nothing to do")
    unknown = np.setdiff1d(tasks, plan.tasks).tolist()
    if unknown:
        span = f"the gids {plan.tasks[0]} to {plan.tasks[-1]}" if plan.n_tasks else "no cells"
        raise InvalidInputError(f"there is no gid {shown(unknown)}; the input has {span}")
    return np.searchsorted(plan.tasks, tasks)


def _check_part(state: StateFolder, tasks: Sequence[int]) -> None:
    """Refuse tasks that a complete run over a part of the tasks has not done."""
    if not (state.part_json.exists() and state.is_complete):
        return
    absent = np.setdiff1d(tasks, summarized_tasks(state.summary)).tolist()
    if absent:
        raise InvalidInputError(
            f"gid {shown(absent)} is not in the part of the cells that this run has done: name the "
            "run of another part"
        )


def _outcomes(
    job: ObservedJob, plan: Plan, tasks: Sequence[int], limits: TaskLimits, here: bool
) -> dict[int, StoredResult | Failure]:
    if here:
        state = job.setup(plan)
        return {task: _outcome(plan, task, lambda it: job.run(state, it)) for task in tasks}
    with solitary(job, plan, limits, StopRequest()) as alone:
        return {task: _outcome(plan, task, alone.run) for task in tasks}


def _outcome(plan: Plan, task: int, run: Any) -> StoredResult | Failure:
    """As a worker of the run keeps it (work.py)."""
    try:
        result = run(task)
        row = np.array([result.row], dtype=plan.row_dtype)[0]
        return StoredResult(task, row, {key: np.asarray(it) for key, it in result.arrays.items()})
    except TaskFailure as failure:
        return Failure.of(task, failure)
    except ChildFailed:
        raise
    except Exception as error:
        return Failure.of(task, TaskFailure("internal", str(error), type(error).__name__))


def _group(plan: Plan, task: int) -> str:
    if plan.cost_groups is None:
        return ""
    position = int(np.searchsorted(plan.tasks, task))
    return str(plan.cost_group_names[int(plan.cost_groups[position])])


def _measures(folder: Path, task: int) -> dict[str, float]:
    try:
        measures: dict[str, float] = json.loads(measures_file(folder, task).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return measures


def _provenance(state: StateFolder) -> dict[str, Any]:
    try:
        content = json.loads(state.provenance_json.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
