"""Names and order of the parameters, relative amplitudes, and what protocols.json says."""

from __future__ import annotations

import numpy as np
import pytest

from region_grower_hpc.efeatures.stimuli import ECODES, STIMULI, Stimulus
from tests.efeatures.stimuli.made_sweeps import interpreted

#: 20 s at 1 ms: every default fits in.
CURRENT = np.zeros(20_000)
CURRENT[5000:6000] = 0.2
TIMES = {"ton": 100.0, "tmid": 200.0}
PLAIN = "delay amp thresh_perc duration totduration"
STEP_KEYS = {
    "Step": PLAIN,
    "Ramp": PLAIN,
    "SAHP": "delay tmid tmid2 toff amp long_amp thresh_perc duration totduration",
    "DeHyperPol": "delay tmid toff amp amp2 thresh_perc duration totduration",
    "HyperDePol": "delay tmid toff amp amp2 thresh_perc duration totduration",
    "NegCheops": "delay t1 t2 t3 t4 toff amp thresh_perc duration totduration",
    "PosCheops": "delay t1 t2 t3 t4 toff amp thresh_perc duration totduration",
    "SpikeRec": "delay n_spikes delta amp thresh_perc spike_duration totduration",
    "SineSpec": f"{PLAIN} chirp_frequency_base chirp_frequency_scale chirp_frequency_denominator "
    "chirp_time_offset",
    "PinkNoise": f"{PLAIN} dt waveform",
    "CapCheck": f"{PLAIN} dt waveform",
}


@pytest.mark.parametrize("stimulus", STIMULI, ids=lambda stimulus: stimulus.name)
def test_values_have_the_order_of_the_exported_names(stimulus: Stimulus) -> None:
    given = TIMES | {
        "tmid2": 300.0,
        "toff": 400.0,
        "t1": 110.0,
        "t2": 120.0,
        "t3": 130.0,
        "t4": 140.0,
    }
    values = interpreted(stimulus.name, CURRENT, 1.0, given).values
    relative = stimulus.relative(values, 0.1)
    assert set(relative) <= set(stimulus.exported)
    exported = [key for key in stimulus.exported if key not in relative]
    assert [key for key in values if key in exported] == exported
    assert {"ton", "toff", "tend", "amp", "hypamp", "dt"} <= set(values)
    assert set(stimulus.listed) == {key for key in values if isinstance(values[key], list)}
    assert not set(stimulus.reduced) & set(stimulus.listed)
    assert list(stimulus.step(values | relative)) == STEP_KEYS[stimulus.name].split()


def test_relative_amplitudes_are_percent() -> None:
    values = {"amp": 0.1, "amp2": 0.3, "hypamp": -0.05}
    found = ECODES["SAHP"].relative(values, 0.2)
    assert found == pytest.approx({"amp_rel": 50.0, "amp2_rel": 150.0, "hypamp_rel": -25.0})
    assert set(ECODES["Step"].relative({"amp": 0.1, "hypamp": 0.0}, 0.2)) == {
        "amp_rel",
        "hypamp_rel",
    }


def test_what_targets_are_compared_with() -> None:
    values = {"amp": 0.1, "amp2": 0.3, "delta": 20.0}
    relative = {"amp_rel": 50.0, "amp2_rel": 150.0}
    found = {
        name: [ECODES[name].effective(values, relative, absolute) for absolute in (True, False)]
        for name in ("Step", "SAHP", "DeHyperPol", "SpikeRec")
    }
    assert found == {
        "Step": [0.1, 50.0],
        "SAHP": [0.3, 150.0],
        "DeHyperPol": [0.1, 50.0],
        "SpikeRec": [20.0, 20.0],
    }
    assert ECODES["Step"].effective(values, {}, absolute=False) is None
    assert ECODES["Step"].effective({"amp": float("nan")}, {}, absolute=True) is None


def test_step_of_reduced_values() -> None:
    values = {"ton": 10.0, "tmid": 20.0, "tmid2": 35.0, "toff": 50.0, "tend": 60.0}
    values |= {"amp": 0.1, "amp2": 0.3, "amp2_rel": 150.0, "amp_rel": 50.0}
    step = ECODES["SAHP"].step(values)
    assert (step["amp"], step["long_amp"], step["thresh_perc"]) == (0.3, 0.1, 150.0)
    assert (step["duration"], step["totduration"]) == (15.0, 60.0)
    two = ECODES["DeHyperPol"].step(values)
    assert (two["thresh_perc"], two["duration"]) == (150.0, 40.0)
    assert ECODES["HyperDePol"].step(values)["thresh_perc"] == 50.0
    absolute = ECODES["Step"].step({"ton": 10.0, "toff": 50.0, "tend": 60.0, "amp": 0.1})
    assert absolute == {
        "delay": 10.0,
        "amp": 0.1,
        "thresh_perc": None,
        "duration": 40.0,
        "totduration": 60.0,
    }
    assert ECODES["Step"].step({"ton": None, "toff": 50.0})["duration"] is None
