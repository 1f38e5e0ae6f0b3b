from __future__ import annotations

import copy
import itertools
from typing import Any

import numpy as np
import pytest
import trimesh
import voxcell
from trimesh.proximity import closest_point
from trimesh.ray.ray_triangle import RayMeshIntersector

from region_grower_hpc.native.constraints import (
    OrientationField,
    TriangleMesh,
    attractive_rule,
    cell_constraints,
    constraint,
    direction_rule,
    repulsive_rule,
)

OFFSET, VOXEL = (-30.1, 5.3, 100.7), (10.1, 20.0, 7.7)
X = np.array([1.0, 0, 0])
HOSTILE = [np.nan, np.inf, -np.inf, 0.0, 1e308, -1e308, 5e-324]


def native(mesh: Any) -> TriangleMesh:
    return TriangleMesh(np.array(mesh.triangles), np.array(mesh.face_normals))


def triangle_soup(corners: Any) -> Any:
    faces = np.arange(3 * len(corners)).reshape(-1, 3)
    return trimesh.Trimesh(np.reshape(corners, (-1, 3)), faces, process=False)


def crumpled() -> Any:
    sphere = trimesh.creation.icosphere(subdivisions=2, radius=40)
    factors = np.random.default_rng(3).uniform(0.5, 1.3, (len(sphere.vertices), 1))
    return trimesh.Trimesh(sphere.vertices * factors, sphere.faces)


def hollow() -> Any:
    inner = trimesh.creation.box(extents=(30, 40, 20))
    inner.invert()
    return trimesh.util.concatenate([trimesh.creation.box(extents=(100, 80, 120)), inner])


def thin() -> Any:
    """Triangles from thin to so thin that rounding decides where they end, and some of no area."""
    rng = np.random.default_rng(4)
    one, other = rng.uniform(-50, 50, (2, 150, 3))
    widths = 10.0 ** rng.uniform(-12, 1, (150, 1))
    third = (one + other) / 2 + rng.normal(0, 1, (150, 3)) * widths
    third[:20] = one[:20]
    return triangle_soup(np.stack([one, other, third], axis=1))


MESHES: dict[str, Any] = {
    "sphere": lambda: trimesh.creation.icosphere(subdivisions=2, radius=50),
    "box": lambda: trimesh.creation.box(extents=(100, 80, 120)),
    "torus": lambda: trimesh.creation.torus(60, 20),
    "crumpled": crumpled,
    "hollow": hollow,
    "thin": thin,
    "crossing": lambda: triangle_soup(np.random.default_rng(5).uniform(-60, 60, (200, 3, 3))),
    "on a lattice": lambda: triangle_soup(
        np.random.default_rng(6).integers(-4, 5, (200, 3, 3)) * 10.0
    ),
    # hits of which trimesh packs the coordinates, and so sorts them otherwise
    "near the origin": lambda: trimesh.creation.box(extents=(4e-4, 5e-4, 6e-4)),
    "far": lambda: trimesh.creation.icosphere(subdivisions=2, radius=30).apply_translation(
        (1e5, 2e4, -3e5)
    ),
}


@pytest.fixture(params=MESHES)
def mesh(request: pytest.FixtureRequest) -> Any:
    return MESHES[request.param]()


