"""The scripts of slurm/ on a real SLURM, of which only settings.sh is edited."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from region_grower_hpc.testing import differences, results, run_command
from tests.slurm.cluster import ClusterError
from tests.slurm.project import Project
from tests.synthesis.small_column import SmallColumn, make_small_column

pytestmark = [pytest.mark.slurm, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def toy_results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Files of the toy job in one process."""
    out = tmp_path_factory.mktemp("toy") / "out"
    finished = run_command(["-m", "tests.engine.toy", str(out), "--n-tasks", "60"])
    assert finished.returncode == 0, finished.stderr
    return results(out)


@pytest.fixture(scope="module")
def column(tmp_path_factory: pytest.TempPathFactory) -> SmallColumn:
    return make_small_column(tmp_path_factory.mktemp("column") / "inputs", ("L1_DAC",) * 6)


@pytest.fixture(scope="module")
def column_results(
    column: SmallColumn, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, bytes]:
    """Files of the small column in one process."""
    out = tmp_path_factory.mktemp("one-process") / "out"
    words = column.arguments(out, "--container", "shards")
    finished = run_command(["-m", "region_grower_hpc", *words])
    assert finished.returncode == 0, finished.stderr
    return results(out)


def arguments(column: SmallColumn) -> list[str]:
    """Of the small column, with outputs below $OUT of settings.sh."""
    return [word.replace("OUT/", "$OUT/") for word in column.arguments(Path("OUT"))] + [
        *("--container", "shards")
    ]


def restarts(told: dict[str, str]) -> int:
    return int(told["Restarts"])


def test_six_ranks_on_three_nodes_write_the_same_bytes(
    project: Project, column: SmallColumn, column_results: dict[str, bytes]
) -> None:
    project.synthesis(arguments(column))
    job = project.start()
    told = project.cluster.wait(job)
    assert (told["JobState"], told["ExitCode"]) == ("COMPLETED", "0:0"), project.log(job)
    assert told["NumNodes"] == "3"
    assert restarts(told) == 0
    assert differences(column_results, project.results()) == []


def test_a_signal_stops_with_75_and_the_script_requeues(
    project: Project, toy_results: dict[str, bytes]
) -> None:
    project.toy()
    job = project.start()
    project.wait_for_work(job)
    # As --signal=USR1@300 does: to the ranks, not to the script.
    project.cluster.call("scancel", "--signal=USR1", job)
    told = project.cluster.wait(job)
    log = project.log(job)
    assert "SIGUSR1 received" in log
    assert "slurm: requeue 1 of at most 20" in log
    assert (told["JobState"], restarts(told)) == ("COMPLETED", 1), log
    assert differences(toy_results, project.results()) == []


def test_slurm_itself_signals_before_the_end_of_the_time(
    project: Project, toy_results: dict[str, bytes]
) -> None:
    project.toy("--sleep", "3")
    job = project.start("synthesize.sbatch", "--time=00:01:00", "--signal=USR1@30")
    told = project.cluster.wait(job, timeout_s=200)
    log = project.log(job)
    assert "SIGUSR1 received" in log, log
    assert told["JobState"] == "COMPLETED", log
    assert restarts(told) >= 1
    assert differences(toy_results, project.results()) == []


def test_the_number_of_requeues_is_bounded(project: Project) -> None:
    project.toy("--time-limit", "1.5")
    project.edit("MAX_REQUEUES=1")
    job = project.start()
    told = project.cluster.wait(job)
    assert (told["JobState"], told["ExitCode"], restarts(told)) == ("FAILED", "75:0", 1)
    assert "started 2 times (MAX_REQUEUES): not requeued" in project.log(job)


