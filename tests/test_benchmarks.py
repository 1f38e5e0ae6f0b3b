"""The benchmarks run and make their table; what the numbers are is not tested."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from region_grower_hpc.engine.launcher import has_mpi

BENCH = Path(__file__).resolve().parents[1] / "benchmarks" / "bench.py"


@pytest.fixture(scope="module")
def report() -> ModuleType:
    """benchmarks/report.py as a module."""
    spec = importlib.util.spec_from_file_location("bench_report", BENCH.parent / "report.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["bench_report"] = module
    spec.loader.exec_module(module)
    return module


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
        "peer/ours",
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


def test_a_ratio_tells_how_many_times_less_ours_needs(report: ModuleType) -> None:
    measure = report.Measure(
        "cells", "a cell", "ms", [1.0, 2.0, 9.0], [400.0], ("<=", 3.0), (">=", 100.0), 250.0
    )
    assert measure.ratio == 200.0
    assert measure.verdict() == "<= 3: met, ratio >= 100: met, wish >= 250: MISSED"
    assert measure.as_json()["peer/ours"] == 200.0
    row = report.table([measure]).splitlines()[-1]
    assert row.split()[:3] == ["a", "cell", "ms"]
    assert "2 [1 - 9]" in row
    assert "200" in row


def test_a_measure_of_ours_alone_has_no_ratio(report: ModuleType) -> None:
    measure = report.Measure("cells", "a cell", "ms", [1.0], ratio_goal=(">=", 100.0))
    assert measure.ratio is None
    assert measure.verdict() == ""
