"""The uninterrupted run of one rank, with which all others are compared."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from region_grower_hpc.errors import ExitCode
from tests.kill.attempt import Attempt
from tests.kill.system import System
from tests.kill.watch import STATE_SUFFIX, Watch
from tests.kill.way import Way

PATIENCE_S = 600.0
#: What only a fresh run writes.
_ONLY_ONCE = re.compile(r"\.rghpc/(lock|\.?plan.*)$")


@dataclass
class Reference:
    """What a whole run leaves, and when.

    Attributes:
        out: its output.
        length_s: how long it took.
        start_up_s: until its first journal appeared.
        writing_s: from rows.npy to the end.
        kinds: how often each kind of path appeared (watch.py).
        pace: how much slower whole runs are now than this one was.
    """

    out: Path
    length_s: float = 0.0
    start_up_s: float = 0.0
    writing_s: float = 0.0
    kinds: Counter[str] = field(default_factory=Counter)
    pace: float = 1.0

    @classmethod
    def made(cls, system: System, inputs: Path, folder: Path) -> Reference:
        """Run the command once, with one rank and without MPI.

        Raises:
            RuntimeError: the run fails.
        """
        reference = cls(folder / "out")
        rows_s = 0.0

        def seen(kind: str, at_s: float) -> None:
            nonlocal rows_s
            reference.kinds[kind] += 1
            if kind == "journals":
                reference.start_up_s = reference.start_up_s or at_s
            if kind.endswith("/rows.npy"):
                rows_s = rows_s or at_s

        folder.mkdir(parents=True)
        command, log = system.command(inputs, reference.out), folder / "log"
        attempt = Attempt(command, Way(), reference.out, log, lambda: None)
        watch = Watch(reference.out)
        ended = attempt.execute(None, (), random.Random(), PATIENCE_S, watch, seen)
        if ended.code != ExitCode.DONE:
            told = log.read_text(encoding="utf-8", errors="replace")
            raise RuntimeError(f"the reference of {system.name} ended with {ended.code}: {told}")
        reference.length_s = ended.moment_s
        reference.writing_s = ended.moment_s - rows_s if rows_s else 0.0
        return reference

    def kinds_again(self) -> Counter[str]:
        """The same without what a run that is continued does not write again."""
        return Counter({kind: n for kind, n in self.kinds.items() if not _ONLY_ONCE.search(kind)})

    def left_s(self, done_ratio: float, n_ranks: int) -> float:
        """Expected length of a run that finds a part of its tasks done."""
        computing_s = max(self.length_s - self.start_up_s - self.writing_s, 0.0)
        left_s = self.start_up_s + computing_s * (1 - done_ratio) / n_ranks + self.writing_s
        return left_s * self.pace

    def learn(self, expected_s: float, length_s: float) -> None:
        """Take note of a run that was expected to take so long, and was not killed."""
        self.pace *= (length_s / expected_s) ** 0.5


@dataclass(frozen=True)
class Comparison:
    """How an output differs from the reference.

    Attributes:
        n_bytes: that differ; those that only one side has count.
        files: names.
    """

    n_bytes: int
    files: Sequence[str]


def compare(reference: Path, out: Path) -> Comparison:
    """Compare all files below two folders, state folders left out."""
    n_bytes, different = 0, []
    for name in sorted({*_files(reference), *_files(out)}):
        ours, theirs = _content(out / name), _content(reference / name)
        if ours is None or theirs is None or ours != theirs:
            different.append(name)
            n_bytes += _n_different(ours or b"", theirs or b"")
    return Comparison(n_bytes, different)


def _files(folder: Path) -> list[str]:
    paths = (path.relative_to(folder) for path in folder.rglob("*"))
    return [
        str(path)
        for path in paths
        if not any(part.endswith(STATE_SUFFIX) for part in path.parts)
        and not (folder / path).is_dir()
    ]


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _n_different(one: bytes, other: bytes) -> int:
    common = min(len(one), len(other))
    first, second = (np.frombuffer(each, np.uint8, common) for each in (one, other))
    return int(np.count_nonzero(first != second)) + max(len(one), len(other)) - common