def rays(mesh: Any, count: int) -> tuple[Any, Any]:
    """Anywhere, along axes from round numbers, towards corners and edges, and from the surface."""
    rng = np.random.default_rng(7)
    low, high = mesh.bounds
    points = (low + high) / 2 + rng.normal(0, 0.4, (count, 3)) * (high - low).max()
    ways = rng.normal(0, 1, (count, 3))
    fifth = count // 5
    points[:fifth] = np.round(points[:fifth])
    ways[:fifth] = rng.permutation([(1, 0, 0), (0, -1, 0), (0, 0, 1), (-1, 1, 0)] * fifth)[:fifth]
    corners = mesh.triangles[rng.integers(0, len(mesh.triangles), fifth)]
    share = rng.choice([0, 0.3, 0.5], (fifth, 1))
    edges = corners[:, 0] * share + corners[:, 1] * (1 - share)
    ways[fifth : 2 * fifth] = edges - points[fifth : 2 * fifth]
    points[2 * fifth : 3 * fifth] = corners.mean(axis=1)
    return points, ways / np.linalg.norm(ways, axis=1)[:, np.newaxis]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_the_first_hit_is_the_one_that_trimesh_lists_first(mesh: Any) -> None:
    reference, tested = RayMeshIntersector(mesh), native(mesh)
    hits = 0
    for point, way in zip(*rays(mesh, 400), strict=True):
        expected = reference.intersects_location([point], [way])[0]
        found = tested.first_hit(point, way)
        assert (found is None) == (len(expected) == 0)
        if found is not None:
            hits += len(expected) > 1
            # of points that trimesh counts as one, either
            np.testing.assert_allclose(found, expected[0], rtol=1e-9, atol=2e-8)
    assert hits > 10


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_inside_is_trimesh_s(mesh: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class DrawsFromTheSystem(Exception):
        pass

    def refuse() -> None:
        raise DrawsFromTheSystem

    # what trimesh asks where the rays of the first direction disagree: no answer to compare with
    monkeypatch.setattr(trimesh.util, "random_generator", refuse)
    reference, tested = RayMeshIntersector(mesh), native(mesh)
    compared = 0
    for point in rays(mesh, 400)[0]:
        found = tested.contains(point)
        try:
            expected = reference.contains_points([point])[0]
        except DrawsFromTheSystem:
            continue
        compared += 1
        assert found == expected
    assert compared > 250


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("kind", sorted(MESHES.keys() - {"near the origin"}))
def test_the_nearest_point_is_trimesh_s(kind: str) -> None:
    mesh = MESHES[kind]()
    points = rays(mesh, 400)[0]
    # not in planes of symmetry: of points at the same distance either is right
    points += np.random.default_rng(8).normal(0, 1e-3, points.shape) * np.ptp(mesh.bounds)
    tested = native(mesh)
    expected_points, distances, _ = closest_point(mesh, points)
    for point, expected, distance in zip(points, expected_points, distances, strict=True):
        found, found_distance = tested.closest_point(point)
        assert found_distance == pytest.approx(distance, rel=1e-9, abs=1e-10)
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-7)


@pytest.mark.parametrize("facing", [0, 1])
def test_of_two_triangles_at_the_same_distance_that_which_faces_the_point(facing: int) -> None:
    corners = np.array([[0, 0, 0], [9, 0, 0], [0, 9, 0]])
    heights = np.array([1.0, -1.0])
    triangles = corners + np.array([0, 0, 1]) * heights[:, np.newaxis, np.newaxis]
    # the other one looks away from the middle, too
    towards = np.where(np.arange(2) == facing, -heights, heights)
    tested = TriangleMesh(triangles, np.array([0, 0, 1]) * towards[:, np.newaxis])
    assert tested.closest_point([2, 2, 0.0])[0].tolist() == [2, 2, heights[facing]]


def test_hostile_rays_and_points_crash_nothing() -> None:
    for made in MESHES.values():
        tested = native(made())
        for values in itertools.product(HOSTILE, repeat=3):
            for other in (X, np.array(values), np.array(values[::-1])):
                tested.first_hit(values, other)
                tested.first_hit(other, values)
            tested.contains(values)
            tested.closest_point(values)


def test_hostile_meshes_crash_nothing() -> None:
    values = np.array(HOSTILE[3:])
    for count in (1, 5, 50):
        corners = np.random.default_rng(count).choice(values, (count, 3, 3))
        tested = TriangleMesh(corners, np.full((count, 3), np.nan))
        for point in itertools.product(HOSTILE, repeat=3):
            tested.first_hit(point, X)
            tested.contains(point)
            tested.closest_point(point)


