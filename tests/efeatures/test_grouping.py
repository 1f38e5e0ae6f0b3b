from __future__ import annotations

import logging
import math
import pickle
from typing import Any

import numpy as np
import pytest

from region_grower_hpc.efeatures.cell import Cell
from region_grower_hpc.efeatures.efel_requests import request
from region_grower_hpc.efeatures.grouping import global_rheobase, group_efeatures
from region_grower_hpc.efeatures.targets import Target
from region_grower_hpc.errors import InvalidInputError
from tests.efeatures.made_cells import give_values, made_cell, made_recording

GLOBAL = {"Threshold": -20.0}
TARGET = Target("A", "IDrest", 150, 20)


def _cells(targets: list[Target], compat: bool = False, **settings: Any) -> list[Cell]:
    """Cells a, b and c; b's rheobase is twice that of a, c has none; values are amplitudes."""
    cells = [
        made_cell(
            "a",
            [
                made_recording(0.15, files=["a1"], hypamp=-0.1, auto_threshold=-40.0),
                made_recording(0.20, files=["a2"], hypamp=-0.2, auto_threshold=-30.0),
                made_recording(0.16, files=["a3"], hypamp=-0.3, auto_threshold=-20.0),
            ],
            0.1,
        ),
        made_cell("b", [made_recording(0.29, files=["b1", "b2"], hypamp=-0.8)], 0.2),
        made_cell("c", [made_recording(0.15, files=["c1"])]),
    ]
    give_values(cells, targets, settings, lambda one, _: one.amp, compat)
    return cells


def test_values_come_in_the_order_of_cells_and_recordings() -> None:
    (protocol,) = group_efeatures(_cells([TARGET]), [TARGET])
    (target,) = protocol.feature_targets
    assert protocol.stimulus_name == "IDrest_150"
    assert [one.files for one in protocol.recordings] == [["a1"], ["a3"], ["b1", "b2"]]
    assert target.values == [0.15, 0.16, 0.29]
    assert target.files == ["a1", "a3", "b1", "b2"]
    assert (target.sample_size, protocol.n_match) == (3, 3)
    assert target.mean == float(np.nanmean([0.15, 0.16, 0.29]))
    assert target.std == float(np.nanstd([0.15, 0.16, 0.29]))


def test_missing_values_and_unmeasured_recordings_do_not_count() -> None:
    cells = _cells([TARGET])
    asked = request("A", {})
    cells[0].recordings[0].efeatures[asked] = math.nan
    cells[0].recordings[2].efeatures[asked] = math.inf
    (protocol,) = group_efeatures(cells, [TARGET])
    assert protocol.feature_targets[0].values == [0.29]
    assert len(protocol.recordings) == 3
    del cells[1].recordings[0].efeatures[asked]
    (protocol,) = group_efeatures(cells, [TARGET])
    assert protocol.feature_targets[0].values == []
    assert math.isnan(protocol.feature_targets[0].mean)


def test_amplitudes_are_one_group_however_they_are_written() -> None:
    targets = [
        Target("A", "IDrest", 150.0, 20),
        Target("A", "IDrest", 200, 20),
        Target("B", "IDrest", 150, 20),
        Target("A", "IDrest", 150, 20),
        Target("A", "Other", 150, 20),
    ]
    found = group_efeatures(_cells(targets), targets)
    assert [one.stimulus_name for one in found] == ["IDrest_150.0", "IDrest_200", "Other_150"]
    names = [[target.efel_feature_name for target in one.feature_targets] for one in found]
    assert names == [["A", "B", "A"], ["A"], ["A"]]
    assert found[2].recordings == []


@pytest.mark.parametrize(("compat", "files"), [(False, ["a1", "b1", "b2"]), (True, [])])
def test_each_target_has_its_own_tolerance(compat: bool, files: list[str]) -> None:
    targets = [Target("A", "IDrest", 140, 1), Target("B", "IDrest", 140, 11)]
    (protocol,) = group_efeatures(_cells(targets, compat), targets, compat=compat)
    assert protocol.feature_targets[0].files == []
    assert protocol.feature_targets[1].files == files
    # stimulus parameters are those of recordings that any target matched
    assert [file for one in protocol.recordings for file in one.files] == files


