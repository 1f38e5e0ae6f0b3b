"""Cloning passes the contract that every system's job must pass."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from region_grower_hpc.clone.job import CloneJob
from region_grower_hpc.testing import JobContract
from tests.clone.small_dataset import SmallDataset, make_small_dataset


@pytest.fixture(autouse=True, scope="class")
def inputs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> None:
    request.cls.data = make_small_dataset(tmp_path_factory.mktemp("dataset"))


class TestCloneJob(JobContract):
    """All steps, with files for every morphology and a release."""

    timeout_s = 60.0
    data: SmallDataset

    def job(self, out: Path) -> CloneJob:
        return self.data.job(out)

    def command(self, out: Path) -> Sequence[str]:
        return ["-m", "region_grower_hpc", *self.data.arguments(out)]


class TestClonesForCells(JobContract):
    """Clones in containers by the sequential stream, and then cells: two passes of one command."""

    timeout_s = 60.0
    data: SmallDataset

    def job(self, out: Path) -> CloneJob:
        return self.data.job(out, container="merged", random_stream="sequential")

    def command(self, out: Path) -> Sequence[str]:
        more = ("--container", "merged", "--random-stream", "sequential", "--no-release")
        words = self.data.arguments(out, *more, "--max-drop-ratio", "0.9", cells=True)
        return ["-m", "region_grower_hpc", *words]
