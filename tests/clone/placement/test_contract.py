"""The choice of clones passes the contract that every system's job must pass."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from region_grower_hpc.clone.placement.job import PlacementJob
from region_grower_hpc.testing import JobContract
from tests.clone.placement.small_circuit import SmallCircuit, make_small_circuit


@pytest.fixture(autouse=True, scope="class")
def inputs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("circuit") / "inputs"
    request.cls.circuit = make_small_circuit(folder, n_cells=3000)


class TestPlacementJob(JobContract):
    """Some cells get no clone; the choice is from all candidates."""

    timeout_s = 60.0
    circuit: SmallCircuit

    def job(self, out: Path) -> PlacementJob:
        return PlacementJob(self.circuit.settings(out))

    def command(self, out: Path) -> Sequence[str]:
        return ["-m", "tests.clone.placement.run_placement", *self.circuit.arguments(out)]