@pytest.mark.parametrize(("compat", "values"), [(False, [1.0, 2.0]), (True, [2.0, 2.0])])
def test_one_feature_with_two_settings_is_kept_apart(compat: bool, values: list[float]) -> None:
    targets = [
        Target("A", "IDrest", 200, 5, {"Threshold": 1.0}),
        Target("A", "IDrest", 200, 5, {"Threshold": 2.0}),
    ]
    cells = _cells([])
    for recording in cells[0].recordings:
        for threshold in (1.0, 2.0):
            recording.efeatures[request("A", {"Threshold": threshold})] = threshold
    (protocol,) = group_efeatures(cells, targets, efel_settings=GLOBAL, compat=compat)
    assert [one.values for one in protocol.feature_targets] == [[one] for one in values]
    settings = [dict(one.efel_settings) for one in protocol.feature_targets]
    assert settings == [{"Threshold": 1.0}, {"Threshold": 2.0}]


def test_amplitude_of_the_stimulus_follows_the_global_rheobase() -> None:
    cells = _cells([TARGET])
    assert global_rheobase(cells) == pytest.approx(0.15)
    (protocol,) = group_efeatures(cells, [TARGET])
    percent = np.mean([150.0, 160.0, 145.0])
    found = protocol.as_dict()
    assert found["step"]["amp"] == pytest.approx(percent * 0.15 / 100, rel=1e-15)
    assert found["step"]["thresh_perc"] == pytest.approx(percent, rel=1e-15)
    assert found["step"]["duration"] == 2000.0
    assert found["holding"] == {
        "delay": 0.0,
        "amp": pytest.approx(-0.4),
        "duration": 3000.0,
        "totduration": 3000.0,
    }
    (protocol,) = group_efeatures(cells, [TARGET], use_global_rheobase=False)
    assert protocol.as_dict()["step"]["amp"] == pytest.approx(0.2)
    assert protocol.as_dict()["step"]["thresh_perc"] == pytest.approx(percent)


def test_absolute_amplitudes_need_no_rheobase() -> None:
    target = Target("A", "IDrest", 0.15, 0.011)
    cells = _cells([target])
    for cell in cells:
        cell.rheobase = None
        for recording in cell.recordings:
            recording.relative = {}
    (protocol,) = group_efeatures(cells, [target], absolute_amplitude=True)
    assert protocol.feature_targets[0].files == ["a1", "a3", "c1"]
    assert protocol.as_dict()["step"]["amp"] == pytest.approx((0.15 + 0.16 + 0.15) / 3)
    assert protocol.as_dict()["step"]["thresh_perc"] is None


@pytest.mark.parametrize(
    ("mode", "hypamp"), [("mean", -0.4), ("median", -0.3), ("min", -0.8), ("max", -0.1)]
)
def test_modes_reduce_the_stimulus(mode: str, hypamp: float) -> None:
    (protocol,) = group_efeatures(_cells([TARGET]), [TARGET], protocol_mode=mode)
    assert protocol.as_dict()["holding"]["amp"] == pytest.approx(hypamp)
    assert protocol.feature_targets[0].mean == pytest.approx(0.2)


def test_lnmc_weighs_each_cell_once() -> None:
    (protocol,) = group_efeatures(_cells([TARGET]), [TARGET], protocol_mode="lnmc")
    (target,) = protocol.feature_targets
    cell_means = [(0.15 + 0.16) / 2, 0.29]
    assert target.mean == pytest.approx(np.mean(cell_means))
    assert target.std == pytest.approx(np.std(cell_means))
    entry = target.as_dict()
    assert (entry["n"], entry["n_recordings"]) == (2, 3)
    assert protocol.as_dict()["holding"]["amp"] == pytest.approx((-0.2 - 0.8) / 2)
    percent = ((150 + 160) / 2 + 145) / 2
    assert protocol.as_dict()["step"]["thresh_perc"] == pytest.approx(percent)


