"""Random turns and stretches of clones: against their definition, and at its edges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from region_grower_hpc.native.clone_jitter import (
    AxisSign,
    direction_counts,
    jitter,
    post_order,
)

Doubles = npt.NDArray[np.float64]
Points = npt.NDArray[np.float32]
Structure = npt.NDArray[np.int32]
Cell = tuple[Points, Structure]

BASAL = 3
SOMA = [[1, 0, 0, 0.25], [0, 1, 0, 0.5], [-1, 0, 0, 0.75]]
SIGNS: list[AxisSign] = ["first_component", "largest_projection"]


def cell(*sections: tuple[int, Any]) -> Cell:
    """A neuron of sections (number of the parent or -1, points x y z); diameters all differ."""
    points, structure = [*SOMA], [[0, 1, -1]]
    for parent, own in sections:
        structure.append([len(points), BASAL, parent + 1])
        points += [[*xyz, len(points) + k] for k, xyz in enumerate(own)]
    return np.array(points, dtype=np.float32), np.array(structure, dtype=np.int32)


def random_cell(seed: int, n_sections: int, spread_um: float = 100.0) -> Cell:
    """Sections that begin where their parent ends; some points occur twice, some sections are one
    place.
    """
    rng = np.random.default_rng(seed)
    sections: list[tuple[int, Doubles]] = []
    for number in range(n_sections):
        parent = number - 1
        while parent >= 0 and rng.random() < 0.4:
            parent = sections[parent][0]
        own = rng.normal(0, spread_um, (rng.integers(1, 8), 3)).astype(np.float32).astype(float)
        if parent >= 0:
            own[0] = sections[parent][1][-1]
        if rng.random() < 0.2:
            own[-1] = own[0]
        if rng.random() < 0.1:
            own[:] = own[0]
        sections.append((parent, own))
    return cell(*sections)


def random_draws(seed: int, structure: Structure) -> tuple[Doubles, Doubles]:
    rng = np.random.default_rng([seed, 1])
    n_sections = len(structure) - 1
    return rng.normal(0, 1, n_sections), np.maximum(rng.normal(1, 0.4, n_sections), 0.01)


def sections_of(points: npt.NDArray[Any], structure: Structure) -> list[Doubles]:
    """x, y, z of each section."""
    stops = [*structure[2:, 0], len(points)] if len(structure) > 1 else []
    return [
        points[first:stop, :3].astype(float)
        for first, stop in zip(structure[1:, 0], stops, strict=True)
    ]


def children_of(structure: Structure, section: int) -> list[int]:
    return [int(row) for row in np.flatnonzero(structure[1:, 2] == section + 1)]


def subtree_of(structure: Structure, section: int) -> Iterator[int]:
    yield section
    for child in children_of(structure, section):
        yield from subtree_of(structure, child)


def slow_post_order(structure: Structure) -> list[int]:
    def visit(section: int) -> Iterator[int]:
        for child in children_of(structure, section):
            yield from visit(child)
        yield section

    return [number for root in children_of(structure, -1) for number in visit(root)]


def directions_of(own: list[Doubles], structure: Structure, section: int) -> Doubles:
    """Unit vectors from a section's first point to the others of its subtree."""
    parts = [own[number][1:] for number in subtree_of(structure, section)]
    vectors = np.vstack(parts) - own[section][0]
    lengths = np.linalg.norm(vectors, axis=1)
    return np.asarray(vectors[lengths > 0] / lengths[lengths > 0, None])


def slow_principal_axis(directions: Doubles, sign: AxisSign) -> Doubles:
    if not len(directions):
        return np.array([1.0, 0.0, 0.0])
    centred = directions - directions.mean(axis=0)
    if np.sqrt(np.square(centred).sum() / len(centred)) <= 1e-9:
        return np.array([1.0, 0.0, 0.0])
    axis = np.linalg.svd(centred)[2][0]
    if sign == "first_component":
        deciding = axis[np.flatnonzero(np.abs(axis) > 1e-6)[0]]
    else:
        along = centred @ axis
        deciding = along[np.flatnonzero(np.abs(along) > np.abs(along).max() * (1 - 1e-8))[0]]
    return np.asarray(axis * np.sign(deciding))


