from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import h5py
import morphio
import numpy as np
import pytest

from region_grower_hpc.formats import morphology
from region_grower_hpc.formats.container import ContainerWriter, load, merge, write_links
from region_grower_hpc.formats.morphology import MorphologyArrays

FLAT = ["a", "b", "c", "d"]
NESTED = ["hashed/0a/0a1", "hashed/0a/0a2", "hashed/ff/ff1", "hashed/ff/ff2"]


def neuron(number: int) -> MorphologyArrays:
    points = np.random.default_rng(number).random((3 + 2 + number, 4), dtype=np.float32)
    return MorphologyArrays(points, np.array([[0, 1, -1], [3, 3, 0]], dtype=np.int32))


def write_shard(path: Path, names: list[str], first: int = 0) -> Path:
    with ContainerWriter(path) as writer:
        for number, name in enumerate(names, first):
            writer.add(name, neuron(number))
    return path


def write_shards(folder: Path, names: list[str]) -> list[tuple[Path, list[str]]]:
    folder.mkdir(exist_ok=True)
    return [
        (write_shard(folder / "0.h5", names[:2]), names[:2]),
        (write_shard(folder / "1.h5", names[2:], first=2), names[2:]),
    ]


def assert_holds(container: Path, names: list[str], tmp_path: Path) -> None:
    """MorphIO reads from the container what it reads from a file of its own."""
    collection = morphio.Collection(container)
    for number, name in enumerate(names):
        morphology.write(neuron(number), tmp_path / "single.h5")
        single, loaded = morphio.Morphology(tmp_path / "single.h5"), collection.load(name)
        np.testing.assert_array_equal(loaded.points, single.points)
        np.testing.assert_array_equal(loaded.diameters, single.diameters)
        np.testing.assert_array_equal(loaded.soma.points, single.soma.points)
        np.testing.assert_array_equal(loaded.section_types, single.section_types)
        assert loaded.version == single.version == ("h5", 1, 3)
        assert loaded.soma_type == single.soma_type


@pytest.mark.parametrize("names", [FLAT, NESTED], ids=["flat", "nested"])
def test_all_containers_are_read_by_morphio(names: list[str], tmp_path: Path) -> None:
    shards = write_shards(tmp_path / "shards", names)
    whole = write_shard(tmp_path / "whole.h5", names)
    merge(tmp_path / "merged.h5", shards)
    write_links(tmp_path / "links.h5", shards)
    for container in (whole, tmp_path / "merged.h5", tmp_path / "links.h5"):
        assert_holds(container, names, tmp_path)


def test_the_order_of_a_merged_container_is_that_given(tmp_path: Path) -> None:
    shards = write_shards(tmp_path, FLAT)
    merge(tmp_path / "merged.h5", [(shards[1][0], ["d", "c"]), (shards[0][0], ["a"])])
    with h5py.File(tmp_path / "merged.h5") as file:
        assert set(file) == {"a", "c", "d"}
        offsets = [file[name]["points"].id.get_offset() for name in ("d", "c", "a")]
    assert offsets == sorted(offsets)


def test_links_are_relative_so_that_the_folder_can_be_moved(tmp_path: Path) -> None:
    shards = write_shards(tmp_path / "out", NESTED)
    (tmp_path / "out" / "sub").mkdir()
    write_links(tmp_path / "out" / "sub" / "links.h5", shards)
    with h5py.File(tmp_path / "out" / "sub" / "links.h5") as file:
        link = file.get(NESTED[3], getlink=True)
        assert (link.filename, link.path) == ("../1.h5", NESTED[3])
    shutil.move(tmp_path / "out", tmp_path / "moved")
    assert_holds(tmp_path / "moved" / "sub" / "links.h5", NESTED, tmp_path)


@pytest.mark.parametrize("names", [FLAT, NESTED], ids=["flat", "nested"])
def test_the_same_content_has_the_same_bytes(names: list[str], tmp_path: Path) -> None:
    containers = []
    for run in ("first", "second"):
        folder = tmp_path / run
        shards = write_shards(folder, names)
        merge(folder / "merged.h5", shards)
        write_links(folder / "links.h5", shards)
        containers.append([path.read_bytes() for path in sorted(folder.iterdir())])
    assert containers[0] == containers[1]


def test_no_group_holds_a_time(tmp_path: Path) -> None:
    """A time has a resolution of one second: two quick writes would hide it."""
    shards = write_shards(tmp_path, NESTED)
    merge(tmp_path / "merged.h5", shards)
    write_links(tmp_path / "links.h5", shards)
    for path in (shards[0][0], tmp_path / "merged.h5", tmp_path / "links.h5"):
        with h5py.File(path) as file:
            for name in ("/", "hashed", "hashed/0a", NESTED[0], NESTED[0] + "/points"):
                assert h5py.h5g.get_objinfo(file.id, name.encode()).mtime == 0, (path, name)


