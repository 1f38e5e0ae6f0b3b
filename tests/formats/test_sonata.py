from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import libsonata
import numpy as np
import pandas as pd
import pytest
import voxcell

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.sonata import count_cells, load_cells, save_cells

SUFFIXES = pytest.mark.parametrize("suffix", [".h5", ".mvd3"])


def cells_of(properties: dict[str, Any], count: int) -> voxcell.CellCollection:
    result = voxcell.CellCollection("All")
    result.properties = pd.DataFrame(properties, index=range(count))
    result.positions = np.arange(3.0 * count).reshape(count, 3)
    result.orientations = np.tile(np.eye(3), (count, 1, 1))
    return result


def six_cells() -> voxcell.CellCollection:
    """Every kind of property, in an order that is not alphabetical."""
    properties = {
        "region": ["O1"] * 3 + ["O0"] * 3,
        "mtype": pd.Categorical(["L2_TPC:A"] * 6),
        "morphology": [f"hashed/{i}" for i in range(6)],
        "layer": [2, 3, 4, 5, 6, 1],
        "depth_um": [1.5, np.nan, 2.5, 3.5, 4.5, 5.5],
        "is_used": [True, False] * 3,
        "@dynamics:threshold": [0.1] * 6,
    }
    return cells_of(properties, 6)


def assert_same(actual: voxcell.CellCollection, expected: voxcell.CellCollection) -> None:
    assert set(actual.properties) == set(expected.properties)
    for name, values in expected.properties.items():
        assert actual.properties[name].tolist() == pytest.approx(values.tolist(), nan_ok=True)
    np.testing.assert_array_equal(actual.positions, expected.positions)
    np.testing.assert_array_equal(actual.orientations, expected.orientations)


