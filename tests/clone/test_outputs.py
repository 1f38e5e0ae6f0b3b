"""What a run writes: folders, databases, morphologies, annotations and release."""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import morphio
import numpy as np
import pytest

from region_grower_hpc.clone.annotating import limits
from region_grower_hpc.clone.neuron_order import neuron_ordered
from region_grower_hpc.clone.repaired import read_repaired
from region_grower_hpc.formats import morphology
from region_grower_hpc.formats.morphology import MorphologyArrays
from region_grower_hpc.formats.neurondb import FLAGS, NeuronDbRow, read_neurondb
from tests.clone.small_dataset import (
    MORPHOLOGIES,
    NOT_WHOLE,
    WITH_PERIMETERS,
    WITHOUT_AXON,
    SmallDataset,
    make_small_dataset,
)

N_CELLS, Y_SCALES = 160, ("0.900", "1.100")
#: Of the small dataset's rules and recipe: cells of each type in each layer.
CELLS = {("L1_DAC", "1"): 80, ("L2_TPC:A", "2"): 48, ("L2_XX", "2"): 32}
EXCLUDED = "B_-_Scale_x1.000_y1.100_z1.000"
EXTENSIONS = ("asc", "h5", "swc")
Entries = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> SmallDataset:
    return make_small_dataset(tmp_path_factory.mktemp("outputs") / "inputs", N_CELLS)


@pytest.fixture(scope="module")
def out(data: SmallDataset) -> Path:
    """All steps, with all that is not an error."""
    out = data.folder.parent / "out"
    done = data.run(out)
    assert done.exit_code == 0, done.output
    return out


def rows(folder: Path) -> list[NeuronDbRow]:
    return read_neurondb(folder / "neuronDB.xml")


def names(folder: Path) -> list[str]:
    return list(dict.fromkeys(row.name for row in rows(folder)))


def stems(folder: Path, suffix: str) -> list[str]:
    return sorted(path.name.removesuffix(suffix) for path in folder.glob(f"*{suffix}"))


def parent_of(name: str) -> tuple[str, int | None]:
    parent, sign, number = name.partition("_-_Clone_")
    return parent, int(number) if sign else None


def entries(path: Path) -> Entries:
    """Annotation by the XML parser of Python."""
    root = ElementTree.parse(path).getroot()
    assert root.tag == "annotations"
    assert root.attrib == {"morphology": path.stem}
    return {
        element.attrib["rule"]: {key: text for key, text in element.attrib.items() if key != "rule"}
        for element in root
    }


def originals() -> list[str]:
    return [name for name, *_ in MORPHOLOGIES if name != NOT_WHOLE]


def grafts() -> list[str]:
    members = [name for name, mtype, *_ in MORPHOLOGIES if mtype == "L1_DAC"]
    members.remove(WITH_PERIMETERS)
    return [
        f"dend-{recipient}_axon-{donor}"
        for recipient in members
        for donor in members
        if donor not in (recipient, WITHOUT_AXON)
    ]


def y_of(neuron: MorphologyArrays, kinds: tuple[int, ...], y_from: MorphologyArrays) -> list[float]:
    """y in one neuron of the points that are of some kinds in another of the same structure."""
    stops = [*y_from.structure[2:, 0].tolist(), len(y_from.points)]
    found: list[float] = []
    for (first, kind, _), stop in zip(y_from.structure[1:].tolist(), stops, strict=True):
        if kind in kinds:
            found += neuron.points[first:stop, 1].tolist()
    return found


# -- folders -----------------------------------------------------------------------------------


def test_the_folders_are_those_of_the_steps(out: Path) -> None:
    found = {path.name for path in out.iterdir()}
    steps = {"grafting", "scaling", "transform_rules", "clone", "release"}
    assert found == {*steps, "failures.csv", ".rghpc"}
    assert (out / "failures.csv").read_text() == "kind,name,reason\n"


