"""What is given is taken or refused with its key; what is not given has a default or is missing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.stimuli import ECODES
from tests.efeatures.stimuli.made_sweeps import interpreted

DT = 0.25
#: 2 s.
CURRENT = np.random.default_rng(1).normal(0.0, 0.01, 8000)
TIMES: dict[str, dict[str, float]] = {
    "Step": {"ton": 100.0, "toff": 200.0},
    "Ramp": {"ton": 100.0, "toff": 200.0},
    "SAHP": {"ton": 100.0, "tmid": 200.0, "tmid2": 300.0, "toff": 400.0},
    "DeHyperPol": {"ton": 100.0, "tmid": 200.0, "toff": 300.0},
    "HyperDePol": {"ton": 100.0, "tmid": 200.0, "toff": 300.0},
    "NegCheops": {"ton": 100.0, "t1": 200.0, "t2": 300.0, "t3": 400.0, "t4": 500.0, "toff": 600.0},
    "PosCheops": {"ton": 100.0, "t1": 200.0, "t2": 300.0, "t3": 400.0, "t4": 500.0, "toff": 600.0},
    "SineSpec": {"ton": 100.0, "toff": 200.0},
}
EVERY_TIME = [(name, key) for name, times in TIMES.items() for key in times]


def problem(name: str, metadata: dict[str, Any], **options: Any) -> RecordingProblem:
    """Why a recording fails."""
    with pytest.raises(RecordingProblem) as caught:
        interpreted(name, CURRENT, DT, metadata, **options)
    assert caught.value.stage == "interpret"
    return caught.value


@pytest.mark.parametrize(("name", "key"), EVERY_TIME)
@pytest.mark.parametrize("value", [2001.0, -1.0, float("nan"), float("inf"), "late", 1e300, [1]])
def test_a_time_outside_the_recording_fails(name: str, key: str, value: Any) -> None:
    assert problem(name, TIMES[name] | {key: value}).key == key


@pytest.mark.parametrize("name", ECODES)
@pytest.mark.parametrize("key", ["amp", "hypamp"])
@pytest.mark.parametrize("value", [float("nan"), "big", 1e308, {}])
def test_a_current_that_is_no_number_fails(name: str, key: str, value: Any) -> None:
    metadata = TIMES.get(name, {}) | {key: value, "i_unit": "A"}
    assert problem(name, metadata).key == key


@pytest.mark.parametrize("name", ECODES)
def test_required_times_are_named(name: str) -> None:
    for key in ECODES[name].required:
        metadata = {other: ms for other, ms in TIMES[name].items() if other != key}
        for missing in (metadata, metadata | {key: None}):
            found = problem(name, missing)
            assert found.key == key
            assert "give it in the metadata" in found.text


def test_required_times_of_all_classes() -> None:
    required = {name: stimulus.required for name, stimulus in ECODES.items() if stimulus.required}
    assert required == {"Ramp": ("ton",), "DeHyperPol": ("ton", "tmid", "toff")}


@pytest.mark.parametrize(
    "name", ["Ramp", "SAHP", "DeHyperPol", "HyperDePol", "PosCheops", "SineSpec"]
)
def test_times_out_of_order_fail(name: str) -> None:
    found = problem(name, TIMES[name] | {"toff": 50.0})
    assert found.key == "toff"
    assert "50 ms is not behind" in found.text


def test_a_time_at_the_end_of_the_recording_is_inside() -> None:
    for name in ("Step", "Ramp", "DeHyperPol", "SineSpec"):
        assert (
            interpreted(name, CURRENT, DT, TIMES[name] | {"toff": 2000.0}).values["toff"] == 2000.0
        )


def test_only_the_missing_time_takes_its_default() -> None:
    metadata = {"ton": 100.0, "tmid": 200.0}
    ours = interpreted("HyperDePol", CURRENT, DT, metadata)
    assert [ours.values[key] for key in ("ton", "tmid", "toff")] == [100.0, 200.0, 970.0]
    assert ours.warnings == ["times that are not given are set to (ms): toff 970"]
    peer = interpreted("HyperDePol", CURRENT, DT, metadata, compat=True)
    assert [peer.values[key] for key in ("ton", "tmid", "toff")] == [250.0, 700.0, 970.0]
    assert metadata == {"ton": 100.0, "tmid": 200.0}


def test_a_default_outside_the_recording_fails() -> None:
    found = problem("PosCheops", {"ton": 100.0})
    assert found.key == "t1"
    assert "8250 ms" in found.text
    assert problem("SineSpec", {}).key == "toff"


def test_sine_defaults_are_ms_and_samples_for_the_peer() -> None:
    long = np.zeros(24_000)
    ours = interpreted("SineSpec", long, DT).values
    assert (ours["ton"], ours["toff"]) == (150.0, 5100.0)
    peer = interpreted("SineSpec", long, DT, compat=True).values
    assert (peer["ton"], peer["toff"]) == (37.5, 1275.0)
    assert (
        list(peer.items())[-4:]
        == list(ours.items())[-4:]
        == [
            ("chirp_frequency_base", 1.0),
            ("chirp_frequency_scale", 1.0),
            ("chirp_frequency_denominator", 5.15),
            ("chirp_time_offset", 0.1),
        ]
    )
    given = interpreted("SineSpec", long, DT, {"chirp_time_offset": 0.2}).values
    assert given["chirp_time_offset"] == 0.2


def test_no_sample_outside_the_stimulus_needs_a_holding_current() -> None:
    whole = {"ton": 0.0, "tmid": 500.0, "toff": 2000.0}
    assert problem("DeHyperPol", whole).key == "hypamp"
    assert interpreted("DeHyperPol", CURRENT, DT, whole | {"hypamp": 0.1}).values["hypamp"] == 0.1
    assert problem("NegCheops", TIMES["NegCheops"] | {"ton": 0.0}).key == "hypamp"


def test_sahp_without_steps_fails() -> None:
    found = problem("SAHP", {"ton": 1990.0})
    assert found.text.startswith("detection failed")


def test_sahp_tend_may_be_given() -> None:
    values = interpreted("SAHP", CURRENT, DT, TIMES["SAHP"] | {"tend": 450.0}).values
    assert values["tend"] == 450.0


def test_a_ramp_that_does_not_rise() -> None:
    current = np.linspace(1.0, 0.0, 8000)
    found = interpreted("Ramp", current, DT, {"ton": 100.0})
    assert found.status == "detection_failed"
    assert found.values["toff"] == 2000.0


def test_no_pulse_matches_nothing() -> None:
    found = interpreted("SpikeRec", np.zeros(8000), DT)
    assert found.status == "detection_failed"
    assert found.values["tspike"] == []
    assert ECODES["SpikeRec"].effective(found.values, {}, True) is None
    assert ECODES["SpikeRec"].generate(found.values)[1].max() == 0.0


def test_waveform_times_are_moved_into_the_recording() -> None:
    current = np.zeros(8000)
    current[4000:4100] = 0.5
    found = interpreted("PinkNoise", current, DT, {"ton": 990.0, "toff": 9000.0}).values
    assert (found["ton"], found["toff"], len(found["waveform"])) == (990.0, 2000.0, 4040)
    none = interpreted("CapCheck", np.zeros(8000), DT)
    assert none.status == "detection_failed"
    assert (none.values["ton"], none.values["toff"], none.values["amp"]) == (0.0, 2000.0, 0.0)
    assert set(none.values["waveform"]) == {0.0}


@pytest.mark.parametrize("compat", [False, True])
def test_a_current_beyond_its_dtype_fails(compat: bool) -> None:
    huge = np.full(8000, 3e38, dtype=np.float32)
    with pytest.raises(RecordingProblem) as caught:
        interpreted("Step", huge, DT, TIMES["Step"] | {"hypamp": -3e38}, compat=compat)
    assert caught.value.stage == "interpret"
    assert caught.value.key == "i_unit"
