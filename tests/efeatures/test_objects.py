"""What scripts of bluepyefe touch of cells, recordings, protocols."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from region_grower_hpc import efeatures
from region_grower_hpc.efeatures.cell import Cell
from region_grower_hpc.efeatures.efel_requests import request
from region_grower_hpc.efeatures.feature_values import FeatureValues
from region_grower_hpc.efeatures.recording import Recording
from region_grower_hpc.errors import InvalidInputError
from tests.efeatures.made_cells import made_cell, made_recording
from tests.efeatures.small_recordings import DT_MS, make_small_recordings, membrane, step

SETTINGS = {"strict_stiminterval": True, "Threshold": -20.0}


def in_memory(metadata: dict[str, Any]) -> list[dict[str, Any]]:
    current = step(metadata["amplitude"])
    return [{"voltage": membrane(current, 90.0), "current": current, "dt": DT_MS}]


@pytest.fixture
def cells() -> list[Cell]:
    """Read with a reader of the user."""
    units = {"i_unit": "nA", "v_unit": "mV", "t_unit": "ms"}
    given = {"ton": 100.0, "toff": 250.0, **units}
    entries = [{"amplitude": amp, **given} for amp in (0.1, 0.25, 0.375)]
    return efeatures.read_recordings({"one": {"IDrest": entries}}, in_memory, efel_settings={})


def target(efeature: str, **more: Any) -> dict[str, Any]:
    return {
        **{"efeature": efeature, "protocol": "IDrest", "amplitude": 150, "tolerance": 20},
        **more,
    }


def test_attributes_of_recordings(cells: list[Cell]) -> None:
    (cell,) = cells
    first, *_, last = cell.recordings
    assert first.config_data["amplitude"] == 0.1
    assert first.time is first.t
    assert first.location is None
    assert last.peak_time is not None
    assert last.peak_time.tolist() == last.peak_times
    assert list(first.get_params()) == first.export_attr
    assert first.get_params()["amp_rel"] is None
    efeatures.compute_rheobase(cells, "IDrest")
    assert first.get_params()["amp_rel"] == first.amp_rel
    assert first.get_stimulus_parameters()["thresh_perc"] == first.amp_rel
    assert cell.get_recordings_id_by_protocol_name("IDrest") == [0, 1, 2]
    assert cell.get_recordings_id_by_protocol_name("idrest") == []


def test_parameters_of_the_stimulus_are_attributes() -> None:
    recording = made_recording(0.1, protocol="sAHP", tmid=5.0, tmid2=6.0, amp2=0.2)
    assert (recording.tmid, recording.amp2) == (5.0, 0.2)
    for one in (copy.copy(recording), copy.deepcopy(recording)):
        assert one.tmid == 5.0
    again: Recording = pickle.loads(pickle.dumps(recording))
    assert again.tmid2 == 6.0
    assert again.get_params() == recording.get_params()
    for name in ("t1", "absent", "__array__"):
        assert not hasattr(recording, name)


def test_features_by_name() -> None:
    plain, other = request("AP_width", {}), request("AP_width", {"Threshold": 0})
    values = FeatureValues({plain: 1.0, request("Spikecount", {}): 3.0})
    assert values["Spikecount"] == values.get("Spikecount") == 3.0
    assert "Spikecount" in values
    assert "AP_amplitude" not in values
    assert values.get("AP_amplitude", 5) == 5
    with pytest.raises(KeyError, match="AP_amplitude"):
        values["AP_amplitude"]
    values[other] = 2.0
    with pytest.raises(KeyError, match="2 settings"):
        values["AP_width"]
    values.add_names({"late": (other,)})
    for one in (values, pickle.loads(pickle.dumps(values)), copy.deepcopy(values)):
        assert one["late"] == 2.0
        assert one[plain] == 1.0
        assert len(one) == 3


def test_settings_may_be_left_out_where_features_are_grouped(cells: list[Cell]) -> None:
    """As a script of bluepyefe does, which finds values by their names."""
    targets = [
        target("Spikecount"),
        target("mean_frequency", efeature_name="early", efel_settings={"stim_end": 200.0}),
        target("mean_frequency"),
    ]
    measured = efeatures.extract_efeatures_at_targets(cells, targets, efel_settings=SETTINGS)
    last = measured[0].recordings[-1]
    assert last.efeatures["Spikecount"] == last.spikecount
    assert last.efeatures["early"] != last.efeatures["mean_frequency"]
    efeatures.compute_rheobase(measured, ["IDrest"])
    exact = efeatures.group_efeatures(measured, targets, efel_settings=SETTINGS)
    loose = efeatures.group_efeatures(measured, targets)
    values = [[one.values for one in found[0].feature_targets] for found in (exact, loose)]
    assert values[0] == values[1]
    assert all(values[0])
    none = efeatures.group_efeatures(measured, targets, exact=True)
    assert not any(one.values for one in none[0].feature_targets)


def test_a_feature_measured_twice_is_not_guessed() -> None:
    recording = made_recording(0.15)
    for threshold in (0.0, -10.0):
        recording.efeatures[request("A", {"Threshold": threshold})] = threshold
    cell = made_cell("a", [recording], 0.1)
    found = efeatures.group_efeatures(
        [cell], [target("A"), target("A", efel_settings={"Threshold": -10.0})]
    )
    assert [one.values for one in found[0].feature_targets] == [[], [-10.0]]


def test_unknown_features_are_told_before_any_is_measured(cells: list[Cell]) -> None:
    with pytest.raises(InvalidInputError, match="do you mean AP_amplitude"):
        efeatures.extract_efeatures_at_targets(cells, [target("AP_amplitud")])
    assert not any(one.efeatures for one in cells[0].recordings)


def test_the_stimulus_of_a_protocol() -> None:
    cell = made_cell("a", [made_recording(0.14), made_recording(0.16)], 0.1)
    found, absent = efeatures.group_efeatures(
        [cell], [target("A"), {**target("A"), "amplitude": 900}]
    )
    assert absent.ecode is None
    ecode = found.ecode
    assert ecode is not None
    assert (ecode.amp, ecode.amp_rel) == (pytest.approx(0.15), pytest.approx(150))
    assert ecode.get_stimulus_parameters() == found.as_dict()["step"]
    _, current_na = ecode.generate()
    assert current_na.max() == pytest.approx(0.15 + ecode.hypamp)


def test_absolute_amplitudes_have_no_relative_ones() -> None:
    """Also where the cells have a rheobase."""
    cell = made_cell("a", [made_recording(0.15)], 0.1)
    wanted = {**target("A"), "amplitude": 0.15, "tolerance": 0.01}
    (absolute,) = efeatures.group_efeatures([cell], [wanted], absolute_amplitude=True)
    assert absolute.as_dict()["step"]["thresh_perc"] is None
    assert absolute.as_dict()["step"]["amp"] == pytest.approx(0.15)
    (relative,) = efeatures.group_efeatures([cell], [target("A")])
    assert relative.as_dict()["step"]["thresh_perc"] == pytest.approx(150)


def test_a_trace_that_was_released_is_read_again(cells: list[Cell], tmp_path: Path) -> None:
    data = make_small_recordings(tmp_path / "inputs")
    path = str(data.folder / "one_steps.h5")
    entry = {"filepath": path, "ton": 100.0, "toff": 250.0, "ljp": 10.0}
    read = efeatures.read_recordings({"one": {"IDrest": [entry]}})
    kept, released = copy.deepcopy(read), read
    for one in released[0].recordings:
        one.trace = None
    wanted = [target("voltage_base")]
    values = [
        [one.efeatures["voltage_base"] for one in found[0].recordings]
        for found in (
            efeatures.extract_efeatures_at_targets(kept, wanted),
            efeatures.extract_efeatures_at_targets(released, wanted),
        )
    ]
    np.testing.assert_array_equal(values[0], values[1])
    assert np.isfinite(values[0]).all()
