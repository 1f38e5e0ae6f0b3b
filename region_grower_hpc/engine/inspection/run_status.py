"""How a run is, read from its state folder alone: works from any node while the run is at work."""

from __future__ import annotations

import heapq
import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

from region_grower_hpc import __version__
from region_grower_hpc.engine.inspection.journal_tail import (
    RankState,
    ranks_of_session,
    with_tail,
)
from region_grower_hpc.engine.inspection.lock_probe import lock_is_held
from region_grower_hpc.engine.inspection.progress_tail import Pace, read_pace
from region_grower_hpc.engine.inspection.run_places import RunPlace
from region_grower_hpc.engine.state import PlanRecord
from region_grower_hpc.errors import ExitCode

#: Without a sign of life for so long a run counts as dead, where its lock cannot be asked.
QUIET_S = 60.0
#: Ranks of which the journals' ends are read unasked, and those shown where there are more.
READ_RANKS, SHOWN_RANKS = 256, 10
#: A task in hand for so many times the mean, and for so long, is shown as slow.
SLOW_FACTOR, SLOW_S = 20.0, 60.0
#: Exit code of `status` while the run is at work.
AT_WORK = 10


class Condition(Enum):
    """How a run is."""

    NOT_STARTED = "not started"
    RUNNING = "running"
    QUIET = "no sign of life"
    STOPPED = "stopped early"
    KILLED = "ended without a word"
    COMPLETE = "complete"


@dataclass(frozen=True)
class RunStatus:
    """How a run is.

    Attributes:
        place: of the run.
        condition: in one word.
        sure: whether a running run's lock was seen; else it is told by the age of its files.
        plan: what it computes; None before it has begun.
        sessions: as provenance.json keeps them, oldest first.
        done, failed, total: tasks; failed ones are done too.
        kinds: number of failures of each kind, of a complete run.
        exit_code: of the complete run, None where not known.
        phase: of a running run.
        pace: of its session; None before the first event.
        silent_s: since the last sign of life of a run that is not complete; None without any.
        ranks: of the last session: all, or those whose journals were not written to for longest.
        n_ranks: all that have a journal.
        shards: (written in this session as far as known, all).
        journals: (files, bytes).
        now_s: time.time() of the look.
    """

    place: RunPlace
    condition: Condition
    sure: bool
    plan: PlanRecord | None
    sessions: Sequence[Mapping[str, Any]]
    done: int
    failed: int
    total: int
    kinds: Mapping[str, int]
    exit_code: int | None
    phase: str
    pace: Pace | None
    silent_s: float | None
    ranks: Sequence[RankState]
    n_ranks: int
    shards: tuple[int, int]
    journals: tuple[int, int]
    now_s: float

    @property
    def foreign_version(self) -> str | None:
        """The version that began the run, where it is not this one."""
        version = None if self.plan is None else self.plan.version
        return None if version == __version__ else version

    @property
    def rate_per_s(self) -> float | None:
        """Tasks a second, of a running run."""
        running = self.condition is Condition.RUNNING and self.pace is not None
        return self.pace.rate_per_s if running and self.pace is not None else None

    @property
    def left_s(self) -> float | None:
        """Seconds until the last task, as the rate is."""
        rate = self.rate_per_s
        return None if not rate else max(self.total - self.done, 0) / rate

    @property
    def slow_s(self) -> float:
        """A task in hand for longer is slow."""
        rate = self.rate_per_s
        mean_s = self.n_ranks / rate if rate else 0.0
        return max(SLOW_S, SLOW_FACTOR * mean_s)

    def result(self) -> int:
        """The exit code of `status`."""
        if self.condition is Condition.RUNNING:
            return AT_WORK
        if self.condition is not Condition.COMPLETE:
            return ExitCode.STOPPED_EARLY
        return ExitCode.DONE if self.exit_code is None else self.exit_code