def slow_leaf_axis(own: list[Doubles], section: int, parent: int) -> Doubles | None:
    for axis in (
        own[parent][-1] - own[parent][-min(5, len(own[parent]))],
        own[parent][-1] - own[parent][0],
        own[section][-1] - own[section][0],
    ):
        if np.linalg.norm(axis) > 0:
            return np.asarray(axis / np.linalg.norm(axis))
    return None


def slow_jitter(
    points: Points, structure: Structure, angles_rad: Doubles, factors: Doubles, sign: AxisSign
) -> Doubles:
    """The definition, section by section."""
    own = sections_of(points, structure)
    order = slow_post_order(structure)
    for section in order:
        parent = structure[section + 1, 2] - 1
        if parent < 0:
            continue
        axis: Doubles | None
        if children_of(structure, section):
            axis = slow_principal_axis(directions_of(own, structure, section), sign)
        else:
            axis = slow_leaf_axis(own, section, parent)
        if axis is None:
            continue
        turn = Rotation.from_rotvec(angles_rad[section] * axis)
        centre = own[section][0].copy()
        for number in subtree_of(structure, section):
            own[number] = turn.apply(own[number] - centre) + centre
    for section in order:
        stretched = own[section][0] + factors[section] * (own[section] - own[section][0])
        shift = stretched[-1] - own[section][-1]
        for child in children_of(structure, section):
            for number in subtree_of(structure, child):
                own[number] = own[number] + shift
        own[section] = stretched
    return np.vstack([points[: structure[1, 0], :3], *own])


@pytest.mark.parametrize("sign", SIGNS)
@given(seed=st.integers(0, 2**32), n_sections=st.integers(1, 25))
@settings(deadline=None)
def test_a_clone_is_what_the_definition_says(sign: AxisSign, seed: int, n_sections: int) -> None:
    points, structure = random_cell(seed, n_sections)
    angles_rad, factors = random_draws(seed, structure)
    clone = jitter(points, structure, angles_rad, factors, sign)
    expected = slow_jitter(points, structure, angles_rad, factors, sign)
    assert clone.dtype == np.float32
    np.testing.assert_allclose(clone[:, :3], expected, atol=2e-3)


@pytest.mark.parametrize("sign", SIGNS)
@given(seed=st.integers(0, 2**32), n_sections=st.integers(1, 25))
@settings(deadline=None)
def test_joints_roots_soma_and_diameters_stay(sign: AxisSign, seed: int, n_sections: int) -> None:
    points, structure = random_cell(seed, n_sections)
    before = points.copy()
    clone = jitter(points, structure, *random_draws(seed, structure), sign)
    np.testing.assert_array_equal(points, before)
    np.testing.assert_array_equal(clone[: len(SOMA)], points[: len(SOMA)])
    np.testing.assert_array_equal(clone[:, 3], points[:, 3])
    own = sections_of(clone, structure)
    for section, first, parent in zip(own, *structure[1:, [0, 2]].T, strict=True):
        origin = own[parent - 1][-1] if parent else points[first, :3]
        np.testing.assert_array_equal(section[0], origin)


@given(seed=st.integers(0, 2**32), n_sections=st.integers(1, 25))
@settings(deadline=None)
def test_sections_keep_their_shape(seed: int, n_sections: int) -> None:
    points, structure = random_cell(seed, n_sections)
    angles_rad, factors = random_draws(seed, structure)
    turned = jitter(points, structure, angles_rad, np.ones(n_sections), "first_component")
    both = jitter(points, structure, angles_rad, factors, "first_component")
    for number, own in enumerate(sections_of(points, structure)):
        distances = np.linalg.norm(own[:, None] - own, axis=2)
        for clone, factor in ((turned, 1.0), (both, factors[number])):
            other = sections_of(clone, structure)[number]
            measured = np.linalg.norm(other[:, None] - other, axis=2)
            np.testing.assert_allclose(measured, factor * distances, atol=2e-3)


