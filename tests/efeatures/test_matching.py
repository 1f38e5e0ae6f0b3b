from __future__ import annotations

import math

from region_grower_hpc.efeatures.efel_requests import FeatureRequest, request
from region_grower_hpc.efeatures.matching import aims_of, requests_of
from region_grower_hpc.efeatures.targets import Target
from tests.efeatures.made_cells import made_cell, made_recording

GLOBAL = {"Threshold": -20.0}


def asked(efeature: str, **settings: float) -> FeatureRequest:
    return request(efeature, {**GLOBAL, **settings})


def test_a_recording_is_measured_once_for_what_targets_around_it_ask_for() -> None:
    cell = made_cell(
        "a",
        [
            *(made_recording(0.15), made_recording(0.16), made_recording(0.3)),
            made_recording(0.16, protocol="IDthresh"),
        ],
        0.1,
    )
    targets = [
        Target("A", "IDrest", 150, 20),
        Target("B", "IDrest", 165, 10),
        Target("A", "IDrest", 165, 10),
        Target("A", "IDrest", 165, 10, {"Threshold": 0.0}),
        Target("C", "IDrest", 290, 10),  # 300 is not inside: the edge is out
    ]
    found = requests_of(cell.recordings, targets, efel_settings=GLOBAL)
    assert found == [
        (asked("A"),),
        (asked("A"), asked("B"), asked("A", Threshold=0.0)),
        (),
        (),
    ]
    everywhere = requests_of(cell.recordings, targets, efel_settings=GLOBAL, everywhere=True)
    assert everywhere[:3] == [(asked("A"), asked("B"), asked("A", Threshold=0.0), asked("C"))] * 3
    assert everywhere[3] == ()


def test_without_rheobase_nothing_is_measured_unless_amplitudes_are_absolute() -> None:
    pulses = {"tspike": [1.0, 20.0], "delta": 19.0, "spike_duration": 1.0}
    recordings = [made_recording(0.15), made_recording(1.0, protocol="SpikeRec", **pulses)]
    targets = [Target("A", "IDrest", 0.1, 0.06), Target("B", "SpikeRec", 20, 2)]
    assert requests_of(recordings, targets) == [(), ()]
    found = requests_of(recordings, targets, absolute_amplitude=True)
    assert found == [(request("A", {}),), (request("B", {}),)]


def test_amplitudes_that_are_missing_match_nothing() -> None:
    recordings = [made_recording(math.nan)]
    target = Target("A", "IDrest", 0, 1e20)
    assert requests_of(recordings, [target], absolute_amplitude=True) == [()]
    assert requests_of([], [target], absolute_amplitude=True) == []
    assert requests_of(recordings, [], absolute_amplitude=True) == [()]


def test_each_target_has_its_own_tolerance_but_in_bluepyefe() -> None:
    targets = [
        Target("A", "IDrest", 150, 10),
        Target("B", "IDrest", 150.0, 30),
        Target("B", "IDthresh", 150, 40),
    ]
    assert [aim.tolerance for aim in aims_of(targets, {})] == [10, 30, 40]
    assert [aim.tolerance for aim in aims_of(targets, {}, compat=True)] == [10, 10, 40]


def test_in_bluepyefe_the_last_group_of_settings_counts_for_a_name() -> None:
    low, high = {"Threshold": -10.0}, {"Threshold": 10.0}
    targets = [
        Target("A", "IDrest", 150, 10, low),
        Target("A", "IDrest", 200, 10, high),
        Target("A", "IDrest", 250, 10, low),  # joins the first group, which is measured before
        Target("A", "IDthresh", 150, 10, low),
        Target("A", "IDrest", 150, 10, low, "own name"),
    ]
    own = [aim.request for aim in aims_of(targets, GLOBAL)]
    assert own == [asked("A", **target.efel_settings) for target in targets]
    compat = [aim.request for aim in aims_of(targets, GLOBAL, compat=True)]
    assert compat == [*[asked("A", **high)] * 3, asked("A", **low), asked("A", **low)]
