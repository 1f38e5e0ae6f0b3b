"""The flat list of features, made from eFEL's own."""

from __future__ import annotations

from pathlib import Path

import efel
import pytest

from region_grower_hpc.efeatures.efel_dependencies import flattened

OWN = Path(efel.get_settings().dependencyfile_path).read_text()
SMALL = """BasicFeatures:interpolate
SpikeEvent:peak_indices\t#BasicFeatures:interpolate
SpikeEvent:peak_time #SpikeEvent:peak_indices #BasicFeatures:interpolate

SpikeEvent:is_not_stuck #SpikeEvent:peak_time
"""


def test_dependencies_of_a_small_list() -> None:
    found = flattened(SMALL)
    assert found is not None
    assert found.before == {
        "interpolate": (),
        "peak_indices": (),
        "peak_time": ("peak_indices",),
        "is_not_stuck": ("peak_time",),
    }
    assert found.flat_list.splitlines() == [
        "BasicFeatures:interpolate",
        "SpikeEvent:peak_indices",
        "SpikeEvent:peak_time",
        "SpikeEvent:is_not_stuck#BasicFeatures:interpolate",
    ]


def test_efels_own_list_is_understood() -> None:
    found = flattened(OWN)
    assert found is not None
    assert len(found.flat_list.splitlines()) == len(OWN.split("\n")) - 1
    assert found.flat_list.count("#") == 1
    assert found.before["AP_amplitude"] == ("AP_begin_indices", "peak_voltage", "peak_time")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no list\n",
        SMALL.replace("BasicFeatures:interpolate\n", "", 1),
        SMALL.replace("peak_indices\t#BasicFeatures:interpolate", "peak_indices"),
        SMALL.replace("SpikeEvent:is_not_stuck #SpikeEvent:peak_time", ""),
        SMALL.replace(
            "is_not_stuck #SpikeEvent:peak_time", "is_not_stuck #BasicFeatures:interpolate"
        ),
        SMALL + "SpikeEvent:more #SpikeEvent:is_not_stuck\n",
        SMALL + "SpikeEvent:more #SpikeEvent:unknown\n",
        SMALL + "SpikeShape:peak_time #BasicFeatures:interpolate\n",
        SMALL + "SpikeEvent:a #SpikeEvent:b\nSpikeEvent:b #SpikeEvent:a\n",
        SMALL + "SpikeEvent:a b;c #BasicFeatures:interpolate\n",
        SMALL + SMALL,
    ],
)
def test_other_forms_are_not_understood(text: str) -> None:
    assert flattened(text) is None
