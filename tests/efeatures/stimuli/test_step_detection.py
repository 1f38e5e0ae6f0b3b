"""The box fit: right where there is a step, silent where there is none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from region_grower_hpc.efeatures.stimuli.step_detection import detect_step

N_SAMPLES = 6000


def made(begin: int, end: int, amp: float, noise: NDArray[np.float64]) -> NDArray[np.float32]:
    """A step on noise."""
    current = noise - 0.03
    current[begin:end] += amp
    return current.astype(np.float32)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    begin=st.floats(0.02, 0.9),
    length=st.floats(0.05, 0.9),
    amp=st.sampled_from([-1.0, -0.1, 0.05, 0.4]),
    n_samples=st.integers(500, 30_000),
)
def test_a_step_of_four_times_the_noise_is_found(
    seed: int, begin: float, length: float, amp: float, n_samples: int
) -> None:
    first = round(begin * n_samples)
    behind = min(first + round(length * n_samples), round(0.98 * n_samples))
    assume(behind - first >= 0.05 * n_samples)
    noise = np.random.default_rng(seed).normal(0.0, abs(amp) / 4.0, n_samples)
    found = detect_step(made(first, behind, amp, noise))
    assert found.is_certain
    assert abs(found.ton_index - first) <= 8
    assert abs(found.toff_index - behind) <= 8


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    n_samples=st.integers(500, 20_000),
    memory=st.sampled_from([0.0, 0.5, 0.9, 0.98]),
)
def test_noise_is_no_step(seed: int, n_samples: int, memory: float) -> None:
    from scipy.signal import lfilter

    white = np.random.default_rng(seed).normal(size=n_samples + 500)
    noise = lfilter([1.0], [1.0, -memory], white)[500:]
    assert not detect_step(noise.astype(np.float32)).is_certain


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_edges_are_exact_without_noise(share: float) -> None:
    end = round(1003 + share * 4000)
    found = detect_step(made(1003, end, 0.2, np.zeros(N_SAMPLES)))
    assert found == (1003, end, True)


def test_a_step_to_the_end_of_the_sweep() -> None:
    noise = np.random.default_rng(1).normal(0.0, 0.01, N_SAMPLES)
    found = detect_step(made(4000, N_SAMPLES, 0.2, noise))
    assert found.is_certain
    assert (found.ton_index, found.toff_index) == (4000, N_SAMPLES)


@pytest.mark.parametrize(
    "current",
    [
        np.zeros(N_SAMPLES),
        np.full(N_SAMPLES, 0.1),
        np.linspace(0.0, 1.0, N_SAMPLES),
        np.exp(-np.linspace(0.0, 20.0, N_SAMPLES)),
        np.sin(np.linspace(0.0, 20.0, N_SAMPLES)),
        np.zeros(2),
    ],
    ids=["zero", "constant", "drift", "decay", "sine", "two samples"],
)
def test_what_has_no_edges_is_no_step(current: NDArray[np.float64]) -> None:
    rng = np.random.default_rng(2)
    assert not detect_step(current).is_certain
    assert not detect_step(current + rng.normal(0.0, 0.02, len(current))).is_certain


def test_leaking_spikes_move_no_edge() -> None:
    rng = np.random.default_rng(3)
    current = made(2000, 4000, 0.1, rng.normal(0.0, 0.01, N_SAMPLES))
    for at in range(2050, 4000, 300):
        current[at : at + 8] += 0.8
        current[at + 8 : at + 14] -= 0.6
    found = detect_step(current)
    assert found.is_certain
    assert abs(found.ton_index - 2000) <= 2
    assert abs(found.toff_index - 4000) <= 2


def test_spikes_alone_are_no_step() -> None:
    current = np.random.default_rng(4).normal(0.0, 0.01, N_SAMPLES)
    for at in range(500, 5500, 700):
        current[at : at + 20] += np.linspace(0.8, 0.0, 20)
        current[at + 20 : at + 34] -= 0.6
    assert not detect_step(current).is_certain


def test_a_known_edge_stays_and_the_other_is_found() -> None:
    noise = np.random.default_rng(5).normal(0.0, 0.02, N_SAMPLES)
    current = made(1000, 2500, 0.3, noise)
    assert detect_step(current, ton=1000)[:2] == (1000, 2500)
    assert detect_step(current, toff=2500)[:2] == (1000, 2500)
    # The whole of the sweep behind 1700 is told apart, not the step that begins earlier.
    assert detect_step(current, ton=1700).toff_index == 2500
    assert detect_step(made(0, 2500, 0.3, noise.copy()), ton=0)[:2] == (0, 2500)
    assert not detect_step(current, ton=N_SAMPLES).is_certain
    assert not detect_step(current, toff=0).is_certain


def test_the_scale_of_the_current_does_not_matter() -> None:
    current = made(1000, 2500, 0.3, np.random.default_rng(6).normal(0.0, 0.02, N_SAMPLES))
    assert detect_step(current) == detect_step(current * np.float32(1024.0))
    assert detect_step(current) == detect_step(-current)
