"""Synthesis passes the contract that every system's job must pass."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from region_grower_hpc.synthesis.job import SynthesisJob
from region_grower_hpc.testing import JobContract
from tests.synthesis.small_column import SmallColumn, make_small_column

MTYPES = ("L1_DAC", "L2_TPC:A", "L1_DAC", "L1_DAC", "L2_TPC:A", "L1_DAC", "L1_DAC")
OUTSIDE = (5000.0, 0.0, 0.0)


@pytest.fixture(autouse=True, scope="class")
def inputs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> None:
    column = make_small_column(tmp_path_factory.mktemp("column") / "inputs", MTYPES)
    column.move_cell(3, OUTSIDE)
    request.cls.column = column


class TestSynthesisJob(JobContract):
    """Seven cells, one of which lies outside the atlas."""

    timeout_s = 60.0

    column: SmallColumn

    def job(self, out: Path) -> SynthesisJob:
        return SynthesisJob(self.column.settings(out, container="shards"))

    def command(self, out: Path) -> Sequence[str]:
        more = ("--container", "shards", "--max-failed-ratio", "0.2")
        return ["-m", "region_grower_hpc", *self.column.arguments(out, *more)]
