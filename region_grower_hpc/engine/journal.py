"""The append-only record of what a rank has started and finished: crash safety and resume.

Every start of the command is a session; every computing rank of a session writes one file,
``journals/<session>/<rank // 256>/<rank>.journal``, and never appends to a former one, whose tail
may be torn. A finished task is written before it is reported, together with the start of the next
one in a single system call.
"""

from __future__ import annotations

import json
import mmap
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.engine.job import Failure, StoredResult
from region_grower_hpc.engine.record import (
    HEADER_BYTES,
    Kind,
    Record,
    decode_arrays,
    encode,
    encode_arrays,
    scan,
)

#: Unwritten bytes above which the buffer goes to the file even between two tasks.
BUFFER_BYTES = 1 << 20


def journal_path(folder: Path, session: int, rank: int) -> Path:
    """Where a rank of a session writes."""
    return folder / f"{session:04d}" / f"{rank // 256:03d}" / f"{rank:06d}.journal"


def journal_files(folder: Path) -> list[Path]:
    """All journals of all sessions, oldest session first."""
    return sorted(folder.glob("*/*/*.journal"))


def next_session(folder: Path) -> int:
    """The number after the last session that left a folder."""
    numbers = [int(entry.name) for entry in folder.glob("[0-9]*") if entry.name.isdigit()]
    return max(numbers, default=0) + 1


class JournalWriter:
    """Writes the journal of one rank of one session.

    Args:
        path: a file that does not exist yet; its folders are made.
        digest: of the plan; a reader ignores journals of other plans.
        fsync_interval_s: how much work a power loss may cost.
    """

    def __init__(self, path: Path, digest: str, fsync_interval_s: float = 10.0) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._fsync_interval_s = fsync_interval_s
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o644)
        self._buffer = bytearray()
        self._position = 0
        self._last_fsync_s = time.monotonic()
        self._append(encode(Kind.PLAN, 0, payload=digest.encode()))
        self.flush()

    def started(self, task: int) -> None:
        """Record that a task is about to run; on disk when this returns."""
        self._append(encode(Kind.STARTED, task))
        self.flush()

    def done(
        self, task: int, seconds: float, row: bytes, arrays: Mapping[str, NDArray[Any]]
    ) -> tuple[int, int]:
        """Record a result; gives offset and length of its payload.

        In the file after the next `started` or `flush`.
        """
        return self._keep(encode(Kind.DONE, task, seconds, row + encode_arrays(arrays)))

    def failed(self, failure: Failure, seconds: float) -> tuple[int, int]:
        """Record a failure; gives offset and length of its payload."""
        payload = json.dumps([failure.kind, failure.error, failure.message]).encode()
        return self._keep(encode(Kind.FAILED, failure.task, seconds, payload))

    def suspect(self, task: int) -> None:
        """Record that a task must be settled alone in a child process; on disk on return."""
        self._append(encode(Kind.SUSPECT, task))
        self.flush()

    def shard_written(self, shard: int, destination: str) -> None:
        """Record that a shard's files are complete under a destination; on disk on return."""
        self._append(encode(Kind.SHARD, shard, payload=destination.encode()))
        self.flush()

    def flush(self) -> None:
        """Hand everything to the operating system, which keeps it if this process is killed."""
        view = memoryview(self._buffer)
        while view:
            written = os.write(self._descriptor, view)
            view = view[written:]
        view.release()
        self._buffer.clear()
        now_s = time.monotonic()
        if now_s - self._last_fsync_s >= self._fsync_interval_s:
            os.fsync(self._descriptor)
            self._last_fsync_s = now_s

    def close(self) -> None:
        """Flush, sync to disk and close."""
        self.flush()
        os.fsync(self._descriptor)
        os.close(self._descriptor)

    def _keep(self, record: bytes) -> tuple[int, int]:
        offset = self._position + HEADER_BYTES
        self._append(record)
        return offset, len(record) - HEADER_BYTES

    def _append(self, record: bytes) -> None:
        self._buffer += record
        self._position += len(record)
        if len(self._buffer) > BUFFER_BYTES:
            self.flush()


class JournalReader:
    """Reads one journal, torn or damaged as it may be."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            self._data: mmap.mmap | bytes = (
                mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size else b""
            )

    def records(self, digest: str) -> Iterator[Record]:
        """Valid records; none if the journal belongs to another plan."""
        view = memoryview(self._data)
        try:
            records = scan(view)
            first = next(records, None)
            if first is None or first.kind is not Kind.PLAN:
                return
            if self._payload(first.offset, first.length) != digest.encode():
                return
            yield from records
        finally:
            view.release()

    def result(self, task: int, offset: int, length: int, row_dtype: np.dtype[Any]) -> StoredResult:
        """The result whose payload lies there."""
        payload = self._payload(offset, length)
        row = np.frombuffer(payload, dtype=row_dtype, count=1)[0]
        return StoredResult(task, row, decode_arrays(payload[row_dtype.itemsize :]))

    def failure(self, task: int, offset: int, length: int) -> Failure:
        """The failure whose payload lies there."""
        kind, error, message = json.loads(self._payload(offset, length))
        return Failure(task, kind, error, message)

    def destination(self, offset: int, length: int) -> str:
        """The destination of the shard whose payload lies there."""
        return self._payload(offset, length).decode()

    def close(self) -> None:
        """Release the file."""
        if isinstance(self._data, mmap.mmap):
            self._data.close()

    def _payload(self, offset: int, length: int) -> bytes:
        return bytes(self._data[offset : offset + length])
