"""Values of Python that JSON does not have, and values that are none of the kind asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from region_grower_hpc import efeatures
from region_grower_hpc.efeatures.metadata import entries_of
from region_grower_hpc.efeatures.metadata_checks import metadata_problems
from region_grower_hpc.efeatures.target_checks import structure_problems
from region_grower_hpc.errors import InvalidInputError
from tests.efeatures.small_recordings import TARGETS, SmallRecordings, make_small_recordings


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> SmallRecordings:
    return make_small_recordings(tmp_path_factory.mktemp("values") / "inputs")


def of_python(value: Any, folder: Path) -> Any:
    """A document with paths, tuples and scalars of numpy."""
    if isinstance(value, dict):
        found = {key: of_python(one, folder) for key, one in value.items()}
        if "filepath" in found:
            found["filepath"] = folder / found["filepath"]
        return found
    if isinstance(value, list) and all(isinstance(one, float) for one in value):
        return np.array(value)
    if isinstance(value, list):
        return tuple(of_python(one, folder) for one in value)
    return np.float64(value) if isinstance(value, float) else value


def test_values_of_python_are_taken(data: SmallRecordings, tmp_path: Path) -> None:
    metadata = of_python(data.metadata, data.folder)
    plain = data.metadata
    for protocols in plain.values():
        for entries in protocols.values():
            for entry in entries:
                entry["filepath"] = str(data.folder / entry["filepath"])
    expected = efeatures.extract_efeatures(tmp_path, plain, TARGETS, threshold_nvalue_save=1)
    found = efeatures.extract_efeatures(
        tmp_path,
        metadata,
        tuple(TARGETS),
        threshold_nvalue_save=np.int64(1),
        default_std_value=np.float32(0.001) * 0 + 0.001,
        protocols_rheobase=np.array(["IDrest"]),
        efel_settings={
            "strict_stiminterval": np.bool_(True),
            **{"Threshold": np.float64(-20.0), "interp_step": np.float64(0.025)},
        },
        rheobase_settings={"spike_threshold": np.int32(1)},
    )
    assert found[0].keys() == expected[0].keys()
    assert found == expected


def test_numbers_paths_and_repetitions() -> None:
    entry = {"filepath": Path("a") / "b.nwb", "ton": np.int64(5), "repetition": (np.int64(1), 2)}
    document = {"one": {"IDrest": (entry,)}}
    assert metadata_problems(document) == []
    (found,) = entries_of(document)
    assert dict(found.metadata) == {
        **{"filepath": str(Path("a") / "b.nwb"), "ton": 5, "repetition": [1, 2]},
        "protocol_name": "IDrest",
    }
    assert found.files == (str(Path("a") / "b.nwb"),)
    # A reader of the user gets what the user gave.
    (given,) = entries_of(document, is_plain=False)
    assert given.metadata["filepath"] is entry["filepath"]


def test_arrays_in_legacy_targets() -> None:
    legacy = {
        "IDrest": {
            **{"amplitudes": np.array([150, 200]), "tolerances": np.array([20.0])},
            "efeatures": np.array(["AP_amplitude"]),
        }
    }
    found = efeatures.convert_legacy_targets(legacy)
    assert [(type(one["amplitude"]), one["amplitude"]) for one in found] == [(int, 150), (int, 200)]
    assert [type(one["tolerance"]) for one in found] == [float, float]
    legacy["IDrest"]["amplitudes"] = np.array([[150]])
    with pytest.raises(InvalidInputError, match="give a list of finite numbers"):
        efeatures.convert_legacy_targets(legacy)


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"efel_settings": 3}, "efel_settings: 3 must be an object"),
        ({"threshold_nvalue_save": "3"}, "threshold_nvalue_save '3'"),
        ({"default_std_value": None}, "default_std_value None"),
        ({"protocols_rheobase": 5}, "protocols_rheobase 5"),
        ({"protocol_mode": ["mean"]}, "protocol_mode"),
        ({"rheobase_settings": 3}, "rheobase_settings: 3"),
        ({"rheobase_strategy": None}, "rheobase_strategy None"),
        ({"auto_targets": 3, "targets": None}, "auto_targets: must be a list"),
        ({"auto_targets": [3], "targets": None}, "target 0: must be an object"),
        ({"targets": 3}, "targets: must be a list"),
        ({"recording_reader": 3}, "recording_reader 3"),
        ({"map_function": 3}, "map_function 3"),
        ({"output_directory": 3}, "output_directory 3"),
        ({"files_metadata": {1: {"IDrest": [{}]}}}, "cell 1: give a name"),
        ({"files_metadata": {"a": {2: [{}]}}}, "a: protocol 2: give a name"),
        ({"files_metadata": [1]}, "must be {cell"),
    ],
)
def test_values_of_another_kind(
    data: SmallRecordings, tmp_path: Path, keywords: dict[str, Any], words: str
) -> None:
    given: dict[str, Any] = {
        **{"output_directory": tmp_path / "out", "files_metadata": data.metadata},
        "targets": TARGETS,
    }
    with pytest.raises(InvalidInputError, match=words.replace("{", r"\{")):
        efeatures.extract_efeatures(**{**given, **keywords})
    assert not (tmp_path / "out").exists()


def test_single_functions_check_too(data: SmallRecordings) -> None:
    with pytest.raises(InvalidInputError, match="efel_settings"):
        efeatures.read_recordings(data.metadata, efel_settings=3)  # type: ignore[arg-type]
    with pytest.raises(InvalidInputError, match="efel_settings"):
        efeatures.group_efeatures([], TARGETS, efel_settings=3)  # type: ignore[arg-type]
    with pytest.raises(InvalidInputError, match="threshold_nvalue_save '3'"):
        efeatures.create_feature_protocol_files(
            [], [], threshold_nvalue_save="3", write_files=False  # type: ignore[arg-type]
        )  # fmt: skip


@pytest.mark.parametrize("name", ["a\ud800", "a\0", "", " "])
def test_names_that_no_file_can_hold(name: str) -> None:
    entry = {"filepath": "a.nwb"}
    for document in (
        {name: {"IDrest": [entry]}},
        {"one": {name + "": [entry]}},
        {"one": {"IDrest": [{"filepath": name}]}},
        {"one": {"IDrest": [{**entry, "protocol_name": name}]}},
    ):
        (problem,) = metadata_problems(document)
        assert problem.isprintable()
        problem.encode()


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"ljp": -14.0}, "ljp -14.0"),
        ({"ljp": 0}, None),
        ({"ton": 10**400}, "ton"),
        ({"dt": 0}, "dt 0"),
        ({"repetition": True}, "repetition True"),
    ],
)
def test_values_of_metadata(entry: dict[str, Any], words: str | None) -> None:
    found = metadata_problems({"one": {"IDrest": [{"filepath": "a.nwb", **entry}]}})
    assert len(found) == (words is not None)
    assert words is None or words in found[0]


def test_a_window_that_ends_before_it_begins() -> None:
    target = {**TARGETS[0], "efel_settings": {"stim_start": 20.0, "stim_end": 20.0}}
    (problem,) = structure_problems([target], "targets")
    assert "target 0" in problem
    assert "stim_end 20.0 has to be after stim_start 20.0" in problem
    with pytest.raises(InvalidInputError, match="stim_end 1 has to be after"):
        efeatures.read_recordings({}, efel_settings={"stim_start": 2, "stim_end": 1})