@pytest.mark.parametrize(
    ("triangles", "normals"),
    [
        (np.zeros((0, 3, 3)), np.zeros((0, 3))),
        (np.zeros((2, 3, 3)), np.zeros((1, 3))),
        (np.zeros((2, 3)), np.zeros((2, 3))),
        (np.full((1, 3, 3), np.nan), np.zeros((1, 3))),
    ],
)
def test_what_is_no_mesh_is_refused(triangles: Any, normals: Any) -> None:
    with pytest.raises(ValueError, match="mesh"):
        TriangleMesh(triangles, normals)


def test_points_must_have_three_numbers() -> None:
    with pytest.raises(ValueError, match="three numbers"):
        native(MESHES["box"]()).contains([1.0, 2.0])


def field(raw: Any) -> tuple[voxcell.OrientationField, OrientationField]:
    reference = voxcell.OrientationField(raw, VOXEL, OFFSET)
    return reference, OrientationField(raw, reference.offset, reference.voxel_dimensions)


def places(count: int) -> Any:
    rng = np.random.default_rng(2)
    inside = np.array(OFFSET) + rng.uniform(-0.2, 1.2, (count, 3)) * np.array(VOXEL) * [4, 3, 5]
    corners = np.float64(np.float32(OFFSET)) + rng.integers(-1, 6, (count, 3)) * np.float64(
        np.float32(VOXEL)
    )
    return np.concatenate([inside, corners, list(itertools.product(HOSTILE, repeat=3))])


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", [np.int8, np.float32, np.float64])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_rotations_are_voxcell_s(dtype: Any, order: Any) -> None:
    raw = np.random.default_rng(1).integers(-127, 128, (4, 3, 5, 4)).astype(dtype, order=order)
    raw[0, 0, 0] = 0
    if dtype != np.int8:
        raw[1, 0, 0] = np.nan
    reference, tested = field(raw)
    inside = 0
    for point in places(1000):
        found = tested.rotation(point)
        try:
            expected = reference.lookup(point)[0]
        except voxcell.VoxcellError:
            assert found is None
        else:
            inside += 1
            assert found is not None
            np.testing.assert_allclose(found, expected, rtol=0, atol=1e-15)
    assert 500 < inside < 1500


def test_the_voxels_are_kept_and_not_copied() -> None:
    raw = np.zeros((1, 1, 1, 4), dtype=np.float32)
    raw[..., 0] = 1
    tested = OrientationField(raw, (0, 0, 0), (10, 10, 10))
    raw[...] = [0, 0, 0, 1]
    del raw
    np.testing.assert_array_equal(tested.rotation([5, 5, 5]), np.diag([-1, -1, 1]))


@pytest.mark.parametrize(
    "raw", [np.zeros((2, 2, 2, 3)), np.zeros((2, 2, 2)), np.zeros((2, 2, 2, 4), dtype=np.int16)]
)
def test_other_volumes_are_refused(raw: Any) -> None:
    with pytest.raises(ValueError, match="orientations"):
        OrientationField(raw, OFFSET, VOXEL)


def test_a_volume_without_voxels_is_outside_everywhere() -> None:
    assert OrientationField(np.zeros((0, 1, 1, 4)), (0, 0, 0), (1, 1, 1)).rotation(X) is None


def free(x: float) -> Any:
    """A rule with the probability x + 0.1 for steps along x, from anywhere within 10 of it."""
    box = native(trimesh.creation.box(extents=(20, 20, 20)))
    return repulsive_rule(box, None, 10 - 10 * x - 1, 10)


def test_the_least_probability_counts() -> None:
    rules = [free(x) for x in (0.4, 0.2, 0.7)]
    assert [rule(X, np.zeros(3)) for rule in rules] == pytest.approx([0.5, 0.3, 0.8])
    made = cell_constraints(constraint([3], True, True, rule) for rule in rules)
    assert made.select(3, True).probability(X, np.zeros(3)) == pytest.approx(0.3)
    # there is none beyond the mesh
    assert made.select(3, True).probability(X, X * 20) == 1


