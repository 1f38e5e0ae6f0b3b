"""Unsound HDF5 files are found before their reader has them."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

from region_grower_hpc.engine.trial import Trial
from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.first_reading import HDF5_TRIED_BY, morphology_problem, read_hdf5
from tests.hostile_files import break_strings, write_h5


def test_a_sound_morphology_has_no_problem(tmp_path: Path) -> None:
    write_h5(tmp_path / "a.h5")
    assert morphology_problem(tmp_path / "a.h5") is None
    assert morphology_problem(tmp_path / "a.swc") is None
    (tmp_path / "b.h5").write_text("no HDF5: MorphIO says so")
    assert morphology_problem(tmp_path / "b.h5") is None


@pytest.mark.parametrize(
    ("first", "row"), [([0, 3, 11], 2), ([0, 3, 1 << 27], 2), ([0, -4, 6], 0), ([0, 6, 3], 1)]
)
def test_sections_outside_the_points(tmp_path: Path, first: list[int], row: int) -> None:
    path = tmp_path / "a.h5"
    write_h5(path, [(first[0], 1, -1), (first[1], 2, 0), (first[2], 3, 0)])
    problem = morphology_problem(path)
    assert problem is not None
    assert f"does not fit its 10 points: row {row} begins at point {first[row]}" in problem
    # MorphIO does not mind the case either.
    assert morphology_problem(path.rename(tmp_path / "b.H5")) == problem


def test_a_morphology_in_other_files(tmp_path: Path) -> None:
    write_h5(tmp_path / "other.h5")
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["points"] = h5py.ExternalLink("other.h5", "/points")
    assert "link into another file" in (morphology_problem(tmp_path / "a.h5") or "")


def test_the_first_reading_reads_all_that_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["a/b"] = np.arange(3)
        file["dangling"] = h5py.SoftLink("/nowhere")
        file["a/up"] = file["a"]
    read_hdf5(path)


def test_strings_without_end_are_found(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("names", data=["one", "two"], dtype=h5py.string_dtype())
    break_strings(path)
    with (
        Trial(HDF5_TRIED_BY, [path], cpu_s=0.5) as trial,
        pytest.raises(InvalidInputError, match="without coming to an end"),
    ):
        trial.check()
