"""Headers of nrrd files that ask for more than the file is worth, or for other files."""

from __future__ import annotations

import gzip
from pathlib import Path

import nrrd
import numpy as np
import pytest

from region_grower_hpc.formats import nrrd_checks
from region_grower_hpc.formats.nrrd_checks import header_problem

HEADER = "NRRD0004\ntype: {type}\ndimension: 3\nsizes: {sizes}\nencoding: {encoding}\n{more}\n"
VALUES = np.arange(8, dtype="<f4").tobytes()


def problem_of(path: Path, content: bytes = VALUES, **changes: str) -> str | None:
    fields = {"type": "float", "sizes": "2 2 2", "encoding": "raw", "more": "endian: little\n"}
    path.write_bytes(HEADER.format(**{**fields, **changes}).encode() + content)
    return header_problem(path, nrrd.read_header(str(path)))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sizes": "100000 100000 100000"}, "more than"),
        ({"sizes": "100000 100000 100000", "encoding": "gzip"}, "more than"),
        ({"sizes": "9223372036854775000 9 9"}, "'sizes' are"),
        ({"sizes": "0 2 2"}, "above 0"),
        ({"sizes": "-2 -2 2"}, "above 0"),
        ({"more": "endian: little\nline skip: 1000000000000\n"}, "line skip"),
        ({"more": "endian: little\nbyte skip: 1000000000000\n"}, "byte skip"),
        ({"more": "endian: little\ndata file: /etc/passwd\n"}, "not in the folder"),
        ({"more": "endian: little\ndata file: ../x\n"}, "not in the folder"),
        ({"more": "endian: little\ndata file: absent\n"}, "does not exist"),
        ({"more": "endian: little\ndata file: LIST\n"}, "does not exist"),
    ],
)
def test_what_is_refused(tmp_path: Path, changes: dict[str, str], words: str) -> None:
    problem = problem_of(tmp_path / "some.nrrd", **changes)
    assert problem is not None
    assert words in problem


def test_a_data_file_beside_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "some.raw").write_bytes(VALUES)
    more = "endian: little\ndata file: some.raw\n"
    assert problem_of(tmp_path / "some.nhdr", b"", more=more) is None


def test_a_bomb_is_unpacked_no_further_than_it_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nrrd_checks, "HARMLESS_BYTES", 2**20)
    monkeypatch.setattr(nrrd_checks, "FREE_SHARE", 0)
    bomb = gzip.compress(bytes(2**24))
    problem = problem_of(tmp_path / "some.nrrd", bomb, encoding="gzip")
    assert problem is not None
    assert "unpack to far more" in problem
    assert problem_of(tmp_path / "some.nrrd", gzip.compress(VALUES), encoding="gzip") is None


@pytest.mark.parametrize("encoding", ["raw", "gzip", "bzip2", "ascii"])
def test_what_pynrrd_writes_is_sound(tmp_path: Path, encoding: str) -> None:
    path = str(tmp_path / "some.nrrd")
    nrrd.write(path, np.zeros((9, 8, 7)), {"encoding": encoding})
    assert header_problem(Path(path), nrrd.read_header(path)) is None