def read_status(place: RunPlace, all_ranks: bool = False) -> RunStatus:
    """Look at a run, which may go on meanwhile.

    Args:
        place: of the run.
        all_ranks: read the end of every journal, however many there are.

    Raises:
        InvalidInputError: plan.json is damaged.
    """
    now_s = time.time()
    state = place.state
    # Before all else: a run that ends meanwhile is then found complete, and not dead.
    held = lock_is_held(state.path / "lock")
    plan = state.read_plan()
    marker = _json(state.complete) if plan is not None and state.is_complete else {}
    sessions = [] if plan is None else _sessions(state.provenance_json)
    session_s = _started_s(sessions)
    pace = read_pace(state.progress_jsonl, session_s)
    journals, ranks = _journals(place)
    newest_s = max([_changed_s(state.progress_jsonl), *(rank.changed_s for rank in ranks)])
    newest_s = max(newest_s, _changed_s(state.provenance_json), _changed_s(state.plan_json))
    silent_s = max(now_s - newest_s, 0.0) if newest_s and plan is not None else None
    condition = Condition.COMPLETE if marker else _condition(plan, sessions, held, silent_s)
    if condition is Condition.KILLED and lock_is_held(state.path / "lock"):
        condition, held = Condition.RUNNING, True  # It has just been started.
    n_ranks, reads_all = len(ranks), all_ranks or len(ranks) <= READ_RANKS
    if not reads_all:
        ranks = heapq.nsmallest(SHOWN_RANKS, ranks, key=lambda rank: rank.changed_s)
    ranks = [with_tail(rank) for rank in ranks]
    total = 0 if plan is None else plan.n_tasks
    done, failed = _counts(state.progress_jsonl, pace, ranks if reads_all else [])
    kinds = dict(marker.get("failed", {}))
    if marker:
        done, failed = total, sum(kinds.values())
    n_shards = 0 if plan is None or not plan.shard_size else -(-total // plan.shard_size)
    return RunStatus(
        place=place,
        condition=condition,
        sure=bool(held),
        plan=plan,
        sessions=sessions,
        done=min(done, total),
        failed=failed,
        total=total,
        kinds=kinds,
        exit_code=marker.get("exit_code"),
        phase=_phase(condition, pace, ranks, done, total),
        pace=pace,
        silent_s=None if marker else silent_s,
        ranks=ranks,
        n_ranks=n_ranks,
        shards=(sum(rank.shards for rank in ranks), n_shards),
        journals=journals,
        now_s=now_s,
    )


def _condition(
    plan: PlanRecord | None,
    sessions: Sequence[Mapping[str, Any]],
    held: bool | None,
    silent_s: float | None,
) -> Condition:
    """How an incomplete run is; the lock tells most, where it can be asked."""
    if held:
        return Condition.RUNNING
    if plan is None:
        return Condition.NOT_STARTED
    last = sessions[-1] if sessions else {}
    if last.get("outcome", "unfinished") not in ("unfinished", "complete"):
        return Condition.STOPPED
    if held is False and last.get("host") == os.uname().nodename:
        return Condition.KILLED
    is_fresh = silent_s is not None and silent_s < QUIET_S
    return Condition.RUNNING if is_fresh else Condition.QUIET


def _phase(
    condition: Condition, pace: Pace | None, ranks: Sequence[RankState], done: int, total: int
) -> str:
    if condition is not Condition.RUNNING:
        return ""
    if any(rank.shards for rank in ranks):
        return "writing results"
    if pace is None:
        has_begun = any(rank.size_bytes for rank in ranks)
        return "computing" if has_begun else "starting: reading inputs and journals"
    if pace.between:
        return "writing results" if done >= total else "between two phases"
    return {"suspects": "settling suspects, each alone"}.get(pace.phase, pace.phase)


def _counts(events: Path, pace: Pace | None, ranks: Sequence[RankState]) -> tuple[int, int]:
    """Done and failed: the journals of all ranks are newer than the last event."""
    failed = sum(rank.failed or 0 for rank in ranks)
    done = failed + sum(rank.done or 0 for rank in ranks)
    if pace is None:
        former = read_pace(events, 0.0)
        before = (0, 0) if former is None else (former.done, former.failed)
        return before[0] + done, before[1] + failed
    return max(pace.done, pace.at_start[0] + done), max(pace.failed, pace.at_start[1] + failed)


def _journals(place: RunPlace) -> tuple[tuple[int, int], list[RankState]]:
    """Number and bytes of all journals of the run, and the ranks of its last session."""
    ranks: list[RankState] = []
    files = size_bytes = 0
    try:
        folder = place.state.run_journals
        names = [entry.name for entry in folder.iterdir()]
        numbers = sorted(int(name) for name in names if name.isdigit())
    except (OSError, ValueError, KeyError, TypeError):
        return (0, 0), []
    for number in numbers:
        ranks = ranks_of_session(folder / f"{number:04d}")
        files += len(ranks)
        size_bytes += sum(rank.size_bytes for rank in ranks)
    return (files, size_bytes), ranks


def _sessions(path: Path) -> list[Mapping[str, Any]]:
    sessions = _json(path).get("sessions", [])
    return [one for one in sessions if isinstance(one, dict)] if isinstance(sessions, list) else []


def _started_s(sessions: Sequence[Mapping[str, Any]]) -> float:
    try:
        return datetime.strptime(sessions[-1]["started"], "%Y-%m-%dT%H:%M:%S%z").timestamp()
    except (IndexError, KeyError, TypeError, ValueError):
        return 0.0


def _json(path: Path) -> dict[str, Any]:
    """The content of a file; empty where it is missing or damaged."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _changed_s(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