def test_constraints_are_chosen_by_type_and_process() -> None:
    made = cell_constraints(
        [
            constraint([3, 4], True, False, free(0.4)),
            constraint([4], False, True, free(0.2)),
            constraint([4], True, True, None, free(0.1)),
        ]
    )
    chosen = {
        (number, is_major): made.select(number, is_major).probability(X, np.zeros(3))
        for number in (2, 3, 4)
        for is_major in (True, False)
    }
    assert {key: p for key, p in chosen.items() if p < 1} == pytest.approx(
        {(3, True): 0.5, (4, True): 0.5, (4, False): 0.3}
    )
    assert made.select(2, True).is_empty()
    assert made.select(-1, True).is_empty()
    assert made.select(99, True).is_empty()


def test_trunks() -> None:
    made = cell_constraints(
        [constraint([], True, True, free(0.1), free(0.6)), constraint([], True, True)]
    )
    assert made.trunk_probability(X, np.zeros(3), 1.0) == pytest.approx(0.7)
    assert made.trunk_probability(X, np.zeros(3), 0.2) == 0.2
    assert np.isnan(made.trunk_probability(X, np.zeros(3), np.nan))


@pytest.mark.parametrize(
    ("given", "tries", "increase"),
    [
        ([{}], 50, 1.2),
        ([{"max_tries": 7}], 7, 1.2),
        ([{"max_tries": 7, "randomness_increase": 0.5}, {"max_tries": 9}], 9, 1.2),
        ([{"max_tries": 7}, {}], 50, 1.2),
        ([{"randomness_increase": 2.5}, {"randomness_increase": 3}], 50, 3),
    ],
)
def test_proposals_are_the_most_generous(
    given: list[dict[str, float]], tries: float, increase: float
) -> None:
    rule = free(0.5)
    entries = [constraint([3], True, True, rule, **limits) for limits in given]
    # one without rule for sections does not count
    entries.append(constraint([3], True, True, None, rule, max_tries=99, randomness_increase=99))
    chosen = cell_constraints(entries).select(3, True)
    assert (chosen.max_tries(), chosen.randomness_increase()) == (tries, increase)


def test_nan_is_no_limit() -> None:
    box = native(trimesh.creation.box(extents=(20, 20, 20)))
    rule = repulsive_rule(box, ([0, 0, 0], [1, np.nan, 1]), 0, 10)
    raw = np.full((1, 1, 1, 4), np.nan)
    other = direction_rule(OrientationField(raw, (-9, -9, -9), (18, 18, 18)), X)
    made = cell_constraints([constraint([3], True, True, r, r) for r in (rule, other, free(0.4))])
    assert made.select(3, True).probability(X, np.zeros(3)) == pytest.approx(0.5)
    assert made.trunk_probability(X, np.zeros(3), 1.0) == pytest.approx(0.5)


def test_hostile_numbers_give_probabilities() -> None:
    raw = np.random.default_rng(0).normal(0, 1, (3, 3, 3, 4))
    orientations = OrientationField(raw, (-15, -15, -15), (10, 10, 10))
    box = native(trimesh.creation.box(extents=(20, 20, 20)))
    for a, b in itertools.product(HOSTILE, repeat=2):
        rules = [
            repulsive_rule(box, None, a, b),
            attractive_rule(box, ((0, 0, 0), (a, b, 1)), a, b, a),
            direction_rule(orientations, (a, b, 1), power=b),
            direction_rule(orientations, X, True, a, [(a, b)], (X, a, X)),
        ]
        for rule in rules:
            for point in ([3.0, 2, 1], [a, b, 1]):
                p = rule(np.array([0.6, 0, 0.8]), point)
                assert 0 <= p <= 1 or np.isnan(p)


def test_a_deep_copy_is_the_object_itself() -> None:
    rule = free(0.5)
    assert copy.deepcopy({"section_prob": rule})["section_prob"] is rule