@pytest.mark.parametrize("step", ["grafting", "scaling", "clone"])
def test_a_folder_holds_what_its_database_names(out: Path, step: str) -> None:
    folder = out / step
    assert stems(folder, ".h5") == sorted(names(folder))
    assert stems(folder / "annotations", ".xml") == sorted(names(folder))
    more = {path.name for path in folder.iterdir() if path.suffix != ".h5"}
    assert more == {"annotations", "neuronDB.xml", "neuronDB.dat"}
    joined = [path.name for path in (folder / "annotations").iterdir() if path.suffix != ".xml"]
    assert joined == ["clone_annotations.json"] * (step == "clone")


def test_the_rules_write_databases_alone(out: Path) -> None:
    files = {path.name for path in (out / "transform_rules").iterdir()}
    assert files == {"neuronDB.xml", "neuronDB.dat"}


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_a_release_holds_each_name_once(out: Path, extension: str) -> None:
    folder = out / "release" / extension
    assert stems(folder, f".{extension}") == sorted(names(out / "clone"))
    assert (folder / "neurondb.xml").read_bytes() == (out / "clone" / "neuronDB.xml").read_bytes()
    assert len(list(folder.iterdir())) == len(names(out / "clone")) + 1
    assert len(rows(out / "clone")) > len(names(out / "clone"))  # else once is no wonder


# -- databases ---------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["grafting", "scaling", "transform_rules", "clone"])
def test_both_forms_of_a_database_hold_the_same_rows(out: Path, step: str) -> None:
    lines = (out / step / "neuronDB.dat").read_text().splitlines()
    assert lines == [f"{row.name} {row.layer} {row.full_type}" for row in rows(out / step)]
    root = ElementTree.parse(out / step / "neuronDB.xml").getroot()
    assert [element.findtext("name") for element in root.iter("morphology")] == [
        line.split()[0] for line in lines
    ]
    for repair in root.iter("repair"):
        assert {child.tag for child in repair} >= set(FLAGS)


def test_rows_of_grafting(out: Path) -> None:
    found = [(row.name, row.full_type, row.layer) for row in rows(out / "grafting")]
    own = [(name, mtype, layer) for name, mtype, layer, _ in MORPHOLOGIES if name != NOT_WHOLE]
    assert found == sorted([*own, *((name, "L1_DAC", "1") for name in grafts())])
    assert len(grafts()) == 4


def test_rows_of_scaling(out: Path) -> None:
    expected = []
    for row in rows(out / "grafting"):
        copies = [f"{row.name}_-_Scale_x1.000_y{scale}_z1.000" for scale in Y_SCALES]
        expected += [(name, row.full_type, row.layer) for name in (row.name, *copies)]
    found = [(row.name, row.full_type, row.layer) for row in rows(out / "scaling")]
    assert found == sorted(expected)


def test_rows_of_the_rules(out: Path) -> None:
    expected = []
    for row in rows(out / "scaling"):
        if row.name == EXCLUDED:
            continue
        places = [(row.full_type, row.layer)]
        if row.full_type == "L1_DAC":
            places += [("L1_DAC", "2"), ("L2_XX", "2")]
        expected += [(row.name, *place) for place in places]
    found = [(row.name, row.full_type, row.layer) for row in rows(out / "transform_rules")]
    assert found == expected
    assert EXCLUDED in names(out / "scaling")
    assert f"dend-D_axon-{EXCLUDED}" in names(out / "clone")


def test_rows_of_clones_follow_those_of_their_parents(out: Path) -> None:
    found = rows(out / "clone")
    before = rows(out / "transform_rules")
    assert found[: len(before)] == before
    clones = [parent_of(row.name) for row in found[len(before) :]]
    assert all(number is not None for _, number in clones)
    assert clones == sorted(clones)  # the 10th after the 9th
    numbers = defaultdict(list)
    for parent, number in clones:
        numbers[parent].append(number)
    assert all(own == list(range(len(own))) for own in numbers.values())
    assert max(map(len, numbers.values())) > 10


