"""The functions of Python: the same documents as the command, and what only they can do."""

from __future__ import annotations

import copy
import json
import logging
import multiprocessing
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from region_grower_hpc import efeatures
from region_grower_hpc.efeatures import AutoTarget, extract_efeatures, read_recordings
from region_grower_hpc.efeatures.recording import Recording
from region_grower_hpc.errors import ExitCode, InvalidInputError
from region_grower_hpc.testing import results
from tests.efeatures.small_recordings import (
    AUTO_TARGETS,
    CELLS,
    DT_MS,
    HOLDING_NA,
    TARGETS,
    TOFF_MS,
    TON_MS,
    SmallRecordings,
    make_small_recordings,
    membrane,
    step,
)

NAMES = ("features.json", "protocols.json", "currents.json", "holding_threshold_currents.json")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> SmallRecordings:
    return make_small_recordings(tmp_path_factory.mktemp("api") / "inputs")


@pytest.fixture(scope="module")
def whole(data: SmallRecordings) -> dict[str, bytes]:
    """Documents of the command."""
    out = data.folder.parent / "whole"
    done = data.run(out, "--extract-per-cell")
    assert done.exit_code == ExitCode.DONE, done.output
    return documents(out)


def documents(folder: Path) -> dict[str, bytes]:
    """Of all cells and of each."""
    found = results(folder)
    return {name: found[name] for name in found if name.endswith(".json")}