@pytest.mark.parametrize("sign", SIGNS)
@given(seed=st.integers(0, 2**32), n_sections=st.integers(0, 12), shift_um=st.floats(-1e6, 1e6))
@settings(deadline=None)
def test_nothing_drawn_gives_back_the_parent(
    sign: AxisSign, seed: int, n_sections: int, shift_um: float
) -> None:
    points, structure = random_cell(seed, n_sections)
    points[len(SOMA) :, 0] += np.float32(shift_um)
    points[len(SOMA) :: 3, 1] = -4.371139e-08  # beside which an origin far off is all there is
    points[len(SOMA) :: 5, 2] = -0.0
    zeros, ones = np.zeros(n_sections), np.ones(n_sections)
    clone = jitter(points, structure, zeros, ones, sign)
    assert clone is not points
    assert clone.tobytes() == points.tobytes()


def test_the_angle_of_a_root_does_not_count() -> None:
    points, structure = random_cell(3, 9)
    angles_rad, factors = random_draws(3, structure)
    clone = jitter(points, structure, angles_rad, factors, "first_component")
    angles_rad[structure[1:, 2] == 0] += 1
    np.testing.assert_array_equal(
        clone, jitter(points, structure, angles_rad, factors, "first_component")
    )


def turned_leaf(stem: Any, leaf: Any) -> Doubles:
    """x, y, z of a leaf after a quarter turn."""
    points, structure = cell((-1, stem), (0, leaf))
    clone = jitter(points, structure, np.array([0, np.pi / 2]), np.ones(2), "first_component")
    return sections_of(clone, structure)[1]


@pytest.mark.parametrize(
    ("stem", "leaf", "tip"),
    [
        # the last five points run along y, the whole of the stem does not
        ([[9, -9, 7], *[[0, y, 0] for y in range(-4, 1)]], [[0, 0, 0], [1, 0, 0]], [0, 0, -1]),
        ([[0, -4, 0], [0, 0, 0]], [[0, 0, 0], [1, 0, 0]], [0, 0, -1]),
        # there and back again: the chord runs along y
        (
            [[0, -9, 0], [0, 0, 0], [1, 1, 1], [2, 1, 1], [1, 3, 1], [0, 0, 0]],
            [[0, 0, 0], [1, 0, 0]],
            [0, 0, -1],
        ),
        # a closed loop: the chord of the leaf itself, about which its end stays
        ([[0, 0, 0], [5, 5, 5], [0, 0, 0]], [[0, 0, 0], [0, 0, 1], [0, 1, 0]], [0, 1, 0]),
        ([[0, 0, 0]], [[0, 0, 0], [1, 0, 0], [0, 1, 0]], [0, 1, 0]),
        ([[0, 0, 0]], [[0, 0, 0], [1, 0, 0], [0, 0, 0]], [0, 0, 0]),
    ],
)
def test_axes_of_leaves(stem: Any, leaf: Any, tip: list[float]) -> None:
    turned = turned_leaf(stem, leaf)
    np.testing.assert_allclose(turned[-1], tip, atol=1e-6)
    np.testing.assert_array_equal(turned[0], leaf[0])


