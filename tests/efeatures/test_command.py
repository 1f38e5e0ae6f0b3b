"""The command by its options: outputs, failures, and runs after runs."""

from __future__ import annotations

import csv
import json
import logging
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import libsonata
import numpy as np
import pytest

from region_grower_hpc.errors import ExitCode
from region_grower_hpc.testing import differences, results
from tests.efeatures.made_cells import differences as document_differences
from tests.efeatures.small_recordings import (
    CELLS,
    QUIET,
    TARGETS,
    SmallRecordings,
    add_damaged,
    make_small_recordings,
)

DAMAGED = ("two", "IDrest", "3", "damaged.h5", "open", "filepath")
COLUMNS = ["cell", "protocol", "index", "file", "stage", "key", "error"]
Log = pytest.LogCaptureFixture


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> SmallRecordings:
    return make_small_recordings(tmp_path_factory.mktemp("command") / "inputs")


@pytest.fixture(scope="module")
def whole(data: SmallRecordings) -> Path:
    """A run with all that can be written but figures."""
    more = ("--extract-per-cell", "--pickle-cells", "--save-files-used")
    return run(data, data.folder.parent / "whole", *more)


@pytest.fixture
def spoilt(data: SmallRecordings, tmp_path: Path) -> SmallRecordings:
    """Inputs to change."""
    return data.copy(tmp_path / "inputs")


@pytest.fixture
def log(caplog: Log) -> Log:
    caplog.set_level(logging.INFO, logger="region_grower_hpc")
    return caplog


def run(
    data: SmallRecordings,
    out: Path,
    *more: str | Path,
    code: int = ExitCode.DONE,
    command: str = "extract-efeatures",
    auto: bool = False,
) -> Path:
    done = data.run(out, *more, command=command, auto=auto)
    assert done.exit_code == code, done.output
    assert "Traceback" not in done.output
    return out


def read(out: Path, name: str) -> Any:
    """A document, which must be strict JSON."""

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} in {name}")

    return json.loads((out / f"{name}.json").read_text(), parse_constant=refuse)


