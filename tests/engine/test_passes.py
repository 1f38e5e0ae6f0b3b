"""Commands of several jobs: what is refused before the first one, and who hears a stop."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from region_grower_hpc.errors import ExitCode
from region_grower_hpc.testing import run_command

pytestmark = [pytest.mark.mpi, pytest.mark.timeout(120)]


def two_passes(out: Path, *words: str, n_ranks: int = 0) -> subprocess.CompletedProcess[str]:
    command = ["-m", "tests.engine.two_passes", str(out), *words]
    return run_command(command, n_ranks, timeout_s=60.0)


@pytest.mark.parametrize("n_ranks", [0, 2])
def test_both_are_done(tmp_path: Path, n_ranks: int) -> None:
    assert two_passes(tmp_path, n_ranks=n_ranks).returncode == ExitCode.DONE
    tables = [(tmp_path / name / "table.csv").read_text() for name in ("one", "two")]
    assert tables[0] == tables[1] != ""


@pytest.mark.parametrize("n_ranks", [0, 2])
def test_a_request_to_stop_between_two_passes_is_heard(tmp_path: Path, n_ranks: int) -> None:
    stopped = two_passes(tmp_path, "--stops", n_ranks=n_ranks)
    assert stopped.returncode == ExitCode.STOPPED_EARLY, stopped.stderr
    assert "SIGTERM received; still to do: second" in stopped.stderr
    assert (tmp_path / "one" / "table.csv").exists()
    assert not (tmp_path / "two").exists()
    assert two_passes(tmp_path, "--stops", n_ranks=n_ranks).returncode == ExitCode.DONE
    assert (tmp_path / "two" / "table.csv").exists()


def test_files_in_the_way_of_the_second_are_refused_before_the_first(tmp_path: Path) -> None:
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "table.csv").write_text("mine")
    refused = two_passes(tmp_path)
    assert refused.returncode == ExitCode.INVALID_INPUT
    assert "table.csv exists and was not written by a run of this command" in refused.stderr
    assert not (tmp_path / "one").exists()
    assert two_passes(tmp_path, "--overwrite").returncode == ExitCode.DONE


def test_another_plan_of_the_second_is_refused_before_the_first(tmp_path: Path) -> None:
    assert two_passes(tmp_path).returncode == ExitCode.DONE
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    refused = two_passes(tmp_path, "--seed", "1")
    assert refused.returncode == ExitCode.FOREIGN_PLAN
    assert "seed: 0 -> 1" in refused.stderr
    after = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    assert after == before
    assert two_passes(tmp_path, "--seed", "1", "--overwrite").returncode == ExitCode.DONE


def test_failures_of_the_first_do_not_keep_the_second_from_its_work(tmp_path: Path) -> None:
    failed = two_passes(tmp_path, "--misdeed", "4:fail")
    assert failed.returncode == ExitCode.TOO_MANY_FAILURES
    assert (tmp_path / "two" / "table.csv").exists()
    assert two_passes(tmp_path, "--misdeed", "4:fail").returncode == ExitCode.TOO_MANY_FAILURES


def test_unfinished_passes_of_a_group_are_discarded_together(tmp_path: Path) -> None:
    assert two_passes(tmp_path, "--group", "--stops").returncode == ExitCode.STOPPED_EARLY
    other = ("--group", "--seed", "1")
    for refused in (two_passes(tmp_path, *other), two_passes(tmp_path, *other, "--overwrite")):
        assert refused.returncode == ExitCode.FOREIGN_PLAN
        assert "--restart to discard it" in refused.stderr
    assert two_passes(tmp_path, *other, "--restart").returncode == ExitCode.DONE
    assert two_passes(tmp_path, *other).returncode == ExitCode.DONE


def test_a_group_that_is_overwritten_continues(tmp_path: Path) -> None:
    assert two_passes(tmp_path, "--group").returncode == ExitCode.DONE
    table = tmp_path / "one" / "table.csv"
    former = table.stat().st_mtime_ns
    again = ("--group", "--overwrite", "--stops")
    assert two_passes(tmp_path, *again).returncode == ExitCode.STOPPED_EARLY
    made = table.stat().st_mtime_ns
    assert made != former
    assert two_passes(tmp_path, *again).returncode == ExitCode.DONE
    assert table.stat().st_mtime_ns == made


def test_a_complete_group_needs_no_files_between_its_passes(tmp_path: Path) -> None:
    assert two_passes(tmp_path, "--group").returncode == ExitCode.DONE
    (tmp_path / "one" / "table.csv").unlink()
    assert two_passes(tmp_path, "--group").returncode == ExitCode.DONE
    assert not (tmp_path / "one" / "table.csv").exists()
    (tmp_path / "two" / "table.csv").unlink()
    assert two_passes(tmp_path, "--group").returncode == ExitCode.INVALID_INPUT
