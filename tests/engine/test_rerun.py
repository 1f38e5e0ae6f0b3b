"""`rerun`: single tasks of a run done again, and compared."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from region_grower_hpc.cli import main
from region_grower_hpc.engine.inspection.rerun import Repeat, recorded_limits, rerun_tasks
from region_grower_hpc.engine.inspection.rerun_report import as_json, exit_code, report
from region_grower_hpc.engine.job import Failure, Plan
from region_grower_hpc.engine.journal import JournalWriter, begin_session, journal_path
from region_grower_hpc.engine.launch import run
from region_grower_hpc.engine.limits import TaskLimits
from region_grower_hpc.engine.options import EngineOptions
from region_grower_hpc.engine.record import encode_arrays
from region_grower_hpc.engine.selection import Selection
from region_grower_hpc.engine.state import PlanRecord, StateFolder, state_dir_of_folder
from region_grower_hpc.errors import ExitCode, ForeignPlanError, InvalidInputError
from tests.engine.inspected_toy import InspectedToy

pytestmark = pytest.mark.timeout(120)

MISDEEDS = ((7, "fail"), (10, "bug"), (13, "die"), (16, "hang"))


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def again(job: InspectedToy, *tasks: int, **more: Any) -> list[Repeat]:
    return rerun_tasks(job, StateFolder(state_dir_of_folder(job.out)), tasks, **more)


@pytest.fixture(scope="module")
def complete(tmp_path_factory: pytest.TempPathFactory) -> InspectedToy:
    """A complete run; what kills a process is only written into it."""
    job = InspectedToy(tmp_path_factory.mktemp("complete") / "out", misdeeds=MISDEEDS[:2])
    job.out.mkdir()
    options = EngineOptions(max_failed_ratio=0.5)
    assert run(job, state_dir_of_folder(job.out), options) == ExitCode.DONE
    return job


def test_the_same_bytes(complete: InspectedToy) -> None:
    before = snapshot(complete.out)
    repeats = again(complete, 7, 4, 10)
    assert [repeat.task for repeat in repeats] == [4, 7, 10]
    whats = [[verdict.what for verdict in repeat.verdicts] for repeat in repeats]
    assert whats == [["row", "numbers"], ["row", "failure"], ["row", "failure"]]
    assert not any(verdict.difference for repeat in repeats for verdict in repeat.verdicts)
    assert exit_code(repeats) == ExitCode.TOO_MANY_FAILURES
    assert exit_code(repeats[:1]) == ExitCode.DONE
    assert "numbers: the same bytes" in report(repeats[0])
    assert "failure: the same (in" in report(repeats[1])
    assert {"wall_s", "cpu_s", "setup_s", "peak_mb"} <= set(repeats[0].measures)
    assert as_json(repeats[1])["failure"]["kind"] == "input"
    assert snapshot(complete.out) == before


def test_in_this_process(complete: InspectedToy) -> None:
    (repeat,) = again(complete, 4, here=True)
    assert repeat.verdicts
    assert not any(verdict.difference for verdict in repeat.verdicts)


def test_outputs_of_one_task(complete: InspectedToy, tmp_path: Path) -> None:
    out = tmp_path / "new" / "cell"
    (repeat,) = again(complete, 4, out=out)
    assert repeat.out == out
    assert sorted(path.name for path in out.iterdir()) == [
        "failures.csv",
        "shard-0000.bin",
        "table.csv",
    ]
    # As a run over this task alone would have written them.
    job = replace(complete, out=tmp_path / "selected")
    selected = EngineOptions(selection=Selection(gids="4:5"))
    assert run(job, state_dir_of_folder(job.out), selected) == ExitCode.DONE
    for path in out.iterdir():
        assert path.read_bytes() == (job.out / path.name).read_bytes()
    with pytest.raises(InvalidInputError, match="exists and is not empty"):
        again(complete, 4, out=out)


def test_outputs_that_were_changed(complete: InspectedToy, tmp_path: Path) -> None:
    shard = complete.out / "shard-0000.bin"
    whole = shard.read_bytes()
    at = whole.find(np.int64(4).tobytes()) + 8
    try:
        shard.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        repeats = again(complete, 4, here=True)
    finally:
        shard.write_bytes(whole)
    assert [verdict.difference for verdict in repeats[0].verdicts] == [
        "",
        "the first of the bytes that differ is number 8",
    ]
    assert exit_code(repeats) == 1
    assert "differs" in report(repeats[0])


@pytest.fixture
def unfinished(tmp_path: Path) -> InspectedToy:
    """A run that has done the tasks 1 and 4, and tried 13 twice."""
    job = InspectedToy(tmp_path / "out", misdeeds=MISDEEDS)
    plan = job.plan()
    state = StateFolder(state_dir_of_folder(job.out))
    state.path.mkdir(parents=True)
    state.begin(PlanRecord.of(job.name, plan))
    writer = JournalWriter(journal_path(state.run_journals, begin_session(state.run_journals), 0))
    inner = job.setup(plan)
    for task in (1, 4):
        result = job.run(inner, task)
        row = np.array(result.row, dtype=plan.row_dtype).tobytes()
        writer.started(task)
        writer.done(task, 0.5, row + encode_arrays(result.arrays))
    writer.failed(Failure(7, "input", "", "another reason"), 0.1)
    writer.shard_written(19, "here")
    writer.started(13)
    writer.started(13)
    writer.close()
    return job


def test_an_unfinished_run(unfinished: InspectedToy) -> None:
    before = snapshot(unfinished.out)
    done, failed, waiting = again(unfinished, 4, 7, 19)
    assert [verdict.what for verdict in done.verdicts] == ["row", "array numbers"]
    assert not any(verdict.difference for verdict in done.verdicts)
    assert done.kept.file is not None
    assert done.kept.file.suffix == ".journal"
    (verdict,) = failed.verdicts
    assert "another reason" in verdict.difference
    assert waiting.verdicts == []
    assert "has kept nothing of it" in report(waiting)
    assert snapshot(unfinished.out) == before


def test_tasks_that_kill_or_never_end(unfinished: InspectedToy) -> None:
    crash, hang = again(unfinished, 13, 16, limits=TaskLimits(time_s=0.5))
    assert isinstance(crash.outcome, Failure)
    assert isinstance(hang.outcome, Failure)
    assert (crash.outcome.kind, hang.outcome.kind) == ("crash", "timeout")
    assert "SIGSEGV" in crash.outcome.message
    assert crash.kept.n_starts == 2
    assert "starts    2 in the run's journals" in report(crash)


def test_another_row_and_other_arrays(unfinished: InspectedToy) -> None:
    state = StateFolder(state_dir_of_folder(unfinished.out))
    plan = unfinished.plan()
    writer = JournalWriter(journal_path(state.run_journals, 2, 0))
    result = unfinished.run(unfinished.setup(plan), 4)
    numbers = result.arrays["numbers"].copy()
    numbers[1] += 1.0
    row = np.array((0.0, len(numbers)), dtype=plan.row_dtype).tobytes()
    writer.done(4, 0.5, row + encode_arrays({"numbers": numbers, "more": numbers}))
    writer.close()
    (repeat,) = again(unfinished, 4, here=True)
    told = {verdict.what: verdict.difference for verdict in repeat.verdicts}
    assert told["row"].startswith("value: ")
    assert "count" not in told["row"]
    assert told["array numbers"].startswith(f"1 of {len(numbers)} numbers, the first at (1): ")
    assert told["array more"] == "is not made any more"


def test_a_part(tmp_path: Path) -> None:
    job = InspectedToy(tmp_path / "out")
    options = EngineOptions(selection=Selection(part="1/2"))
    assert run(job, state_dir_of_folder(job.out), options) == ExitCode.DONE
    (mine,) = again(job, 1, here=True)
    assert any(verdict.what == "row" for verdict in mine.verdicts)
    assert not any(verdict.difference for verdict in mine.verdicts)
    with pytest.raises(InvalidInputError, match="gid 4 is not in the part of the cells"):
        again(job, 1, 4, here=True)


@pytest.mark.parametrize("task", [0, 2, -1, 1000])
def test_unknown_task(complete: InspectedToy, task: int) -> None:
    with pytest.raises(InvalidInputError, match=f"no gid {task}; the input has the gids 1 to 148"):
        again(complete, 4, task)


class TasksOfTen(InspectedToy):
    """Users know the tasks by any number of the ten that end with their id."""

    def task_of(self, plan: Plan, gid: int) -> int:
        task = gid // 10 * 10 + 9
        if task not in plan.tasks:
            raise InvalidInputError(f"gid {gid} has no task")
        return task


def test_ids_of_which_a_task_does_several(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    job = TasksOfTen(tmp_path / "out", n_tasks=20)
    assert job.plan().tasks.tolist()[:7] == [1, 4, 7, 10, 13, 16, 19]
    assert run(job, state_dir_of_folder(job.out), EngineOptions()) == ExitCode.DONE
    caplog.set_level("INFO")
    repeats = again(job, 12, 19, 49, 10, here=True)
    assert [repeat.task for repeat in repeats] == [19, 49]
    assert not any(verdict.difference for repeat in repeats for verdict in repeat.verdicts)
    assert "gid 12 is done together with others, under gid 19" in caplog.text
    assert "gid 49" not in caplog.text
    with pytest.raises(InvalidInputError, match="gid 5 has no task"):
        again(job, 12, 5, here=True)


def test_changed_input(tmp_path: Path) -> None:
    file = tmp_path / "input"
    file.write_text("one")
    job = InspectedToy(tmp_path / "out", input_file=file)
    assert run(job, state_dir_of_folder(job.out), EngineOptions()) == ExitCode.DONE
    assert again(job, 4, here=True)[0].verdicts
    file.write_text("two")
    with pytest.raises(ForeignPlanError, match="the content of --input"):
        again(job, 4)


def test_limits_of_the_run(tmp_path: Path) -> None:
    state = StateFolder(tmp_path)
    assert recorded_limits(state, None, None) == TaskLimits()
    options = {"memory_limit_per_rank": {"value": 500.0}, "task_timeout": {"value": None}}
    state.provenance_json.write_text(json.dumps({"sessions": [{"options": options}]}))
    assert recorded_limits(state, None, None) == TaskLimits(500.0, None)
    assert recorded_limits(state, 100.0, 3.0) == TaskLimits(100.0, 3.0)
    state.provenance_json.write_text('{"sessions": [{"options": []}]}')
    assert recorded_limits(state, None, 3.0) == TaskLimits(None, 3.0)


def command(*words: Any) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["rerun", *map(str, words)])
    return done.exit_code, done.output


def test_only_jobs_of_this_program_are_made(complete: InspectedToy, tmp_path: Path) -> None:
    code, told = command(complete.out, "--gid", "4")
    assert code == ExitCode.INVALID_INPUT
    assert "a run of 'toy', which this program does not have" in told


def test_no_run(tmp_path: Path) -> None:
    code, told = command(tmp_path / "out", "--gid", "4")
    assert code == ExitCode.INVALID_INPUT
    assert "there is no run of" in told
    (tmp_path / ".rghpc").mkdir()
    code, told = command(tmp_path, "--gid", "4")
    assert code == ExitCode.INVALID_INPUT
    assert "has not begun" in told


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"settings": None}, "did not record what `rerun` needs"),
        ({"settings": {"input_cells": "x"}}, "are damaged, or of another version"),
        ({"settings": {"bad": "x"}}, "are damaged, or of another version"),
    ],
)
def test_settings_that_cannot_be_used(tmp_path: Path, changes: Any, words: str) -> None:
    job = InspectedToy(tmp_path / "out")
    assert run(job, state_dir_of_folder(job.out), EngineOptions()) == ExitCode.DONE
    path = tmp_path / "out" / ".rghpc" / "plan.json"
    plan = {**json.loads(path.read_text()), "job": "synthesize-morphologies", **changes}
    path.write_text(json.dumps(plan))
    code, told = command(job.out, "--gid", "4")
    assert code == ExitCode.INVALID_INPUT
    assert words in told