def failures(out: Path) -> list[tuple[str, ...]]:
    with (out / "failures.csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    assert header == COLUMNS
    return [tuple(row) for row in rows]


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def texts(dataset: h5py.Dataset) -> list[str]:
    return [text.decode() for text in dataset[:]]


# -- outputs -----------------------------------------------------------------------------------


def test_documents(whole: Path) -> None:
    features, protocols = read(whole, "features"), read(whole, "protocols")
    assert list(features) == ["IDrest_150", "IDrest_200.0", "IV_-40", "SineSpec_25"]
    assert list(protocols) == list(features)
    assert list(protocols["IDrest_150"]["holding"]) == ["delay", "amp", "duration", "totduration"]
    assert list(protocols["IDrest_150"]["step"]) == [
        *("delay", "amp", "thresh_perc", "duration", "totduration")
    ]
    assert protocols["IDrest_150"]["step"]["delay"] == pytest.approx(50)
    first, _, low = features["IDrest_150"]["soma"]
    assert list(first) == ["feature", "val", "n", "efel_settings", "efeature_name", "files"]
    assert (first["feature"], first["n"]) == ("AP_amplitude", 2)
    assert first["files"] == ["one_steps.h5", "two_step_1.h5"]
    assert first["val"][0] == pytest.approx(96, abs=1)
    assert (low["feature"], low["efeature_name"]) == ("Spikecount", "Spikecount_low")
    assert low["efel_settings"]["Threshold"] == -30.0
    currents = read(whole, "currents")
    assert list(currents["all_holding_current"]) == list(CELLS)
    assert list(currents["all_threshold_current"]) == ["one", "two"]
    assert currents["all_threshold_current"] == pytest.approx({"one": 0.25, "two": 0.2}, abs=1e-6)
    assert currents["threshold_current"] == pytest.approx([0.225, 0.025], abs=1e-6)
    assert read(whole, "holding_threshold_currents") == currents
    assert failures(whole) == []


def test_documents_of_each_cell(whole: Path) -> None:
    of_all = read(whole, "features")["IDrest_150"]["soma"][0]
    of_cells = [read(whole / cell, "features")["IDrest_150"]["soma"][0] for cell in ("one", "two")]
    assert [one["files"] for one in of_cells] == [["one_steps.h5"], ["two_step_1.h5"]]
    assert np.mean([one["val"][0] for one in of_cells]) == pytest.approx(of_all["val"][0])
    # One value has no spread.
    assert of_cells[0]["val"][1] == 0.001
    assert read(whole / QUIET, "features") == {}
    assert read(whole / QUIET, "currents")["all_threshold_current"] == {}


def test_efeatures_h5(data: SmallRecordings, whole: Path) -> None:
    with h5py.File(whole / "efeatures.h5") as file:
        assert {"package", "efel", "options"} <= set(file.attrs)
        assert json.loads(file.attrs["options"])["protocol_mode"] == "mean"
        assert texts(file["cells/name"]) == list(CELLS)
        np.testing.assert_allclose(file["cells/rheobase"][:], [0.25, 0.2, np.nan], atol=1e-6)
        np.testing.assert_allclose(file["cells/holding_current"][:], -0.02, atol=1e-6)
        table = file["recordings"]
        lengths = {len(table[name]) for name in table}
        # 4 sweeps in a file, 2 files, and for two cells 2 columns and a sine.
        assert lengths == {3 * 6 + 2 * 3}
        assert set(table) >= {
            *("cell", "protocol", "index", "files", "id", "status", "n_samples", "dt", "ton"),
            *("toff", "tend", "amp", "amp2", "hypamp", "amp_rel", "amp2_rel", "hypamp_rel"),
            *("delta", "spikecount", "auto_threshold"),
        }
        assert texts(table["cell"]) == ["one"] * 9 + ["two"] * 9 + [QUIET] * 6
        assert table["index"][:9].tolist() == [0, 0, 0, 0, 1, 2, 0, 0, 0]
        assert texts(table["files"])[4] == '["one_step_0.h5"]'
        assert texts(table["id"])[1] == "sweep_1"
        assert set(texts(table["status"])) == {"ok"}
        assert (table["n_samples"][:] == 3000).all()
        amps_na = [0.1, 0.2, 0.25, 0.375, 0.5, 0.3, -0.1, -0.05]
        np.testing.assert_allclose(table["amp"][:8], amps_na, atol=1e-6)
        np.testing.assert_allclose(table["amp_rel"][:6], np.array(amps_na[:6]) * 400, atol=1e-3)
        assert np.isnan(table["amp_rel"][18:]).all()
        assert np.isnan(table["amp2"][:]).all()
        # Silent sweeps have none; found without being told, by its shape.
        assert (table["spikecount"][:3].tolist(), table["spikecount"][18:].any()) == (
            [0, 0, table["spikecount"][2]],
            False,
        )
        assert table["ton"][4] == pytest.approx(50, abs=0.5)
        names, values = texts(file["features/names"]), file["features/values"][:]
        assert len(names) == len(set(zip(names, texts(file["features/settings"]), strict=True)))
        assert values.shape == (24, len(names))
        assert texts(file["features/efeature"])[names.index("Spikecount_low")] == "Spikecount"
        # Only what lies in the window of a target is measured.
        measured = np.isfinite(values[:, names.index("AP_amplitude")])
        assert np.flatnonzero(measured).tolist() == [3, 4, 12, 14]
        # By protocol and amplitude, as in the documents.
        told = zip(texts(file["targets/protocol"]), file["targets/amplitude"][:], strict=True)
        assert [*told] == [
            (name.rpartition("_")[0], float(name.rpartition("_")[2]))
            for name, group in read(whole, "features").items()
            for _ in group["soma"]
        ]
        assert file["targets/n"][0] == 2
        of_documents = read(whole, "features")["IDrest_150"]["soma"][0]["val"]
        assert [file["targets/mean"][0], file["targets/std"][0]] == pytest.approx(of_documents)


def test_nodes_h5(whole: Path) -> None:
    nodes = libsonata.NodeStorage(str(whole / "nodes.h5"))
    assert nodes.population_names == {"recorded_cells"}
    population = nodes.open_population("recorded_cells")
    chosen = libsonata.Selection(range(population.size))
    assert population.get_attribute("name", chosen).tolist() == list(CELLS)
    threshold = population.get_dynamics_attribute("threshold_current", chosen)
    np.testing.assert_allclose(threshold, [0.25, 0.2, np.nan], atol=1e-6)
    holding = population.get_dynamics_attribute("holding_current", chosen)
    np.testing.assert_allclose(holding, -0.02, atol=1e-6)


def test_pickles(data: SmallRecordings, whole: Path, tmp_path: Path) -> None:
    cells = pickle.loads((whole / "cells.pkl").read_bytes())
    assert [cell.name for cell in cells] == list(CELLS)
    assert all(one.trace.n_samples == 3000 for cell in cells for one in cell.recordings)
    protocols = pickle.loads((whole / "protocols.pkl").read_bytes())
    assert len(protocols) == len(read(whole, "protocols"))
    out = run(data, tmp_path, "--pickle-cells", "--low-memory-mode")
    without = pickle.loads((out / "cells.pkl").read_bytes())
    assert all(one.trace is None for cell in without for one in cell.recordings)
    assert (out / "protocols.json").read_bytes() == (whole / "protocols.json").read_bytes()


def test_all_recordings(data: SmallRecordings, whole: Path, tmp_path: Path) -> None:
    """More is measured, and the documents are the same."""
    out = run(data, tmp_path, "--all-recordings", "--save-files-used")
    for name in ("features", "protocols", "currents"):
        assert (out / f"{name}.json").read_bytes() == (whole / f"{name}.json").read_bytes()
    with h5py.File(out / "efeatures.h5") as file, h5py.File(whole / "efeatures.h5") as former:
        ours, theirs = file["features/values"][:], former["features/values"][:]
        base = texts(file["features/names"]).index("voltage_deflection")
    both = np.isfinite(theirs)
    np.testing.assert_array_equal(ours[both], theirs[both])
    assert np.isfinite(ours).sum() > both.sum()
    assert np.isfinite(ours[[6, 7, 15, 16], base]).all()


@pytest.mark.parametrize(
    ("mode", "percent"),
    # One recording of the first cell, two of the second.
    [("median", -40), ("min", -50), ("max", -25), ("lnmc", (-40 + (-50 - 25) / 2) / 2)],
)
def test_protocol_modes(
    data: SmallRecordings, whole: Path, tmp_path: Path, mode: str, percent: float
) -> None:
    out = tmp_path / "out"
    shutil.copytree(whole, out)
    run(data, out, "--protocol-mode", mode, "--overwrite")
    step = read(out, "protocols")["IV_-40"]["step"]
    assert step["thresh_perc"] == pytest.approx(percent, abs=1e-3)
    # Of the mean rheobase.
    assert step["amp"] == pytest.approx(percent / 100 * 0.225, abs=1e-6)
    entry, former = (read(one, "features")["IV_-40"]["soma"][0] for one in (out, whole))
    assert former["n"] == 3
    if mode == "lnmc":
        assert (entry["n"], entry["n_recordings"]) == (2, 3)
    else:
        assert {**entry, "files": former["files"]} == former
    assert read(whole, "protocols")["IV_-40"]["step"]["thresh_perc"] == pytest.approx(
        (-40 - 50 - 25) / 3, abs=1e-3
    )


def test_figures(data: SmallRecordings, tmp_path: Path) -> None:
    """Those of `--plot` hold those of plot-recordings."""
    data = data.copy(tmp_path / "inputs")
    data.write_targets(TARGETS[:1])
    add_damaged(data)
    out = run(data, tmp_path / "out", "--plot", code=ExitCode.TOO_MANY_FAILURES)
    # The other files of a cell and protocol are drawn, and what failed is told once.
    assert [row[:6] for row in failures(out)] == [DAMAGED]
    names = set(results(out / "figures"))
    pages = {
        f"{cell}/{cell}_{protocol}_recordings.pdf"
        for cell in CELLS
        for protocol in (("IDrest", "IV", "SineSpec") if cell != QUIET else ("IDrest",))
    }
    assert pages <= names
    assert {"legend.pdf", "legend.png", "IDrest_AP_amplitude_amp_rel.pdf"} <= names
    assert "one/one_IDrest_AP_amplitude_amp.pdf" in names
    assert [name for name in names if name.startswith("one/impedance/one_SineSpec_0_")]
    alone = run(data, tmp_path / "alone", command="plot-recordings", code=4)
    drawn = {name for name in results(alone) if name.endswith((".pdf", ".png"))}
    assert pages <= drawn
    assert not [name for name in drawn if "AP_amplitude" in name]
    # Again: nothing.
    before = snapshot(alone)
    run(data, alone, "--skip-failures", command="plot-recordings")
    assert snapshot(alone) == before


# -- recordings that fail ----------------------------------------------------------------------


def without_unit(data: SmallRecordings) -> dict[str, Any]:
    with h5py.File(data.folder / "one_step_1.h5", "r+") as file:
        del file["recordings"].attrs["v_unit"]
    return {"filepath": "one_step_1.h5"}


def other_length(data: SmallRecordings) -> dict[str, Any]:
    with h5py.File(data.folder / "one_step_1.h5", "r+") as file:
        del file["recordings/sweep_0/current"]
        file["recordings/sweep_0/current"] = np.zeros(10, np.float32)
    return {"filepath": "one_step_1.h5"}


STAGES: list[tuple[Any, str, str]] = [
    (lambda _: {"filepath": "absent.h5"}, "open", "filepath"),
    (lambda _: {"filepath": "metadata.json", "ecode": "Step"}, "open", "filepath"),
    (lambda _: {"filepath": "one_step_1.h5", "repetition": 7}, "read", ""),
    (without_unit, "units", "v_unit"),
    (other_length, "read", "current"),
    (lambda _: {"filepath": "one_step_1.h5", "ton": 50, "toff": 9000}, "interpret", "toff"),
]


@pytest.mark.parametrize(("spoil", "stage", "key"), STAGES)
def test_stages(
    spoilt: SmallRecordings,
    whole: Path,
    tmp_path: Path,
    spoil: Callable[[SmallRecordings], dict[str, Any]],
    stage: str,
    key: str,
) -> None:
    entry = spoil(spoilt)
    document = spoilt.metadata
    if entry["filepath"] == "metadata.json":
        shutil.copy(spoilt.metadata_file, spoilt.folder / "metadata.h5")
        entry["filepath"] = "metadata.h5"
    document["one"]["IDrest"][2] = entry
    spoilt.write(document)
    out = run(spoilt, tmp_path / "out", code=ExitCode.TOO_MANY_FAILURES)
    ((*place, found_stage, found_key, error),) = failures(out)
    assert place == ["one", "IDrest", "2", entry["filepath"]]
    assert (found_stage, error != "") == (stage, True)
    assert key in found_key
    # No target asks for that recording: all else is as it was.
    assert document_differences(read(out, "protocols"), read(whole, "protocols")) == []


def test_skipped_failures(data: SmallRecordings, spoilt: SmallRecordings, tmp_path: Path) -> None:
    """The same files, whatever the exit code."""
    add_damaged(spoilt)
    out = run(spoilt, tmp_path / "out", code=ExitCode.TOO_MANY_FAILURES)
    assert [row[:6] for row in failures(out)] == [DAMAGED]
    before = snapshot(out)
    run(spoilt, out, code=ExitCode.TOO_MANY_FAILURES)
    run(spoilt, out, "--skip-failures")
    run(spoilt, out, "--max-failed-ratio", "0.1")
    run(spoilt, out, "--max-failed-ratio", "0.01", code=ExitCode.TOO_MANY_FAILURES)
    assert snapshot(out) == before
    clean = run(data, tmp_path / "clean")
    names = ("features.json", "protocols.json", "currents.json", "nodes.h5")
    assert {name: results(out)[name] for name in names} == {
        name: results(clean)[name] for name in names
    }


def test_a_feature_that_efel_cannot_compute(spoilt: SmallRecordings, tmp_path: Path) -> None:
    """A setting that makes no sense for a trace is a row of the stage of features."""
    odd = {**TARGETS[0], "efeature": "AP_width", "efel_settings": {"interp_step": 1e-9}}
    spoilt.write_targets([TARGETS[0], odd])
    out = run(spoilt, tmp_path / "out", code=ExitCode.TOO_MANY_FAILURES)
    rows = failures(out)
    assert {(row[0], row[1], row[4]) for row in rows} == {
        *(("one", "IDrest", "features"), ("two", "IDrest", "features"))
    }
    assert [one["feature"] for one in read(out, "features")["IDrest_150"]["soma"]] == [
        "AP_amplitude"
    ]
    run(spoilt, out, "--skip-failures")


def test_a_cell_of_which_nothing_is_left(spoilt: SmallRecordings, tmp_path: Path) -> None:
    document = {"gone": {"IDrest": [{"filepath": "a.h5"}, {"filepath": "b.h5"}]}, **spoilt.metadata}
    spoilt.write(document)
    more = ("--extract-per-cell", "--skip-failures")
    out = run(spoilt, tmp_path / "out", *more)
    assert [row[:4] for row in failures(out)] == [
        *(("gone", "IDrest", "0", "a.h5"), ("gone", "IDrest", "1", "b.h5"))
    ]
    with h5py.File(out / "efeatures.h5") as file:
        assert texts(file["cells/name"])[0] == "gone"
        assert np.isnan([file["cells/rheobase"][0], file["cells/holding_current"][0]]).all()
    currents = read(out, "currents")
    assert currents["all_holding_current"]["gone"] is None
    assert "gone" not in currents["all_threshold_current"]
    assert None not in currents["holding_current"]
    assert read(out / "gone", "currents")["holding_current"] is None or (
        read(out / "gone", "currents")["holding_current"] == [None, None]
    )


def test_nothing_is_left(spoilt: SmallRecordings, tmp_path: Path) -> None:
    """All fail, with targets and with automatic ones; the documents are there all the same."""
    spoilt.write({"gone": {"IDrest": [{"filepath": "a.h5"}]}})
    for auto in (False, True):
        out = tmp_path / str(auto)
        run(spoilt, out, code=ExitCode.TOO_MANY_FAILURES, auto=auto)
        run(spoilt, out, "--skip-failures", auto=auto)
        assert (read(out, "features"), read(out, "protocols")) == ({}, {})
        assert len(failures(out)) == 1


# -- targets -----------------------------------------------------------------------------------


def test_a_target_of_no_cell_is_a_warning(
    spoilt: SmallRecordings, whole: Path, tmp_path: Path, log: Log
) -> None:
    spoilt.write_targets([*TARGETS, {**TARGETS[0], "protocol": "IDhyperpol"}])
    out = run(spoilt, tmp_path / "out", "--save-files-used")
    told = [one.message for one in log.records if one.levelname == "WARNING"]
    assert [one for one in told if "IDhyperpol" in one]
    assert (out / "features.json").read_bytes() == (whole / "features.json").read_bytes()


def test_automatic_targets(data: SmallRecordings, tmp_path: Path) -> None:
    out = run(data, tmp_path, auto=True)
    features = read(out, "features")
    assert {
        name: [one["feature"] for one in group["soma"]] for name, group in features.items()
    } == {name: ["AP_amplitude", "mean_frequency"] for name in ("IDrest_150", "IDrest_250")}


def test_automatic_targets_without_rheobase(
    spoilt: SmallRecordings, tmp_path: Path, log: Log
) -> None:
    spoilt.write({QUIET: spoilt.metadata[QUIET]})
    out = run(spoilt, tmp_path / "out", auto=True)
    assert (read(out, "features"), read(out, "protocols")) == ({}, {})
    assert read(out, "currents")["threshold_current"] in (None, [None, None])
    assert "no cell has a rheobase" in log.text


def test_absolute_amplitudes(spoilt: SmallRecordings, tmp_path: Path) -> None:
    spoilt.write_targets([{**TARGETS[0], "amplitude": 0.5, "tolerance": 0.01}])
    out = run(spoilt, tmp_path / "out", "--absolute-amplitude")
    step = read(out, "protocols")["IDrest_0.5"]["step"]
    assert (step["thresh_perc"], step["amp"]) == (None, pytest.approx(0.5, abs=1e-6))
    # Of the quiet cell too, which needs no rheobase; it has no spike.
    assert read(out, "features")["IDrest_0.5"]["soma"][0]["n"] == 2


# -- again -------------------------------------------------------------------------------------


def test_the_same_command_changes_nothing(data: SmallRecordings, whole: Path, log: Log) -> None:
    before = snapshot(whole)
    run(data, whole, "--extract-per-cell", "--pickle-cells", "--save-files-used")
    assert snapshot(whole) == before
    assert log.text.count("complete already") == 2


def test_the_inputs_may_lie_elsewhere(spoilt: SmallRecordings, whole: Path) -> None:
    before = snapshot(whole)
    run(spoilt, whole, "--extract-per-cell", "--pickle-cells", "--save-files-used")
    assert snapshot(whole) == before


def other_metadata(data: SmallRecordings) -> tuple[str, ...]:
    document = data.metadata
    document["one"]["IV"][0]["ljp"] = 3.0
    data.write(document)
    return ()


def other_size(data: SmallRecordings) -> tuple[str, ...]:
    with (data.folder / "one_iv.txt").open("a") as file:
        file.write("-70\t-70\n")
    return ()


def other_targets(data: SmallRecordings) -> tuple[str, ...]:
    data.write_targets(TARGETS[:2])
    return ()


@pytest.mark.parametrize(
    "change",
    [
        *(other_metadata, other_size, other_targets),
        lambda _: ("--efel-settings", '{"interp_step": 0.05}'),
        lambda _: ("--protocols-rheobase", "IDrest"),
        lambda _: ("--rheobase-strategy", "flush"),
        lambda _: ("--rheobase-settings", '{"spike_threshold": 2}'),
        lambda _: ("--absolute-amplitude",),
        lambda _: ("--protocol-mode", "lnmc"),
        lambda _: ("--threshold-nvalue-save", "2"),
        lambda _: ("--default-std-value", "0.1"),
        lambda _: ("--all-recordings",),
        lambda _: ("--low-memory-mode",),
        lambda _: ("--compat", "bluepyefe"),
    ],
)
def test_another_plan_is_refused(
    spoilt: SmallRecordings, whole: Path, change: Callable[[SmallRecordings], tuple[str, ...]]
) -> None:
    more, before = change(spoilt), snapshot(whole)
    done = spoilt.run(whole, "--extract-per-cell", "--pickle-cells", "--save-files-used", *more)
    assert done.exit_code == ExitCode.FOREIGN_PLAN, done.output
    assert "--overwrite" in done.output
    assert snapshot(whole) == before


def test_what_was_read_serves_other_targets(
    spoilt: SmallRecordings, whole: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    shutil.copytree(whole, out)
    (out / "notes.txt").write_text("of the user")
    table = out / "recordings.h5"
    before = table.stat().st_mtime_ns
    spoilt.write_targets(TARGETS[:1])
    run(spoilt, out, "--overwrite")
    assert table.stat().st_mtime_ns == before
    # What only the former run has written is gone.
    fresh = run(spoilt, tmp_path / "fresh")
    expected = {**results(fresh), "notes.txt": b"of the user"}
    assert differences(expected, results(out)) == []


def test_other_recordings_are_read_again(spoilt: SmallRecordings, tmp_path: Path) -> None:
    out = run(spoilt, tmp_path / "out")
    before = (out / "recordings.h5").read_bytes()
    other_metadata(spoilt)
    run(spoilt, out, "--overwrite")
    assert (out / "recordings.h5").read_bytes() != before
    assert differences(results(run(spoilt, tmp_path / "fresh")), results(out)) == []


@pytest.mark.parametrize(
    "lost", ["recordings.h5", "failures.csv", "features.json", "nodes.h5", "efeatures.h5"]
)
def test_what_is_lost_is_made_again(
    data: SmallRecordings, whole: Path, tmp_path: Path, lost: str
) -> None:
    out = tmp_path / "out"
    shutil.copytree(whole, out)
    (out / lost).unlink()
    run(data, out, "--extract-per-cell", "--pickle-cells", "--save-files-used")
    assert differences(results(whole), results(out)) == []


def test_a_run_that_ran_out_of_time_continues(
    data: SmallRecordings, whole: Path, tmp_path: Path
) -> None:
    more = ("--extract-per-cell", "--pickle-cells", "--save-files-used")
    out = run(data, tmp_path, *more, "--time-limit", "0.000001", code=ExitCode.STOPPED_EARLY)
    assert not (out / "features.json").exists()
    run(data, out, *more, "--resume")
    assert differences(results(whole), results(out)) == []


def test_a_dry_run_writes_no_output(data: SmallRecordings, tmp_path: Path) -> None:
    run(data, tmp_path / "out", "--dry-run")
    assert results(tmp_path) == {}


def test_the_state_may_lie_elsewhere(data: SmallRecordings, whole: Path, tmp_path: Path) -> None:
    more = ("--extract-per-cell", "--pickle-cells", "--save-files-used")
    out = run(data, tmp_path / "out", *more, "--state-dir", tmp_path / "state")
    assert not list(out.rglob("*.rghpc"))
    before = snapshot(tmp_path)
    run(data, out, *more, "--state-dir", tmp_path / "state")
    assert snapshot(tmp_path) == before
    assert differences(results(whole), results(out)) == []
