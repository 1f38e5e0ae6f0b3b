"""Which class the name of a protocol means."""

from __future__ import annotations

import pytest

from region_grower_hpc.efeatures.stimuli import ECODES, STIMULI, stimulus_of
from region_grower_hpc.efeatures.stimuli.names import CLASS_OF_PART


@pytest.mark.parametrize(
    ("protocol", "name"),
    [
        ("IDrest", "Step"),
        ("IDthresh", "Step"),
        ("APWaveform", "Step"),
        ("Spontaneous_1", "Step"),
        ("my_IV_2", "Step"),
        ("sAHP", "SAHP"),
        ("IDhyperpol", "SAHP"),
        ("IRdepol", "SAHP"),
        ("APThreshold", "Ramp"),
        ("AP_Thresh", "Ramp"),
        ("rampstep", "Step"),
        ("HyperDePol", "HyperDePol"),
        ("DeHyperPol", "DeHyperPol"),
        ("NegCheops", "NegCheops"),
        ("POSCHEOPS", "PosCheops"),
        ("SpikeRec_50", "SpikeRec"),
        ("SineSpec", "SineSpec"),
        ("PinkNoise", "PinkNoise"),
        ("CapCheck", "CapCheck"),
    ],
)
def test_the_first_known_part_of_a_name_tells_its_class(protocol: str, name: str) -> None:
    found = stimulus_of(protocol)
    assert found is not None
    assert found.name == name


def test_no_known_part_is_no_class() -> None:
    assert stimulus_of("TestPulse") is None
    assert stimulus_of("") is None


def test_ecode_wins_over_the_protocol_name() -> None:
    assert stimulus_of("IDrest", "Ramp") is ECODES["Ramp"]
    assert stimulus_of("TestPulse", "SAHP") is ECODES["SAHP"]
    assert stimulus_of("IDrest", "ramp") is None
    assert stimulus_of("IDrest", ["Ramp"]) is None


def test_every_class_has_a_part_of_a_name() -> None:
    assert {name for _, name in CLASS_OF_PART} == {stimulus.name for stimulus in STIMULI}
