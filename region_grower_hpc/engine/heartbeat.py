"""A sign of life in progress.jsonl while nothing else is written there: planning, writing files."""

from __future__ import annotations

import json
import logging
import threading
import time
from pathlib import Path

logger = logging.getLogger(__name__)

#: The file is never older than twice this while rank 0 lives.
INTERVAL_S = 10.0


class Heartbeat:
    """A thread of rank 0 that lives until `stop`, or as long as the process.

    Args:
        events: progress.jsonl, appended to if nobody else did.
        interval_s: between two looks.
    """

    def __init__(self, events: Path, interval_s: float = INTERVAL_S) -> None:
        self._events = events
        self._interval_s = interval_s
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True, name="heartbeat")
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stopped.set()
        self._thread.join()

    def _watch(self) -> None:
        former = self._changed()
        while not self._stopped.wait(self._interval_s):
            if self._changed() == former and not self._beat():
                return
            former = self._changed()

    def _changed(self) -> int:
        try:
            return self._events.stat().st_mtime_ns
        except OSError:
            return 0

    def _beat(self) -> bool:
        """Append an event; False where that is not possible."""
        try:
            with self._events.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"event": "alive", "time": round(time.time(), 3)}) + "\n")
        except OSError as error:
            logger.warning("cannot write %s: %s", self._events, error.strerror)
            return False
        return True
