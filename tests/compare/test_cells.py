from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from region_grower_hpc.compare import Report, compare
from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.container import ContainerWriter
from region_grower_hpc.formats.sonata import save_cells
from tests.compare.made_up import cells, neuron, shifted, write_files, write_run

NEURONS = {name: neuron(seed) for seed, name in enumerate("abc")}


def found(report: Report) -> list[str]:
    return [str(difference) for difference in report.differences]


def test_equal_runs(tmp_path: Path) -> None:
    a, b = write_run(tmp_path / "a", NEURONS), write_run(tmp_path / "b", NEURONS)
    report = compare(a, b)
    assert (report.equal, report.unit, report.compared, report.identical) == (True, "cells", 3, 3)
    assert report.matched_by == "morphology"
    assert report.coordinates.total == 108


def test_sonata_against_mvd3(tmp_path: Path) -> None:
    turned = cells(list(NEURONS), layer=[1, 2, 3])
    turned.orientations[1] = [[0, 0, 1], [0, 1, 0], [-1, 0, 0]]
    a = write_run(tmp_path / "a", NEURONS, turned)
    b = write_run(tmp_path / "b", NEURONS, turned, "circuit.mvd3")
    assert found(compare(a, b)) == []


def test_a_changed_morphology_is_named_with_gid(tmp_path: Path) -> None:
    a = write_run(tmp_path / "a", NEURONS)
    b = write_run(tmp_path / "b", {**NEURONS, "b": shifted(NEURONS["b"], 9, 2, 1)})
    [difference] = compare(a, b).differences
    assert (difference.cell, difference.part) == ("gid 1 b", "coordinates")
    assert difference.text.startswith("section 2 point 1 z: ")


def test_properties_positions_orientations(tmp_path: Path) -> None:
    a = write_run(tmp_path / "a", NEURONS, cells("abc", depth=[1.0, np.nan, 3.0]))
    changed = cells("abc", depth=[1.0, np.nan, 3.5], extra=[1, 2, 3])
    changed.properties.loc[0, "mtype"] = "L2_TPC"
    changed.positions[0, 1] = 7
    changed.positions[1, 1] = 0.25
    changed.orientations[2] = np.diag([1, -1, -1])
    b = write_run(tmp_path / "b", NEURONS, changed)
    report = compare(a, b)
    assert found(report) == [
        "property: 'extra' is only in B",
        "gid 0 a: property: 'mtype' is L1_DAC in A, L2_TPC in B",
        "gid 1 b: position: y 0.1 in A, 0.25 in B",
        "gid 2 c: property: 'depth' is 3.0 in A, 3.5 in B",
    ]
    assert (report.compared, report.different) == (3, 3)
    wider = found(compare(a, b, atol_um=0.5))
    assert wider[2:] == ["gid 2 c: orientation: matrix [1, 1] 1.0 in A, -1.0 in B"]


def test_text_is_text_whether_categories_or_not(tmp_path: Path) -> None:
    plain, categories = cells("abc"), cells("abc")
    categories.properties["mtype"] = categories.properties["mtype"].astype("category")
    a = write_run(tmp_path / "a", NEURONS, plain)
    b = write_run(tmp_path / "b", NEURONS, categories)
    assert compare(a, b).equal
    numbers = cells("abc")
    numbers.properties["mtype"] = [1, 2, 3]
    c = write_run(tmp_path / "c", NEURONS, numbers)
    assert found(compare(a, c)) == ["property: 'mtype' is text in A, numbers in B"]


def test_a_dropped_cell_is_missing_and_the_others_are_compared(tmp_path: Path) -> None:
    a = write_run(tmp_path / "a", NEURONS)
    kept = cells("ac")
    kept.positions[1, 0] = 2
    b = write_run(tmp_path / "b", {"a": neuron(0), "c": neuron(2)}, kept)
    report = compare(a, b)
    assert found(report) == ["gid 1 b: missing: only in A"]
    assert (report.compared, report.identical, report.only_in_a) == (2, 2, 1)
    assert found(compare(b, a)) == ["gid 1 b: missing: only in B"]


