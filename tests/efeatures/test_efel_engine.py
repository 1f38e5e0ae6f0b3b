"""Values of eFEL's features are those of eFEL called plainly, whatever was asked before."""

from __future__ import annotations

import json
import logging
import math
import random
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import efel
import numpy as np
import pytest
from efel import cppcore, pyfeatures

from region_grower_hpc.efeatures import efel_core, efel_load
from region_grower_hpc.efeatures.efel_engine import Engine, Measured
from region_grower_hpc.efeatures.efel_names import feature_names
from region_grower_hpc.efeatures.efel_requests import FeatureRequest, request
from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.trace import Trace
from tests.efeatures.efel_oracle import (
    Window,
    hyperpolarised,
    made_trace,
    plain_value,
    real_sweeps,
    spiking,
)

AMP_NA, AUTO_MV = 0.3, -30.0
COMMON = {"strict_stiminterval": True, "Threshold": -20.0, "interp_step": 0.025}
#: Groups of settings that share a load, and groups that do not.
GROUPS: list[dict[str, Any]] = [
    COMMON,
    COMMON | {"stim_start": 110.0, "stim_end": 180.0, "ignore_first_ISI": False},
    {"interp_step": 0.1, "voltage_base_mode": "median", "strict_stiminterval": False},
    COMMON | {"decay_start_after_stim": 2.0, "decay_end_after_stim": 30.0},
]
EVERY_NAME = sorted(feature_names())


@pytest.fixture
def engine() -> Iterator[Engine]:
    with warnings.catch_warnings():
        # A feature without a value may warn; whoever makes errors of warnings gets the same values.
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        with Engine() as one:
            yield one


def measured(
    engine: Engine, sweep: tuple[Trace, Window], requests: Sequence[FeatureRequest], **more: Any
) -> Measured:
    return engine.values(sweep[0], sweep[1], AMP_NA, AUTO_MV, requests, **more)


def assert_plain(
    found: Measured, sweep: tuple[Trace, Window], requests: Sequence[FeatureRequest]
) -> int:
    """Compares with plain calls; gives how many values there are."""
    failed = {one.key for one in found.problems}
    n_values = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for (name, items), value in zip(requests, found.values, strict=True):
            expected = plain_value(name, *sweep, AMP_NA, AUTO_MV, dict(items))
            if isinstance(expected, Exception):
                assert name in failed, (name, items)
                expected = math.nan
            assert value == pytest.approx(expected, rel=1e-12, abs=0, nan_ok=True), (name, items)
            n_values += not math.isnan(value)
    return n_values


@pytest.mark.parametrize("sweep", [spiking(), spiking(1), hyperpolarised()], ids="sbh")
def test_every_feature_is_that_of_a_plain_call(engine: Engine, sweep: tuple[Trace, Window]) -> None:
    requests = [request(name, settings) for settings in GROUPS for name in EVERY_NAME]
    random.Random(2).shuffle(requests)
    found = measured(engine, sweep, requests)
    sample = random.Random(3).sample(range(len(requests)), 130)
    some = Measured([found.values[one] for one in sample], found.problems)
    assert assert_plain(some, sweep, [requests[one] for one in sample]) > 15


@pytest.mark.shared
@pytest.mark.parametrize(
    ("cell", "protocol", "number"),
    [
        ("C060109A1-SR-C1", "IDrest", 5),
        ("C060112A3-SR-C1", "APWaveform", 3),
        ("C080501A5-SR-C1", "IV", 1),
        ("C060109A1-SR-C1", "SpikeRec", 0),
    ],
)
def test_targets_of_real_recordings(
    engine: Engine, shared_data: Path, cell: str, protocol: str, number: int
) -> None:
    targets = json.loads((shared_data / "efeatures/metadata/targets_rel.json").read_text())
    names = sorted({one["efeature"] for one in targets if one["protocol"] == protocol})
    sweep = list(real_sweeps(shared_data, cell, protocol))[number]
    requests = [request(name, COMMON) for name in names]
    assert assert_plain(measured(engine, sweep, requests), sweep, requests) > 0