def test_poison_tasks_cost_themselves_only(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Four tasks end their rank, each once at most; two exceed a bound: all in one run."""
    poison = {4: "die", 40: "die", 100: "die", 10: "hog", 16: "hang", 22: "stuck"}
    words = [word for task, deed in poison.items() for word in ("--misdeed", f"{task}:{deed}")]
    limits = ["--task-timeout", "1", "--memory-limit-per-rank", "2000"]
    project.toy("--sleep", "0.2", *words, *limits)
    job = project.start()
    told = project.cluster.wait(job, timeout_s=200)
    log = project.log(job)
    assert told["ExitCode"] == "4:0", log
    assert 1 <= restarts(told) <= 4, log
    found = project.results()
    kinds = [line.split(",")[:2] for line in found.pop("failures.csv").decode().splitlines()]
    crash, timeout = [["4", "crash"], ["40", "crash"], ["100", "crash"]], ["16", "22"]
    settled = [*crash, ["10", "memory"], *([task, "timeout"] for task in timeout)]
    assert kinds == sorted(settled, key=lambda pair: int(pair[0]))
    out = tmp_path_factory.mktemp("healthy") / "out"
    harmless = [word.partition(":")[0] + ":fail" if ":" in word else word for word in words]
    run_command(["-m", "tests.engine.toy", str(out), "--n-tasks", "60", *harmless])
    expected = results(out)
    del expected["failures.csv"]
    assert differences(expected, found) == []


def test_ranks_that_crash_before_any_task_are_not_requeued_for_long(project: Project) -> None:
    project.toy("--broken", "setup:die")
    job = project.start()
    told = project.cluster.wait(job)
    log = project.log(job)
    assert (told["JobState"], restarts(told)) == ("FAILED", 1), log
    assert "ranks were killed in 2 starts in a row without progress: not requeued" in log


def test_the_number_of_starts_after_killed_ranks_is_bounded(project: Project) -> None:
    project.toy("--misdeed", "4:die")
    project.edit("MAX_CRASH_REQUEUES=0")
    job = project.start()
    told = project.cluster.wait(job)
    log = project.log(job)
    assert (told["JobState"], restarts(told)) == ("FAILED", 0), log
    assert "ranks were killed in 1 starts (MAX_CRASH_REQUEUES): not requeued" in log


def test_an_error_is_not_requeued(project: Project) -> None:
    project.toy("--n-tasks", "-1")
    told = project.cluster.wait(project.start())
    assert (told["JobState"], told["ExitCode"], restarts(told)) == ("FAILED", "3:0", 0)


def test_a_cancelled_job_stays_cancelled_and_resume_completes_it(
    project: Project, toy_results: dict[str, bytes]
) -> None:
    project.toy()
    job = project.start()
    project.wait_for_work(job)
    project.cluster.call("scancel", job)
    told = project.cluster.wait(job)
    project.cluster.wait_for_nodes()
    told = project.cluster.job(job)
    assert (told["JobState"], restarts(told)) == ("CANCELLED", 0), project.log(job)
    assert "slurm: requeue" not in project.log(job)
    assert not (project.out / "table.csv").exists()
    job = project.start("resume.sbatch", "--nodes=2", "--ntasks=4")
    assert project.cluster.wait(job)["JobState"] == "COMPLETED", project.log(job)
    assert differences(toy_results, project.results()) == []


def test_resume_refuses_where_there_is_nothing(project: Project) -> None:
    project.toy()
    job = project.start("resume.sbatch")
    assert project.cluster.wait(job)["ExitCode"] == "3:0"
    assert "no run to resume" in project.log(job)


def test_the_wrong_mpi_is_refused_with_advice(project: Project) -> None:
    project.toy()
    project.edit("MPI=none")
    job = project.start()
    told = project.cluster.wait(job)
    assert (told["ExitCode"], restarts(told)) == ("3:0", 0)
    assert "use srun --mpi=pmi2" in project.log(job)
    assert not project.out.exists()


def test_a_preempted_job_continues(project: Project, toy_results: dict[str, bytes]) -> None:
    project.toy()
    job = project.start()
    project.wait_for_work(job)
    urgent = ["--partition=urgent", "--nodes=3", "--exclusive", "--output=/dev/null"]
    words = ["sbatch", "--parsable", *urgent, "--wrap=sleep 1"]
    other = project.cluster.call(*words).strip()
    project.jobs.append(other)
    assert project.cluster.wait(other)["JobState"] == "COMPLETED"
    told = project.cluster.wait(job)
    assert (told["JobState"], restarts(told)) == ("COMPLETED", 1), project.log(job)
    assert "slurm: requeue" not in project.log(job)
    assert differences(toy_results, project.results()) == []


def test_a_lost_node_does_not_lose_the_run(project: Project, toy_results: dict[str, bytes]) -> None:
    project.toy()
    job = project.start()
    project.wait_for_work(job)
    project.cluster.kill_node("n3")
    project.cluster.wait_until(job, {"PENDING"})
    project.cluster.start_node("n3")
    project.cluster.call("scontrol", "update", "NodeName=n3", "State=RESUME")
    told = project.cluster.wait(job)
    assert told["JobState"] == "COMPLETED", project.log(job)
    assert restarts(told) >= 1
    assert differences(toy_results, project.results()) == []


def test_an_array_of_parts_merges_to_the_same_bytes(
    project: Project, column: SmallColumn, column_results: dict[str, bytes]
) -> None:
    project.synthesis(arguments(column))
    project.edit("RESOURCES=(--ntasks=2 --time=00:10:00)\nN_PARTS=3")
    ids = project.submit("array.sbatch")
    told = project.cluster.wait(ids["batch"], timeout_s=180)
    logs = "".join(path.read_text() for path in sorted(project.folder.glob("slurm-*.out")))
    assert told["JobState"] == "COMPLETED", logs
    found = {n: b for n, b in project.results().items() if not n.startswith("parts/")}
    assert differences(column_results, found) == []


def test_one_part_is_requeued_without_the_others(project: Project) -> None:
    """The last task of an array has the id of the whole: by that, all would be requeued."""
    stops_once = (
        "[ $SLURM_ARRAY_TASK_ID = 1 ] && sleep 12 || exit $((SLURM_RESTART_COUNT ? 0 : 75))"
    )
    project.edit(f"set_command() {{ COMMAND=(bash -c '{stops_once}' bash); }}")
    project.edit("RESOURCES=(--ntasks=2 --time=00:10:00)\nN_PARTS=2")
    array = project.submit("array.sbatch")["array"]
    ended = [project.cluster.wait(f"{array}_{task}") for task in (2, 1)]
    assert [told["JobState"] for told in ended] == ["COMPLETED", "COMPLETED"]
    assert [restarts(told) for told in ended] == [1, 0]


def test_sbatch_of_a_script_tells_how_it_is_called(project: Project) -> None:
    words = ["sbatch", "--parsable", f"--chdir={project.folder}", "slurm/synthesize.sbatch"]
    script = str(project.folder / words.pop())
    job = project.cluster.call(*words, f"--output={project.folder}/slurm-%j.out", script).strip()
    project.jobs.append(job)
    assert project.cluster.wait(job)["JobState"] == "FAILED"
    assert "call this script itself instead of sbatch" in project.log(job)


def test_a_stop_in_order_is_told_as_75_where_the_site_kills_on_bad_exit(project: Project) -> None:
    """Without the scripts: the ranks must not be killed by the first of them that leaves."""
    command = [
        *("srun", "--mpi=pmi2", "--nodes=3", "--ntasks-per-node=2", "--kill-on-bad-exit=1"),
        *(sys.executable, "-m", "tests.engine.toy", str(project.out)),
        *("--n-tasks", "60", "--sleep", "0.5", "--time-limit", "1"),
    ]
    with pytest.raises(ClusterError, match=r": 75: "):
        project.cluster.call(*command, timeout_s=60)
