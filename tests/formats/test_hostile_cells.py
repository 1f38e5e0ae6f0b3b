"""Cells files that are HDF5, but not what they should be: the message names file and member."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
import voxcell

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.sonata import load_cells, save_cells

GROUP = "nodes/default/0"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    cells = voxcell.CellCollection()
    cells.positions = np.zeros((3, 3))
    cells.properties = pd.DataFrame({"region": ["a", "b", "a"], "mtype": ["m", "m", "n"]})
    save_cells(cells, tmp_path / "cells.h5")
    return tmp_path / "cells.h5"


def replaced(name: str, **dataset: object) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        del file[f"{GROUP}/{name}"]
        file.create_dataset(f"{GROUP}/{name}", **dataset)

    return change


def linked(name: str, link: object) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        del file[f"{GROUP}/{name}"]
        file[f"{GROUP}/{name}"] = link

    return change


def endless(file: h5py.File) -> None:
    """More cells than any memory holds, none of them stored."""
    for group in (file["nodes/default"], file[GROUP]):
        for name in [name for name, item in group.items() if isinstance(item, h5py.Dataset)]:
            del group[name]
            group.create_dataset(name, shape=(2**40,), dtype="f8", chunks=(1024,))


def a_dataset_for_the_group(file: h5py.File) -> None:
    del file[GROUP]
    file[GROUP] = [1]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (replaced("x", data=[b"1", b"2", b"3"]), "'/nodes/default/0/x' must hold numbers"),
        (replaced("x", shape=(3,), dtype=h5py.ref_dtype), "must hold numbers"),
        (replaced("mtype", data=[1.0, 2.0, 3.0]), "property 'mtype' must hold plain texts"),
        (replaced("mtype", data=["m", "m", "\x07"]), "property 'mtype' must hold plain texts"),
        (replaced("mtype", shape=(3,), dtype=h5py.ref_dtype), "neither numbers nor texts"),
        (replaced("mtype", data=h5py.Empty("f4")), "value"),
        (linked("x", h5py.SoftLink(f"/{GROUP}/x")), "cells file"),
        (linked("x", h5py.ExternalLink("/etc/passwd", "/")), "etc/passwd|is missing"),
        (replaced("x", shape=(3,), dtype="f8", external=[("/etc/passwd", 0, 24)]), "another file"),
        (endless, "bytes of memory"),
        (a_dataset_for_the_group, "must be a group"),
    ],
)
def test_what_is_refused(path: Path, change: Callable[[h5py.File], None], words: str) -> None:
    with h5py.File(path, "r+") as file:
        change(file)
    with pytest.raises(InvalidInputError, match=words) as told:
        load_cells(path, required=("region", "mtype"))
    assert str(path) in str(told.value)


def test_a_torn_group_is_refused(path: Path) -> None:
    data = bytearray(path.read_bytes())
    places = [at for at in range(len(data)) if data[at : at + 4] in (b"SNOD", b"TREE")]
    for at in places:
        damaged = data.copy()
        damaged[at] ^= 1
        path.write_bytes(damaged)
        with pytest.raises(InvalidInputError, match="cells"):
            load_cells(path, required=("region", "mtype"))
    assert places


@pytest.mark.parametrize(("name", "shape"), [("positions", (3, 4)), ("properties/mtype", (3, 2))])
def test_other_axes_in_mvd3_are_refused(path: Path, name: str, shape: tuple[int, ...]) -> None:
    mvd3 = path.with_suffix(".mvd3")
    save_cells(load_cells(path), mvd3)
    with h5py.File(mvd3, "r+") as file:
        del file[f"cells/{name}"]
        file[f"cells/{name}"] = np.zeros(shape, dtype=np.int32)
    with pytest.raises(InvalidInputError, match=f"'/cells/{name}' must have"):
        load_cells(mvd3)
