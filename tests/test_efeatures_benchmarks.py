"""The benchmarks of extraction run, and compare what they say they compare."""

from __future__ import annotations

import copy
import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from region_grower_hpc.engine.launcher import has_mpi

BENCH = Path(__file__).resolve().parents[1] / "benchmarks" / "bench.py"
NAMES = ("efeatures", "efeatures-figures", "efeatures-memory", "efeatures-scaling")
FEATURES: dict[str, Any] = {
    "IDrest_150": {
        "soma": [
            {"feature": "AP_amplitude", "val": [80.0, 2.0], "n": 3, "efeature_name": "amplitude"},
            {"feature": "Spikecount", "val": [5.0, 0.0], "n": 3, "efeature_name": "Spikecount"},
        ]
    }
}


@pytest.fixture(scope="module")
def tools() -> Iterator[ModuleType]:
    """benchmarks/efeatures_tools.py as a module."""
    before = set(sys.modules)
    sys.path.insert(0, str(BENCH.parent))
    try:
        yield importlib.import_module("efeatures_tools")
    finally:
        sys.path.remove(str(BENCH.parent))
        for name in set(sys.modules) - before:
            if (BENCH.parent / f"{name}.py").exists():
                del sys.modules[name]


@pytest.mark.mpi
def test_bench_measures_extraction(tmp_path: Path) -> None:
    if not has_mpi():
        pytest.skip("there is no mpiexec: pip install 'region-grower-hpc[mpich]'")
    results = tmp_path / "results.json"
    done = subprocess.run(
        [sys.executable, BENCH, "--quick", "--only", *NAMES, "--out", results],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    measures = json.loads(results.read_text(encoding="utf-8"))["measures"]
    found = {}
    for one in measures:
        group = one["group"].split(":")[0].removeprefix("Efeatures, ")
        found[group, one["what"].split(": ")[-1]] = one["ours"]
    for place in (
        ("CPU per recording", "whole command"),
        ("CPU per recording", "start-up taken off"),
        ("passes", "reading, a recording"),
        ("passes", "measuring, a recording"),
        ("passes", "drawing, a recording"),
        ("figures", "a file"),
        ("memory", "rank 0, many cells / few"),
        ("memory", "rank 1, many cells / few"),
        ("two ranks against one", "T1 / T2, whole command"),
    ):
        assert len(found[place]) == 1, place
        assert found[place][0] > 0, place


def test_equal_documents_agree(tools: ModuleType) -> None:
    ours = copy.deepcopy(FEATURES)
    ours["IDrest_150"]["soma"][0]["val"][0] *= 1 + 5e-10
    assert tools.check_agreement(run(tools, ours), run(tools, FEATURES)) == pytest.approx(0.5)


@pytest.mark.parametrize("change", ["value", "number", "missing", "order", "nan"])
def test_documents_that_differ_are_refused(tools: ModuleType, change: str) -> None:
    ours = copy.deepcopy(FEATURES)
    rows = ours["IDrest_150"]["soma"]
    if change == "value":
        rows[0]["val"][0] *= 1 + 2e-9
    elif change == "number":
        rows[0]["n"] = 4
    elif change == "missing":
        del rows[1]
    elif change == "order":
        rows.reverse()
    else:
        rows[1]["val"][0] = float("nan")
    with pytest.raises(tools.CommandFailedError):
        tools.check_agreement(run(tools, ours), run(tools, FEATURES))


def run(tools: ModuleType, features: dict[str, Any]) -> Any:
    """A run that wrote a document."""
    return tools.EfeaturesRun(None, features, 1, {}, 0)


def test_a_missing_efeatures_peer_is_told(tmp_path: Path) -> None:
    command = [sys.executable, BENCH, "--quick", "--only", "help", "--efeatures-peer", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "install bluepyefe there" in done.stderr
