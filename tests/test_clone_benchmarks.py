"""The benchmarks of cloning run, on inputs that ask for what they say."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from region_grower_hpc.engine.launcher import has_mpi

BENCH = Path(__file__).resolve().parents[1] / "benchmarks" / "bench.py"
NAMES = ("clone", "clone-steps", "clone-serial", "clone-memory", "clone-scaling")


@pytest.mark.mpi
def test_bench_measures_clones(tmp_path: Path) -> None:
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
    found = {(measure["group"].split(":")[0], measure["what"]) for measure in measures}
    assert ("CPU per clone", "column: a clone, a file each") in found
    assert ("Clone, serial part", "of it gather") in found
    assert ("Clone, memory", "rank 1, many clones / few") in found
    assert ("Clone, two ranks against one", "T1 / T2, tasks alone") in found
    points = [measure for measure in measures if measure["what"] == "column: points a clone"]
    assert 4000 < points[0]["median"]["ours"] < 6500


def test_a_missing_clone_peer_is_told(tmp_path: Path) -> None:
    command = [sys.executable, BENCH, "--quick", "--only", "help", "--clone-peer", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "morphology-workflows does not exist" in done.stderr