def test_order(tmp_path: Path) -> None:
    a = write_run(tmp_path / "a", NEURONS)
    turned = cells("bac")
    turned.positions[:2, 0] = [1, 0]
    b = write_run(tmp_path / "b", NEURONS, turned)
    assert found(compare(a, b)) == ["order: cells come in another order: first gid 1 in A, 0 in B"]
    assert compare(a, b, ignore_order=True).equal


def test_cells_with_shared_or_foreign_names_are_told_by_gid(tmp_path: Path) -> None:
    a = write_run(tmp_path / "a", NEURONS, cells("aab"))
    b = write_run(tmp_path / "b", NEURONS, cells("aacb"))
    report = compare(a, b)
    assert report.matched_by == "gid"
    assert found(report) == [
        "gid 2 b: property: 'morphology' is b in A, c in B",
        "gid 3 b: missing: only in B",
    ]


def test_names_of_another_seed_tell_no_cells(tmp_path: Path) -> None:
    a = write_run(tmp_path / "a", NEURONS, cells("abc"))
    b = write_run(tmp_path / "b", {**NEURONS, "d": neuron(3)}, cells("bcd"))
    report = compare(a, b)
    assert report.matched_by == "gid"
    assert found(report)[0] == "gid 0 a: property: 'morphology' is a in A, b in B"


def test_a_lost_file_is_a_difference(tmp_path: Path) -> None:
    a, b = write_run(tmp_path / "a", NEURONS), write_run(tmp_path / "b", NEURONS)
    (tmp_path / "b" / "out" / "c.h5").unlink()
    assert found(compare(a, b)) == ["gid 2 c: missing: no morphology in B"]
    (tmp_path / "a" / "out" / "c.h5").unlink()
    assert found(compare(a, b)) == ["gid 2 c: missing: no morphology in A and in B"]


def test_morphologies_elsewhere(tmp_path: Path) -> None:
    a = write_run(tmp_path / "a", NEURONS)
    b = tmp_path / "b" / "nodes.h5"
    b.parent.mkdir()
    save_cells(cells("abc"), b)
    with pytest.raises(InvalidInputError, match="--morph-dir-b"):
        compare(a, b)
    assert compare(a, b, cells_only=True).equal
    files = write_files(tmp_path / "far", NEURONS)
    assert compare(a, b, morph_dir_b=files).coordinates.total == 108
    with ContainerWriter(tmp_path / "far.h5") as writer:
        for name, arrays in NEURONS.items():
            writer.add(name, arrays)
    assert compare(a, b, morph_dir_b=tmp_path / "far.h5").coordinates.total == 108
    (tmp_path / "far.h5").rename(b.parent / "container.h5")
    assert compare(a, b).coordinates.total == 108


@pytest.mark.parametrize("absolute", [True, False])
def test_a_run_of_ours_tells_where_they_are(tmp_path: Path, absolute: bool) -> None:
    a = write_run(tmp_path / "a", NEURONS)
    b = tmp_path / "work" / "b" / "nodes.h5"
    b.parent.mkdir(parents=True)
    save_cells(cells("abc"), b)
    write_files(tmp_path / "work" / "morphologies" / "deep", NEURONS)
    state = b.with_name("nodes.h5.rghpc")
    state.mkdir()
    start = tmp_path / "work" if absolute else Path()
    options = {
        "out_cells": {"value": str(start / "b" / "nodes.h5")},
        "out_morph_dir": {"value": str(start / "morphologies" / "deep")},
        "container_path": {"value": None},
    }
    text = json.dumps({"sessions": [{"options": options}]})
    (state / "provenance.json").write_text(text, encoding="utf-8")
    assert compare(a, b).coordinates.total == 108
    (state / "provenance.json").write_text("[]", encoding="utf-8")
    with pytest.raises(InvalidInputError, match="--morph-dir-b"):
        compare(a, b)


def test_no_cells(tmp_path: Path) -> None:
    a = tmp_path / "nodes.h5"
    save_cells(cells([]), a)
    report = compare(a, a)
    assert (report.equal, report.compared) == (True, 0)
    b = write_run(tmp_path / "b", NEURONS)
    assert compare(a, b).only_in_b == 3


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    a, b = write_run(tmp_path / "a", NEURONS), tmp_path / "b.mvd3"
    b.write_bytes(b"none")
    with pytest.raises(InvalidInputError, match=r"b\.mvd3"):
        compare(a, b)