def test_each_candidate_gives_as_many_clones_rounded_up(out: Path) -> None:
    before = rows(out / "transform_rules")
    candidates = Counter((row.full_type, row.layer) for row in before)
    expected = {
        (row.name, row.full_type, row.layer): math.ceil(
            CELLS.get((row.full_type, row.layer), 0) / candidates[row.full_type, row.layer]
        )
        for row in before
    }
    made = Counter(
        (parent_of(row.name)[0], row.full_type, row.layer)
        for row in rows(out / "clone")[len(before) :]
    )
    assert dict(made) == {key: count for key, count in expected.items() if count}
    # The clones of a name are numbered through its rows, in their order.
    types = {row.name: row.full_type for row in rows(out / "clone")[len(before) :]}
    numbered = [
        types[f"A_-_Clone_{number}"]
        for number in range(made.total())
        if f"A_-_Clone_{number}" in types
    ]
    assert (
        numbered
        == ["L1_DAC"] * expected["A", "L1_DAC", "1"] + ["L2_XX"] * (expected["A", "L2_XX", "2"])
    )


# -- morphologies ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", originals())
def test_originals(data: SmallDataset, out: Path, name: str) -> None:
    given, written = data.path(name), out / "grafting" / f"{name}.h5"
    if given.suffix == ".h5":
        assert written.read_bytes() == given.read_bytes()
    ours, theirs = morphio.Morphology(written), morphio.Morphology(given)
    np.testing.assert_array_equal(ours.points, theirs.points)
    np.testing.assert_array_equal(ours.diameters, theirs.diameters)
    np.testing.assert_array_equal(ours.section_types, theirs.section_types)
    if name == WITHOUT_AXON:
        assert (len(theirs.soma.points), len(ours.soma.points)) == (1, 20)
        distances = np.linalg.norm(ours.soma.points - theirs.soma.points, axis=1)
        np.testing.assert_allclose(distances, theirs.soma.diameters[0] / 2, rtol=1e-6)
    else:
        np.testing.assert_array_equal(ours.soma.points, theirs.soma.points)


@pytest.mark.parametrize("name", grafts())
def test_a_graft_has_the_axon_of_its_donor(data: SmallDataset, out: Path, name: str) -> None:
    recipient, donor = name.removeprefix("dend-").split("_axon-")
    graft = morphio.Morphology(out / "grafting" / f"{name}.h5")
    own, giver = (morphio.Morphology(data.path(one)) for one in (recipient, donor))
    axons = [root for root in graft.root_sections if root.type == morphio.SectionType.axon]
    assert len(axons) == 1
    assert graft.root_sections[0].id == axons[0].id  # NEURON's order
    given = next(root for root in giver.root_sections if root.type == morphio.SectionType.axon)
    ours = np.concatenate([section.points for section in axons[0].iter()])
    theirs = np.concatenate([section.points for section in given.iter()])
    np.testing.assert_allclose(ours - ours[0], theirs - theirs[0], atol=1e-4)
    for kind in (morphio.SectionType.basal_dendrite, morphio.SectionType.apical_dendrite):
        ours, theirs = (
            np.concatenate([one.points for one in neuron.iter() if one.type == kind])
            for neuron in (graft, own)
        )
        np.testing.assert_array_equal(ours, theirs)
    starts = [root.points[0] for root in own.root_sections if root.type == axons[0].type]
    if starts:
        np.testing.assert_allclose(axons[0].points[0], starts[0], atol=1e-5)
    else:
        distance = np.linalg.norm(axons[0].points[0] - own.soma.points[0])
        assert distance == pytest.approx(own.soma.diameters[0] / 2, rel=1e-5)