def test_threshold_that_was_found_is_told_unless_one_was_given() -> None:
    (protocol,) = group_efeatures(_cells([TARGET]), [TARGET], efel_settings={"interp_step": 0.1})
    entry = protocol.feature_targets[0].as_dict()
    # of the recordings of cell a inside the window: -40 and -20; b has none
    assert list(entry["efel_settings"].items()) == [("interp_step", 0.1), ("Threshold", -30.0)]
    (protocol,) = group_efeatures(_cells([TARGET]), [TARGET], efel_settings=GLOBAL)
    assert protocol.feature_targets[0].as_dict()["efel_settings"] == GLOBAL
    own = Target("A", "IDrest", 150, 20, {"Threshold": -5.0})
    (protocol,) = group_efeatures(_cells([own]), [own], efel_settings={"interp_step": 0.1})
    assert protocol.feature_targets[0].effective_settings["Threshold"] == -5.0


def test_trains_of_pulses_follow_the_first_recording() -> None:
    trains = [
        {"tspike": [1.0, 20.0], "delta": 18.0, "spike_duration": 1.0},
        {"tspike": [9.0, 30.0, 51.0], "delta": 20.0, "spike_duration": 3.0},
        {"tspike": [1.0], "delta": None, "spike_duration": 1.0},
    ]
    recordings = [made_recording(1.0, protocol="SpikeRec", **train) for train in trains]
    target = Target("A", "SpikeRec", 20, 5)
    (protocol,) = group_efeatures([made_cell("a", recordings, 0.1)], [target])
    step = protocol.as_dict()["step"]
    assert len(protocol.recordings) == 2
    assert (step["delay"], step["n_spikes"], step["delta"]) == (1.0, 2, 19.0)
    assert step["spike_duration"] == 2.0


def test_second_amplitude_is_what_some_stimuli_match_on() -> None:
    values = {"tmid": 800.0, "tmid2": 900.0}
    recordings = [
        made_recording(0.1, protocol="sAHP", amp2=0.25, **values),
        made_recording(0.25, protocol="sAHP", amp2=0.1, **values),
    ]
    target = Target("A", "sAHP", 250, 5)
    (protocol,) = group_efeatures([made_cell("a", recordings, 0.1)], [target])
    assert protocol.recordings == [recordings[0]]
    assert protocol.as_dict()["step"]["amp"] == pytest.approx(0.25)
    assert protocol.as_dict()["step"]["long_amp"] == pytest.approx(0.1)


def test_protocols_that_no_cell_has_are_told(caplog: pytest.LogCaptureFixture) -> None:
    targets = [Target("A", "IDRest", 1, 1), Target("B", "IDRest", 2, 1), TARGET]
    with caplog.at_level(logging.WARNING):
        group_efeatures(_cells(targets), targets)
    assert [record.getMessage() for record in caplog.records] == [
        "targets name protocol 'IDRest', which no cell was recorded with"
    ]
    caplog.clear()
    group_efeatures(_cells(targets), targets, quiet=True)
    assert not caplog.records


def test_wrong_modes_and_targets_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="'average'"):
        group_efeatures([], [], protocol_mode="average")
    with pytest.raises(InvalidInputError, match="target 0: tolerance is missing"):
        group_efeatures([], [{"efeature": "A", "protocol": "B", "amplitude": 1}])


def test_groups_can_be_pickled() -> None:
    (protocol,) = group_efeatures(_cells([TARGET]), [TARGET])
    again = pickle.loads(pickle.dumps(protocol))
    assert again.as_dict() == protocol.as_dict()
    assert again.feature_targets[0].as_dict() == protocol.feature_targets[0].as_dict()