def test_a_leaf_without_any_axis_stays() -> None:
    leaf = [[0, 0, 0], [1, 2, 3], [0, 0, 0]]
    np.testing.assert_array_equal(turned_leaf([[0, 0, 0], [0, 0, 0]], leaf), leaf)


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize(
    "middle",
    [
        [[0, 0, 0], [0, 1, 0], [0, 3, 0]],  # all directions are equal
        [[0, 0, 0], [1, 7, 3], [3, 21, 9]],  # but for rounding
        [[0, 0, 0]],  # there are none
        [[0, 0, 0], [0, 0, 0]],
    ],
)
def test_a_section_whose_directions_have_no_spread_turns_about_x(
    sign: AxisSign, middle: Any
) -> None:
    end = middle[-1]
    points, structure = cell((-1, [[0, -9, 0], [0, 0, 0]]), (0, middle), (1, [end, end]))
    clone = jitter(points, structure, np.array([0, np.pi / 2, 0]), np.ones(3), sign)
    x, y, z = np.transpose(middle)
    expected = np.transpose([x, -np.array(z), y])
    np.testing.assert_allclose(sections_of(clone, structure)[1], expected, atol=1e-5)
    np.testing.assert_allclose(sections_of(clone, structure)[2], expected[[-1, -1]], atol=1e-5)


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("spread", [1e-2, 1e-5, 1e-7])
def test_the_axis_of_nearly_equal_directions_is_not_lost(sign: AxisSign, spread: float) -> None:
    rng = np.random.default_rng(5)
    middle = np.zeros((60, 3))
    deviations = rng.normal(0, [spread, spread / 3, spread / 9], (59, 3))
    directions = np.array([0.6, 0.64, 0.48]) + deviations
    middle[1:] = rng.uniform(500, 1000, (59, 1)) * directions
    end = middle[-1]
    points, structure = cell((-1, [[-9, 0, 0], [0, 0, 0]]), (0, middle), (1, [end, end]))
    angles_rad = np.array([0, 1, 0])
    clone = jitter(points, structure, angles_rad, np.ones(3), sign)
    expected = slow_jitter(points, structure, angles_rad, np.ones(3), sign)
    np.testing.assert_allclose(clone[:, :3], expected, atol=5e-4)


@given(seed=st.integers(0, 2**32), n_sections=st.integers(1, 12), size=st.integers(0, 2))
@settings(deadline=None)
def test_cells_on_a_coarse_grid_have_no_nan(seed: int, n_sections: int, size: int) -> None:
    points, structure = random_cell(seed, n_sections)
    rng = np.random.default_rng(seed)
    points[:, :3] = rng.integers(-size, size, (len(points), 3), endpoint=True)
    for sign in SIGNS:
        clone = jitter(points, structure, *random_draws(seed, structure), sign)
        assert np.isfinite(clone).all()


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 3e38])
def test_points_that_are_no_numbers_concern_their_tree_only(sign: AxisSign, value: float) -> None:
    points, structure = random_cell(11, 30)
    draws = random_draws(11, structure)
    roots = np.flatnonzero(structure[:, 2] == 0)
    assert len(roots) > 2
    first, stop = structure[roots[0], 0], structure[roots[1], 0]
    expected = jitter(points, structure, *draws, sign)
    for row in range(first, stop):
        damaged = points.copy()
        damaged[row, row % 3] = value
        clone = jitter(damaged, structure, *draws, sign)
        np.testing.assert_array_equal(clone[stop:], expected[stop:])
        np.testing.assert_array_equal(direction_counts(damaged, structure) >= 0, True)


@pytest.mark.parametrize(
    "structure",
    [
        np.empty((0, 3)),
        [[1, 1, -1], [3, 3, 0]],  # the soma begins elsewhere
        [[0, 1, -1], [-1, 3, 0]],
        [[0, 1, -1], [8, 3, 0]],  # no point is left
        [[0, 1, -1], [9, 3, 0]],
        [[0, 1, -1], [3, 3, 0], [3, 3, 1]],  # no point of its own
        [[0, 1, -1], [5, 3, 0], [4, 3, 1]],
        [[0, 1, -1], [3, 3, 1]],  # its own parent
        [[0, 1, -1], [3, 3, 2], [5, 3, 0]],
        [[0, 1, -1], [3, 3, 0], [4, 3, 9]],
        [[0, 1, -1], [3, 3, -7]],
        [[0, 1, -1], [3, 3, 0], [4, 3, 0], [5, 3, 1]],  # breadth first
        [[0, 1, -1], [2**31 - 1, 3, 0]],
        [[0, 1], [3, 3]],
        [0, 1, -1],
    ],
)
def test_structures_that_make_no_sense_are_refused(structure: Any) -> None:
    rows = np.array(structure, dtype=np.int32)
    points = np.zeros((8, 4), dtype=np.float32)
    n_sections = max(len(rows) - 1, 0)
    with pytest.raises(ValueError, match="structure"):
        jitter(points, rows, np.zeros(n_sections), np.ones(n_sections), "first_component")
    with pytest.raises(ValueError, match="structure"):
        direction_counts(points, rows)


