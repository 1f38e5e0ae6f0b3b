from __future__ import annotations

import gc
import math
import time
import weakref

import numpy as np
import pytest

from region_grower_hpc.efeatures.figures.panel import panel_of
from region_grower_hpc.efeatures.recording import Recording
from tests.efeatures.figures.pdf_text import content, n_pages
from tests.efeatures.figures.sweeps import pages, step_sweep, sweep

ODD_NAME = "$\\frac{ \x00 \n \ud800 \u202e 日本"


def test_twelve_recordings_a_page() -> None:
    files = pages("a/b", "IDrest", [step_sweep()] * 25)
    folder, _, _ = next(iter(files)).partition("/")
    stem = f"{folder}/{folder}_IDrest_recordings"
    assert folder.startswith("a_b_")
    assert list(files) == [f"{stem}.pdf", *(f"{stem}_{page}.png" for page in (1, 2, 3))]
    assert n_pages(files[f"{stem}.pdf"]) == 3
    assert pages("a", "IDrest", []) == {}


def test_recordings_are_sorted_by_amplitude_and_unknown_ones_come_last() -> None:
    sweeps = [step_sweep(amp) for amp in (0.3, -0.1, math.nan, 0.2)]
    files = pages("c", "IDrest", sweeps)
    ordered = pages("c", "IDrest", [sweeps[at] for at in (1, 3, 0, 2)])
    assert files == ordered
    other = pages("c", "IDrest", sweeps[:2])
    assert files != other


def test_the_title_tells_amplitudes_holding_and_name() -> None:
    recording = step_sweep(0.25, repetition=3)
    assert panel_of(recording).titles == (
        "amp 0.25 nA (150.0 %)",
        "holding 0 nA",
        "sweep_7, repetition 3",
    )
    values = dict(recording.values) | {"amp2": -0.1, "delta": 12.5, "hypamp": None}
    titles = panel_of(step_sweep(values=values | {"amp": 0.1}, relative={}, id="s1")).titles
    assert titles == ("amp 0.1 nA, amp2 −0.1 nA", "holding ? nA, delta 12.5 ms", "s1")


def test_a_doubtful_stimulus_is_marked() -> None:
    assert panel_of(step_sweep()).doubt == ""
    assert panel_of(step_sweep(status="detection_uncertain")).doubt == "stimulus uncertain"
    plain = pages("c", "p", [step_sweep()])
    assert plain != pages("c", "p", [step_sweep(status="detection_failed")])


def test_the_regenerated_stimulus_spikes_and_threshold_are_drawn() -> None:
    plain = pages("c", "p", [step_sweep()])["c/c_p_recordings.pdf"]
    values = dict(step_sweep().values)
    for changed in (
        step_sweep(values=values | {"toff": 200.0}),
        step_sweep(peak_times=[150.0, 180.0]),
        step_sweep(auto_threshold=-41.0),
    ):
        assert pages("c", "p", [changed])["c/c_p_recordings.pdf"] != plain
    generated = panel_of(step_sweep()).generated
    assert generated[1].max() == pytest.approx(0.1)
    assert generated[0][generated[1] > 0.05][0] == pytest.approx(100.0, abs=0.3)


def test_a_panel_keeps_no_trace() -> None:
    recording = step_sweep()
    alive = weakref.ref(recording)
    voltage = weakref.ref(recording.voltage)
    panel = panel_of(recording)
    del recording
    gc.collect()
    assert alive() is None
    assert voltage() is None
    assert panel.voltage.size < 4000


@pytest.mark.parametrize(
    "recording",
    [
        sweep(np.full(4000, np.nan), np.full(4000, np.nan), amp=math.nan),
        sweep(np.full(4000, np.inf), np.full(4000, -np.inf), amp=math.inf),
        sweep(np.full(4000, 1e300), np.full(4000, -1e300), amp=1e300),
        sweep(np.full(4000, 1e11), np.full(4000, 1e11), amp=1e11, auto_threshold=math.inf),
        sweep(np.full(4000, -70.0), np.zeros(4000), amp=0.0),
        sweep([-70.0], [0.0]),
        sweep([], []),
        sweep(np.zeros(4000), np.zeros(10)),
        sweep(np.zeros(100), np.zeros(100), peak_times=None, auto_threshold=None, amp=None),
        sweep(np.zeros(100), np.zeros(100), peak_times=[math.nan, math.inf, -5.0, 1e9]),
        sweep(np.zeros(100), np.zeros(100), values={}, relative={"amp_rel": math.inf}),
        sweep(np.zeros(100), np.zeros(100), trace=None, files=[], id=None),
        sweep(
            np.zeros(100), np.zeros(100), id="$\\frac{ \x00 \n \ud800 \u202e 日本", repetition=[1]
        ),
    ],
)
def test_odd_recordings_are_drawn(recording: Recording) -> None:
    files = pages("c", "$p_{", [recording, step_sweep()])
    assert set(files) == {"c/c_$p_{_recordings.pdf", "c/c_$p_{_recordings_1.png"}
    assert "nan" not in content(files["c/c_$p_{_recordings.pdf"])


def test_pages_stay_small_and_cheap() -> None:
    rng = np.random.default_rng(1)
    sweeps = []
    for _ in range(12):
        noise = rng.normal(size=(2, 30_000)).astype(np.float32)
        sweeps.append(sweep(noise[0] * 30, noise[1], amp=0.1))
    begin = time.process_time()
    files = pages("c", "p", sweeps)
    # Measured: 0.4 s. The bound is for a busy machine.
    assert time.process_time() - begin < 1.5
    assert max(map(len, files.values())) < 300_000
