"""What the end of a rank's journal tells of the rank; a journal may be many GB."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from region_grower_hpc.engine.crash_report import REPORT, is_report
from region_grower_hpc.engine.record import HEADER_BYTES, Kind, Record, scan

#: Bytes read of a journal, and the most where a single result is larger than that.
FIRST_BYTES, MOST_BYTES = 1 << 16, 1 << 25


@dataclass(frozen=True)
class RankState:
    """A rank of a session, as its journal shows it.

    Attributes:
        rank: its number.
        journal: its file.
        size_bytes: of the journal.
        changed_s: when it was last written to (time.time()).
        host: where the rank runs, empty where not known.
        task: that it has in hand; None for none, or not known.
        done, failed: tasks that this rank finished in this session; None where not known.
        shards: shards that it wrote, as far as the end of its journal tells.
        crash: what the dying process has told of its death, such as `Segmentation fault`.
    """

    rank: int
    journal: Path
    size_bytes: int
    changed_s: float
    host: str = ""
    task: int | None = None
    done: int | None = None
    failed: int | None = None
    shards: int = 0
    crash: str = ""


def ranks_of_session(folder: Path) -> list[RankState]:
    """Ranks of a session, from size and time of their journals alone; what vanishes is left out."""
    states = []
    for entry in _files(folder):
        try:
            status = entry.stat()
            rank = int(Path(entry.name).stem)
        except (OSError, ValueError):
            continue
        states.append(RankState(rank, Path(entry.path), status.st_size, status.st_mtime))
    return sorted(states, key=lambda state: state.rank)


def _files(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.endswith(".journal"):
                    yield entry
                elif entry.is_dir():
                    yield from _files(Path(entry.path))
    except OSError:
        return


def with_tail(state: RankState) -> RankState:
    """The same rank, with what the end of its journal tells."""
    try:
        records, notes, rest, whole = _tail(state.journal)
    except OSError:
        return state
    starts = [at for at, record in enumerate(records) if record.kind is Kind.STARTED]
    shards = sum(record.kind is Kind.SHARD for record in records)
    if not starts:
        known = (0, 0) if whole else (None, None)
        return replace(state, done=known[0], failed=known[1], shards=shards)
    last = starts[-1]
    task: int | None = records[last].task
    done, failed, host = _read_note(notes[last])
    for record in records[last + 1 :]:
        if record.kind is Kind.DONE and done is not None:
            done += 1
        if record.kind is Kind.FAILED and failed is not None:
            failed += 1
        if record.kind in (Kind.DONE, Kind.FAILED, Kind.SUSPECT) and record.task == task:
            task = None
    # A rank that writes shards has given up what it had in hand.
    task = None if shards else task
    crash = ""
    if is_report(memoryview(rest)):
        crash = rest[len(REPORT) :].split(b"\n")[0].decode("utf-8", "replace")
    return replace(
        state, host=host, task=task, done=done, failed=failed, shards=shards, crash=crash
    )


def _tail(path: Path) -> tuple[list[Record], dict[int, bytes], bytes, bool]:
    """Records at the end of a journal, the notes of the starts among them, what follows the last
    record, and whether this is the whole journal.

    Where a former record begins is found by its magic and checksum (`scan`).
    """
    with path.open("rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        wanted = FIRST_BYTES
        while True:
            first = max(size - wanted, 0)
            data = memoryview(os.pread(file.fileno(), size - first, first))
            records = list(scan(data)) if len(data) >= HEADER_BYTES else []
            found = any(record.kind is Kind.STARTED for record in records)
            if first == 0 or found or wanted >= MOST_BYTES:
                break
            wanted *= 8
    notes = {
        at: bytes(data[record.offset : record.offset + record.length])
        for at, record in enumerate(records)
        if record.kind is Kind.STARTED
    }
    end = records[-1].offset + records[-1].length if records else len(data)
    return records, notes, bytes(data[end:]), first == 0


def _read_note(note: bytes) -> tuple[int | None, int | None, str]:
    """Done, failed, host; former versions left no note."""
    words = note.decode("utf-8", "replace").split()
    if len(words) != 3 or not (words[0].isdigit() and words[1].isdigit()):
        return None, None, ""
    return int(words[0]), int(words[1]), words[2]
