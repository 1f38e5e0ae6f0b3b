"""Which reader a file gets."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import h5py
import pytest
import scipy.io

from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.readers import (
    SUFFIXES,
    read_entry,
    required_keys,
    suffix_problem,
)
from region_grower_hpc.efeatures.readers.content import format_in
from tests.efeatures.readers.axons import write_abf1
from tests.efeatures.readers.nwbs import write_scala
from tests.efeatures.readers.waves import write_wave


def write_table(path: Path) -> None:
    path.write_text("-70.1\t-\r\n-70\t1\r\n")


def write_mat(path: Path) -> None:
    scipy.io.savemat(str(path), {"x": 1}, appendmat=False)


def write_user_block(path: Path) -> None:
    with h5py.File(path, "w", userblock_size=1024) as file:
        file["x"] = 1


@pytest.mark.parametrize(
    ("write", "name"),
    [
        (lambda path: write_wave(path, [1, 2], "V"), "igor"),
        (lambda path: write_wave(path, [1, 2], "V", 2, ">"), "igor"),
        (lambda path: write_abf1(path, [[[1.0]]], ["mV"]), "axon"),
        (write_mat, "matlab"),
        (write_scala, "hdf5"),
        (write_user_block, "hdf5"),
        (write_table, "text"),
        (lambda path: path.write_text("a\tb\n"), None),
        (lambda path: path.write_bytes(b"\2\0\xff"), None),
        (lambda path: path.write_bytes(bytes(100)), None),
    ],
)
def test_content_of_files_with_unknown_suffix(tmp_path: Path, write: Any, name: str | None) -> None:
    write(tmp_path / "x")
    assert format_in(tmp_path / "x", "filepath") == name
    problem = suffix_problem({"filepath": str(tmp_path / "x")})
    assert (problem is not None and "unknown file suffix" in problem) == (name is None)


def test_unknown_suffix_is_read_by_content(tmp_path: Path) -> None:
    write_scala(tmp_path / "x.dat")
    assert len(read_entry({"filepath": str(tmp_path / "x.dat"), "protocol_name": "IV"})) == 3
    (tmp_path / "y.dat").write_text("nothing")
    with pytest.raises(RecordingProblem, match=r"unknown file suffix '\.dat'"):
        read_entry({"filepath": str(tmp_path / "y.dat")})


def test_the_suffix_is_the_last_one_in_any_case(tmp_path: Path) -> None:
    folder = tmp_path / "a.abf.ibw"
    folder.mkdir()
    write_scala(folder / "x.txt.NWB")
    assert len(read_entry({"filepath": str(folder / "x.txt.NWB"), "protocol_name": "IV"})) == 3


def test_files_with_a_known_suffix_are_not_opened() -> None:
    assert suffix_problem({"filepath": "none.abf"}) is None
    assert suffix_problem({"v_file": "none.ibw", "i_file": "none.bwav"}) is None


@pytest.mark.parametrize(
    ("metadata", "text"),
    [
        ({}, "no file is named"),
        ({"v_file": "v.ibw"}, "i_file: missing: igor files need i_file"),
        ({"filepath": "x.ibw"}, "need i_file, v_file"),
        ({"v_file": "v.abf", "i_file": "i.abf"}, "axon files need filepath"),
        ({"filepath": "x.mat", "i_unit": "A"}, "need v_unit, t_unit"),
        ({"filepath": "x.txt"}, "filepath: missing|need dt, amplitudes, hypamp, ton, toff"),
        ({"filepath": "none.xyz"}, r"unknown file suffix"),
    ],
)
def test_what_the_metadata_lack(metadata: dict[str, Any], text: str) -> None:
    import re

    problem = suffix_problem(metadata)
    assert problem is not None
    assert re.search(text, problem)


def test_required_keys() -> None:
    assert required_keys("x.MAT") == ("filepath", "i_unit", "v_unit", "t_unit")
    assert required_keys("x.unknown") == ()
    assert {".ibw", ".bwav", ".abf", ".nwb", ".txt", ".csv", ".mat", ".h5"} <= set(SUFFIXES)


def test_nwb_with_an_igor_name_as_filter(tmp_path: Path) -> None:
    path = write_scala(tmp_path / "x.nwb")
    metadata = {"filepath": str(path), "v_file": "v.ibw", "protocol_name": "IV"}
    assert len(read_entry(metadata)) == 3


@pytest.mark.parametrize("suffix", [".ibw", ".abf", ".nwb", ".h5", ".txt", ".mat", ".dat"])
@pytest.mark.parametrize("kind", ["missing", "folder", "empty", "pipe", "zeros", "text", "zero"])
def test_foreign_files(tmp_path: Path, suffix: str, kind: str) -> None:
    path = tmp_path / f"x{suffix}"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind != "missing":
        content = {"empty": b"", "zeros": bytes(7000), "text": b"hello\n" * 2000, "zero": b"\0"}
        path.write_bytes(content[kind])
    metadata = {
        **{key: str(path) for key in ("filepath", "i_file", "v_file")},
        **{"dt": 1, "amplitudes": [1], "hypamp": 0, "ton": 0, "toff": 1},
        **{"i_unit": "nA", "v_unit": "mV", "t_unit": "ms"},
    }
    with pytest.raises(RecordingProblem) as caught:
        read_entry(metadata)
    assert caught.value.stage in ("open", "read")


def test_the_caller_keeps_its_metadata(tmp_path: Path) -> None:
    metadata = {"filepath": str(write_scala(tmp_path / "x.nwb")), "repetition": None}
    kept = dict(metadata)
    read_entry(metadata)
    assert metadata == kept


def test_no_library_is_loaded_before_a_file_needs_it() -> None:
    code = (
        "import sys, region_grower_hpc.efeatures.readers, region_grower_hpc.efeatures.trace\n"
        "print([name for name in ('h5py', 'neo', 'igor2', 'scipy') if name in sys.modules])"
    )
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert output.stdout.strip() == "[]"


@pytest.mark.shared
def test_real_files_of_unknown_suffix(shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "efeatures"
    for path, name in (
        (folder / "abf" / "2019_05_02_DIC2_0011.abf", "axon"),
        (folder / "nwb" / "vu.nwb", "hdf5"),
        (folder / "mat" / "gigadb.mat", "matlab"),
        (folder / "txt" / "lccr.txt", "text"),
        (next(folder.glob("sscx/*/*.ibw")), "igor"),
    ):
        shutil.copyfile(path, tmp_path / "x.unknown")
        assert format_in(tmp_path / "x.unknown", "filepath") == name
