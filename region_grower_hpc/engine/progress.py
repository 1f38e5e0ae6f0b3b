"""How far the run is: a bar on a terminal, whole lines in a log, events in progress.jsonl."""

from __future__ import annotations

import json
import logging
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

logger = logging.getLogger(__name__)

#: First pause between two lines of a log, and the factor by which it grows, up to the last.
FIRST_LINE_S, GROWTH, LAST_LINE_S = 5.0, 1.5, 600.0
_BAR_S = 0.25
_EVENT_S = 5.0
_BAR_WIDTH = 30


class Progress:
    """Watches a tally in a thread of rank 0, which may itself be computing.

    Args:
        total: tasks of the whole run.
        already: tasks that former sessions finished, and how many of them failed.
        tally: tasks done and failed in this session.
        events: progress.jsonl, appended to.
        hidden: neither bar nor lines.
        phase: what is being done, for `status`.
    """

    def __init__(
        self,
        total: int,
        already: tuple[int, int],
        tally: Callable[[], tuple[int, int]],
        events: Path,
        hidden: bool = False,
        stream: TextIO = sys.stderr,
        phase: str = "computing",
    ) -> None:
        self._total, self._already, self._tally = total, already, tally
        self._events = events
        self._hidden = hidden
        self._phase = phase
        self._stream = stream
        self._is_bar = stream.isatty()
        self._started_s = time.monotonic()
        self._finished = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True, name="progress")

    def __enter__(self) -> Progress:
        self._event("start")
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._finished.set()
        self._thread.join()
        if not self._hidden:
            if self._is_bar:
                self._stream.write("\r\x1b[2K")
            self._show_line()
        self._event("end")

    def _watch(self) -> None:
        pause_s = FIRST_LINE_S
        next_line_s = next_event_s = time.monotonic() + pause_s
        while not self._finished.wait(_BAR_S):
            now_s = time.monotonic()
            if self._is_bar and not self._hidden:
                self._stream.write("\r\x1b[2K" + self._bar())
                self._stream.flush()
            if now_s >= next_line_s:
                if not self._is_bar and not self._hidden:
                    self._show_line()
                pause_s = min(pause_s * GROWTH, LAST_LINE_S)
                next_line_s = now_s + pause_s
            if now_s >= next_event_s:
                self._event("progress")
                next_event_s = now_s + _EVENT_S

    def _figures(self) -> dict[str, Any]:
        done, failed = self._tally()
        elapsed_s = time.monotonic() - self._started_s
        rate = (done + failed) / elapsed_s if elapsed_s > 0 else 0.0
        finished = self._already[0] + done + failed
        left = max(self._total - finished, 0)
        return {
            "done": finished,
            "total": self._total,
            "failed": self._already[1] + failed,
            "rate_per_s": round(rate, 3),
            "elapsed_s": round(elapsed_s, 1),
            "eta_s": round(left / rate, 1) if rate > 0 else None,
        }

    def _words(self) -> str:
        figures = self._figures()
        eta_s = figures["eta_s"]
        return (
            f"{figures['done']}/{figures['total']} tasks, {figures['rate_per_s']:.2f}/s, "
            f"ETA {'unknown' if eta_s is None else _clock(eta_s)}, {figures['failed']} failed"
        )

    def _bar(self) -> str:
        figures = self._figures()
        full = round(_BAR_WIDTH * figures["done"] / max(figures["total"], 1))
        return f"[{'#' * full}{'.' * (_BAR_WIDTH - full)}] {self._words()}"

    def _show_line(self) -> None:
        logger.info("%s", self._words())

    def _event(self, name: str) -> None:
        now = round(time.time(), 3)
        event = {"event": name, "phase": self._phase, "time": now, **self._figures()}
        try:
            with self._events.open("a", encoding="utf-8") as file:
                file.write(json.dumps(event) + "\n")
        except OSError as error:
            logger.warning("cannot write %s: %s", self._events, error.strerror)


def _clock(seconds: float) -> str:
    """Hours, minutes, seconds."""
    minutes, second = divmod(round(seconds), 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02d}:{second:02d}"
