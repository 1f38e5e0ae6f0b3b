from __future__ import annotations

import numpy as np
import pytest
from morphio import PointLevel, SectionType
from morphio.mut import Morphology

from region_grower_hpc.formats.morphology import from_morphio
from region_grower_hpc.synthesis.neuron_arrays import NeuronArrays
from tests.synthesis.small_neuron import AXON, BASAL, donor, neuron

APICAL = SectionType.apical_dendrite


def assert_equal(one: NeuronArrays, other: NeuronArrays) -> None:
    for name in ("points", "diameters", "sections", "soma"):
        own, theirs = getattr(one, name), getattr(other, name)
        np.testing.assert_array_equal(own, theirs, err_msg=name)
        assert own.dtype == theirs.dtype


def assert_stored_alike(cell: Morphology) -> None:
    """Stored as MorphIO would."""
    stored, expected = NeuronArrays.from_morphio(cell).to_storable(), from_morphio(cell)
    np.testing.assert_array_equal(stored.points, expected.points)
    np.testing.assert_array_equal(stored.structure, expected.structure)
    assert (stored.points.dtype, stored.structure.dtype) == (np.float32, np.int32)


def of_types(*types: int) -> Morphology:
    vectors = np.random.default_rng(len(types)).normal(0, 20, (len(types), 3))
    return neuron(*((SectionType(t), v) for t, v in zip(types, vectors, strict=True)))


def test_sections_come_depth_first_with_their_parents() -> None:
    arrays = NeuronArrays.from_morphio(neuron((BASAL, (0, 30, 0)), (AXON, (0, -30, 0))))
    assert arrays.sections[:, 3].tolist() == [-1, 0, 1, 1, 0, 4, 4, -1, 7, 8, 8, 7, 11, 11]
    assert arrays.sections[:7, :3].tolist() == [
        [0, 4, 3],
        [4, 7, 3],
        [7, 9, 3],
        [9, 11, 3],
        [11, 14, 3],
        [14, 16, 3],
        [16, 18, 3],
    ]
    assert arrays.roots.tolist() == [0, 7]
    assert arrays.points.shape == (36, 3)


def test_sections_made_in_another_order_come_depth_first() -> None:
    cell = Morphology()
    stem = cell.append_root_section(PointLevel([[0, 0, 0], [0, 1, 0]], [1, 1]), BASAL)
    children = [stem.append_section(PointLevel([[0, 1, 0], [x, 2, 0]], [1, 1])) for x in (1.0, 2.0)]
    for number, child in enumerate(reversed(children)):
        start = child.points[-1].tolist()
        for z in (3.0, 4.0):
            child.append_section(PointLevel([start, [number, 5, z]], [1, 1]))
    arrays = NeuronArrays.from_morphio(cell)
    assert arrays.sections[:, 3].tolist() == [-1, 0, 1, 1, 0, 4, 4]
    assert arrays.points[arrays.sections[:, 1] - 1, 0].tolist() == [0, 1, 1, 1, 2, 0, 0]
    assert_stored_alike(cell)


def test_morphio_and_back() -> None:
    arrays = NeuronArrays.from_morphio(donor())
    assert_equal(NeuronArrays.from_morphio(arrays.to_morphio()), arrays)


@pytest.mark.parametrize(
    "types", [(3, 4), (3, 4, 3, 3), (2, 3, 4, 3, 2), (4, 3, 2), (3, 7, 5, 4, 6, 2, 5), ()]
)
def test_neurites_are_stored_by_type_as_morphio_would(types: tuple[int, ...]) -> None:
    assert_stored_alike(of_types(*types))


def test_a_soma_alone_is_stored() -> None:
    stored = NeuronArrays.from_morphio(of_types()).to_storable()
    assert stored.structure.tolist() == [[0, 1, -1]]
    assert stored.points.shape == (4, 4)


def test_neurites_of_a_type_are_left_out() -> None:
    arrays = NeuronArrays.from_morphio(of_types(2, 3, 2, 4))
    kept = arrays.without(int(AXON))
    assert kept.sections[kept.roots, 2].tolist() == [3, 4]
    cell = arrays.to_morphio()
    for root in cell.root_sections:
        if root.type == AXON:
            cell.delete_section(root, recursive=True)
    assert_equal(kept, NeuronArrays.from_morphio(cell))
    assert kept.without(int(AXON)) is kept


def test_nothing_may_be_left() -> None:
    nothing = NeuronArrays.from_morphio(of_types(2, 2)).without(2)
    assert (nothing.points.shape, nothing.sections.shape) == ((0, 3), (0, 4))
    assert nothing.without(2) is nothing


@pytest.mark.parametrize("types", [(3, 4), ()])
def test_a_neurite_is_added_as_the_last(types: tuple[int, ...]) -> None:
    arrays = NeuronArrays.from_morphio(of_types(*types))
    other = neuron((AXON, (1, -20, 3)))
    added = NeuronArrays.from_morphio(other)
    joined = arrays.with_neurite(added.points, added.diameters, added.sections)
    cell = arrays.to_morphio()
    cell.append_root_section(other.root_sections[0], recursive=True)
    assert_equal(joined, NeuronArrays.from_morphio(cell))
    assert added.sections[0, 0] == 0
