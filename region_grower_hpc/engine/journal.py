"""The append-only record of what a rank has started and finished: crash safety and resume.

Every start of the command is a session; every computing rank of a session writes one file,
``journals/<run>/<session>/<rank // 256>/<rank>.journal``, and never appends to a former one, whose
tail may be torn. A finished task is written before it is reported, together with the start of the
next one in a single system call.
"""

from __future__ import annotations

import contextlib
import json
import mmap
import os
import time
from collections.abc import Container, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from region_grower_hpc.engine.crash_report import is_report
from region_grower_hpc.engine.job import Failure, StoredResult
from region_grower_hpc.engine.reading_room import ReadingRoom
from region_grower_hpc.engine.record import (
    HEADER_BYTES,
    Bytes,
    Kind,
    Record,
    decode_arrays,
    encode,
    header,
    scan,
    scan_for,
)
from region_grower_hpc.formats.failed_write import naming

#: Unwritten bytes above which the buffer goes to the file even between two tasks.
BUFFER_BYTES = 1 << 20
#: From here on an array goes to the file past the buffer.
DIRECT_BYTES = 1 << 16


def journal_path(folder: Path, session: int, rank: int) -> Path:
    """Where a rank of a session writes."""
    return folder / f"{session:04d}" / f"{rank // 256:03d}" / f"{rank:06d}.journal"


def journal_files(folder: Path) -> list[Path]:
    """All journals of all sessions, oldest session first."""
    return sorted(folder.glob("*/*/*.journal"))


def begin_session(folder: Path) -> int:
    """Make the folder of the next session; its number."""
    folder.mkdir(parents=True, exist_ok=True)
    numbers = [int(entry.name) for entry in folder.iterdir() if entry.name.isdigit()]
    number = max(numbers, default=0) + 1
    (folder / f"{number:04d}").mkdir()
    return number


class JournalWriter:
    """Writes the journal of one rank of one session.

    Args:
        path: a file that does not exist yet; its folders are made.
        fsync_interval_s: how much work a power loss may cost.
    """

    def __init__(self, path: Path, fsync_interval_s: float = 10.0) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._fsync_interval_s = fsync_interval_s
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        self._buffer = bytearray()
        self._position = 0
        self._last_fsync_s = time.monotonic()
        self._broken = False

    def fileno(self) -> int:
        """The open file, for the report of a crash (crash_report.py)."""
        return self._descriptor

    def started(self, task: int, note: bytes = b"") -> None:
        """Record that a task is about to run, with a note for `status`; on disk on return."""
        self._append(encode(Kind.STARTED, task, payload=note))
        self.flush()

    def done(self, task: int, seconds: float, *payload: Bytes) -> tuple[int, int]:
        """Record a result, its row and `array_parts`; gives offset and length of the payload.

        In the file after the next `started` or `flush`; the parts are copied at once.
        """
        return self._keep(Kind.DONE, task, seconds, *payload)

    def failed(self, failure: Failure, seconds: float) -> tuple[int, int]:
        """Record a failure; gives offset and length of its payload."""
        payload = json.dumps([failure.kind, failure.error, failure.message]).encode()
        return self._keep(Kind.FAILED, failure.task, seconds, payload)

    def suspect(self, task: int) -> None:
        """Record that a task must be settled alone in a child process; on disk on return."""
        self._append(encode(Kind.SUSPECT, task))
        self.flush()

    def shard_written(self, shard: int, destination: str) -> None:
        """Record that a shard's files are complete under a destination; on disk on return."""
        self._append(encode(Kind.SHARD, shard, payload=destination.encode()))
        self.flush()

    def flush(self) -> None:
        """Hand everything to the operating system, which keeps it if this process is killed.

        Raises:
            OSError: naming the journal; nothing more is written to it.
        """
        with self._breaking():
            while self._buffer and not self._broken:
                # What is written is dropped at once: it must not be written twice.
                del self._buffer[: os.write(self._descriptor, self._buffer)]
            if time.monotonic() - self._last_fsync_s >= self._fsync_interval_s:
                self._fsync()

    def sync(self) -> None:
        """Flush to the disk, where other nodes see it."""
        self.flush()
        with self._breaking():
            self._fsync()

    def close(self) -> None:
        """Flush, sync to disk and close; a journal that failed is only closed."""
        try:
            if not self._broken:
                self.sync()
        finally:
            with naming(self.path):
                os.close(self._descriptor)

    @contextlib.contextmanager
    def _breaking(self) -> Iterator[None]:
        """An error names the journal, and nothing more is written to it."""
        try:
            with naming(self.path):
                yield
        except OSError:
            self._broken = True
            raise

    def _fsync(self) -> None:
        os.fsync(self._descriptor)
        self._last_fsync_s = time.monotonic()

    def _keep(self, kind: Kind, task: int, seconds: float, *payload: Bytes) -> tuple[int, int]:
        offset = self._position + HEADER_BYTES
        self._append(header(kind, task, seconds, payload), *payload)
        return offset, self._position - offset

    def _append(self, *record: Bytes) -> None:
        for part in record:
            self._position += len(part)
            if len(part) < DIRECT_BYTES:
                self._buffer += part
            else:
                self.flush()
                self._write(memoryview(part))
        if len(self._buffer) > BUFFER_BYTES:
            self.flush()

    def _write(self, part: memoryview) -> None:
        """Write a large part as it is: to copy it into the buffer would cost as much."""
        with self._breaking():
            while part and not self._broken:
                part = part[os.write(self._descriptor, part) :]


class JournalReader:
    """Reads one journal, torn or damaged as it may be."""

    #: Where all readers put results.
    _room = ReadingRoom()

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("rb", buffering=0)

    def records(self) -> Iterator[Record]:
        """Valid records, in order; one of a suspect for the task that ended the process."""
        if not os.fstat(self._file.fileno()).st_size:
            return
        with (
            mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ) as data,
            memoryview(data) as view,
        ):
            last = None
            for record in scan(view):
                last = record
                yield record
            if last is None or last.kind is not Kind.STARTED:
                return
            end = last.offset + last.length
            if is_report(view[end:]):
                yield Record(Kind.SUSPECT, last.task, 0.0, end, 0)

    def records_of(self, tasks: Container[int]) -> Iterator[Record]:
        """Valid records of some tasks, in order; the results of others are not read."""
        if not os.fstat(self._file.fileno()).st_size:
            return
        with (
            mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ) as data,
            memoryview(data) as view,
        ):
            yield from scan_for(view, tasks)

    def result(self, task: int, offset: int, length: int, row_dtype: np.dtype[Any]) -> StoredResult:
        """The result whose payload lies there."""
        payload = self._payload(offset, length)
        row = np.frombuffer(payload, dtype=row_dtype, count=1)[0]
        return StoredResult(task, row, decode_arrays(payload[row_dtype.itemsize :]))

    def failure(self, task: int, offset: int, length: int) -> Failure:
        """The failure whose payload lies there."""
        kind, error, message = json.loads(bytes(self._payload(offset, length)))
        return Failure(task, kind, error, message)

    def destination(self, offset: int, length: int) -> str:
        """The destination of the shard whose payload lies there."""
        return bytes(self._payload(offset, length)).decode()

    def close(self) -> None:
        """Release the file."""
        self._file.close()

    def _payload(self, offset: int, length: int) -> memoryview:
        room = self._room.take(length)
        read = 0
        while read < length:
            with naming(self.path):
                count = os.preadv(self._file.fileno(), [room[read:]], offset + read)
            if not count:
                raise OSError(f"'{self.path}' ends at byte {offset + read}: a record is missing")
            read += count
        return room.toreadonly()
