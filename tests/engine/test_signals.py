"""When to stop."""

from __future__ import annotations

import os
import signal
import time

import pytest

from region_grower_hpc.engine.signals import SLURM_MARGIN_S, StopRequest, deadline


def nobody(_job_id: str) -> float | None:
    raise AssertionError("squeue must not be asked")


def test_no_limit() -> None:
    assert deadline(None, {}, 100.0, nobody) is None


def test_the_earlier_limit_counts() -> None:
    slurm = {"SLURM_JOB_ID": "7", "SLURM_JOB_END_TIME": "1000"}
    short = {"SLURM_JOB_ID": "7", "SLURM_JOB_END_TIME": "130"}
    assert deadline(50.0, {}, 100.0, nobody) == 150.0
    assert deadline(None, slurm, 100.0, nobody) == 1000 - SLURM_MARGIN_S
    assert deadline(50.0, slurm, 100.0, nobody) == 150.0
    assert deadline(5000.0, slurm, 100.0, nobody) == 1000 - SLURM_MARGIN_S
    assert deadline(None, short, 100.0, nobody) == 127.0


def test_squeue_is_asked_where_slurm_does_not_tell() -> None:
    assert deadline(None, {"SLURM_JOB_ID": "7"}, 100.0, lambda job: 1500.0 + int(job)) == (
        1507.0 - SLURM_MARGIN_S
    )
    assert deadline(None, {"SLURM_JOB_ID": "7"}, 100.0, lambda job: None) is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGUSR1, signal.SIGINT])
def test_a_signal_asks_to_stop_and_may_come_twice(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with StopRequest() as stop:
        assert not stop
        os.kill(os.getpid(), number)
        assert stop.reason == f"{number.name} received"
        if number != signal.SIGINT:
            os.kill(os.getpid(), number)
            assert stop.reason == f"{number.name} received"
    assert signal.getsignal(number) == before


def test_a_second_interrupt_does_not_wait() -> None:
    with StopRequest() as stop:
        os.kill(os.getpid(), signal.SIGINT)
        assert stop
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_the_deadline_asks_to_stop() -> None:
    stop = StopRequest(time.time() + 0.05)
    assert not stop
    time.sleep(0.06)
    assert stop.reason == "the time limit is reached"
