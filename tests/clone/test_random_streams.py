"""Random streams of clones: which numbers, in which order, and from what they depend."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt
import pytest

from region_grower_hpc.clone import random_streams
from region_grower_hpc.clone.jitter import Draws, post_order
from region_grower_hpc.clone.random_streams import IndependentStream, SequentialStream
from region_grower_hpc.formats.morphology import MorphologyArrays
from tests.clone.made_neurons import Section, neuron

TREE: list[Section] = [
    (3, -1, [[0, 0, 0], [0, 5, 0]]),
    (3, 0, [[0, 5, 0], [4, 12, 1]]),
    (3, 1, [[4, 12, 1], [9, 14, 1]]),
    (3, 1, [[4, 12, 1], [6, 19, 4]]),
    (3, 0, [[0, 5, 0], [-4, 12, -1]]),
]
PARENT = neuron(TREE, TREE)
POST_ORDER = [2, 3, 1, 4, 0, 7, 8, 6, 9, 5]
POST_ORDER_OF_TURNED = [2, 3, 1, 4, 7, 8, 6, 9]


def with_directions(n_directions: int, n_null: int = 0) -> MorphologyArrays:
    """A tree whose section 1 has so many directions, and some points more at its beginning."""
    leaf = [[0.0, 5.0, float(k)] for k in range(n_directions - 1)]
    middle: Section = (3, 0, [[0, 1, 0], *[[0, 1, 0]] * n_null, [0, 5, 0]])
    leaves: list[Section] = [(3, 1, [[0, 5, 0], *leaf[1:]]), (3, 1, [[0, 5, 0], [1, 5, 0]])]
    return neuron([(3, -1, [[0, 0, 0], [0, 1, 0]]), middle, *leaves])


def assert_equal(one: Draws, other: Draws) -> None:
    np.testing.assert_array_equal(one.angles_rad, other.angles_rad)
    np.testing.assert_array_equal(one.factors, other.factors)
    assert one.sign == other.sign


def differ(one: Draws, other: Draws) -> bool:
    return bool(np.abs(one.factors - other.factors).min() > 0)


def peer_draws(
    name: str, n_clones: int, thrown_away: dict[int, int], parent: MorphologyArrays
) -> list[tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]]:
    """Angles and factors of all clones, one by one."""
    seed = int(hashlib.md5(name.encode("ascii")).hexdigest(), 16) % (2**32 - 1)
    generator = np.random.RandomState(seed)
    clones = []
    for _ in range(n_clones):
        angles_rad, factors = np.zeros((2, len(parent.structure) - 1))
        for section in post_order(parent.structure):
            if parent.structure[section + 1, 2] == 0:
                continue
            for _ in range(thrown_away.get(int(section), 0)):
                generator.normal()
            angles_rad[section] = generator.normal(0, 10) * np.pi / 180
        for section in post_order(parent.structure):
            factors[section] = max(generator.normal(1, 0.2), 0.01)
        clones.append((angles_rad, factors))
    return clones


def test_the_independent_stream_is_that_of_seed_name_and_index() -> None:
    draws = IndependentStream(17).draws("cell", 4, PARENT, 10.0, 0.2)
    digest = int.from_bytes(hashlib.sha256(b"cell").digest(), "big")
    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence([17, digest, 4])))
    angles_deg = generator.normal(0, 10, 8)
    factors = generator.normal(1, 0.2, 10)
    np.testing.assert_allclose(draws.angles_rad[POST_ORDER_OF_TURNED], np.deg2rad(angles_deg))
    np.testing.assert_allclose(draws.factors[POST_ORDER], factors)
    assert draws.angles_rad[[0, 5]].tolist() == [0, 0]
    assert draws.sign == "first_component"


def test_the_independent_stream_depends_on_nothing_else() -> None:
    stream = IndependentStream(17)
    series = [stream.draws("cell", index, PARENT, 10.0, 0.2) for index in range(4)]
    assert_equal(series[3], IndependentStream(17).draws("cell", 3, PARENT, 10.0, 0.2))
    stream.draws("other", 0, PARENT, 3.0, 0.1)
    assert_equal(series[1], stream.draws("cell", 1, PARENT, 10.0, 0.2))
    assert differ(series[0], series[1])
    assert differ(series[0], stream.draws("other", 0, PARENT, 10.0, 0.2))
    assert differ(series[0], IndependentStream(18).draws("cell", 0, PARENT, 10.0, 0.2))


def test_the_independent_draws_are_normal() -> None:
    from scipy.stats import kstest

    parent = neuron(*[TREE] * 50)
    stream = IndependentStream(2)
    series = [stream.draws("cell", index, parent, 10.0, 0.2) for index in range(20)]
    is_turned = parent.structure[1:, 2] > 0
    angles_deg = np.rad2deg(np.concatenate([draws.angles_rad[is_turned] for draws in series]))
    factors = np.concatenate([draws.factors for draws in series])
    assert len(angles_deg) == 4000
    assert kstest(angles_deg, "norm", (0, 10)).pvalue > 1e-3
    assert kstest(angles_deg, "norm", (0, 12.5)).pvalue < 1e-3
    assert kstest(factors, "norm", (1, 0.2)).pvalue > 1e-3
    assert kstest(factors, "norm", (1, 0.25)).pvalue < 1e-3
    assert abs(np.corrcoef(angles_deg, factors[: len(angles_deg)])[0, 1]) < 0.06


def test_the_draws_scale_with_the_spread() -> None:
    for stream in (IndependentStream(1), SequentialStream()):
        one = stream.draws("cell", 2, PARENT, 1.0, 0.01)
        ten = stream.draws("cell", 2, PARENT, 10.0, 0.1)
        none = stream.draws("cell", 2, PARENT, 0.0, 0.0)
        np.testing.assert_allclose(ten.angles_rad, 10 * one.angles_rad)
        np.testing.assert_allclose(ten.factors - 1, 10 * (one.factors - 1))
        assert not none.angles_rad.any()
        assert (none.factors == 1).all()


@pytest.mark.parametrize("n_trees", [1, 2])  # an odd and an even number of normals a clone
def test_the_sequential_stream_is_that_of_the_peer(n_trees: int) -> None:
    parent = neuron(*[TREE] * n_trees)
    stream = SequentialStream()
    for index, expected in enumerate(peer_draws("a-cell", 4, {}, parent)):
        draws = stream.draws("a-cell", index, parent, 10.0, 0.2)
        np.testing.assert_allclose(draws.angles_rad, expected[0], rtol=1e-12)
        np.testing.assert_allclose(draws.factors, expected[1], rtol=1e-12)
        assert draws.sign == "largest_projection"


@pytest.mark.parametrize(
    ("parent", "thrown_away"),
    [
        (with_directions(500), {}),
        (with_directions(501), {1: 33}),
        (with_directions(500, n_null=7), {}),
        (with_directions(501, n_null=7), {1: 33}),
    ],
)
def test_large_tables_of_directions_cost_normals(
    parent: MorphologyArrays, thrown_away: dict[int, int]
) -> None:
    stream = SequentialStream()
    for index, expected in enumerate(peer_draws("a-cell", 3, thrown_away, parent)):
        draws = stream.draws("a-cell", index, parent, 10.0, 0.2)
        np.testing.assert_allclose(draws.angles_rad, expected[0], rtol=1e-12)
        np.testing.assert_allclose(draws.factors, expected[1], rtol=1e-12)


def test_large_roots_and_leaves_cost_no_normals() -> None:
    line = [[0.0, float(k), 0.0] for k in range(600)]
    parent = neuron([(3, -1, line), (3, 0, line)])
    draws = SequentialStream().draws("a-cell", 0, parent, 10.0, 0.2)
    ((angles_rad, factors),) = peer_draws("a-cell", 1, {}, parent)
    np.testing.assert_allclose(draws.angles_rad, angles_rad, rtol=1e-12)
    np.testing.assert_allclose(draws.factors, factors, rtol=1e-12)


def test_sequential_clones_can_be_asked_for_in_any_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stream = SequentialStream()
    series = [stream.draws("cell", index, PARENT, 10.0, 0.2) for index in range(9)]
    monkeypatch.setattr(random_streams, "_NORMALS_AT_ONCE", 7)
    stream = SequentialStream()
    for index in (5, 2, 2, 3, 8, 0):
        assert_equal(stream.draws("cell", index, PARENT, 10.0, 0.2), series[index])
    assert_equal(SequentialStream().draws("cell", 7, PARENT, 10.0, 0.2), series[7])
    assert differ(series[0], series[1])


def test_many_parents_by_turns() -> None:
    names = [f"cell{number}" for number in range(2 * random_streams.KEPT_STREAMS)]
    stream = SequentialStream()
    for index in range(3):
        for name in names:
            draws = stream.draws(name, index, PARENT, 10.0, 0.2)
            assert_equal(draws, SequentialStream().draws(name, index, PARENT, 10.0, 0.2))


def test_successive_clones_go_on_where_the_last_one_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stream = SequentialStream()
    stream.draws("cell", 0, PARENT, 10.0, 0.2)
    seeded: list[int] = []
    legacy = np.random.RandomState

    def counted(seed: int) -> np.random.RandomState:
        seeded.append(seed)
        return legacy(seed)

    monkeypatch.setattr(np.random, "RandomState", counted)
    for index in range(1, 5):
        stream.draws("cell", index, PARENT, 10.0, 0.2)
    assert seeded == []
    stream.draws("cell", 4, PARENT, 10.0, 0.2)
    assert len(seeded) == 1


def test_another_parent_of_the_same_name_has_its_own_stream() -> None:
    stream = SequentialStream()
    stream.draws("cell", 0, PARENT, 10.0, 0.2)
    smaller = neuron(TREE)
    assert_equal(
        stream.draws("cell", 1, smaller, 10.0, 0.2),
        SequentialStream().draws("cell", 1, smaller, 10.0, 0.2),
    )