def test_datasets_are_contiguous_and_metadata_shared(tmp_path: Path) -> None:
    with h5py.File(write_shard(tmp_path / "a.h5", NESTED)) as file:
        assert all(file[name]["points"].chunks is None for name in NESTED)
        assert all(file[name]["metadata"] == file[NESTED[0]]["metadata"] for name in NESTED)


CELLS = {
    "neuron": neuron(0),
    "glia": replace(neuron(1), perimeters=np.arange(6, dtype=np.float32), family=1),
    "neuron with perimeters": replace(neuron(2), perimeters=np.arange(7, dtype=np.float32)),
    "other neuron": neuron(3),
    "other glia": replace(neuron(4), perimeters=np.arange(9, dtype=np.float32), family=1),
}


def test_perimeters_and_families_are_kept(tmp_path: Path) -> None:
    with ContainerWriter(tmp_path / "whole.h5") as writer:
        for name, cell in CELLS.items():
            writer.add(name, cell)
    merge(tmp_path / "merged.h5", [(tmp_path / "whole.h5", CELLS)])
    write_links(tmp_path / "links.h5", [(tmp_path / "whole.h5", CELLS)])
    for container in ("whole", "merged", "links"):
        path = tmp_path / f"{container}.h5"
        with h5py.File(path) as file:
            loaded = {name: load(file, name) for name in CELLS}
            shared = {name: file[name]["metadata"] for name in CELLS}
            assert shared["neuron"] == shared["other neuron"] == shared["neuron with perimeters"]
            assert shared["glia"] == shared["other glia"] != shared["neuron"]
        collection = morphio.Collection(path)
        for name, cell in CELLS.items():
            by_morphio = collection.load(name)
            assert loaded[name].family == int(by_morphio.cell_family) == cell.family
            if cell.perimeters is None:
                assert loaded[name].perimeters is None
                assert not len(by_morphio.perimeters)
            else:
                np.testing.assert_array_equal(loaded[name].perimeters, cell.perimeters)
                np.testing.assert_array_equal(by_morphio.perimeters, cell.perimeters[3:])
            np.testing.assert_array_equal(loaded[name].points, cell.points)


def test_a_cell_that_morphio_could_not_read_is_refused(tmp_path: Path) -> None:
    glia = replace(neuron(0), family=1)
    with (
        pytest.raises(ValueError, match="without perimeters"),
        ContainerWriter(tmp_path / "a") as w,
    ):
        w.add("a", glia)


def test_an_empty_container_is_valid(tmp_path: Path) -> None:
    write_shard(tmp_path / "shard.h5", [])
    merge(tmp_path / "merged.h5", [(tmp_path / "shard.h5", [])])
    write_links(tmp_path / "links.h5", [])
    for name in ("shard", "merged", "links"):
        with h5py.File(tmp_path / f"{name}.h5") as file:
            assert len(file) == 0


def add_and_fail(path: Path) -> None:
    with ContainerWriter(path) as writer:
        writer.add("a", neuron(0))
        raise RuntimeError("half way")


def test_an_error_leaves_the_former_container(tmp_path: Path) -> None:
    path = write_shard(tmp_path / "a.h5", FLAT)
    before = path.read_bytes()
    with pytest.raises(RuntimeError, match="half way"):
        add_and_fail(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("names", [["x/a", "x/a"], ["a", "a"], ["x/a", "x"]])
def test_a_name_is_taken_once(names: list[str], tmp_path: Path) -> None:
    shard = write_shard(tmp_path / "shard.h5", names[:1])
    for target in (shard, tmp_path / "absent.h5"):
        with pytest.raises(ValueError, match=f"already holds '{names[1]}'"):
            write_links(tmp_path / "links.h5", [(target, names)])
    with pytest.raises(ValueError, match=f"already holds '{names[1]}'"):
        write_shard(tmp_path / "whole.h5", names)
    assert list(tmp_path.iterdir()) == [shard]


def test_a_neuron_that_morphio_could_not_read_is_refused(tmp_path: Path) -> None:
    soma = MorphologyArrays(np.zeros((1, 4), np.float32), np.array([[0, 1, -1]], dtype=np.int32))
    with pytest.raises(ValueError, match="single point"), ContainerWriter(tmp_path / "a") as writer:
        writer.add("a", soma)


def test_merge_names_what_is_missing(tmp_path: Path) -> None:
    shard = write_shard(tmp_path / "a.h5", FLAT)
    with pytest.raises(KeyError, match=r"a\.h5' holds no morphology 'none'"):
        merge(tmp_path / "merged.h5", [(shard, ["none"])])
    with pytest.raises(FileNotFoundError, match=r"absent\.h5"):
        merge(tmp_path / "merged.h5", [(tmp_path / "absent.h5", ["a"])])
    assert not (tmp_path / "merged.h5").exists()
