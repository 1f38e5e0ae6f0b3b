"""What appears below an output folder while a run is at work: events at which a kill strikes."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

STATE_SUFFIX = ".rghpc"
_RUN = re.compile(r"journals/[0-9a-f]{32}")
_NUMBER = re.compile(r"[0-9]+")
_HEX_NAME = re.compile(r"[0-9a-f]{8,}")


def kind_of(path: str) -> str:
    """Path below the output without what differs from run to run: runs, numbers, hashes."""
    if "/journals" in path:
        return "journals"
    return _NUMBER.sub("#", _HEX_NAME.sub("#", _RUN.sub("journals", path)))


class Watch:
    """Notices files that are new, or were replaced, since it began."""

    def __init__(self, out: Path) -> None:
        self._out = str(out)
        self._known = dict(self._look())

    def news(self) -> list[str]:
        """Paths below the output of files that are new or changed since the last call."""
        found = dict(self._look())
        news = [path for path, identity in found.items() if self._known.get(path) != identity]
        self._known = found
        return news

    def _look(self, below: str = "") -> Iterator[tuple[str, tuple[int, int]]]:
        in_state = STATE_SUFFIX in below
        try:
            with os.scandir(os.path.join(self._out, below)) as entries:  # noqa: PTH118
                for entry in entries:
                    path = f"{below}/{entry.name}" if below else entry.name
                    if entry.is_dir(follow_symlinks=False):
                        yield from self._look(path)
                    # Files of the state folder are also written in place.
                    elif in_state and not entry.name.endswith(".journal"):
                        yield path, (entry.inode(), entry.stat().st_mtime_ns)
                    else:
                        yield path, (entry.inode(), 0)
        except OSError:
            return
