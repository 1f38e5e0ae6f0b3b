"""Room on the disk is asked for before anything is computed."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

import numpy as np
import pytest

from region_grower_hpc.engine import disk
from region_grower_hpc.engine.job import Plan
from region_grower_hpc.errors import ExitCode, InvalidInputError
from tests.scale.mounts import run_with_tmpfs

JOB = ("-m", "tests.scale.synthetic")


def plan(n_tasks: int = 10, group_bytes: tuple[float, ...] = (100.0,)) -> Plan:
    return Plan(
        tasks=np.arange(n_tasks, dtype=np.int64),
        costs_s=np.ones(n_tasks),
        row_dtype=np.dtype([("x", "f8")]),
        options={},
        cost_groups=np.arange(n_tasks) % max(len(group_bytes), 1),
        group_bytes=group_bytes,
        written_ratio=2.0,
        files_a_task=1,
    )


def test_a_plan_tells_what_it_needs() -> None:
    need = disk.predicted(plan(10, (100.0, 300.0)))
    assert need is not None
    # The records of a task are two headers of 40 bytes, its row takes 8.
    assert need == disk.DiskNeed(2000 + 10 * (80 + 8), 4000, 10)
    assert disk.predicted(plan(10, ())) is None


def test_a_dry_run_of_as_many_tasks_tells_too(tmp_path: Path) -> None:
    content = {
        "groups": {"a": {"tasks": 6}, "b": {"tasks": 4}},
        "journals_bytes": 500,
        "outputs_bytes": None,
        "inodes": 3,
    }
    path = tmp_path / "costs.json"
    assert disk.measured(plan(10), path) is None
    path.write_text(json.dumps(content))
    assert disk.measured(plan(10), path) == disk.DiskNeed(500, 0, 3)
    assert disk.measured(plan(11), path) is None
    path.write_text(json.dumps({"a": 2.5}))
    assert disk.measured(plan(10), path) is None


def test_only_what_certainly_finds_no_room_is_refused(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    free = disk._rooms([tmp_path])[0].free_bytes
    state, outputs = tmp_path / "state", [tmp_path / "out" / "a.h5"]
    with caplog.at_level(logging.WARNING):
        disk.check_room(disk.DiskNeed(0.3 * free, 0.3 * free), state, outputs)
        assert not caplog.records
        disk.check_room(disk.DiskNeed(0.6 * free, 0.6 * free), state, outputs)
    assert "which may be too little" in caplog.text
    with pytest.raises(InvalidInputError, match="for journals and outputs: choose another"):
        disk.check_room(disk.DiskNeed(1.5 * free, 1.5 * free), state, outputs)
    with pytest.raises(InvalidInputError, match=r"for its journals: .*--state-dir"):
        disk.check_room(disk.DiskNeed(3 * free, 0), state, outputs)


def test_a_full_file_system_is_refused_before_computing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    words = [*JOB, str(out), "--n-tasks", "10000", "--result-bytes", "5000"]
    refused = run_with_tmpfs(out, "size=20m", words)
    assert refused.returncode == ExitCode.INVALID_INPUT, refused.stderr
    for told in (str(out), "has 21.0 MB free", "about 50.9 MB for its journals", "--state-dir"):
        assert told in refused.stderr
    fits = run_with_tmpfs(out, "size=400m", words)
    assert fits.returncode == 0, fits.stderr
    assert "expected to need" not in fits.stderr


def test_what_may_be_too_little_is_warned_of(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    words = [*JOB, str(out), "--n-tasks", "2000", "--result-bytes", "5000"]
    # 10.2 MB of journals and 10 MB of outputs: it fits, by little.
    told = run_with_tmpfs(out, "size=22m", words)
    assert told.returncode == 0, told.stderr
    assert "about 20.2 MB for journals and outputs, which may be too little" in told.stderr


def test_too_few_inodes_are_refused(tmp_path: Path) -> None:
    disk.check_room(disk.DiskNeed(0, 0, 1000), tmp_path, [tmp_path])
    with pytest.raises(InvalidInputError, match=r"room for .* more files"):
        disk.check_room(disk.DiskNeed(0, 0, 10**15), tmp_path, [tmp_path])


def test_a_file_system_that_tells_nothing_refuses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As some network file systems do."""
    monkeypatch.setattr(os, "statvfs", lambda _: os.statvfs_result([4096] * 2 + [0] * 8))
    disk.check_room(disk.DiskNeed(1e15, 1e15, 10**15), tmp_path, [tmp_path])


def test_a_resume_counts_what_is_there_already(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    job = ["tests.scale.synthetic", str(out), "--n-tasks", "3000", "--result-bytes", "5000"]
    # The first command is stopped at once, what fills the folder is its own.
    script = (
        "import pathlib, subprocess, sys\n"
        f"out = pathlib.Path({str(out)!r})\n"
        f"job = [sys.executable, '-m', *{job!r}]\n"
        "assert subprocess.run([*job, '--time-limit', '0']).returncode == 75\n"
        "journals = next((out / '.rghpc' / 'journals').glob('*/*/*'))\n"
        "(journals / 'kept').write_bytes(bytes(12_000_000))\n"
        "sys.exit(subprocess.run(job).returncode)\n"
    )
    told = run_with_tmpfs(out, "size=17m", ["-c", script])
    assert "is expected to need about 15.2 MB for its journals" not in told.stderr
    assert told.returncode != ExitCode.INVALID_INPUT, told.stderr
