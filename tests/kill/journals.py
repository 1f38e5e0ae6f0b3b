"""What the journals of a run tell: which tasks each session started and finished."""

from __future__ import annotations

import contextlib
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from region_grower_hpc.engine.journal import JournalReader
from region_grower_hpc.engine.record import Kind

#: Id of the run, and number: a command may do several jobs, one after the other.
Task = tuple[str, int]
_RUN = re.compile(r"[0-9a-f]{32}")


@dataclass
class Account:
    """Of one or several sessions: sets of tasks, and shards written."""

    started: set[Task] = field(default_factory=set)
    finished: set[Task] = field(default_factory=set)
    suspects: set[Task] = field(default_factory=set)
    shards: set[Task] = field(default_factory=set)

    def add(self, journal: Path) -> None:
        """Read one journal."""
        run = next((part for part in journal.parts if _RUN.fullmatch(part)), "")
        reader = JournalReader(journal)
        with contextlib.closing(reader):
            for record in reader.records():
                {
                    Kind.STARTED: self.started,
                    Kind.DONE: self.finished,
                    Kind.FAILED: self.finished,
                    Kind.SUSPECT: self.suspects,
                    Kind.SHARD: self.shards,
                }[record.kind].add((run, record.task))


def journals_below(folder: Path) -> list[Path]:
    """All journals, oldest session first, while a run may be removing them (`glob` would raise)."""
    return sorted(
        Path(place, name)
        for place, _, names in os.walk(folder)
        for name in names
        if name.endswith(".journal")
    )


def account(folder: Path) -> Account:
    """Of all journals below a folder."""
    told = Account()
    for path in journals_below(folder):
        with contextlib.suppress(FileNotFoundError):
            told.add(path)
    return told


class Keeper:
    """Keeps the journals of all sessions of a life, which a finished run removes.

    Args:
        out: where the runs write.
        kept: a folder on the same file system.
    """

    def __init__(self, out: Path, kept: Path) -> None:
        self._out, self._kept = out, kept
        self._seen: set[Path] = set()
        #: A folder for each session, oldest first.
        self.sessions: list[Path] = []

    def keep(self) -> None:
        """Link what is new; the links see what is written later."""
        for path in journals_below(self._out):
            *_, run, session, _, name = path.parts
            target = self._kept / run / session / name
            if target in self._seen:
                continue
            if target.parent not in self.sessions:
                target.parent.mkdir(parents=True)
                self.sessions.append(target.parent)
            with contextlib.suppress(FileNotFoundError):
                os.link(path, target)
                self._seen.add(target)
