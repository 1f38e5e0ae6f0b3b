"""All passes of conn-props pass the contract that every system's job must pass."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from region_grower_hpc.conn_props.bin_job import BinJob
from region_grower_hpc.conn_props.build_job import BuildJob
from region_grower_hpc.conn_props.build_settings import BuildSettings
from region_grower_hpc.conn_props.count_job import CountJob
from region_grower_hpc.conn_props.fit_job import FitJob
from region_grower_hpc.conn_props.in_process import run_here
from region_grower_hpc.conn_props.measure_job import MeasureJob
from region_grower_hpc.conn_props.passes import extraction_jobs
from region_grower_hpc.conn_props.settings import ExtractSettings
from region_grower_hpc.conn_props.sort_job import SortJob
from region_grower_hpc.conn_props.survey_job import SurveyJob
from region_grower_hpc.engine.job import Job
from region_grower_hpc.testing import JobContract
from tests.conn_props.random_circuit import EDGES, RandomCircuit, make_random_circuit

#: Each rank starts an interpreter, which takes longer than its part of so little work.
FEW_WAYS = pytest.mark.parametrize(("n_ranks", "dispatch"), [(2, "node"), (3, "master")])
CHOICES = {
    **{"edges_popul_name": EDGES, "min_sample_size_per_group": 3, "max_sample_size_per_group": 40},
    **{"cv_folds": 2, "chunk_edges": 600, "correlations": True},
}
WORDS = (
    *("--edges-popul-name", EDGES, "--min-sample-size-per-group", "3"),
    *("--max-sample-size-per-group", "40", "--cv-folds", "2", "--chunk-edges", "600"),
    "--estimate-cov",
)
Reference = tuple[dict[str, bytes], float]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> ExtractSettings:
    """Edges in no order; what each pass leaves, as the next one finds it."""
    folder = tmp_path_factory.mktemp("edges")
    circuit = make_random_circuit(folder / "inputs", 3000, 40, "random")
    (folder / "made").mkdir()
    made = ExtractSettings(circuit.config, folder / "made" / "data.h5", **CHOICES)
    made.work.mkdir()
    run_here(extraction_jobs(made))
    # The last pass that reads the sorted edges has removed them.
    run_here([SortJob(made)])
    return made


@pytest.fixture(autouse=True, scope="class")
def inputs(request: pytest.FixtureRequest, made: ExtractSettings) -> None:
    request.cls.made = made


class TestMeasuring(JobContract):
    """The command, and the fourth of its jobs in this process."""

    timeout_s = 60.0
    #: The kill campaign (tests/kill) has more of them.
    n_kills = min(1, JobContract.n_kills)
    #: test_extract_command.py does it in one process.
    test_second_run_does_nothing = None  # type: ignore[assignment]
    #: Each of its four ranks costs as much as the rest; other systems have it.
    test_same_bytes_on_two_shared_memory_domains = None  # type: ignore[assignment]
    made: ExtractSettings

    def job(self, out: Path) -> Job[Any]:
        return MeasureJob(self.made)

    def command(self, out: Path) -> Sequence[str]:
        circuit = RandomCircuit(self.made.circuit.parent)
        return ["-m", "region_grower_hpc", *circuit.extract(out, *WORDS)]

    @pytest.mark.mpi
    @pytest.mark.timeout(300)
    @FEW_WAYS
    def test_same_bytes(
        self, reference: Reference, tmp_path: Path, n_ranks: int, dispatch: str
    ) -> None:
        super().test_same_bytes(reference, tmp_path, n_ranks, dispatch)


class InThisProcess(TestMeasuring):
    """What the contract asks of a job alone; its command is tried above."""

    test_same_bytes = None  # type: ignore[assignment]
    test_killed_and_resumed = None  # type: ignore[assignment]
    test_stopped_and_continued = None  # type: ignore[assignment]


class TestSurvey(InThisProcess):
    def job(self, out: Path) -> Job[Any]:
        return SurveyJob(self.made)


class TestSorting(InThisProcess):
    def job(self, out: Path) -> Job[Any]:
        return SortJob(self.made)


class TestCounting(InThisProcess):
    def job(self, out: Path) -> Job[Any]:
        return CountJob(self.made)


class TestBinning(InThisProcess):
    def job(self, out: Path) -> Job[Any]:
        return BinJob(self.made)


class TestFitting(InThisProcess):
    def job(self, out: Path) -> Job[Any]:
        return FitJob(self.made)


class TestBuilding(InThisProcess):
    """Models of the whole and of a fold."""

    def job(self, out: Path) -> Job[Any]:
        models = [
            (self.made.data_file(part), self.made.out.with_name(f"model{part}.json"))
            for part in ("", "__CV2-1-train")
        ]
        return BuildJob(BuildSettings(models=tuple(models), failures_csv=out / "failures.csv"))
