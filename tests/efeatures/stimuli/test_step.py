"""Step: given and found times, holding current, dtype of the arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.stimuli.smoothing import base_current
from tests.efeatures.stimuli.made_sweeps import interpreted

DT = 0.25


@pytest.fixture
def current() -> NDArray[np.float32]:
    """A step on [700, 2700) ms, nA."""
    made = np.random.default_rng(1).normal(-0.05, 0.01, 12_000)
    made[2800:10_800] += 0.2
    return made.astype(np.float32)


def test_arithmetic_is_that_of_the_file(current: NDArray[np.float32]) -> None:
    found = interpreted("Step", current, DT, {"ton": 700.0, "toff": 2700.0}).values
    hold = base_current(current, 2800)
    level = np.median(current[2800:10_800])
    assert level.dtype == np.float32
    assert found["hypamp"] == hold
    assert found["amp"] == float(level) - hold
    assert all(type(value) is float for value in found.values())


def test_given_amplitudes_replace_measured_ones(current: NDArray[np.float32]) -> None:
    times = {"ton": 700.0, "toff": 2700.0}
    in_pa = times | {"i_unit": "pA", "amp": 210.0, "hypamp": -40.0}
    found = interpreted("Step", current * np.float32(1e3), DT, in_pa).values
    assert (found["amp"], found["hypamp"]) == pytest.approx((0.21, -0.04), rel=1e-15)
    from_file = interpreted("Step", current, DT, times, amp=0.3, hypamp=-0.1).values
    assert (from_file["amp"], from_file["hypamp"]) == (0.3, -0.1)
    both = interpreted("Step", current, DT, times | {"amp": 0.4}, amp=0.3, hypamp=-0.1).values
    assert both["amp"] == 0.4
    # A difference with a given current has the dtype of the file, as in bluepyefe.
    held = interpreted("Step", current, DT, times | {"hypamp": -0.04}).values
    assert held["amp"] == float(np.median(current[2800:10_800]) - np.float32(-0.04))


def test_times_of_the_file_are_samples(current: NDArray[np.float32]) -> None:
    found = interpreted("Step", current, DT, ton=2800, toff=10_800).values
    assert (found["ton"], found["toff"]) == (700.0, 2700.0)
    given = interpreted("Step", current, DT, {"ton": 800.0}, ton=2800, toff=10_800).values
    assert (given["ton"], given["toff"]) == (800.0, 2700.0)


def test_times_are_found_and_then_used(current: NDArray[np.float32]) -> None:
    found = interpreted("Step", current, DT)
    given = interpreted("Step", current, DT, {"ton": 700.0, "toff": 2700.0})
    assert found.status == "ok"
    assert found.values == given.values
    one = interpreted("Step", current, DT, {"ton": 700.0, "toff": None})
    assert one.values == given.values


def test_noise_alone_is_uncertain_and_the_window_is_the_recording() -> None:
    noise = np.random.default_rng(2).normal(-0.05, 0.01, 12_000).astype(np.float32)
    found = interpreted("Step", noise, DT)
    assert found.status == "detection_uncertain"
    assert (found.values["ton"], found.values["toff"]) == (0.0, 3000.0)
    assert abs(found.values["amp"]) < 0.005
    assert "give ton and toff" in found.warnings[0]
    known = interpreted("Step", noise, DT, {"ton": 500.0}).values
    assert (known["ton"], known["toff"]) == (500.0, 3000.0)


def test_an_end_before_the_begin_is_a_failed_detection(current: NDArray[np.float32]) -> None:
    found = interpreted("Step", current, DT, {"ton": 2700.0, "toff": 700.0})
    assert found.status == "detection_failed"
    assert (found.values["ton"], found.values["toff"]) == (0.0, 3000.0)
    assert np.isfinite(found.values["amp"])
    assert found.warnings


def test_without_samples_before_the_step_those_behind_tell_the_holding_current() -> None:
    current = np.full(4000, -0.1)
    current[:1000] += 0.5
    found = interpreted("Step", current, DT, {"ton": 0.0, "toff": 250.0}).values
    assert (found["hypamp"], found["amp"]) == pytest.approx((-0.1, 0.5))
    whole = interpreted("Step", current, DT, {"ton": 0.0, "toff": 1000.0}).values
    assert (whole["toff"], whole["hypamp"]) == pytest.approx((1000.0, 0.4))


def test_the_peer_takes_a_blip_for_the_step() -> None:
    current = np.zeros(8000)
    current[2000:6000] = 0.2
    assert interpreted("Step", current, DT, compat=True).values["toff"] == 1499.75
    current[200:300] = 0.1
    assert interpreted("Step", current, DT, compat=True).values["ton"] == 50.0
    assert interpreted("Step", current, DT).values["ton"] == 500.0


def test_the_peer_on_a_constant_current() -> None:
    found = interpreted("Step", np.zeros(8000), DT, compat=True)
    assert (found.values["ton"], found.values["toff"]) == (2.0, 1997.75)
    short = interpreted("Step", np.zeros(4), DT, compat=True)
    assert short.status == "detection_failed"
    assert (short.values["ton"], short.values["toff"]) == (0.0, 1.0)


@pytest.mark.parametrize("compat", [False, True])
def test_an_end_behind_the_recording_fails(current: NDArray[np.float32], compat: bool) -> None:
    """In bluepyefe it is an IndexError, not a failed detection."""
    with pytest.raises(RecordingProblem, match="toff: 4000 ms is outside the recording"):
        interpreted("Step", current, DT, {"ton": 700.0, "toff": 4000.0}, compat=compat)
