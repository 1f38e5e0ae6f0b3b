"""Tasks done again, in words and as JSON values."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from region_grower_hpc.engine.inspection.rerun import Repeat
from region_grower_hpc.engine.job import Failure
from region_grower_hpc.errors import ExitCode


def exit_code(repeats: Sequence[Repeat]) -> int:
    """1 where something differs, 4 where a task fails, else 0."""
    if any(verdict.difference for repeat in repeats for verdict in repeat.verdicts):
        return ExitCode.INTERNAL
    if any(isinstance(repeat.outcome, Failure) for repeat in repeats):
        return ExitCode.TOO_MANY_FAILURES
    return ExitCode.DONE


def report(repeat: Repeat) -> str:
    """Some lines for people."""
    group = f" ({repeat.group})" if repeat.group else ""
    ends = "fails" if isinstance(repeat.outcome, Failure) else "is done"
    lines = [f"gid {repeat.task}{group} {ends}"]
    lines += [f"  {label:<9} {words}" for label, words in _facts(repeat)]
    return "\n".join(lines)


def as_json(repeat: Repeat) -> dict[str, Any]:
    """The same for programs."""
    failure = repeat.outcome if isinstance(repeat.outcome, Failure) else None
    return {
        "gid": repeat.task,
        "group": repeat.group,
        "failure": None
        if failure is None
        else {"kind": failure.kind, "error": failure.error, "message": failure.message},
        "measures": dict(repeat.measures),
        "kept_in": None if repeat.kept.file is None else str(repeat.kept.file),
        "starts": repeat.kept.n_starts,
        "comparisons": [
            {"what": one.what, "file": str(one.place), "difference": one.difference}
            for one in repeat.verdicts
        ],
        "same": bool(repeat.verdicts) and not any(one.difference for one in repeat.verdicts),
        "out": None if repeat.out is None else str(repeat.out),
    }


def _facts(repeat: Repeat) -> Iterator[tuple[str, str]]:
    yield "options", ", ".join(f"{name} {value}" for name, value in repeat.options.items())
    if repeat.measures:
        yield (
            "time",
            "{wall_s:.3f} s, CPU {cpu_s:.3f} s; set-up {setup_s:.3f} s".format(**repeat.measures),
        )
        yield (
            "memory",
            "{peak_mb:.0f} MB at most, {before_mb:.0f} MB before the cell".format(
                **repeat.measures
            ),
        )
    outcome = repeat.outcome
    if isinstance(outcome, Failure):
        error = f" ({outcome.error})" if outcome.error else ""
        yield "failure", f"{outcome.kind}{error}: {outcome.message}"
    else:
        names = outcome.row.dtype.names or ()
        yield "row", ", ".join(f"{name} {_value(outcome.row[name])}" for name in names)
        for name, array in outcome.arrays.items():
            digest = hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:16]
            yield "array", f"{name} {array.dtype}{list(array.shape)} sha256 {digest}…"
    if repeat.kept.n_starts > 1:
        yield "starts", f"{repeat.kept.n_starts} in the run's journals"
    if not repeat.verdicts:
        yield "compare", "the run has kept nothing of it (yet)"
    for verdict in repeat.verdicts:
        same = "the same" if isinstance(outcome, Failure) else "the same bytes"
        words = f"differs: {verdict.difference}" if verdict.difference else same
        yield "compare", f"{verdict.what}: {words} (in {verdict.place})"
    if repeat.out is not None:
        yield "written", str(repeat.out)


def _value(value: Any) -> str:
    return str(value.tolist() if hasattr(value, "tolist") else value)
