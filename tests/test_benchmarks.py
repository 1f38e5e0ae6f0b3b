"""The benchmarks run and make their table; what the numbers are is not tested."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from region_grower_hpc.engine.launcher import has_mpi

BENCH = Path(__file__).resolve().parents[1] / "benchmarks" / "bench.py"


@pytest.mark.mpi
def test_bench_prints_a_table_and_keeps_all_samples(tmp_path: Path) -> None:
    if not has_mpi():
        pytest.skip("there is no mpiexec: pip install 'region-grower-hpc[mpich]'")
    results = tmp_path / "results.json"
    done = subprocess.run(
        [sys.executable, BENCH, "--quick", "--only", "help", "empty", "--out", results],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for text in (
        "ours/peer",
        "synthesize-morphologies --help",
        "2 ranks, master",
        "cores",
        "µs CPU",
    ):
        assert text in done.stdout
    kept = json.loads(results.read_text(encoding="utf-8"))
    assert {"cpu", "cores", "memory_gib", "system", "python", "date"} <= kept.keys()
    assert {measure["group"].split()[0] for measure in kept["measures"]} == {"Help", "Engine,"}
    assert all(len(measure["ours"]) == 1 for measure in kept["measures"])


def test_unknown_measurements_are_refused() -> None:
    done = subprocess.run(
        [sys.executable, BENCH, "--only", "nonsense"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "invalid choice: 'nonsense'" in done.stderr


def test_a_missing_peer_is_told(tmp_path: Path) -> None:
    command = [sys.executable, BENCH, "--quick", "--only", "help", "--peer", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "region-grower does not exist: install region-grower there" in done.stderr
