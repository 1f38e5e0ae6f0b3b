"""--dry-run: samples on all ranks, failures named, nothing but costs.json written."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from region_grower_hpc.engine import dry_run as module
from region_grower_hpc.engine.communicator import SerialCommunicator
from region_grower_hpc.engine.dry_run import dry_run
from region_grower_hpc.engine.job import Footprint, Job, Plan, Result, StoredResult
from region_grower_hpc.engine.launcher import has_mpi
from region_grower_hpc.engine.options import EngineOptions
from region_grower_hpc.errors import ExitCode, TaskFailure
from region_grower_hpc.testing import run_command
from tests.engine.test_misdeeds import TOY


def spin(seconds: float) -> None:
    stop_s = time.process_time() + seconds
    while time.process_time() < stop_s:
        pass


@dataclass(frozen=True)
class SpinningJob(Job[None]):
    """Tasks of group "dear" take ten times as long as those of "cheap"."""

    n_tasks: int = 200
    failing: str = ""
    first_call_s: float = 0.0
    name = "spinning"

    def plan(self) -> Plan:
        tasks = np.arange(self.n_tasks, dtype=np.int64)
        return Plan(
            tasks=tasks,
            costs_s=np.ones(self.n_tasks),
            row_dtype=np.dtype([("value", "i8")]),
            options={},
            shared={"table": np.zeros(125_000)},
            cost_groups=tasks % 2,
            cost_group_names=("cheap", "dear"),
        )

    def setup(self, plan: Plan) -> list[bool]:  # type: ignore[override]
        return []

    def run(self, state: Any, task: int) -> Result:
        if not state:
            state.append(True)
            spin(self.first_call_s)
        spin(0.02 if task % 2 else 0.002)
        if self.failing == "all" or (self.failing == "cheap" and task % 2 == 0):
            raise TaskFailure("input", f"number {task}\nis bad")
        return Result((task,), {"numbers": np.zeros(1000 if task % 2 else 10)})

    def gather(self, *_: Any) -> None:
        raise AssertionError("a dry run gathers nothing")

    def footprint(
        self, plan: Plan, results: Sequence[StoredResult], weights: NDArray[np.float64]
    ) -> Footprint:
        sizes = np.array([result.arrays["numbers"].nbytes for result in results])
        assert all(result.row["value"] == result.task for result in results)
        return Footprint(float((weights * sizes).sum()), plan.n_tasks, 0.5)


def text_of(job: Job[Any], costs_json: Path, stop: Callable[[], bool] = lambda: False) -> str:
    options = EngineOptions(dry_run=True)
    return "\n".join(
        dry_run(SerialCommunicator(), job, job.plan(), costs_json, options, stop),
    )


def tell(job: Job[Any], costs_json: Path) -> tuple[str, dict[str, Any]]:
    return text_of(job, costs_json), json.loads(costs_json.read_text())


def test_the_prediction_is_what_the_tasks_take(tmp_path: Path) -> None:
    text, told = tell(SpinningJob(), tmp_path / "state" / "costs.json")
    # 100 tasks of 20 ms and 100 of 2 ms; a busy machine adds a little.
    assert told["tasks_cpu_s"] == pytest.approx(2.2, rel=0.25)
    assert told["groups"]["dear"]["mean_s"] > 5 * told["groups"]["cheap"]["mean_s"]
    assert min(group["sampled"] for group in told["groups"].values()) >= 3
    assert told["writing_cpu_s"] == 0.5
    assert told["outputs_bytes"] == 100 * 8000 + 100 * 80
    assert told["journals_bytes"] > told["outputs_bytes"]
    assert told["inodes"] >= 200
    assert told["node_mb"] >= 1.0
    assert "200 tasks, 2 shard(s) of up to 100" in text
    assert re.search(
        r"^  srun -N 1 -n \d+ --time=\d\d:\d\d:00 --mem=\d+[MG]  \(or --mem-per-cpu=\d+M\)$",
        text,
        re.M,
    )
    assert re.search(r"CPU time +2\.\d s ± \d+ %", text)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["costs.json"]


def test_the_first_call_belongs_to_the_start(tmp_path: Path) -> None:
    _, usual = tell(SpinningJob(), tmp_path / "usual.json")
    _, told = tell(SpinningJob(first_call_s=0.5), tmp_path / "costs.json")
    assert told["tasks_cpu_s"] == pytest.approx(usual["tasks_cpu_s"], rel=0.25)
    assert told["rank_start_up_cpu_s"] >= usual["rank_start_up_cpu_s"] + 0.4


def test_failing_samples_are_named_and_cost_time(tmp_path: Path) -> None:
    text, told = tell(SpinningJob(failing="cheap"), tmp_path / "costs.json")
    assert re.search(r"\d+ of \d+ samples failed \(input \d+\):", text)
    assert re.search(r"^  \d+: input: number \d+ is bad$", text, re.M)
    assert told["outputs_bytes"] == 100 * 8000
    assert told["groups"]["cheap"]["mean_s"] == pytest.approx(0.002, rel=0.5)


def test_all_samples_may_fail(tmp_path: Path) -> None:
    costs_json = tmp_path / "costs.json"
    costs_json.write_text("former")
    text = text_of(SpinningJob(failing="all"), costs_json)
    found = re.search(r"(\d+) of (\d+) samples failed", text)
    assert found is not None
    assert found[1] == found[2]
    assert text.splitlines()[-1] == "nothing could be sized: no sample succeeded"
    assert "srun" not in text
    assert costs_json.read_text() == "former"


def test_nothing_to_do(tmp_path: Path) -> None:
    text, told = tell(SpinningJob(n_tasks=0), tmp_path / "costs.json")
    assert text.splitlines() == ["0 tasks, 0 shard(s) of up to 100", "nothing to compute"]
    assert told["tasks_cpu_s"] == 0
    assert "1 tasks" in tell(SpinningJob(n_tasks=1), tmp_path / "costs.json")[0]


def test_a_dry_run_stopped_before_its_samples_keeps_former_costs(tmp_path: Path) -> None:
    costs_json = tmp_path / "costs.json"
    costs_json.write_text("former")
    assert "no task was sampled" in text_of(SpinningJob(), costs_json, lambda: True)
    assert costs_json.read_text() == "former"


def test_a_dry_run_stopped_among_its_samples_tells_them(tmp_path: Path) -> None:
    started_s, costs_json = time.process_time(), tmp_path / "costs.json"
    text = text_of(SpinningJob(), costs_json, lambda: time.process_time() > started_s + 0.1)
    assert "suggested" in text
    n_sampled = sum(
        group["sampled"] for group in json.loads(costs_json.read_text())["groups"].values()
    )
    assert 1 <= n_sampled <= 50


def test_a_stopped_dry_run_ends_with_75(tmp_path: Path) -> None:
    out = tmp_path / "out"
    stopped = run_command([*TOY, str(out), "--dry-run", "--time-limit", "1e-6"])
    assert stopped.returncode == ExitCode.STOPPED_EARLY, stopped.stderr
    assert "Stopped: the time limit is reached" in stopped.stderr
    assert not list(out.rglob("costs.json"))


def test_a_dry_run_tells_that_the_run_would_be_refused(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run_command([*TOY, str(out), "--n-tasks", "8"]).returncode == ExitCode.DONE
    done = run_command([*TOY, str(out), "--dry-run", "--n-tasks", "9"])
    assert done.returncode == ExitCode.DONE, done.stderr
    assert re.search(r"the run itself would be refused: .*n_tasks: 8 -> 9", done.stderr)
    assert "suggested" in done.stdout
    again = run_command([*TOY, str(out), "--dry-run", "--n-tasks", "9", "--overwrite"])
    assert "refused" not in again.stderr
    assert (out / ".rghpc" / "complete").exists()


def test_the_time_for_samples_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_S", 0.03)
    _, told = tell(SpinningJob(), tmp_path / "costs.json")
    assert 1 <= sum(group["sampled"] for group in told["groups"].values()) <= 4
    assert told["tasks_cpu_s"] > 0


@pytest.mark.mpi
def test_ranks_share_the_samples(tmp_path: Path) -> None:
    if not has_mpi():
        pytest.skip("there is no mpiexec: pip install 'region-grower-hpc[mpich]'")
    out = tmp_path / "out"
    done = run_command([*TOY, str(out), "--dry-run", "--n-tasks", "60"], 3)
    assert done.returncode == ExitCode.DONE, done.stderr
    assert "60 tasks, 9 shard(s) of up to 7" in done.stdout
    assert [path.name for path in out.rglob("*") if path.is_file()] == ["costs.json"]
    told = json.loads(next(out.rglob("costs.json")).read_text())
    assert sum(group["sampled"] for group in told["groups"].values()) >= 6
    assert told["rank_0_mb"] > 0
