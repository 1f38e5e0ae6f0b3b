"""Which tasks of a plan a run does: `--gids FILE|A:B` and `--part I/N`."""

from __future__ import annotations

import dataclasses
import hashlib
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.engine.job import Plan
from region_grower_hpc.errors import InvalidInputError

logger = logging.getLogger(__name__)

Int64Array = NDArray[np.int64]

#: Ids that a message names before it says how many more there are.
SHOWN = 5


@dataclass(frozen=True)
class Selection:
    """A part of the tasks; results of a task do not depend on it.

    Attributes:
        gids: `A:B` for the ids A to B-1, or a file of ids and ranges; None for all.
        part: `I/N`, the I-th of N parts of them, from 1: every N-th task, beginning with the I-th.
    """

    gids: str | None = None
    part: str | None = None

    def __str__(self) -> str:
        words = [f"gids {self.gids}"] if self.gids is not None else []
        words += [f"part {self.part}"] if self.part is not None else []
        return ", ".join(words)

    def of(self, plan: Plan) -> Plan:
        """The plan of the selected tasks alone; its shards are its own.

        Raises:
            InvalidInputError: an id that the plan does not know, or text that is no selection.
        """
        positions, left_out = np.arange(plan.n_tasks), plan.left_out
        if self.gids is not None:
            ids = _ids(self.gids, np.union1d(plan.tasks, left_out))
            positions = np.flatnonzero(np.isin(plan.tasks, ids))
            left_out = left_out[np.isin(left_out, ids)]
        if self.part is not None:
            number, count = _part(self.part)
            positions, left_out = positions[number - 1 :: count], left_out[number - 1 :: count]
        if not positions.size:
            logger.warning("no task is selected (%s)", self)
        return dataclasses.replace(only(plan, positions), left_out=left_out)


def only(plan: Plan, positions: Int64Array) -> Plan:
    """The plan of the tasks at these positions alone; its shards are its own."""
    groups = None if plan.cost_groups is None else plan.cost_groups[positions]
    return dataclasses.replace(
        plan,
        tasks=plan.tasks[positions],
        costs_s=plan.costs_s[positions],
        cost_groups=groups,
        shard_size=0,
        left_out=plan.left_out[:0],
    )


def identity(tasks: Int64Array) -> str:
    """Digest of a list of tasks."""
    return hashlib.sha256(np.ascontiguousarray(tasks, dtype="<i8").data).hexdigest()


def shown(ids: Sequence[int]) -> str:
    """The first few of many ids, for a message."""
    words = ", ".join(str(one) for one in ids[:SHOWN])
    return words if len(ids) <= SHOWN else f"{words} and {len(ids) - SHOWN} more"


def _part(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"\s*(\d+)\s*/\s*(\d+)\s*", text)
    number, count = (int(match[1]), int(match[2])) if match else (0, 0)
    if not 1 <= number <= count:
        raise InvalidInputError(
            f"--part {text}: give I/N with 1 <= I <= N, such as 1/4 for the first of four parts"
        )
    return number, count


def _ids(text: str, known: Int64Array) -> Int64Array:
    """The ids that `A:B` or a file names, ascending, each once."""
    end = int(known[-1]) + 1 if known.size else 0
    if ":" in text and re.fullmatch(r"[\d:]+", text):
        where, words = f"--gids {text}", [text]
    else:
        where, words = f"--gids {text}:", _words(Path(text))
    ranges = [_range(word, where, end) for word in words]
    unknown = [last - 1 for _, last in ranges if last > end]
    if not unknown:
        every = [np.arange(first, last, dtype=np.int64) for first, last in ranges]
        ids = np.unique(np.concatenate(every)) if every else np.empty(0, dtype=np.int64)
        unknown = np.setdiff1d(ids, known).tolist()
    if unknown:
        span = f"the gids {known[0]} to {known[-1]}" if known.size else "no cells"
        raise InvalidInputError(f"{where} there is no gid {shown(unknown)}; the input has {span}")
    return ids


def _words(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").replace(",", " ").split()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InvalidInputError(
            f"--gids {path}: neither a range A:B nor a readable file of gids: {reason}"
        ) from error


def _range(word: str, where: str, end: int) -> tuple[int, int]:
    """First and last + 1 of `A:B` (A and B may be left out) or of a single id."""
    match = re.fullmatch(r"(\d{0,18})(:?)(\d{0,18})", word)
    if match and (match[1] or match[2]):
        first = int(match[1] or 0)
        last = int(match[3] or end) if match[2] else first + 1
        if first <= last:
            return first, last
    raise InvalidInputError(f"{where} {word!r:.80} is neither a gid nor a range A:B of gids")
