"""Neurons as arrays, and what the kernels refuse of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from region_grower_hpc.native import _kernels
from region_grower_hpc.native._kernels import Neuron

AXON, BASAL, APICAL = 2, 3, 4


def neuron(*sections: tuple[int, int]) -> Neuron:
    """A neuron of sections (type, parent) of two points each."""
    count = len(sections)
    rows = [(2 * i, 2 * i + 2, kind, parent) for i, (kind, parent) in enumerate(sections)]
    points = np.arange(6 * count, dtype=np.float32).reshape(-1, 3)
    soma = np.zeros((3, 3), dtype=np.float32)
    return Neuron(points, np.ones(2 * count), np.array(rows, dtype=np.int32), soma)


def test_what_is_stored_follows_neuron_s_order_of_types() -> None:
    cell = neuron((APICAL, -1), (APICAL, 0), (BASAL, -1), (AXON, -1))
    points, structure = cell.storable()
    assert structure.tolist() == [[0, 1, -1], [3, 2, 0], [5, 3, 0], [7, 4, 0], [9, 4, 3]]
    np.testing.assert_array_equal(points[3:5, :3], cell.arrays()[0][6:8])
    assert points[:, 3].tolist() == [0, 0, 0, *[1] * 8]


def test_the_arrays_come_back() -> None:
    cell = neuron((BASAL, -1), (BASAL, 0), (BASAL, 1), (BASAL, 0), (APICAL, -1))
    again = Neuron(*cell.arrays())
    for one, other in zip(cell.arrays(), again.arrays(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert cell.root_types() == [BASAL, APICAL]
    assert cell.section_ends([4]).tolist() == [[27, 28, 29]]


@pytest.mark.parametrize("parents", [(-1, -1, 0), (-1, 0, 2), (-1, 0, -2), (-1, 1, 0), (0, 0, 0)])
def test_sections_that_are_not_depth_first_are_refused(parents: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="depth first"):
        neuron(*((BASAL, parent) for parent in parents))


@pytest.mark.parametrize(
    "rows", [[[0, 1, 3, -1]], [[0, 3, 3, -1]], [[1, 2, 3, -1]], [[0, 0, 3, -1], [0, 2, 3, -1]]]
)
def test_points_without_a_section_and_sections_without_points_are_refused(rows: Any) -> None:
    with pytest.raises(ValueError, match="section"):
        Neuron(np.zeros((2, 3)), np.ones(2), np.array(rows), np.zeros((0, 3)))


def test_a_section_that_does_not_exist_has_no_end() -> None:
    with pytest.raises(IndexError):
        neuron((BASAL, -1)).section_ends([1])


def test_a_diametrizer_must_be_one() -> None:
    with pytest.raises(ValueError, match="None"):
        _kernels.DiameterModel([None])  # type: ignore[list-item]