@pytest.mark.parametrize("name", [*originals(), *grafts()])
def test_scaled_copies(out: Path, name: str) -> None:
    given = neuron_ordered(morphology.read(out / "grafting" / f"{name}.h5"))
    whole = morphology.read(out / "scaling" / f"{name}.h5")
    np.testing.assert_array_equal(whole.points, given.points)
    np.testing.assert_array_equal(whole.structure, given.structure)
    roots = np.flatnonzero(given.structure[:, 2] == 0)
    starts = [*given.structure[roots, 0].tolist(), len(given.points)]
    for scale in Y_SCALES:
        expected = given.points.astype(np.float64)
        for first, stop in pairwise(starts):
            y_um = expected[first:stop, 1]
            y_um += (float(scale) - 1) * (y_um - y_um[0])
        path = out / "scaling" / f"{name}_-_Scale_x1.000_y{scale}_z1.000.h5"
        np.testing.assert_allclose(morphology.read(path).points, expected, atol=1e-5)


def test_clones_differ_from_their_parents_in_points_alone(out: Path) -> None:
    clones = stems(out / "clone", ".h5")
    for name in clones:
        parent, number = parent_of(name)
        clone, model = (
            morphology.read(out / step / f"{one}.h5")
            for step, one in (("clone", name), ("scaling", parent))
        )
        np.testing.assert_array_equal(clone.structure, model.structure)
        np.testing.assert_array_equal(clone.points[:, 3], model.points[:, 3])
        if number is None:
            np.testing.assert_array_equal(clone.points, model.points)
            continue
        roots = model.structure[model.structure[:, 2] == 0, 0]
        np.testing.assert_array_equal(clone.points[roots], model.points[roots])
        moved = np.linalg.norm((clone.points - model.points)[:, :3], axis=1)
        assert not moved[: model.soma_size].any()
        assert 0 < moved.max() < 200
        if model.perimeters is None or clone.perimeters is None:
            assert model.perimeters is clone.perimeters
        else:
            np.testing.assert_array_equal(clone.perimeters, model.perimeters)


def test_clones_of_one_parent_differ(out: Path) -> None:
    first, second = (
        morphology.read(out / "clone" / f"A_-_Clone_{number}.h5").points for number in (0, 1)
    )
    assert np.abs(first - second).max() > 1


# -- release -----------------------------------------------------------------------------------


def test_the_release_holds_the_clones(out: Path) -> None:
    for name in names(out / "clone"):
        clone = morphio.Morphology(out / "clone" / f"{name}.h5")
        h5, asc, swc = (
            morphio.Morphology(out / "release" / each / f"{name}.{each}")
            for each in ("h5", "asc", "swc")
        )
        has_chain = parent_of(name)[0].startswith(WITH_PERIMETERS)
        assert len(h5.sections) == len(clone.sections) - has_chain
        # The point that a single child shares with its parent is there once.
        assert len(h5.points) == len(clone.points) - has_chain
        assert len(h5.perimeters) == (len(h5.points) if has_chain else 0)
        for other in (asc, swc):
            np.testing.assert_allclose(other.points, h5.points, atol=1e-4)
            np.testing.assert_allclose(other.diameters, h5.diameters, atol=1e-4)
            np.testing.assert_array_equal(other.section_types, h5.section_types)
        np.testing.assert_allclose(asc.soma.points, h5.soma.points, atol=1e-4)
        assert swc.soma_type in (
            *(morphio.SomaType.SOMA_CYLINDERS, morphio.SomaType.SOMA_SINGLE_POINT),
        )


# -- annotations -------------------------------------------------------------------------------


def test_the_joined_annotations_are_the_texts_of_all_files(out: Path) -> None:
    folder = out / "clone" / "annotations"
    expected = {path.stem: entries(path) for path in folder.glob("*.xml")}
    text = (folder / "clone_annotations.json").read_text()
    assert text == json.dumps(expected, indent=2, sort_keys=True)


def test_no_annotation_has_a_number_that_is_none(out: Path) -> None:
    for path in out.rglob("annotations/*.xml"):
        for entry in entries(path).values():
            for text in entry.values():
                value = float(text)
                assert math.isfinite(value), path
                assert repr(value) == text or parent_of(path.stem)[0].startswith("A"), path


