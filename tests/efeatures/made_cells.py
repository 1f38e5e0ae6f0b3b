"""Cells without traces: made by hand, or from what bluepyefe found in real recordings."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from region_grower_hpc.efeatures.cell import Cell
from region_grower_hpc.efeatures.matching import aims_of
from region_grower_hpc.efeatures.recording import Recording
from region_grower_hpc.efeatures.stimuli import stimulus_of
from region_grower_hpc.efeatures.targets import Target

_NO_PARAMETERS = {"cell", "protocol", "index", "files", "id", "n_samples", "spikecount"}
_CHIRP = {
    "chirp_frequency_base": 1.0,
    "chirp_frequency_scale": 1.0,
    "chirp_frequency_denominator": 5.15,
    "chirp_time_offset": 0.1,
}


def made_recording(
    amp_na: float,
    spikecount: int | None = 0,
    protocol: str = "IDrest",
    cell: str = "a",
    index: int = 0,
    files: Sequence[str] = (),
    auto_threshold: float | None = None,
    **values: Any,
) -> Recording:
    """A step."""
    stimulus = stimulus_of(protocol)
    assert stimulus is not None
    given = {"ton": 700.0, "toff": 2700.0, "tend": 3000.0, "amp": amp_na, "hypamp": -0.05}
    return Recording(
        cell_name=cell,
        protocol_name=protocol,
        index=index,
        number=0,
        stimulus=stimulus,
        values={**given, "dt": 0.1, **values},
        files=list(files),
        auto_threshold=auto_threshold,
        peak_times=None if spikecount is None else [800.0] * spikecount,
    )


def made_cell(name: str, recordings: Sequence[Recording], rheobase_na: float | None = None) -> Cell:
    """A cell, with relative amplitudes where it has a rheobase."""
    cell = Cell(name, list(recordings), rheobase_na)
    if rheobase_na is not None:
        cell.compute_relative_amp()
    return cell


def give_values(
    cells: Sequence[Cell],
    targets: Sequence[Target],
    efel_settings: Mapping[str, Any],
    value_of: Any,
    compat: bool = False,
) -> None:
    """Give each recording the values `value_of(recording, aim)` of all targets of its protocol."""
    for aim in aims_of(targets, efel_settings, compat):
        for cell in cells:
            for recording in cell.get_recordings_by_protocol_name(aim.target.protocol):
                recording.efeatures[aim.request] = value_of(recording, aim)


def expected_document(data: Path, case: Mapping[str, Any], name: str) -> Any:
    """A document that bluepyefe wrote for a case."""
    return json.loads((data / case["expected"] / name).read_text())


def case_named(data: Path, name: str) -> dict[str, Any]:
    """A case of the developers' data."""
    cases = json.loads((data / "cases.json").read_text())
    return next(case for case in cases if case["name"] == name)


def measured_cells(
    data: Path,
    case: Mapping[str, Any],
    targets: Sequence[Target],
    efel_settings: Mapping[str, Any],
    compat: bool,
) -> list[Cell]:
    """The cells of a case, with the parameters, spikes and features that bluepyefe found.

    Lists of parameters are not in the data; those that its protocols show stand for them.
    """
    rows = expected_document(data, case, "recordings.json")
    steps = expected_document(data, case, "protocols_mean.json")
    listed = {name.rsplit("_", 1)[0]: stimulus["step"] for name, stimulus in steps.items()}
    cells = {row["cell"]: Cell(row["cell"]) for row in rows}
    for row in rows:
        cells[row["cell"]].recordings.append(_recording(row, listed.get(row["protocol"], {})))
    with np.load(data / case["expected"] / "recording_features.npz") as found:
        values, names = found["values"], list(found["names"])
    rows_of = {
        id(recording): number
        for number, recording in enumerate(
            recording for cell in cells.values() for recording in cell.recordings
        )
    }
    give_values(
        list(cells.values()),
        targets,
        efel_settings,
        lambda recording, aim: float(
            values[rows_of[id(recording)], names.index(aim.target.efeature_name)]
        ),
        compat,
    )
    return list(cells.values())


def _recording(row: Mapping[str, Any], listed: Mapping[str, Any]) -> Recording:
    stimulus = stimulus_of(row["protocol"])
    assert stimulus is not None
    values = {
        key: value
        for key, value in row.items()
        if key not in _NO_PARAMETERS and not key.endswith("_rel") and key != "auto_threshold"
    }
    if stimulus.name == "SpikeRec":
        values["tspike"] = [listed["delay"]] * listed["n_spikes"]
    if "waveform" in listed:
        values["waveform"] = listed["waveform"]
    if stimulus.name == "SineSpec":
        values |= _CHIRP
    return Recording(
        cell_name=row["cell"],
        protocol_name=row["protocol"],
        index=row["index"],
        number=0,
        stimulus=stimulus,
        values=values,
        files=row["files"],
        n_samples=row["n_samples"],
        auto_threshold=row["auto_threshold"],
        peak_times=[800.0] * (row["spikecount"] or 0),
    )


def differences(found: Any, expected: Any, place: str = "") -> list[str]:
    """Where two documents differ: keys and their order, texts, and numbers beyond 1e-9."""
    if isinstance(expected, dict):
        if not isinstance(found, dict) or list(found) != list(expected):
            keys = list(found) if isinstance(found, dict) else found
            return [f"{place}: keys {keys} in place of {list(expected)}"]
        return [
            one
            for key in expected
            for one in differences(found[key], expected[key], f"{place}/{key}")
        ]
    if isinstance(expected, list):
        if not isinstance(found, list) or len(found) != len(expected):
            return [f"{place}: {found!r:.60} in place of {expected!r:.60}"]
        return [
            one
            for index, (a, b) in enumerate(zip(found, expected, strict=True))
            for one in differences(a, b, f"{place}/{index}")
        ]
    numbers = all(
        isinstance(one, int | float) and not isinstance(one, bool) for one in (found, expected)
    )
    if numbers and math.isfinite(found):
        same = abs(found - expected) <= max(1e-9 * abs(expected), 1e-10)
    else:
        same = found == expected and type(found) is type(expected)
    return [] if same else [f"{place}: {found!r} in place of {expected!r}"]
