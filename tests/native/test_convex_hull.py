"""Planar hulls, against scipy's order of vertices."""

from __future__ import annotations

from collections import Counter

import numpy as np
import numpy.typing as npt
import pytest
from scipy.spatial import ConvexHull, QhullError

from region_grower_hpc.native import _kernels

Points = npt.NDArray[np.float64]


def _soma_points(rng: np.random.Generator) -> Points:
    """Trunk points of a sphere and random points of its circle, at places in an atlas."""
    n_trunks, radius = int(rng.integers(1, 26)), rng.uniform(3.0, 15.0)
    center = rng.uniform(-1.0, 1.0, 2) * 10 ** rng.uniform(0.0, 5.0)
    phi = rng.uniform(0.0, 2.0 * np.pi, n_trunks)
    theta = np.arccos(rng.uniform(-1.0, 1.0, n_trunks))
    angles = 2.0 * np.pi * rng.random(max(10 - n_trunks, 0))
    return np.vstack(
        [
            center + radius * np.column_stack([np.cos(phi), np.sin(phi)]) * np.sin(theta)[:, None],
            center + radius * np.column_stack([np.sin(angles), np.cos(angles)]),
        ]
    )


def _hostile_points(rng: np.random.Generator, kind: int) -> Points:
    n = int(rng.integers(1, 26))
    points = _soma_points(rng)
    some = points[rng.integers(0, len(points), n)]
    others = points[rng.integers(0, len(points), n)]
    weights = rng.random((n, 1))
    return [
        rng.integers(0, 4, (n, 2)).astype(np.float64),  # a coarse grid
        np.vstack([points, some]),  # duplicates
        np.vstack([points, weights * some + (1.0 - weights) * others]),  # points on chords
        np.vstack([some, some + rng.normal(0.0, 10 ** rng.uniform(-14, -7), (n, 2))]),
        points * [1.0, 10 ** rng.uniform(-9.0, 0.0)],  # flat
        np.outer(rng.normal(0.0, 1.0, n), rng.normal(0.0, 1.0, 2)),  # on a line
        np.tile(rng.normal(0.0, 1.0, 2), (n, 1)),  # all equal
    ][kind]


def _scipy(points: Points) -> tuple[str, list[int]]:
    try:
        return "found", ConvexHull(points).vertices.tolist()
    except QhullError:
        return "no_area", []


def test_somas_have_scipys_hull() -> None:
    rng = np.random.default_rng(2)
    for _ in range(8000):
        points = _soma_points(rng)
        assert _kernels.convex_hull(points) == _scipy(points)


@pytest.mark.parametrize("kind", range(7))
def test_hostile_sets_have_scipys_hull_or_are_left_to_scipy(kind: int) -> None:
    rng = np.random.default_rng(kind)
    for _ in range(800):
        points = _hostile_points(rng, kind)
        outcome = _kernels.convex_hull(points)
        assert outcome in (("undecided", []), _scipy(points))


def test_duplicates_are_decided() -> None:
    rng = np.random.default_rng(5)
    outcomes = Counter(_kernels.convex_hull(_hostile_points(rng, 1))[0] for _ in range(500))
    assert outcomes["found"] >= 495


def test_interior_points_and_duplicates_of_a_square_are_no_vertices() -> None:
    square = [[0, 0], [4, 0], [4, 4], [0, 4]]
    outcome, vertices = _kernels.convex_hull(np.array([*square, [1, 2], [3, 1], [4, 4], [0, 0]]))
    assert outcome == "found"
    corners = [square[vertex % 6 if vertex < 4 else {6: 2, 7: 0}[vertex]] for vertex in vertices]
    start = corners.index([0, 0])
    assert corners[start:] + corners[:start] == square  # counterclockwise


@pytest.mark.parametrize(
    ("points", "outcome"),
    [
        (np.zeros((0, 2)), "no_area"),
        ([[0.0, 0.0], [1.0, 1.0]], "no_area"),
        ([[2.0, 0.0], [2.0, 1.0], [2.0, 5.0]], "no_area"),
        ([[0.0, 0.0], [1.0, np.nan], [2.0, 0.0]], "undecided"),
        ([[0.0, 0.0], [1.0, np.inf], [2.0, 0.0]], "undecided"),
    ],
)
def test_sets_without_hull(points: Points, outcome: str) -> None:
    assert _kernels.convex_hull(np.asarray(points)) == (outcome, [])