@pytest.mark.parametrize("name", [name for name in originals() if name != "A"])
def test_limits_are_those_of_the_repaired_file(data: SmallDataset, out: Path, name: str) -> None:
    found = entries(out / "grafting" / "annotations" / f"{name}.xml")
    assert found == limits(read_repaired(data.path(name)).arrays)
    assert ("L1_axon_hard_limit" in found) == (name != WITHOUT_AXON)


def test_an_annotation_of_the_user_stays_as_it_is(out: Path) -> None:
    for step in ("grafting", "scaling", "clone"):
        assert entries(out / step / "annotations" / "A.xml") == {
            "dendrites": {"y_min": "-60.0", "y_max": "60.0"},
            "L1_hard_limit": {"y_min": "-70.0", "y_max": "90.0"},
        }


def test_a_graft_has_its_own_limits_and_the_rules_of_its_parents(out: Path) -> None:
    for name in grafts():
        found = entries(out / "grafting" / "annotations" / f"{name}.xml")
        own = limits(morphology.read(out / "grafting" / f"{name}.h5"))
        inherited = {"dendrites": {"y_min": "-60.0", "y_max": "60.0"}}
        # The rule is one of dendrites: an axon of A does not bring it.
        assert found == {**own, **(inherited if name.startswith("dend-A") else {})}


def test_scaled_annotations(out: Path) -> None:
    folder = out / "scaling" / "annotations"
    for name in [*originals(), *grafts()]:
        parent = entries(folder / f"{name}.xml")
        for scale in Y_SCALES:
            found = entries(folder / f"{name}_-_Scale_x1.000_y{scale}_z1.000.xml")
            bias = found.pop("ScaleBias")
            assert list(bias) == ["percentage"]
            assert float(bias["percentage"]) == pytest.approx((float(scale) - 1) * 100)
            assert list(found) == list(parent)
            for rule, entry in found.items():
                assert {key: float(text) for key, text in entry.items()} == {
                    key: pytest.approx(float(text) * float(scale))
                    for key, text in parent[rule].items()
                }


def test_annotations_of_clones_follow_the_points(out: Path) -> None:
    kinds = {"L1_axon_hard_limit": (2,), "L1_hard_limit": (3, 4), "dendrites": (3, 4)}
    types = {row.name: row.full_type for row in rows(out / "clone")}
    measured = Counter[str]()
    for name in stems(out / "clone" / "annotations", ".xml"):
        parent_name, number = parent_of(name)
        if number is None:
            continue
        found = entries(out / "clone" / "annotations" / f"{name}.xml")
        parent = entries(out / "scaling" / "annotations" / f"{parent_name}.xml")
        clone = morphology.read(out / "clone" / f"{name}.h5")
        model = morphology.read(out / "scaling" / f"{parent_name}.h5")
        for rule, old in parent.items():
            if rule == "ScaleBias" or (rule == "dendrites" and types[name] == "L2_XX"):
                assert found[rule] == old  # no rule of the clone's own type
        for rule, entry in found.items():
            if rule not in kinds or entry == parent.get(rule):
                continue
            measured[rule] += 1
            y_um = np.array(y_of(clone, kinds[rule], model))
            old = parent.get(rule, {})
            low, high = float(old.get("y_min", "-inf")), float(old.get("y_max", "inf"))
            if rule == "dendrites":
                y_before = np.array(y_of(model, kinds[rule], model))
                y_um = y_um[(low <= y_before) & (y_before <= high)]
            y_min, y_max = float(entry["y_min"]), float(entry["y_max"])
            assert (np.float32(y_min), np.float32(y_max)) == (y_um.min(), y_um.max())
            assert ("y_change" in entry) == bool(old)
            if old:
                assert float(entry["y_change"]) == pytest.approx((y_max - y_min) / (high - low))
        assert set(found) >= set(parent)
        assert "L1_hard_limit" in found
    assert min(measured[rule] for rule in kinds) > 5
