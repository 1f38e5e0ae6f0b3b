"""Ids in batches: ordered, cut, and taken by real ranks, at least 200,000 a second."""

from __future__ import annotations

import json
import os
from collections.abc import Callable

import pytest

from region_grower_hpc.testing import run_command

TASKS_PER_S = 200_000
N_TASKS = os.environ.get("SCALE_TASKS", "2000000")


@pytest.mark.mpi
@pytest.mark.parametrize(
    ("kind", "n_ranks"), [("node", 0), ("node", 2), ("node", 3), ("master", 2), ("master", 3)]
)
def test_rate(kind: str, n_ranks: int, figure: Callable[..., None]) -> None:
    finished = run_command(["-m", "tests.scale.dispatch", N_TASKS, kind], n_ranks, timeout_s=250)
    assert finished.returncode == 0, finished.stderr
    told = json.loads(finished.stdout)
    figure(**{name: value for name, value in told.items() if name != "dispatch"})
    assert told["tasks_per_s"] >= TASKS_PER_S
