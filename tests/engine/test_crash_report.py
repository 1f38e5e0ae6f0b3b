"""The report of a crash belongs to the process that crashes."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from region_grower_hpc.engine.crash_report import crashes_reported, is_report


@pytest.mark.parametrize("is_rank", [True, False])
def test_only_the_rank_itself_writes_into_its_journal(tmp_path: Path, is_rank: bool) -> None:
    """A process that it forks shares the place in the file, and must not move it."""
    path = tmp_path / "journal"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)
    rank = os.fork()
    if rank == 0:
        with crashes_reported(descriptor):
            if is_rank or os.fork() == 0:
                os.kill(os.getpid(), signal.SIGSEGV)
            os.wait()
            os._exit(0)
    _, status = os.waitpid(rank, 0)
    os.close(descriptor)
    assert os.waitstatus_to_exitcode(status) == (-signal.SIGSEGV if is_rank else 0)
    assert is_report(memoryview(path.read_bytes())) == is_rank
    assert bool(path.stat().st_size) == is_rank