def test_same_bits_in_any_order_and_after_any_other_request(engine: Engine) -> None:
    sweeps = [spiking(), hyperpolarised(), spiking(1)]
    requests = [request(name, settings) for settings in GROUPS for name in EVERY_NAME]
    first = [
        dict(zip(requests, measured(engine, one, requests).values, strict=True)) for one in sweeps
    ]
    shuffler = random.Random(4)
    for number in (2, 0, 1, 0):
        some = shuffler.sample(requests, 150)
        again = measured(engine, sweeps[number], some)
        expected = [first[number][one] for one in some]
        assert np.array(again.values).tobytes() == np.array(expected).tobytes()


def test_without_a_flat_list_values_are_the_same(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = [request(name, COMMON) for name in EVERY_NAME]
    expected = measured(engine, spiking(), requests)
    monkeypatch.setattr(efel_core, "flattened", lambda text: None)
    with Engine() as slow:
        assert slow._core.dependencies is None
        found = measured(slow, spiking(), requests)
    np.testing.assert_allclose(found.values, expected.values, rtol=1e-12)
    assert {one.key for one in found.problems} == {one.key for one in expected.problems}


def test_a_trace_is_loaded_once_for_all_groups_of_an_interpolation(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads = []
    load = efel_core.EfelCore.load

    def counted(core: Any, trace: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
        loads.append((sorted(trace), settings["interp_step"]))
        load(core, trace, settings)

    monkeypatch.setattr(efel_core.EfelCore, "load", counted)
    names = ["peak_time", "AP_amplitude", "ISI_CV", "voltage_base"]
    groups = [COMMON, GROUPS[2], COMMON | {"Threshold": -35.0}, COMMON | {"stim_end": 150.0}]
    measured(engine, spiking(), [request(name, one) for one in groups for name in names])
    assert loads == [(["T", "V"], 0.025), (["T", "V"], 0.1)]
    loads.clear()
    measured(engine, spiking(), [request("current_base", COMMON), request("ISI_CV", COMMON)])
    assert loads == [(["I", "T", "V"], 0.025)]


def test_each_feature_is_computed_once(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    feature = efel_core.EfelCore.feature

    def counted(core: Any, name: str) -> list[float] | None:
        asked.append(name)
        return feature(core, name)

    monkeypatch.setattr(efel_core.EfelCore, "feature", counted)
    names = ["AP_amplitude", "ISI_CV", "inv_first_ISI", "mean_frequency", "AP1_amp"]
    found = measured(engine, spiking(), [request(name, COMMON) for name in names * 50])
    assert len(asked) == len(set(asked))
    assert found.values[:5] == found.values[-5:]


def test_others_find_efel_as_they_expect_it() -> None:
    sweep = spiking()
    before = pyfeatures.pyfeatures.get_cpp_feature
    with Engine() as engine:
        requests = [request("ISI_CV", COMMON), request("AP_amplitude", COMMON)]
        expected = measured(engine, sweep, requests)
        # Somebody uses eFEL, and the engine notices.
        assert plain_value("AP_amplitude", *sweep, 0.1, 0.0, COMMON | {"interp_step": 0.2})
        assert measured(engine, sweep, requests) == expected
    assert pyfeatures.pyfeatures.get_cpp_feature is before
    trace = {"T": sweep[0].t_ms, "V": sweep[0].voltage_mv, "stim_start": [100], "stim_end": [250]}
    efel.set_setting("interp_step", 0.025)
    # No reset: what the engine leaves has to do.
    amplitudes = efel.get_feature_values([trace], ["AP_amplitude"])[0]["AP_amplitude"]
    assert len(amplitudes) == 6
    efel.reset()


def test_no_temporary_file_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with Engine() as engine:
        measured(engine, spiking(), [request("peak_time", COMMON)])
    assert not list(tmp_path.iterdir())


def test_without_room_for_a_temporary_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(**_: Any) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(tempfile, "mkstemp", no_room)
    with Engine() as engine:
        found = measured(engine, spiking(), [request("Spikecount", COMMON)])
    assert found == Measured([6.0], [])


def test_a_feature_that_raises_costs_no_other(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise IndexError("out of range")

    monkeypatch.setattr(pyfeatures, "depol_block", broken)
    names = ["AP1_amp", "depol_block", "no_such_feature", "mean_frequency"]
    found = measured(engine, spiking(), [request(name, COMMON) for name in names])
    assert [math.isnan(one) for one in found.values] == [False, True, True, False]
    assert [(one.stage, one.key) for one in found.problems] == [
        ("features", "depol_block"),
        ("features", "no_such_feature"),
    ]
    assert "IndexError: out of range" in found.problems[0].text


def test_a_registered_feature_of_the_user(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    from efel.pyfeatures.cppfeature_access import get_cpp_feature

    def twice_the_amplitude() -> Any:
        return 2 * get_cpp_feature("AP_amplitude")

    monkeypatch.setattr(pyfeatures, "all_pyfeatures", [*pyfeatures.all_pyfeatures, "twice"])
    monkeypatch.setattr(pyfeatures, "twice", twice_the_amplitude, raising=False)
    names = ["twice", "AP_amplitude"]
    twice, once = measured(engine, spiking(), [request(one, COMMON) for one in names]).values
    assert twice == pytest.approx(2 * once, rel=1e-12)


def test_threshold_and_current_of_the_recording(engine: Engine) -> None:
    no_threshold = {key: one for key, one in COMMON.items() if key != "Threshold"}
    requests = [
        request("AP_width", no_threshold),
        request("AP_width", COMMON | {"Threshold": AUTO_MV}),
        request("ohmic_input_resistance", COMMON),
        request("ohmic_input_resistance", COMMON | {"stimulus_current": 2 * AMP_NA}),
        request("voltage_deflection", COMMON),
    ]
    width, same, ohmic, half, deflection = measured(engine, spiking(), requests).values
    assert width == same
    assert ohmic == pytest.approx(2 * half) == pytest.approx(deflection / AMP_NA)


def test_decays_after_pulses(engine: Engine) -> None:
    sweep = hyperpolarised()
    name = "multiple_decay_time_constant_after_stim"
    window = COMMON | {"stim_start": 100.0, "stim_end": 300.0}
    pulses = {"multi_stim_start": [100.0, 120.0], "multi_stim_end": [300.0, 310.0]}
    requests = [request(name, COMMON), request(name, window), request("voltage_base", COMMON)]
    alone = measured(engine, sweep, requests)
    assert math.isnan(alone.values[0])
    assert not alone.problems
    with_pulses = measured(engine, sweep, requests, pulses_ms=tuple(pulses.values()))
    assert not with_pulses.problems
    expected = plain_value(name, *sweep, AMP_NA, AUTO_MV, COMMON | pulses)
    assert with_pulses.values[0] == pytest.approx(expected, rel=1e-12)
    assert alone.values[1] == pytest.approx(
        plain_value(
            name,
            *sweep,
            AMP_NA,
            AUTO_MV,
            window | {"multi_stim_start": [100.0], "multi_stim_end": [300.0]},
        ),
        rel=1e-12,
    )
    assert with_pulses.values[2] == alone.values[2]


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        ({"stim_end": 100.0}, "stim_end"),
        ({"stim_start": 300.0}, "stim_end"),
        ({"stim_start": 1e6, "stim_end": 2e6}, "stim_start"),
        ({"stim_end": math.nan}, "stim_end"),
        ({"interp_step": 0}, "interp_step"),
        ({"interp_step": 1e-9}, "interp_step"),
        ({"interp_step": "small"}, "interp_step"),
        ({"strict_stiminterval": "yes"}, "strict_stiminterval"),
        ({"max_spike_skip": 1.5}, "max_spike_skip"),
        ({"Threshold": None}, "Threshold"),
        ({"voltage_base_mode": "mode"}, "voltage_base_mode"),
        ({"DerivativeWindow": 0}, "DerivativeWindow"),
        ({"DerivativeWindow": 10**6}, "DerivativeWindow"),
        ({"treshold": 1.0}, "treshold"),
        ({"dependencyfile_path": "/etc/hostname"}, "dependencyfile_path"),
        ({"multi_stim_start": [1.0], "multi_stim_end": []}, "multi_stim_end"),
        ({"multi_stim_start": [1.0], "multi_stim_end": [2.0, 3.0]}, "multi_stim_start"),
    ],
)
def test_wrong_settings_cost_their_features_only(
    engine: Engine, wrong: dict[str, Any], key: str
) -> None:
    requests = [request(name, COMMON | wrong) for name in ("AP1_amp", "AP_width")]
    found = measured(engine, spiking(), [*requests, request("AP1_amp", COMMON)])
    assert [math.isnan(one) for one in found.values] == [True, True, False]
    assert [(one.stage, one.key) for one in found.problems] == [("features", key)]


def test_windows_that_would_make_efel_read_beyond_its_arrays(engine: Engine) -> None:
    trace = made_trace(np.linspace(-70, -80, 400))
    windows = [(0.0, 1e-9), (10.0, 12.0), (-5.0, -4.25), (39.0, 39.9), (39.9, 50.0)]
    requests = [
        request("time_constant", COMMON | {"stim_start": begin, "stim_end": end})
        for begin, end in windows
    ]
    found = engine.values(trace, (0.0, 40.0), 0.1, -20.0, requests)
    assert all(map(math.isnan, found.values))
    assert not found.problems


@pytest.mark.parametrize(
    "trace",
    [
        made_trace([-70.0, -60.0]),
        Trace(np.zeros(50), np.zeros(50, np.float32), np.zeros(50, np.float32), 0.0),
        Trace(np.arange(50.0), np.zeros(50, np.float32), np.zeros(49, np.float32), 1.0),
        made_trace(np.full(50, np.nan)),
    ],
)
def test_traces_that_cannot_be_interpolated(engine: Engine, trace: Trace) -> None:
    requests = [request("voltage_base", COMMON), request("AP1_amp", COMMON)]
    found = engine.values(trace, (0.0, 5.0), 0.1, -20.0, requests)
    assert all(map(math.isnan, found.values))
    assert [one.stage for one in found.problems] == ["features"]
    with pytest.raises(RecordingProblem):
        engine.peak_times(trace, (0.0, 5.0), -20.0, COMMON)


def test_warnings_and_messages_of_efel_are_not_passed_on(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    level = logging.getLogger("efel").level
    names = ["burst_number", "irregularity_index", "ISI_log_slope", "Spikecount"]
    # The engine of this fixture runs where warnings are errors.
    found = measured(engine, spiking(2), [request(name, COMMON) for name in names])
    assert found.values[-1] == 2
    assert not found.problems
    assert not caplog.records
    assert logging.getLogger("efel").level == level


def test_no_requests(engine: Engine) -> None:
    assert measured(engine, spiking(), []) == Measured([], [])


def test_settings_of_efel_are_not_touched(engine: Engine) -> None:
    before = dict(vars(efel.get_settings()))
    measured(engine, spiking(), [request("AP1_amp", COMMON)])
    assert vars(efel.get_settings()) == before
    assert efel_load.defaults()["Threshold"] == -20.0


def test_efel_errors_are_not_collected(engine: Engine) -> None:
    measured(engine, hyperpolarised(), [request(name, COMMON) for name in EVERY_NAME])
    assert cppcore.getgError() == ""


def test_window_of_the_stimulus_itself_may_be_wrong(engine: Engine) -> None:
    trace, _ = spiking()
    found = engine.values(trace, (250.0, 100.0), 0.1, -20.0, [request("AP1_amp", COMMON)])
    assert [one.key for one in found.problems] == ["stim_end"]
    with pytest.raises(RecordingProblem, match="stim_end"):
        engine.peak_times(trace, (250.0, 100.0), -20.0, COMMON)