@pytest.fixture
def metadata(data: SmallRecordings, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """With paths relative to the working folder."""
    monkeypatch.chdir(data.folder)
    return data.metadata


def test_the_same_documents_as_the_command(
    metadata: dict[str, Any], whole: dict[str, bytes], tmp_path: Path
) -> None:
    given = copy.deepcopy((metadata, TARGETS))
    found = extract_efeatures(
        tmp_path, metadata, TARGETS, write_files=True, extract_per_cell=True, pickle_cells=True
    )
    assert (metadata, TARGETS) == given
    assert documents(tmp_path) == whole
    assert [json.loads(whole[name]) for name in NAMES[:3]] == [*found]
    assert (tmp_path / "failures.csv").read_text().count("\n") == 1
    for path, kind in (
        (efeatures.cells_pickle_output_path(tmp_path), "Cell"),
        (efeatures.protocols_pickle_output_path(tmp_path), "Protocol"),
    ):
        assert type(pickle.loads(Path(path).read_bytes())[0]).__name__ == kind


@pytest.mark.parametrize("is_low", [False, True])
def test_processes_and_low_memory(
    metadata: dict[str, Any], whole: dict[str, bytes], tmp_path: Path, is_low: bool
) -> None:
    with multiprocessing.get_context("forkserver").Pool(2) as pool:
        extract_efeatures(
            tmp_path,
            metadata,
            TARGETS,
            map_function=pool.imap,
            low_memory_mode=is_low,
            write_files=True,
            extract_per_cell=True,
            pickle_cells=True,
        )
    assert documents(tmp_path) == whole
    cells = pickle.loads((tmp_path / "cells.pkl").read_bytes())
    assert all((one.trace is None) == is_low for cell in cells for one in cell.recordings)


def test_step_by_step(metadata: dict[str, Any], whole: dict[str, bytes], tmp_path: Path) -> None:
    """The functions that a script of the peer calls one after the other, in this order."""
    settings = {"strict_stiminterval": True, "Threshold": -20.0, "interp_step": 0.025}
    cells = read_recordings(metadata, efel_settings=settings)
    cells = efeatures.extract_efeatures_at_targets(cells, TARGETS, efel_settings=settings)
    efeatures.compute_rheobase(cells, ["IDrest"])
    protocols = efeatures.group_efeatures(cells, TARGETS, efel_settings=settings)
    found = efeatures.create_feature_protocol_files(
        cells, protocols, output_directory=tmp_path, write_files=True
    )
    assert [json.loads(whole[name]) for name in NAMES[:3]] == [*found]
    of_all = {name: whole[name] for name in NAMES}
    assert documents(tmp_path) == of_all


def test_what_recordings_tell(metadata: dict[str, Any]) -> None:
    cells = read_recordings(metadata)
    assert [cell.name for cell in cells] == list(CELLS)
    assert cells[0].get_protocol_names() == ["IDrest", "IV", "SineSpec"]
    first, *_ = recordings = cells[0].get_recordings_by_protocol_name("IDrest")
    assert [one.name for one in recordings[:2]] == ["sweep_0", "sweep_1"]
    assert first.t is not None
    assert first.voltage is not None
    assert first.current is not None
    assert len(first.t) == len(first.voltage) == len(first.current) == 3000
    assert (first.ton, first.toff) == (TON_MS, TOFF_MS)
    assert first.get_params()["amp"] == first.amp
    t_ms, current_na = first.generate()
    np.testing.assert_allclose(current_na, first.current, atol=1e-6)
    np.testing.assert_allclose(t_ms, first.t)
    efeatures.compute_rheobase(cells, ["IDrest"])
    assert cells[0].rheobase == pytest.approx(0.25)
    assert first.amp_rel == pytest.approx(40)
    assert first.in_target(50, 11)
    assert not first.in_target(50, 9)


def in_memory(metadata: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A reader of a user: the metadata hold the amplitude, and there is no file."""
    amp = metadata["amplitude"]
    if amp is None:
        raise KeyError("no such sweep")
    current = step(amp)
    return [{"voltage": membrane(current, 90.0), "current": current, "dt": DT_MS, "id": f"{amp}"}]


def test_a_reader_of_the_user(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    timing = {"ton": TON_MS, "toff": TOFF_MS}
    units = {"i_unit": "nA", "v_unit": "mV", "t_unit": "ms", **timing}
    amps = (0.1, 0.2, None, 0.25, 0.375)
    metadata = {"one": {"IDrest": [{"amplitude": amp, **units} for amp in amps]}}
    features, protocols, currents = extract_efeatures(
        tmp_path,
        metadata,
        TARGETS[:1],
        recording_reader=in_memory,
        plot=True,
        write_files=True,
    )
    assert features["IDrest_150"]["soma"][0]["n"] == 1
    assert protocols["IDrest_150"]["holding"]["amp"] == pytest.approx(HOLDING_NA)
    assert currents["all_threshold_current"] == {"one": pytest.approx(0.25)}
    # What the reader raises costs that recording.
    rows = (tmp_path / "failures.csv").read_text().splitlines()
    assert len(rows) == 2
    assert rows[1].startswith("one,IDrest,2,")
    assert "no such sweep" in rows[1]
    assert "no such sweep" in caplog.text
    assert (tmp_path / "figures" / "one" / "one_IDrest_recordings.pdf").stat().st_size > 1000


@pytest.mark.parametrize("returned", [None, 5, [5], [{}], [{"voltage": [1.0], "current": None}]])
def test_a_reader_that_returns_no_recordings(tmp_path: Path, returned: Any) -> None:
    metadata = {"one": {"IDrest": [{"amplitude": 1}]}}
    (cell,) = read_recordings(metadata, recording_reader=lambda _: returned)
    assert cell.recordings == []


def test_plot_recordings(metadata: dict[str, Any], tmp_path: Path) -> None:
    one = {"one": {"IV": metadata["one"]["IV"]}}
    efeatures.plot_recordings(one, tmp_path / "figures")
    with multiprocessing.get_context("forkserver").Pool(1) as pool:
        efeatures.plot_recordings(one, str(tmp_path / "more"), map_function=pool.map)
    found = results(tmp_path / "figures")
    assert set(found) == {"one/one_IV_recordings.pdf", "one/one_IV_recordings_1.png"}
    assert results(tmp_path / "more") == found


def test_automatic_targets(data: SmallRecordings, metadata: dict[str, Any], tmp_path: Path) -> None:
    """Objects or dictionaries, without memory of the calls before."""
    out = data.folder.parent / "auto"
    assert data.run(out, auto=True).exit_code == ExitCode.DONE
    objects = [AutoTarget(**one) for one in AUTO_TARGETS]
    for given in (objects, objects, AUTO_TARGETS):
        extract_efeatures(tmp_path, metadata, auto_targets=given, write_files=True)
        assert documents(tmp_path) == documents(out)


def test_legacy_targets(metadata: dict[str, Any], tmp_path: Path) -> None:
    legacy = {
        "IDrest": {
            **{"amplitudes": [150], "tolerances": [20], "location": "soma"},
            "efeatures": ["AP_amplitude"],
        }
    }
    listed = efeatures.convert_legacy_targets(legacy)
    assert extract_efeatures(tmp_path, metadata, legacy) == extract_efeatures(
        tmp_path, metadata, listed
    )
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"targets": TARGETS, "auto_targets": AUTO_TARGETS}, "give one of them"),
        ({"absolute_amplitude": True}, "needs targets"),
        ({"targets": [{**TARGETS[0], "efeature": "AP_amplitud"}]}, "AP_amplitude"),
        ({"targets": TARGETS, "rheobase_settings": {"spike_treshold": 1}}, "spike_threshold"),
        ({"targets": TARGETS, "rheobase_strategy": "other"}, "other"),
        ({"targets": TARGETS, "protocol_mode": "other"}, "other"),
        ({"targets": TARGETS, "efel_settings": {"Treshold": 1}}, "Threshold"),
        ({"auto_targets": [{"protocols": ["IV"]}]}, "efeatures"),
        ({"auto_targets": [{**AUTO_TARGETS[0], "efeatures": ["AP_amplitud"]}]}, "AP_amplitude"),
    ],
)
def test_wrong_arguments(
    metadata: dict[str, Any], tmp_path: Path, keywords: dict[str, Any], words: str
) -> None:
    with pytest.raises(InvalidInputError, match=words):
        extract_efeatures(tmp_path / "out", metadata, **keywords)
    assert not (tmp_path / "out").exists()


def test_wrong_metadata() -> None:
    with pytest.raises(InvalidInputError) as caught:
        read_recordings({"one": {"IDrest": [{}, {"filepath": "x.h5", "i_unit": "NA"}]}})
    first, second = str(caught.value).splitlines()
    assert "one/IDrest/0" in first
    assert "one/IDrest/1: i_unit 'NA'" in second


def test_a_broken_file_is_a_warning(
    metadata: dict[str, Any], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    expected = extract_efeatures(tmp_path, metadata, TARGETS)
    metadata["two"]["IDrest"].append({"filepath": "absent.h5"})
    assert extract_efeatures(tmp_path, metadata, TARGETS) == expected
    assert "absent.h5" in caplog.text


def test_a_file_that_is_gone_before_it_is_measured(
    data: SmallRecordings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    own = data.copy(tmp_path / "inputs")
    path = own.folder / "one_step_0.h5"
    document = {"one": {"IDrest": own.metadata["one"]["IDrest"]}}
    for entry in document["one"]["IDrest"]:
        entry["filepath"] = str(own.folder / entry["filepath"])

    def shrinking(function: Any, items: Any) -> list[Any]:
        done = [function(item) for item in items]
        # Read, and now one sweep shorter.
        with h5py.File(path, "r+") as file:
            file["recordings"].pop("sweep_0", None)
        return done

    features, _, _ = extract_efeatures(
        tmp_path / "out", document, TARGETS[:2], map_function=shrinking
    )
    assert list(features) == ["IDrest_150"]
    assert str(path) in caplog.text


def test_recordings_are_found_by_name() -> None:
    assert {"get_params", "generate", "compute_relative_amp", "in_target"} <= set(dir(Recording))
    assert all(hasattr(efeatures, name) for name in efeatures.__all__)
    with pytest.raises(AttributeError):
        efeatures.absent  # noqa: B018
