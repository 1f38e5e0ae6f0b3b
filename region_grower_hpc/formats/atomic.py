"""Replace a file as a whole: a reader sees the former one or the new one, never a part."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

from region_grower_hpc.formats.failed_write import naming

#: Files of one rank on their way to the disk; more gain little, and there are many ranks.
SYNCED_AT_ONCE = 4
#: What gives a temporary path for a file: `replacing`, or that of a ReplacedTogether.
Replacing = Callable[[Path], AbstractContextManager[Path]]


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; on success it is synced to disk and renamed to it.

    The temporary name keeps the suffix, by which many writers choose the format. It is always the
    same, so that what a killed writer left is replaced by the next one; it is removed when the
    block raises. There is one writer at a time.

    Raises:
        OSError: naming `path`, if it cannot be written.
    """
    path = Path(path)
    temporary = _beside(path)
    with naming(path, temporary):
        try:
            yield temporary
            sync(temporary)
            temporary.replace(path)
        except BaseException:
            _remove(temporary)
            raise
        sync(path.parent)


class ReplacedTogether:
    """Replaces many files as `replacing` does, but syncs them when all are written.

    A busy disk then writes them side by side, and each folder's list of names is synced once. The
    files appear when the `with` block ends well; each of them is a former or a new one at any time.
    """

    def __init__(self) -> None:
        #: path -> its temporary path, until that is renamed.
        self._temporaries: dict[Path, Path] = {}

    def __enter__(self) -> ReplacedTogether:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_error: object) -> None:
        try:
            if kind is None:
                self._replace()
        finally:
            for temporary in self._temporaries.values():
                _remove(temporary)

    @contextmanager
    def replacing(self, path: Path) -> Iterator[Path]:
        """Yield a temporary path beside `path`, as `replacing` does."""
        path = Path(path)
        temporary = self._temporaries[path] = _beside(path)
        with naming(path, temporary):
            yield temporary

    def write(self, path: Path, content: bytes | memoryview) -> None:
        """Write a file whose content is known, at little more than the cost of its system calls."""
        temporary = self._temporaries[path] = _beside(path)
        with naming(path, temporary):
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
            try:
                left = memoryview(content)
                while left:
                    left = left[os.write(descriptor, left) :]
            finally:
                os.close(descriptor)

    def _replace(self) -> None:
        paths = list(self._temporaries)
        with ThreadPoolExecutor(SYNCED_AT_ONCE) as threads:
            pairs = list(self._temporaries.items())
            shares = (pairs[at::SYNCED_AT_ONCE] for at in range(SYNCED_AT_ONCE))
            for _ in threads.map(_sync_temporaries, shares):
                pass
        for path in paths:
            temporary = self._temporaries[path]
            with naming(path, temporary):
                temporary.replace(path)
            del self._temporaries[path]
        for folder in {path.parent for path in paths}:
            with naming(folder):
                sync(folder)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.stem}.part{path.suffix}")


def _remove(temporary: Path) -> None:
    """Remove a temporary file; where even that fails, the next writer replaces it."""
    with suppress(OSError):
        temporary.unlink(missing_ok=True)


def _sync_temporaries(pairs: Iterable[tuple[Path, Path]]) -> None:
    for path, temporary in pairs:
        with naming(path, temporary):
            sync(temporary)


def sync(path: Path) -> None:
    """Flush a file's content, or a folder's list of names, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_text(path: Path, text: str) -> None:
    """Replace `path` by a UTF-8 text."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, value: Any) -> None:
    """Replace `path` by a JSON text, keys in the given order."""
    write_text(path, json.dumps(value, indent=2) + "\n")
