from __future__ import annotations

import numpy as np
import pytest

from region_grower_hpc.compare.neurons import NumberCount, compare_neurons
from region_grower_hpc.compare.tolerance import Tolerance
from region_grower_hpc.formats.morphology import MorphologyArrays
from tests.compare.made_up import neuron, shifted

EXACT = Tolerance()


def edited(row: int, column: int, value: int) -> MorphologyArrays:
    """The neuron with another entry in its structure."""
    arrays = neuron()
    structure = arrays.structure.copy()
    structure[row, column] = value
    return MorphologyArrays(arrays.points, structure)


def test_equal_in_every_bit() -> None:
    found = compare_neurons(neuron(), neuron(), EXACT)
    assert (found.identical, found.part, found.text) == (True, "", "")
    assert found.coordinates == NumberCount(36, 0, 0.0)
    assert found.diameters == NumberCount(12, 0, 0.0)


@pytest.mark.parametrize(
    ("other", "part", "text"),
    [
        (
            MorphologyArrays(neuron().points[:10], neuron().structure[:4]),
            "sections",
            "4 in A, 3 in B",
        ),
        (
            MorphologyArrays(neuron().points[:11], neuron().structure),
            "points",
            "9 in A, 8 in B, first in section 3",
        ),
        (edited(1, 1, 2), "structure", "section 0: type 3 in A, 2 in B"),
        (edited(3, 2, 1), "structure", "section 2: parent section 1 in A, 0 in B"),
        (edited(4, 0, 11), "structure", "section 2: number of points 2 in A, 3 in B"),
    ],
)
def test_structure(other: MorphologyArrays, part: str, text: str) -> None:
    found = compare_neurons(neuron(), other, Tolerance(atol=1e9))
    assert (found.identical, found.part, found.text) == (False, part, text)
    assert found.coordinates.total == 0


@pytest.mark.parametrize(
    ("row", "column", "part", "place"),
    [
        (7, 1, "coordinates", "section 1 point 2 y: "),
        (11, 2, "coordinates", "section 3 point 1 z: "),
        (3, 3, "diameters", "section 0 point 0: "),
        (0, 0, "soma", "point 0 x: "),
        (2, 3, "soma", "point 2 diameter: "),
    ],
)
def test_numbers(row: int, column: int, part: str, place: str) -> None:
    other = shifted(neuron(), row, column, 0.5)
    found = compare_neurons(neuron(), other, EXACT)
    values = f"{neuron().points[row, column]!s} in A, {other.points[row, column]!s} in B"
    assert found.part == part
    assert found.text.startswith(place + values)
    counts = found.diameters if column == 3 else found.coordinates
    assert counts.differing == 1
    assert counts.largest == pytest.approx(0.5, abs=1e-5)
    within = compare_neurons(neuron(), other, Tolerance(atol=0.6))
    assert (within.part, within.identical) == ("", False)
    assert (within.coordinates, within.diameters) == (found.coordinates, found.diameters)


def test_coordinates_come_before_diameters_and_the_soma() -> None:
    other = shifted(shifted(shifted(neuron(), 0, 0, 1), 5, 3, 1), 9, 0, 1)
    assert compare_neurons(neuron(), other, EXACT).part == "coordinates"
    assert compare_neurons(neuron(), shifted(other, 9, 0, -1), Tolerance(0.1)).part == "diameters"


def test_another_soma_does_not_hide_equal_sections() -> None:
    whole = neuron()
    structure = whole.structure.copy()
    structure[1:, 0] -= 1
    found = compare_neurons(whole, MorphologyArrays(whole.points[1:], structure), EXACT)
    assert (found.part, found.text) == ("soma", "3 points in A, 2 in B")
    assert found.coordinates == NumberCount(27, 0, 0.0)


def test_relative_tolerance_is_of_b() -> None:
    other = MorphologyArrays(neuron().points * np.float32(1.01), neuron().structure)
    assert compare_neurons(neuron(), other, Tolerance(rtol=0.011)).part == ""
    assert compare_neurons(neuron(), other, Tolerance(rtol=0.009)).part == "coordinates"


def test_nan_equals_nan_alone() -> None:
    nan = shifted(neuron(), 6, 0, np.nan)
    assert compare_neurons(nan, shifted(nan, 4, 0, 0.1), Tolerance(1)).part == ""
    found = compare_neurons(neuron(), nan, Tolerance(1e9))
    assert found.part == "coordinates"
    assert found.coordinates.largest == np.inf


def test_minus_zero_is_equal_but_not_in_every_bit() -> None:
    plus = shifted(neuron(), 6, 0, -neuron().points[6, 0])
    minus = MorphologyArrays(plus.points.copy(), plus.structure)
    minus.points[6, 0] = -0.0
    found = compare_neurons(plus, minus, EXACT)
    assert (found.identical, found.part, found.coordinates.differing) == (False, "", 0)


def test_empty_neurons() -> None:
    empty = MorphologyArrays(np.empty((0, 4), np.float32), np.array([(0, 1, -1)], np.int32))
    assert compare_neurons(empty, empty, EXACT).identical
    assert compare_neurons(empty, neuron(), EXACT).part == "sections"
