"""The options that all parallel commands share."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from region_grower_hpc.engine.selection import Selection

#: How often a run that crashed is started again by its parent (restarts.py).
MAX_RESTARTS = 10


@dataclass(frozen=True)
class EngineOptions:
    """How to run a job; nothing here changes the results of a task.

    Attributes:
        dispatch: "node" or "master"; None lets the engine choose.
        batch_size: tasks a work unit; None for guided sizes.
        resume: there must be something to resume.
        restart: discard unfinished work.
        overwrite: permit replacing a finished or foreign output.
        replace_other: discard what another plan has left, finished or not: for jobs whose outputs
            are always made anew.
        overwrite_same: do a complete run of the same plan again where `overwrite` is given.
        state_dir: where the state lies instead of beside the output.
        time_limit_s: stop starting tasks after this time.
        fsync_interval_s: how much work a power loss may cost.
        memory_limit_mb: private memory of a rank.
        task_timeout_s: time one task may take.
        max_failed_ratio: failed tasks that are allowed; None leaves it to the job.
        selection: the tasks to do; None for all.
        dry_run: plan only; write costs.json.
        hide_progress: no bar and no progress lines; progress.jsonl is written all the same.
        command: the command line, for provenance.json.
        origins: where each option's value comes from, for provenance.json.
    """

    dispatch: str | None = None
    batch_size: int | None = None
    resume: bool = False
    restart: bool = False
    overwrite: bool = False
    replace_other: bool = False
    overwrite_same: bool = True
    state_dir: Path | None = None
    time_limit_s: float | None = None
    fsync_interval_s: float = 10.0
    memory_limit_mb: float | None = None
    task_timeout_s: float | None = None
    max_failed_ratio: float | None = None
    selection: Selection | None = None
    dry_run: bool = False
    hide_progress: bool = False
    command: tuple[str, ...] = ()
    origins: dict[str, Any] = field(default_factory=dict)
