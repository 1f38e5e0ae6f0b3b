"""What is made of parameters gives the parameters back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from region_grower_hpc.efeatures.stimuli import ECODES
from tests.efeatures.stimuli.made_sweeps import interpreted

DT = 0.25
COMMON = {"tend": 3000.0, "hypamp": -0.05, "dt": DT}
PULSES: dict[str, Any] = {"tspike": [100.0, 300.0, 500.0], "spike_duration": 50.0, "delta": 150.0}
CHIRP = {
    "chirp_frequency_base": 1.0,
    "chirp_frequency_scale": 2.0,
    "chirp_frequency_denominator": 5.15,
    "chirp_time_offset": 0.1,
}
VALUES: dict[str, dict[str, Any]] = {
    "Step": {"ton": 700.0, "toff": 2700.0, "amp": 0.3},
    "Ramp": {"ton": 700.0, "toff": 2700.0, "amp": 0.3},
    "SAHP": {"ton": 200.0, "tmid": 700.0, "tmid2": 900.0, "toff": 2700.0, "amp": 0.1, "amp2": 0.4},
    "DeHyperPol": {"ton": 200.0, "tmid": 700.0, "toff": 2700.0, "amp": 0.1, "amp2": -0.4},
    "HyperDePol": {"ton": 200.0, "tmid": 700.0, "toff": 2700.0, "amp": -0.1, "amp2": 0.4},
    "SineSpec": {"ton": 150.0, "toff": 2900.0, "amp": 0.1} | CHIRP,
    "NegCheops": dict(
        zip(("ton", "t1", "t2", "t3", "t4", "toff"), range(400, 2800, 400), strict=True)
    )
    | {"amp": -0.3},
    "PosCheops": dict(
        zip(("ton", "t1", "t2", "t3", "t4", "toff"), range(400, 2800, 400), strict=True)
    )
    | {"amp": 0.3},
    "PinkNoise": {
        "ton": 500.0,
        "toff": 502.0,
        "amp": 0.2,
        "waveform": [1.0, -0.5, 0.25] + [0.5] * 5,
    },
    "CapCheck": {"ton": 500.0, "toff": 502.0, "amp": 0.2, "waveform": [1.0, -1.0] * 4},
}
#: Smoothing cuts the tops of what has no plateau.
TOLERANCE = {"SineSpec": 0.02, "NegCheops": 0.06, "PosCheops": 0.06, "Ramp": 0.002}
TIMES = {"ton", "tmid", "tmid2", "t1", "t2", "t3", "t4", "toff"}


@pytest.mark.parametrize("name", VALUES)
def test_parameters_come_back(name: str) -> None:
    values = COMMON | VALUES[name]
    t_ms, current = ECODES[name].generate(values)
    assert len(t_ms) == len(current) == 12_000
    assert t_ms[1] == DT
    given = {key: value for key, value in values.items() if key in TIMES or key in CHIRP}
    found = interpreted(name, current, DT, given)
    assert found.status == "ok"
    assert set(found.values) == set(values)
    for key, value in values.items():
        if key == "amp":
            assert found.values[key] == pytest.approx(value, rel=TOLERANCE.get(name, 1e-12))
        else:
            assert found.values[key] == pytest.approx(value, rel=1e-12), key


@pytest.mark.parametrize("name", ["Step", "CapCheck"])
def test_times_come_back_though_they_are_not_given(name: str) -> None:
    values = COMMON | VALUES[name]
    found = interpreted(name, ECODES[name].generate(values)[1], DT)
    assert set(found.values) == set(values)
    for key, value in values.items():
        assert found.values[key] == pytest.approx(value, rel=1e-12), key


def test_sahp_times_come_back_though_they_are_not_given() -> None:
    values = COMMON | VALUES["SAHP"]
    current = ECODES["SAHP"].generate(values)[1]
    found = interpreted("SAHP", current, DT, {"ton": 200.0}).values
    assert found["amp"] == pytest.approx(0.1)
    assert found["amp2"] == pytest.approx(0.4)
    for key in ("ton", "tmid", "tmid2", "toff"):
        # The last sample beyond the threshold, in place of the first behind the step.
        assert abs(found[key] - values[key]) <= DT


def test_pulses_come_back() -> None:
    values = COMMON | PULSES | {"hypamp": 0.0, "amp": 1.5, "ton": 0.0, "toff": 3000.0}
    current = ECODES["SpikeRec"].generate(values)[1]
    found = interpreted("SpikeRec", current, DT).values
    # A pulse is said to begin one sample before its first one, as in bluepyefe.
    assert found["tspike"] == pytest.approx([begin - DT for begin in PULSES["tspike"]])
    assert set(found) == set(values)
    for key in set(values) - {"tspike"}:
        assert found[key] == pytest.approx(values[key]), key
    begins, ends = ECODES["SpikeRec"].pulses(found) or ([], [])
    assert begins == found["tspike"]
    assert ends == pytest.approx([begin + 50.0 for begin in begins])


def test_negative_sample_of_a_pulse_at_the_very_begin_is_left_out() -> None:
    current = np.zeros(2000)
    current[:100] = 1.0
    current[1000:1100] = 1.0
    found = interpreted("SpikeRec", current, DT, {"hypamp": 0.0}).values
    assert found["tspike"][0] == -DT
    made = ECODES["SpikeRec"].generate(found)[1]
    assert made.max() == 1.0
