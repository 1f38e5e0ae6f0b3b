from __future__ import annotations

from pathlib import Path

import h5py
import pytest

from region_grower_hpc.compare import compare
from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats import container, morphology
from tests.compare.made_up import neuron, shifted, write_files

NEURONS = {name: neuron(seed) for seed, name in enumerate(("a", "hashed/b", "c"))}


def merged(path: Path) -> Path:
    with container.ContainerWriter(path) as writer:
        for name, arrays in NEURONS.items():
            writer.add(name, arrays)
    return path


def links(folder: Path) -> Path:
    """Two shards and a container of links, as --container shards leaves them."""
    shards = []
    (folder / "shards").mkdir(parents=True)
    for number, (name, arrays) in enumerate(NEURONS.items()):
        shards.append((folder / "shards" / f"{number:05d}.h5", [name]))
        with container.ContainerWriter(shards[-1][0]) as writer:
            writer.add(name, arrays)
    container.write_links(folder / "morphologies.h5", shards)
    return folder


def test_folder_and_containers_are_the_same(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "files", NEURONS)
    places = [folder, merged(tmp_path / "merged.h5"), links(tmp_path / "linked")]
    for a in places:
        for b in places:
            report = compare(a, b)
            assert report.equal
            assert (report.compared, report.identical, report.unit) == (3, 3, "morphologies")


def test_a_container_beside_the_files_is_no_morphology(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "files", NEURONS)
    merged(folder / "merged.h5")
    assert compare(folder, tmp_path / "files" / "merged.h5").compared == 3


def test_differences_and_missing_ones_are_named(tmp_path: Path) -> None:
    a = write_files(tmp_path / "a", {**NEURONS, "d": neuron()})
    changed = {"a": shifted(NEURONS["a"], 8, 0, 0.25), "hashed/b": NEURONS["hashed/b"]}
    b = write_files(tmp_path / "b", {**changed, "e": neuron()})
    report = compare(a, b)
    assert not report.equal
    found = [(item.cell, item.part) for item in report.differences]
    assert found == [("a", "coordinates"), ("c", "missing"), ("d", "missing"), ("e", "missing")]
    assert [str(item) for item in report.differences[1:]] == [
        "c: missing: only in A",
        "d: missing: only in A",
        "e: missing: only in B",
    ]
    assert (report.only_in_a, report.only_in_b) == (2, 1)
    assert (report.compared, report.identical, report.different) == (2, 1, 1)
    assert report.coordinates.cell == "a"
    assert report.coordinates.largest == pytest.approx(0.25, abs=1e-5)
    assert (report.coordinates.differing, report.coordinates.total) == (1, 72)
    assert report.parts == {"coordinates": 1, "missing": 3}


def test_more_differences_than_are_shown_are_counted(tmp_path: Path) -> None:
    a = write_files(tmp_path / "a", NEURONS)
    (tmp_path / "b").mkdir()
    report = compare(a, tmp_path / "b", max_shown=1)
    assert (len(report.differences), report.n_differences) == (1, 3)
    assert "... and 2 more" in report.text()


def test_within_the_tolerance(tmp_path: Path) -> None:
    a = write_files(tmp_path / "a", {"a": neuron()})
    b = write_files(tmp_path / "b", {"a": shifted(neuron(), 4, 3, 0.0005)})
    assert not compare(a, b).equal
    report = compare(a, b, atol_um=1e-3)
    assert report.equal
    assert (report.identical, report.within_tolerance, report.different) == (0, 1, 0)
    assert report.diameters.differing == 1


def test_a_format_that_both_have_is_read(tmp_path: Path) -> None:
    a = write_files(tmp_path / "a", {"a": neuron()})
    write_files(a, {"a": shifted(neuron(), 4, 0, 1)}, "asc")
    b = write_files(tmp_path / "b", {"a": shifted(neuron(), 4, 0, 1)}, "asc")
    assert compare(a, b, atol_um=1e-5).equal
    assert not compare(a, b, atol_um=1e-5, extension="h5").equal  # no such file in B
    c = write_files(tmp_path / "c", {"a": neuron()}, "swc")
    assert compare(b, c, atol_um=1e-5).parts == {"coordinates": 1}
    assert compare(c, a, atol_um=1e-5).equal


def test_single_files_of_any_format(tmp_path: Path) -> None:
    for extension in ("h5", "asc", "swc"):
        write_files(tmp_path, {"a": neuron()}, extension)
    for other in ("asc", "swc"):
        report = compare(tmp_path / "a.h5", tmp_path / f"a.{other}", atol_um=1e-5)
        assert (report.equal, report.compared) == (True, 1)


def test_empty_folders_are_equal(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    report = compare(tmp_path / "a", tmp_path / "a")
    assert (report.equal, report.compared) == (True, 0)


def test_a_folder_below_is_another_name(tmp_path: Path) -> None:
    a = write_files(tmp_path / "a", {"x/a": neuron()})
    b = write_files(tmp_path / "b", {"y/a": neuron()})
    assert (compare(a, b).only_in_a, compare(a, b).only_in_b) == (1, 1)


def test_damaged_files_are_named(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "a", {"a": neuron()})
    bad = tmp_path / "b" / "a.h5"
    bad.parent.mkdir()
    bad.write_bytes(b"no HDF5")
    with pytest.raises(InvalidInputError, match=r"b/a\.h5"):
        compare(folder, tmp_path / "b")
    bad.unlink()
    (tmp_path / "b" / "a.asc").write_text("((no neuron", encoding="utf-8")
    with pytest.raises(InvalidInputError, match=r"b/a\.asc"):
        compare(folder, tmp_path / "b")


def test_a_link_to_a_lost_shard_is_named(tmp_path: Path) -> None:
    folder = links(tmp_path / "linked")
    (folder / "shards" / "00001.h5").unlink()
    with pytest.raises(InvalidInputError, match=r"hashed/b.*morphologies\.h5"):
        compare(folder, folder)


def test_an_hdf5_file_of_something_else(tmp_path: Path) -> None:
    path = tmp_path / "other.h5"
    with h5py.File(path, "w") as file:
        file["table"] = [1, 2]
    with pytest.raises(InvalidInputError, match="holds no morphology"):
        compare(path, path)
    with h5py.File(path, "w") as file:
        file["a/points"] = [[1.0, 2.0]]
        file["a/structure"] = [[0, 1, -1]]
    with pytest.raises(InvalidInputError, match="'a' of container"):
        compare(path, path)


def test_kinds_must_agree(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "a", {"a": neuron()})
    with pytest.raises(InvalidInputError, match="two of the same kind"):
        compare(folder, folder / "a.h5")
    with pytest.raises(InvalidInputError, match="does not exist"):
        compare(folder, tmp_path / "absent")
    with pytest.raises(InvalidInputError, match="for cells files"):
        compare(folder, folder, morph_dir_a=folder)
    (tmp_path / "text.txt").write_text("text", encoding="utf-8")
    with pytest.raises(InvalidInputError, match=r"text\.txt"):
        compare(tmp_path / "text.txt", folder)


def test_hdf5_files_are_read_as_morphio_reads_them(tmp_path: Path) -> None:
    from region_grower_hpc.compare.morphology_file import read_morphology

    write_files(tmp_path, {"a": neuron()})
    ours, theirs = read_morphology(tmp_path / "a.h5"), morphology.read(tmp_path / "a.h5")
    assert ours.points.tobytes() == theirs.points.tobytes()
    assert ours.structure.tolist() == theirs.structure.tolist()