def test_an_order_needs_a_structure_that_makes_sense() -> None:
    with pytest.raises(ValueError, match="row 2 of the structure does not come depth first"):
        post_order(np.array([[0, 1, -1], [3, 3, 0], [4, 3, 2]], dtype=np.int32))


def test_other_arguments_that_make_no_sense_are_refused() -> None:
    points, structure = random_cell(1, 4)
    zeros, ones = np.zeros(4), np.ones(4)
    with pytest.raises(ValueError, match="as many angles as sections"):
        jitter(points, structure, np.zeros(5), ones, "first_component")
    with pytest.raises(ValueError, match="as many factors as sections"):
        jitter(points, structure, zeros, np.ones((4, 1)), "first_component")
    with pytest.raises(ValueError, match="angles must be finite"):
        jitter(points, structure, np.array([0, np.nan, 0, 0]), ones, "first_component")
    with pytest.raises(ValueError, match="factors must be finite"):
        jitter(points, structure, zeros, np.full(4, np.inf), "first_component")
    with pytest.raises(ValueError, match="sign"):
        jitter(points, structure, zeros, ones, "any")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="points"):
        jitter(points[:, :3], structure, zeros, ones, "first_component")


def test_a_soma_alone_is_a_clone_of_itself() -> None:
    points, structure = cell()
    none = np.zeros(0)
    assert jitter(points, structure, none, none, "first_component").tobytes() == points.tobytes()
    assert not len(post_order(structure))


def test_roots_may_have_the_parent_minus_one() -> None:
    points, structure = random_cell(7, 12)
    draws = random_draws(7, structure)
    other = structure.copy()
    other[1:, 2][other[1:, 2] == 0] = -1
    np.testing.assert_array_equal(
        jitter(points, structure, *draws, "first_component"),
        jitter(points, other, *draws, "first_component"),
    )


@given(seed=st.integers(0, 2**32), n_sections=st.integers(0, 30))
@settings(deadline=None)
def test_children_come_before_their_parents(seed: int, n_sections: int) -> None:
    _, structure = random_cell(seed, n_sections)
    assert post_order(structure).tolist() == slow_post_order(structure)


@given(seed=st.integers(0, 2**32), n_sections=st.integers(1, 25))
@settings(deadline=None)
def test_directions_are_counted_as_a_turned_cell_has_them(seed: int, n_sections: int) -> None:
    points, structure = random_cell(seed, n_sections)
    own = sections_of(points, structure)
    counted = {}
    angles_rad, _ = random_draws(seed, structure)
    for section in slow_post_order(structure):
        counted[section] = len(directions_of(own, structure, section))
        # any axis does; exact about the first point
        turn = Rotation.from_rotvec(angles_rad[section] * np.array([0.6, 0.64, 0.48]))
        centre = own[section][0].copy()
        for number in subtree_of(structure, section):
            own[number] = turn.apply(own[number] - centre) + centre
    expected = [counted[section] for section in range(n_sections)]
    assert direction_counts(points, structure).tolist() == expected


def test_a_chain_of_very_many_sections_needs_no_stack() -> None:
    n_sections = 5000
    points = np.zeros((2 * n_sections, 4), dtype=np.float32)
    points[:, 0] = np.repeat(np.arange(n_sections + 1), 2)[1:-1]
    structure = np.zeros((n_sections + 1, 3), dtype=np.int32)
    structure[0] = (0, 1, -1)
    structure[1:, 0] = 2 * np.arange(n_sections)
    structure[1:, 1] = BASAL
    structure[1:, 2] = np.arange(n_sections)
    angles_rad = np.full(n_sections, 0.1)
    clone = jitter(points, structure, angles_rad, np.ones(n_sections), "first_component")
    assert np.isfinite(clone).all()
    assert post_order(structure)[0] == n_sections - 1
