"""Stimuli of real recordings: parity with bluepyefe 2.3.63, and the share of steps found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from region_grower_hpc.efeatures.raw_trace import RawTrace
from region_grower_hpc.efeatures.readers import read_entry
from region_grower_hpc.efeatures.stimuli import stimulus_of
from region_grower_hpc.efeatures.stimuli.peer_step_detection import detect_step_as_peer
from region_grower_hpc.efeatures.stimuli.smoothing import base_current
from region_grower_hpc.efeatures.stimuli.step_detection import detect_step
from region_grower_hpc.efeatures.trace import Trace, standardised

pytestmark = pytest.mark.shared

#: Error of a time that is right, ms.
RIGHT_MS = 3.0


def sweeps(
    document: Path, compat: bool = False
) -> Iterator[tuple[str, dict[str, Any], RawTrace, Trace]]:
    """Protocol, metadata and traces of all sweeps, in the order of a metadata document."""
    for protocols in json.loads(document.read_text()).values():
        for protocol, entries in protocols.items():
            for entry in entries:
                metadata = {"protocol_name": protocol} | entry
                for key in ("i_file", "v_file", "filepath"):
                    if "/" in metadata.get(key, ""):
                        metadata[key] = str((document.parent / metadata[key]).resolve())
                for raw in read_entry(metadata, compat):
                    yield protocol, metadata, raw, standardised(raw, metadata)


@pytest.mark.parametrize("name", ["rel", "ecodes", "classes", "no_timing", "formats"])
def test_parameters_are_those_of_bluepyefe(shared_data: Path, name: str) -> None:
    folder = shared_data / "efeatures"
    case = next(
        case for case in json.loads((folder / "cases.json").read_text()) if case["name"] == name
    )
    expected = json.loads((folder / case["expected"] / "recordings.json").read_text())
    compat = "--compat" in case["arguments"]
    found = list(sweeps(folder / case["files_metadata"], compat))
    assert len(found) == len(expected)
    for (protocol, metadata, raw, trace), wanted in zip(found, expected, strict=True):
        assert protocol == wanted["protocol"]
        stimulus = stimulus_of(protocol)
        assert stimulus is not None
        values = stimulus.interpret(metadata, raw, trace, compat).values
        for key in values.keys() & wanted.keys():
            if wanted[key] is None:
                assert values[key] is None
            else:
                limit = max(1e-9 * abs(wanted[key]), 1e-10)
                assert abs(values[key] - wanted[key]) <= limit, (wanted["files"], key)


def steps(shared_data: Path) -> list[tuple[NDArray[Any], float, float, float]]:
    """Currents with a step, their dt and the true ton and toff, ms."""
    document = shared_data / "efeatures" / "metadata" / "files_sscx.json"
    return [
        (trace.current_na, trace.dt_ms, metadata["ton"], metadata["toff"])
        for _, metadata, _, trace in sweeps(document)
        if "ton" in metadata
    ]


def test_the_box_fit_finds_95_percent_of_real_steps(shared_data: Path) -> None:
    known = steps(shared_data)
    assert len(known) == 122
    n_right = n_wrong = n_right_peer = 0
    for current, dt_ms, ton_ms, toff_ms in known:
        found = detect_step(current)
        errors = found.ton_index * dt_ms - ton_ms, found.toff_index * dt_ms - toff_ms
        is_right = max(map(abs, errors)) <= RIGHT_MS
        n_right += found.is_certain and is_right
        n_wrong += found.is_certain and not is_right
        peer = detect_step_as_peer(current, dt_ms, float(base_current(current)), None, None)
        n_right_peer += (
            max(abs(peer[0] * dt_ms - ton_ms), abs(peer[1] * dt_ms - toff_ms)) <= RIGHT_MS
        )
    # 119 of 122; the others have less than 6 pA. bluepyefe's way: 77.
    assert n_right >= 0.95 * len(known)
    assert n_wrong == 0
    assert n_right_peer < 0.75 * len(known)


def test_real_currents_without_a_step_are_uncertain(shared_data: Path) -> None:
    before, behind = [], []
    for current, dt_ms, ton_ms, toff_ms in steps(shared_data):
        if ton_ms >= 100.0:
            before.append(detect_step(current[: round(ton_ms / dt_ms) - 20]).is_certain)
            behind.append(detect_step(current[round((toff_ms + 20.0) / dt_ms) :]).is_certain)
    assert len(before) == len(behind) == 65
    assert sum(before) == 0
    assert np.mean(behind) <= 0.05


def test_spikes_that_leak_into_a_current_are_no_step(shared_data: Path) -> None:
    n_certain = 0
    for current, dt_ms, ton_ms, toff_ms in steps(shared_data):
        inside = slice(round(ton_ms / dt_ms) + 60, round(toff_ms / dt_ms) - 20)
        n_certain += detect_step(current[inside]).is_certain
    # 1 of 122.
    assert n_certain <= 3
