"""A file for libraries that cannot bear a failed write: errors are noted, and raised at the end."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class NotedErrors:
    """What h5py needs of a file object; after the first error no more is written.

    libhdf5, left to write files itself, crashes the process on a full disk where small datasets are
    concerned, or leaves half a file and says nothing. This lets it end in peace.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._position = 0
        self.error: OSError | None = None

    def write(self, data: memoryview) -> int:
        """Write all of it, or note why not."""
        size = len(data)
        done = 0
        try:
            while done < size and self.error is None:
                done += os.pwrite(self._descriptor, data[done:], self._position + done)
        except OSError as error:
            self.error = error
        self._position += size
        return size

    def truncate(self, size: int) -> int:
        """Set the size, or note why not."""
        try:
            if self.error is None:
                os.ftruncate(self._descriptor, size)
        except OSError as error:
            self.error = error
        return size

    def readinto(self, room: memoryview) -> int:
        """Read what there is; zeros where an error has left nothing."""
        count = os.preadv(self._descriptor, [room], self._position)
        if self.error is not None:
            room[count:] = bytes(len(room) - count)
            count = len(room)
        self._position += count
        return count

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, counted from the beginning or the end."""
        end = os.fstat(self._descriptor).st_size if whence == io.SEEK_END else 0
        self._position = end + offset
        return self._position

    def tell(self) -> int:
        """The place of the next byte."""
        return self._position

    def read(self, size: int) -> bytes:
        """Read what there is; by this method h5py knows a file object."""
        room = bytearray(size)
        return bytes(room[: self.readinto(memoryview(room))])

    def flush(self) -> None:
        """Nothing is held back."""


@contextmanager
def noting_errors(path: Path) -> Iterator[NotedErrors]:
    """Yield a new file for h5py to write; what went wrong is raised when the block has ended.

    Raises:
        OSError: the first error, whatever the library made of it.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o666)
    file = NotedErrors(descriptor)
    try:
        try:
            yield file
        finally:
            os.close(descriptor)
    except Exception:
        if file.error is None:
            raise
    if file.error is not None:
        raise file.error
