"""Progress on a terminal, in a log, and for programs."""

from __future__ import annotations

import io
import json
import logging
import time
from pathlib import Path

import pytest

from region_grower_hpc.engine import progress
from region_grower_hpc.engine.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_events_are_json_lines(tmp_path: Path) -> None:
    events = tmp_path / "progress.jsonl"
    with Progress(10, (4, 1), lambda: (3, 1), events, stream=io.StringIO()):
        time.sleep(0.05)
    first, last = (json.loads(line) for line in events.read_text().splitlines())
    assert first["event"] == "start"
    assert last["event"] == "end"
    assert (last["done"], last["total"], last["failed"]) == (8, 10, 2)
    assert last["eta_s"] >= 0


def test_a_log_has_whole_lines(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "FIRST_LINE_S", 0.1)
    monkeypatch.setattr(progress, "_BAR_S", 0.02)
    stream = io.StringIO()
    with (
        caplog.at_level(logging.INFO),
        Progress(10, (0, 0), lambda: (5, 0), tmp_path / "p", False, stream),
    ):
        time.sleep(0.5)
    assert stream.getvalue() == ""
    lines = [record.getMessage() for record in caplog.records]
    # 0.1 s, then 1.5 times as long each: three lines in half a second, and the last one.
    assert 2 <= len(lines) <= 5
    assert all(line.startswith("5/10 tasks, ") for line in lines)


def test_a_terminal_has_a_bar(tmp_path: Path) -> None:
    stream = Terminal()
    with Progress(10, (0, 0), lambda: (5, 0), tmp_path / "p", False, stream):
        time.sleep(0.4)
    assert "[###############...............] 5/10 tasks" in stream.getvalue()
    assert stream.getvalue().endswith("\r\x1b[2K")


def test_hidden(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    stream = Terminal()
    with (
        caplog.at_level(logging.INFO),
        Progress(10, (0, 0), lambda: (5, 0), tmp_path / "p", True, stream),
    ):
        time.sleep(0.3)
    assert stream.getvalue() == ""
    assert not caplog.records


def test_an_unwritable_file_does_not_end_the_run(tmp_path: Path) -> None:
    with Progress(1, (0, 0), lambda: (0, 0), tmp_path / "absent" / "p", stream=io.StringIO()):
        pass


def test_nothing_to_do(tmp_path: Path) -> None:
    with Progress(0, (0, 0), lambda: (0, 0), tmp_path / "p", stream=Terminal()):
        time.sleep(0.3)
