"""A short campaign of every system, and campaigns that must find what is broken."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.kill.broken_toy import FAULTS
from tests.kill.campaign import Campaign
from tests.kill.report import summary
from tests.kill.results import Results
from tests.kill.system import System, read_systems

pytestmark = [pytest.mark.kill, pytest.mark.mpi, pytest.mark.timeout(600)]

SYSTEMS = read_systems()
KILLS = int(os.environ.get("KILLS", 3))
SEED = os.environ.get("KILL_SEED", "ci")
#: What a campaign says of each fault.
WORDS = {
    "other-bytes": "bytes differ",
    "forgetful": "tasks",
    "hang": "hangs|does not end",
    "outlives": "processes survive",
    "false-success": "is not complete",
}


@pytest.mark.parametrize("name", SYSTEMS)
def test_killed_runs_continue_to_the_same_bytes(tmp_path: Path, name: str) -> None:
    results = Results(tmp_path / "kills.jsonl")
    campaign = Campaign(SYSTEMS[name], KILLS, tmp_path / "work", results, SEED)
    assert campaign.run() == []
    records = results.read()
    kills = [record for record in records if record["what"] == "kill"]
    lives = [record for record in records if record["what"] == "life"]
    assert len(kills) == KILLS
    assert all(life["complete"] for life in lives)
    assert sum(life["starts"] for life in lives) == KILLS + len(lives)
    table = summary(records)
    assert f"| kills | {KILLS} |" in table
    assert "| cells lost | 0 |" in table


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_broken_is_found(tmp_path: Path, fault: str) -> None:
    words = ("-m", "tests.kill.broken_toy", fault, "{out}", "--n-tasks", "40", "--sleep", "0.05")
    bounds = {"survival_s": 2.0, "patience_s": 15.0}
    campaign = Campaign(
        System(fault, words), 30, tmp_path, seed="broken", most_defects=1, life_options=bounds
    )
    found = campaign.run()
    assert found, "the fault was not found"
    assert any(word in found[0].splitlines()[0] for word in WORDS[fault].split("|")), found[0]