@SUFFIXES
def test_round_trip(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"cells{suffix}"
    save_cells(six_cells(), path)
    cells = load_cells(path, required=("region", "mtype"))
    assert_same(cells, six_cells())
    assert cells.properties.index.tolist() == list(range(6))
    assert count_cells(path) == len(cells) == 6
    assert cells.population_name == ("All" if suffix == ".h5" else "default")


@SUFFIXES
def test_an_unchanged_collection_is_saved_to_the_same_bytes(suffix: str, tmp_path: Path) -> None:
    first, second = tmp_path / f"first{suffix}", tmp_path / f"second{suffix}"
    save_cells(six_cells(), first)
    save_cells(six_cells(), second)
    assert first.read_bytes() == second.read_bytes()


@SUFFIXES
def test_bytes_do_not_depend_on_the_process(suffix: str, tmp_path: Path) -> None:
    """Hash seeds of strings differ between processes, and with them the order of sets."""
    path = tmp_path / f"cells{suffix}"
    save_cells(six_cells(), path)
    script = (
        "import sys; from region_grower_hpc.formats.sonata import load_cells, save_cells\n"
        "save_cells(load_cells(sys.argv[1]), sys.argv[2])"
    )
    contents = set()
    for seed in ("1", "2"):
        copy = tmp_path / f"copy{seed}{suffix}"
        command = [sys.executable, "-c", script, str(path), str(copy)]
        subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": seed})
        contents.add(copy.read_bytes())
    assert len(contents) == 1


@SUFFIXES
def test_no_object_holds_a_time(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"cells{suffix}"
    save_cells(six_cells(), path)
    names = ["/"]
    with h5py.File(path) as file:
        file.visit(names.append)
        for name in names:
            assert h5py.h5g.get_objinfo(file.id, name.encode()).mtime == 0, name


def test_libsonata_reads_the_result(tmp_path: Path) -> None:
    path = tmp_path / "cells.h5"
    save_cells(six_cells(), path)
    storage = libsonata.NodeStorage(str(path))
    assert storage.population_names == {"All"}
    nodes, everyone = storage.open_population("All"), libsonata.Selection(range(6))
    assert nodes.size == 6
    assert nodes.get_attribute("region", everyone).tolist() == ["O1"] * 3 + ["O0"] * 3
    assert nodes.get_attribute("mtype", everyone).tolist() == ["L2_TPC:A"] * 6
    assert nodes.get_attribute("morphology", everyone).tolist()[5] == "hashed/5"
    assert nodes.get_attribute("x", everyone).tolist() == [0, 3, 6, 9, 12, 15]
    assert nodes.get_dynamics_attribute("threshold", everyone).tolist() == [0.1] * 6


@SUFFIXES
def test_nan_in_positions_is_kept(suffix: str, tmp_path: Path) -> None:
    cells = six_cells()
    cells.positions[2] = np.nan
    save_cells(cells, tmp_path / f"cells{suffix}")
    assert_same(load_cells(tmp_path / f"cells{suffix}"), cells)


@SUFFIXES
def test_an_empty_population(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"cells{suffix}"
    empty = pd.DataFrame({"region": ["O0"], "mtype": ["A"], "layer": [1]})[:0]
    cells = cells_of({}, 0)
    cells.properties = empty
    save_cells(cells, path)
    loaded = load_cells(path, required=("region", "mtype"))
    assert len(loaded) == len(loaded.properties) == count_cells(path) == 0
    assert loaded.positions.shape == (0, 3)
    save_cells(loaded, path)
    assert count_cells(path) == 0


@SUFFIXES
def test_cells_without_properties_or_orientations(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"cells{suffix}"
    cells = cells_of({}, 4)
    cells.orientations = None
    save_cells(cells, path)
    loaded = load_cells(path)
    assert (len(loaded), len(loaded.properties), loaded.orientations) == (4, 4, None)


@SUFFIXES
@pytest.mark.parametrize("values", [["A", None], pd.Categorical(["A", None])], ids=["str", "cat"])
def test_an_empty_string_property_is_refused(suffix: str, values: Any, tmp_path: Path) -> None:
    path = tmp_path / f"cells{suffix}"
    with pytest.raises(InvalidInputError, match=r"'mtype' of cell 1 is empty .*cells\."):
        save_cells(cells_of({"mtype": values}, 2), path)
    assert not path.exists()


@SUFFIXES
def test_mixed_types_are_refused(suffix: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"cells\..*neither numbers nor strings"):
        save_cells(cells_of({"mtype": ["A", 1]}, 2), tmp_path / f"cells{suffix}")
    assert list(tmp_path.iterdir()) == []


def rename(old: str, new: str) -> Callable[[h5py.File], None]:
    return lambda file: file.move(old, new)


def remove(key: str) -> Callable[[h5py.File], None]:
    return lambda file: file.__delitem__(key)


def shorten(key: str) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        values = file[key][:-1]
        del file[key]
        file[key] = values

    return change


def overflow(key: str) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        file[key][4] = 9

    return change


G = "/nodes/All/0"
DAMAGES: list[tuple[str, Callable[[h5py.File], Any], str]] = [
    (".h5", remove("nodes"), "no population in '/nodes'"),
    (".h5", remove("nodes/All"), "no population in '/nodes'"),
    (".h5", lambda f: f.create_group("nodes/B"), r"several populations \(All, B\)"),
    (".h5", rename(G, "/nodes/All/1"), r"'/nodes/All' must have the single group 0 \(found: 1\)"),
    (".h5", lambda f: f.create_group("nodes/All/1"), r"single group 0 \(found: 0, 1\)"),
    (".h5", remove(f"{G}/region"), r"property 'region' is missing \(there are: .*mtype"),
    (".h5", remove(f"{G}/y"), f"'{G}/y' is missing"),
    (".h5", remove(f"{G}/orientation_x"), "cannot be read.*orientation"),
    (".h5", shorten(f"{G}/layer"), rf"'{G}/layer' has 5 value\(s\)"),
    (".h5", shorten(f"{G}/z"), rf"'{G}/z' has 5 value\(s\)"),
    (".h5", shorten(f"{G}/dynamics_params/threshold"), r"threshold' has 5 value\(s\)"),
    (".h5", overflow(f"{G}/region"), rf"'{G}/region' of cell 4 is 9, but .* 2 value\(s\)"),
    (".mvd3", remove("cells"), "no group '/cells'"),
    (".mvd3", remove("cells/properties"), "'region', 'mtype' is missing"),
    (".mvd3", shorten("cells/positions"), r"value\(s\), but '/cells/"),
    (".mvd3", shorten("cells/properties/layer"), r"'/cells/properties/layer' has 5 value\(s\)"),
    (".mvd3", overflow("cells/properties/region"), "region' of cell 4 is 9"),
]


@pytest.mark.parametrize(("suffix", "damage", "message"), DAMAGES, ids=[d[2] for d in DAMAGES])
def test_a_file_of_another_layout(
    suffix: str, damage: Callable[[h5py.File], Any], message: str, tmp_path: Path
) -> None:
    path = tmp_path / f"cells{suffix}"
    save_cells(six_cells(), path)
    with h5py.File(path, "r+") as file:
        damage(file)
    with pytest.raises(InvalidInputError, match=message) as caught:
        load_cells(path, required=("region", "mtype"))
    assert str(path) in str(caught.value)


@SUFFIXES
@pytest.mark.parametrize("content", [b"", b"no HDF5", None])
def test_no_hdf5_file(suffix: str, content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / f"cells{suffix}"
    if content is None:
        save_cells(six_cells(), path)
        content = path.read_bytes()[:-100]
    path.write_bytes(content)
    with pytest.raises(InvalidInputError, match=r"cells\..* is no HDF5 file"):
        load_cells(path)
    assert count_cells(path) is None


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"none\.h5' does not exist"):
        load_cells(tmp_path / "none.h5")
    assert count_cells(tmp_path / "none.h5") is None


def test_count_of_another_layout_is_unknown(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "cells.h5", "w") as file:
        file.create_group("nodes/All/0")
    assert count_cells(tmp_path / "cells.h5") is None


def test_count_imports_no_science_library(tmp_path: Path) -> None:
    save_cells(six_cells(), tmp_path / "cells.h5")
    script = (
        "import sys; from region_grower_hpc.formats.sonata import count_cells\n"
        "assert count_cells(sys.argv[1]) == 6\n"
        "assert not {'voxcell', 'pandas', 'scipy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "cells.h5")], check=True)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "count"), [("uniform/input_cells.h5", 12), ("o1wf/input_cells.mvd3", 12)]
)
def test_real_cells(name: str, count: int, shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "synthesis" / name
    cells = load_cells(path, required=("region", "mtype"))
    assert len(cells) == count_cells(path) == count
    assert list(cells.properties) == ["etype", "mtype", "region"]
    copy = tmp_path / path.name
    save_cells(cells, copy)
    again = load_cells(copy)
    pd.testing.assert_frame_equal(again.properties, cells.properties)
    np.testing.assert_array_equal(again.positions, cells.positions)
