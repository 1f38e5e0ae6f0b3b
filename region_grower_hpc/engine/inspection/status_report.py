"""The status of a run in words, and as JSON values."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from region_grower_hpc.engine.inspection.journal_tail import RankState
from region_grower_hpc.engine.inspection.run_status import SHOWN_RANKS, Condition, RunStatus
from region_grower_hpc.errors import ExitCode

#: Sessions that are listed; all are counted.
_SHOWN_SESSIONS = 5


def report(status: RunStatus, all_ranks: bool = False) -> str:
    """Some lines for people.

    Args:
        status: of the run.
        all_ranks: list every rank that the status has.
    """
    lines = [f"{status.place}: {_headline(status)}"]
    lines += [f"  {label:<9} {words}" for label, words in _facts(status)]
    lines += _rank_lines(status, all_ranks)
    lines.append(f"  {'next':<9} {_advice(status)}")
    return "\n".join(lines)


def as_json(status: RunStatus) -> dict[str, Any]:
    """The same for programs; times are seconds since 1970 or of duration."""
    return {
        "output": None if status.place.output is None else str(status.place.output),
        "state_dir": str(status.place.state.path),
        "condition": status.condition.value,
        "lock_held": status.sure,
        "exit_code": status.result(),
        "job": None if status.plan is None else status.plan.job,
        "version": None if status.plan is None else status.plan.version,
        "done": status.done,
        "failed": status.failed,
        "failed_kinds": dict(status.kinds),
        "total": status.total,
        "phase": status.phase,
        "rate_per_s": status.rate_per_s,
        "eta_s": status.left_s,
        "silent_s": status.silent_s,
        "shards": {"written": status.shards[0], "total": status.shards[1]},
        "journals": {"files": status.journals[0], "bytes": status.journals[1]},
        "sessions": [dict(session) for session in status.sessions],
        "n_ranks": status.n_ranks,
        "ranks": [
            {
                "rank": rank.rank,
                "host": rank.host,
                "task": rank.task,
                "done": rank.done,
                "failed": rank.failed,
                "bytes": rank.size_bytes,
                "crash": rank.crash,
                "silent_s": max(status.now_s - rank.changed_s, 0.0),
            }
            for rank in status.ranks
        ],
    }


def _headline(status: RunStatus) -> str:
    session: Mapping[str, Any] = status.sessions[-1] if status.sessions else {}
    if status.condition is Condition.COMPLETE:
        failed = f" with {_counted(status.failed, 'failure')}" if status.failed else ""
        over = ", more than allowed" if status.exit_code == ExitCode.TOO_MANY_FAILURES else ""
        return f"complete{failed}{over}"
    if status.condition is Condition.RUNNING:
        unsure = "" if status.sure else " (by the age of its files)"
        return f"running{_where(session)}{unsure}"
    if status.condition is Condition.STOPPED:
        return f"stopped early: {session.get('outcome')}"
    if status.condition is Condition.KILLED:
        return f"ended without a word, killed or crashed{_where(session)}"
    if status.condition is Condition.QUIET:
        silent = "" if status.silent_s is None else f" for {clock(status.silent_s)}"
        return f"no sign of life{silent}: killed, or its node is lost{_where(session)}"
    return "not started"


def _where(session: Mapping[str, Any]) -> str:
    words = f", on {session['host']}" if session.get("host") else ""
    slurm = session.get("slurm")
    if isinstance(slurm, dict) and slurm.get("SLURM_JOB_ID"):
        words += f" (SLURM job {slurm['SLURM_JOB_ID']})"
    if session.get("ranks"):
        words += f", {_ranks(session)} on {_counted(session.get('nodes', '?'), 'node')}"
    return words + (f", since {session['started']}" if session.get("started") else "")


def _ranks(session: Mapping[str, Any]) -> str:
    return _counted(session.get("ranks", "?"), "rank")


def _counted(number: Any, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _facts(status: RunStatus) -> Iterator[tuple[str, str]]:
    if status.plan is not None:
        share = f" ({100 * status.done / status.total:.1f} %)" if status.total else ""
        kinds = ", ".join(f"{count} {kind}" for kind, count in status.kinds.items())
        failed = f"{status.failed} failed" + (f": {kinds}" if kinds else "")
        yield "done", f"{status.done:,} of {status.total:,}{share}, {failed}"
    if status.phase:
        shards = ""
        if status.phase == "writing results" and status.shards[0]:
            shards = f", {status.shards[0]} of {status.shards[1]} shards in this session"
        yield "now", f"{status.phase}{shards}"
    if status.rate_per_s and status.left_s is not None and status.done < status.total:
        yield "rate", f"{status.rate_per_s:.3g} tasks/s, {clock(status.left_s)} left"
    if status.condition is Condition.RUNNING and status.silent_s is not None:
        yield "news", f"{clock(status.silent_s)} ago"
    if status.foreign_version is not None:
        yield "version", f"begun with {status.foreign_version}, another than this one"
    if status.sessions:
        yield "sessions", str(len(status.sessions))
        for session in status.sessions[-_SHOWN_SESSIONS:]:
            yield "", f"{session.get('started')}  {_ranks(session)}  {_end(session)}"
    if status.journals[0]:
        yield "journals", f"{_size(status.journals[1])} in {_counted(status.journals[0], 'file')}"


def _end(session: Mapping[str, Any]) -> str:
    wall_s = session.get("wall_s")
    took = f" after {clock(wall_s)}" if isinstance(wall_s, int | float) else ""
    return f"{session.get('outcome')}{took}"


def _rank_lines(status: RunStatus, all_ranks: bool) -> Iterator[str]:
    if not status.ranks or status.condition is Condition.COMPLETE:
        return
    longest = sorted(status.ranks, key=lambda rank: rank.changed_s)
    shown = sorted(status.ranks, key=lambda rank: rank.rank) if all_ranks else longest[:SHOWN_RANKS]
    left = status.n_ranks - len(shown)
    title = f"the {len(shown)} silent for longest; --ranks shows all" if left else "all"
    yield f"  {'ranks':<9} {status.n_ranks}; {title}"
    header = ("rank", "silent for", "task in hand", "done", "failed", "journal", "host")
    rows = [header, *(_rank_row(status, rank) for rank in shown)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(header))]
    for row in rows:
        cells = [cell.rjust(width) for cell, width in zip(row[:-1], widths, strict=False)]
        yield f"    {'  '.join(cells)}  {row[-1]}".rstrip()


def _rank_row(status: RunStatus, rank: RankState) -> tuple[str, ...]:
    silent_s = max(status.now_s - rank.changed_s, 0.0)
    running = status.condition is Condition.RUNNING
    slow = running and rank.task is not None and silent_s > status.slow_s
    return (
        str(rank.rank),
        clock(silent_s),
        ("" if rank.task is None else str(rank.task)) + (" slow" if slow else ""),
        "" if rank.done is None else str(rank.done),
        "" if rank.failed is None else str(rank.failed),
        _size(rank.size_bytes),
        rank.host + (f"  died: {rank.crash}" if rank.crash else ""),
    )


def _advice(status: RunStatus) -> str:
    command = status.sessions[-1].get("command") if status.sessions else None
    words = shlex.join(map(str, command)) if isinstance(command, list) and command else ""
    again = f"the same command continues{f': {words}' if words else ''}"
    if status.condition is Condition.RUNNING:
        return "wait; `status --watch 10` looks again and again"
    if status.condition is Condition.COMPLETE:
        if status.failed:
            return "`rerun --gid G` does a failed cell again and shows why"
        return "nothing is left to do"
    if status.condition is Condition.NOT_STARTED:
        return "nothing was computed yet: start the command"
    if status.condition is Condition.QUIET:
        return f"see whether its job still runs (squeue); if not, {again}"
    return again


def clock(seconds: float) -> str:
    """Days, hours, minutes, seconds."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    return (
        f"{days} d {hour}:{minute:02d}:{second:02d}"
        if days
        else f"{hour}:{minute:02d}:{second:02d}"
    )


def _size(size_bytes: int) -> str:
    size = float(size_bytes)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} TB"
