"""A sign of life where nobody else writes one."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

from region_grower_hpc.engine.heartbeat import Heartbeat

INTERVAL_S = 0.05


def wait_for(condition: object, limit_s: float = 10.0) -> None:
    until_s = time.monotonic() + limit_s
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < until_s
        time.sleep(INTERVAL_S / 5)


def test_it_beats_while_nobody_else_writes(tmp_path: Path) -> None:
    events = tmp_path / "progress.jsonl"
    beat = Heartbeat(events, INTERVAL_S)
    wait_for(lambda: events.exists() and len(events.read_text().splitlines()) >= 3)
    beat.stop()
    lines = events.read_text().splitlines()
    assert {json.loads(line)["event"] for line in lines} == {"alive"}
    time.sleep(4 * INTERVAL_S)
    assert events.read_text().splitlines() == lines


def test_it_is_silent_while_others_write(tmp_path: Path) -> None:
    events = tmp_path / "progress.jsonl"
    beat = Heartbeat(events, 0.5)
    until_s = time.monotonic() + 1.5
    while time.monotonic() < until_s:
        with events.open("a") as file:
            file.write("{}\n")
        time.sleep(0.02)
    beat.stop()
    assert "alive" not in events.read_text()


def test_a_folder_that_vanishes_ends_it(tmp_path: Path) -> None:
    beat = Heartbeat(tmp_path / "absent" / "progress.jsonl", INTERVAL_S)
    wait_for(lambda: "heartbeat" not in {thread.name for thread in threading.enumerate()})
    beat.stop()
