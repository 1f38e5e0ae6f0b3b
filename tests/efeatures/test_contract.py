"""Reading, measuring and drawing pass the contract that every system's job must pass."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from region_grower_hpc.efeatures.drawing_job import DrawingJob
from region_grower_hpc.efeatures.measuring_job import MeasuringJob
from region_grower_hpc.efeatures.reading_job import ReadingJob
from region_grower_hpc.efeatures.settings import EfeatureSettings
from region_grower_hpc.engine.job import Job
from region_grower_hpc.testing import JobContract
from tests.efeatures.small_recordings import (
    TARGETS,
    SmallRecordings,
    add_damaged,
    make_small_recordings,
)

#: Each rank imports eFEL and matplotlib, which takes longer than its part of so little work.
FEW_WAYS = pytest.mark.parametrize(("n_ranks", "dispatch"), [(2, "node"), (3, "master")])
Reference = tuple[dict[str, bytes], float]


@pytest.fixture(autouse=True, scope="class")
def inputs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> None:
    data = make_small_recordings(tmp_path_factory.mktemp("recordings") / "inputs")
    # A plot a feature: two of them are as good as many.
    data.write_targets([TARGETS[0], TARGETS[4]])
    request.cls.data = data
    request.cls.prepare()


class TestExtraction(JobContract):
    """All three jobs of a command with everything it can write; the second one in this process."""

    timeout_s = 60.0
    #: The kill campaign (tests/kill) has more of them.
    n_kills = min(2, JobContract.n_kills)
    data: SmallRecordings
    folder: Path
    #: test_command.py does it in one process.
    test_second_run_does_nothing = None  # type: ignore[assignment]
    more = ("--plot", "--extract-per-cell", "--pickle-cells", "--save-files-used")

    @classmethod
    def prepare(cls) -> None:
        """Change the inputs; make what the jobs behind the first one read."""
        cls.folder = cls.data.folder.parent / "made"
        done = cls.data.run(cls.folder)
        assert done.exit_code == 0, done.output

    def settings(self) -> EfeatureSettings:
        """Of a job in this process."""
        return self.data.settings(self.folder)

    def job(self, out: Path) -> Job[Any]:
        return MeasuringJob(self.settings())

    def command(self, out: Path) -> Sequence[str]:
        return ["-m", "region_grower_hpc", *self.data.arguments(out, *self.more)]

    @pytest.mark.mpi
    @pytest.mark.timeout(300)
    @FEW_WAYS
    def test_same_bytes(
        self, reference: Reference, tmp_path: Path, n_ranks: int, dispatch: str
    ) -> None:
        super().test_same_bytes(reference, tmp_path, n_ranks, dispatch)


class InThisProcess(TestExtraction):
    """What the contract asks of a job alone; its command is tried above."""

    test_same_bytes = None  # type: ignore[assignment]
    test_same_bytes_on_two_shared_memory_domains = None  # type: ignore[assignment]
    test_killed_and_resumed = None  # type: ignore[assignment]
    test_stopped_and_continued = None  # type: ignore[assignment]


class TestReading(InThisProcess):
    """The first job; one of its files is damaged."""

    @classmethod
    def prepare(cls) -> None:
        add_damaged(cls.data)
        cls.folder = cls.data.folder.parent / "made"

    def job(self, out: Path) -> Job[Any]:
        return ReadingJob(self.data.settings(out))


class TestDrawing(InThisProcess):
    """The third job."""

    def job(self, out: Path) -> Job[Any]:
        return DrawingJob(self.settings())


class TestAutomaticTargets(TestExtraction):
    """Targets that ranks agree on by what has been read, and a damaged file."""

    test_same_bytes_on_two_shared_memory_domains = None  # type: ignore[assignment]
    test_killed_and_resumed = None  # type: ignore[assignment]
    test_stopped_and_continued = None  # type: ignore[assignment]

    @classmethod
    def prepare(cls) -> None:
        add_damaged(cls.data)
        cls.folder = cls.data.folder.parent / "made"
        done = cls.data.run(cls.folder, "--skip-failures", auto=True)
        assert done.exit_code == 0, done.output

    def settings(self) -> EfeatureSettings:
        automatic = {"targets": None, "auto_targets": str(self.data.auto_targets)}
        return self.data.settings(self.folder, **automatic)

    def command(self, out: Path) -> Sequence[str]:
        words = self.data.arguments(out, "--skip-failures", auto=True)
        return ["-m", "region_grower_hpc", *words]
