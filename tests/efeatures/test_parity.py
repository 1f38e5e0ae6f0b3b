"""The documents that bluepyefe 2.3.63 wrote for real recordings, by the command and from Python."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from region_grower_hpc.cli import main
from region_grower_hpc.efeatures import extract_efeatures, read_recordings
from region_grower_hpc.errors import ExitCode
from tests.efeatures.made_cells import case_named, differences, expected_document

pytestmark = pytest.mark.shared

CASES = (
    *("rel", "abs_legacy", "nvalue", "settings", "per_cell", "auto_preset", "auto_file"),
    *("ecodes", "classes", "formats", "no_timing", "flush", "majority", "one_missing"),
)
MISSING = "one_missing"
DOCUMENTS = ("features", "protocols", "currents")


@pytest.fixture
def data(shared_data: Path) -> Path:
    return shared_data / "efeatures"


def metadata_of(data: Path, case: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata with paths that can be opened from anywhere; one file may be missing."""
    path = data / case["files_metadata"]
    found: dict[str, Any] = json.loads(path.read_text())
    for protocols in found.values():
        for entry in (one for entries in protocols.values() for one in entries):
            for key in ("filepath", "i_file", "v_file"):
                # A v_file without folder chooses traces of an NWB file.
                if "/" in entry.get(key, ""):
                    entry[key] = str((path.parent / entry[key]).resolve())
    if case["name"] == MISSING:
        next(iter(found.values()))["IDrest"][case["drop_recording"]]["v_file"] += ".absent.ibw"
    return found


def run(data: Path, case: Mapping[str, Any], metadata: Path, out: Path, *more: str) -> None:
    """The command, in this process."""
    words = ["extract-efeatures", "--files-metadata", str(metadata), "--output-directory", str(out)]
    for option, key in (("--targets", "targets"), ("--auto-targets", "auto_targets")):
        if case[key]:
            words += [option, str(data / case[key])]
    done = CliRunner().invoke(main, [*words, *case["arguments"], *more])
    is_missing = case["name"] == MISSING
    assert done.exit_code == (ExitCode.TOO_MANY_FAILURES if is_missing else ExitCode.DONE)
    rows = (out / "failures.csv").read_text().splitlines()[1:]
    assert len(rows) == is_missing, rows


def check(
    data: Path, case: Mapping[str, Any], found: Mapping[str, Any], mode: str, folder: str = ""
) -> None:
    """All documents; the files that values come from are not in those of bluepyefe."""
    for group in found["features"].values():
        for entry in group["soma"]:
            entry.pop("files", None)
    for name in DOCUMENTS:
        file = f"protocols_{mode}" if name == "protocols" else name
        expected = expected_document(data, case, f"{folder}{file}.json")
        assert differences(found[name], expected) == []


def written(out: Path) -> dict[str, Any]:
    return {name: json.loads((out / f"{name}.json").read_text()) for name in DOCUMENTS}


def test_no_case_is_left_out(data: Path) -> None:
    found = json.loads((data / "cases.json").read_text())
    assert [case["name"] for case in found] == list(CASES)


@pytest.mark.parametrize("name", CASES)
def test_command(data: Path, tmp_path: Path, name: str) -> None:
    case = case_named(data, name)
    metadata = data / case["files_metadata"]
    if name == MISSING:
        metadata = tmp_path / "metadata.json"
        metadata.write_text(json.dumps(metadata_of(data, case)))
    is_per_cell = name == "per_cell"
    out, used = tmp_path / "out", ["--save-files-used"] * is_per_cell
    for mode in case["protocol_modes"]:
        # What has been read stays for the other modes.
        run(data, case, metadata, out, *used, "--protocol-mode", mode, "--overwrite")
        assert (out / "currents.json").read_bytes() == (
            out / "holding_threshold_currents.json"
        ).read_bytes()
        if is_per_cell:
            check_files_used(data, case, written(out)["features"])
            for cell in json.loads(metadata.read_text()):
                check(data, case, written(out / cell), mode, f"{cell}/")
        check(data, case, written(out), mode)


def check_files_used(data: Path, case: Mapping[str, Any], features: Mapping[str, Any]) -> None:
    """The files behind each value, in order."""
    expected = expected_document(data, case, "files_used.json")
    found = {
        stimulus: [
            [entry["efeature_name"], [path.rpartition("/")[2] for path in entry["files"]]]
            for entry in group["soma"]
        ]
        for stimulus, group in features.items()
    }
    assert found == expected
    texts = [path for group in features.values() for one in group["soma"] for path in one["files"]]
    # As in the metadata.
    assert all(path.startswith("../sscx/") for path in texts)


@pytest.mark.parametrize("name", CASES)
def test_python(data: Path, tmp_path: Path, name: str) -> None:
    case = case_named(data, name)
    given: dict[str, Any] = {
        key: json.loads((data / case[key]).read_text()) if case[key] else None
        for key in ("targets", "auto_targets")
    }
    metadata = metadata_of(data, case)
    before = json.dumps([metadata, given, case["python_keywords"]])
    found = extract_efeatures(
        tmp_path,
        metadata,
        **given,
        **case["python_keywords"],
        compat="--compat" in case["arguments"],
    )
    assert json.dumps([metadata, given, case["python_keywords"]]) == before
    check(data, case, dict(zip(DOCUMENTS, found, strict=True)), "mean")
    assert not any(tmp_path.iterdir())


def test_the_command_of_a_file_without_current(data: Path) -> None:
    """One channel: the current is made from the table of epochs."""
    (name, truth), *_ = json.loads((data / "expected" / "abf_truth.json").read_text()).items()
    metadata = {"cell": {"Step": [{"filepath": str(data / "abf" / name)}]}}
    (cell,) = read_recordings(metadata)
    assert [one.amp for one in cell.recordings] == pytest.approx(truth["amp"], abs=1e-9)
    for recording in cell.recordings:
        assert recording.hypamp == pytest.approx(truth["holding"], abs=1e-9)
        assert recording.dt is not None
        # A step of no height has no edges.
        if abs(recording.amp or 0) > 1e-9:
            assert recording.ton == pytest.approx(truth["ton"], abs=recording.dt)
            assert recording.toff == pytest.approx(truth["toff"], abs=recording.dt)
