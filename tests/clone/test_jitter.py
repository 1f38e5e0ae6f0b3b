"""Clones of neurons: geometry, and what stays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from region_grower_hpc.clone.jitter import Draws, jittered, post_order
from region_grower_hpc.clone.random_streams import IndependentStream, SequentialStream
from region_grower_hpc.formats.morphology import MorphologyArrays
from tests.clone.made_neurons import Section, neuron

TREE: list[Section] = [
    (3, -1, [[0, 0, 0], [0, 5, 0], [1, 9, 0]]),
    (3, 0, [[1, 9, 0], [4, 12, 1], [6, 13, 3]]),
    (3, 1, [[6, 13, 3], [9, 14, 1]]),
    (3, 1, [[6, 13, 3], [6, 19, 4], [5, 25, 2]]),
    (3, 0, [[1, 9, 0], [-4, 12, -1]]),
]


def ks_distance(sample: npt.NDArray[np.float64], mean: float, std: float) -> float:
    """Kolmogorov-Smirnov distance to a normal law, times the root of the sample's size."""
    from scipy.stats import kstest

    return float(kstest(sample, "norm", (mean, std)).statistic * np.sqrt(len(sample)))


#: Of a probability of 0.1 % (Smirnov's limit for large samples).
MOST_DISTANCE = 1.95


def lengths_of(cell: MorphologyArrays) -> npt.NDArray[np.float64]:
    """Of all sections, µm."""
    stops = [*cell.structure[2:, 0], len(cell.points)]
    return np.array(
        [
            np.linalg.norm(np.diff(cell.points[first:stop, :3].astype(float), axis=0), axis=1).sum()
            for first, stop in zip(cell.structure[1:, 0], stops, strict=True)
        ]
    )


def test_a_clone_shares_all_but_x_y_z() -> None:
    parent = neuron(TREE, TREE)
    parent = replace(parent, perimeters=np.arange(len(parent.points), dtype=np.float32), family=1)
    clone = jittered(parent, IndependentStream(0).draws("cell", 0, parent, 10.0, 0.2))
    np.testing.assert_array_equal(clone.points[:, 3], parent.points[:, 3])
    assert clone.structure is parent.structure
    assert clone.perimeters is parent.perimeters
    assert clone.family == 1
    assert np.abs(clone.points - parent.points).max() > 0.1


def test_draws_of_another_neuron_are_refused() -> None:
    parent = neuron(TREE)
    draws = IndependentStream(0).draws("cell", 0, neuron(TREE, TREE), 10.0, 0.2)
    with pytest.raises(ValueError, match="as many angles as sections"):
        jittered(parent, draws)


def test_children_are_drawn_before_their_parents() -> None:
    assert post_order(neuron(TREE, TREE).structure).tolist() == [2, 3, 1, 4, 0, 7, 8, 6, 9, 5]


def test_measured_turns_are_normal() -> None:
    # leaves of a stem along y, all along x: the angle of each in the plane across is its turn
    stem: Section = (3, -1, [[0, -float(y), 0] for y in range(9, -1, -1)])
    parent = neuron([stem, *[(3, 0, [[0, 0, 0], [10, 0, 0]])] * 3000])
    clone = jittered(parent, IndependentStream(4).draws("cell", 0, parent, 10.0, 0.0))
    tips = clone.points[parent.structure[2:, 0] + 1].astype(float)
    np.testing.assert_allclose(tips[:, 1], 0, atol=1e-5)
    turned_deg = np.rad2deg(np.arctan2(-tips[:, 2], tips[:, 0]))
    assert ks_distance(turned_deg, 0.0, 10.0) < MOST_DISTANCE
    assert ks_distance(turned_deg, 0.0, 12.5) > MOST_DISTANCE


def test_measured_stretches_are_normal() -> None:
    parent = neuron(*[TREE] * 40)
    stream = IndependentStream(4)
    factors = np.concatenate(
        [
            lengths_of(jittered(parent, stream.draws("cell", index, parent, 10.0, 0.2)))
            / lengths_of(parent)
            for index in range(20)
        ]
    )
    assert len(factors) == 4000
    assert ks_distance(factors, 1.0, 0.2) < MOST_DISTANCE
    assert ks_distance(factors, 1.0, 0.25) > MOST_DISTANCE


def test_no_section_shrinks_to_less_than_a_hundredth() -> None:
    parent = neuron(*[TREE] * 40)
    clone = jittered(parent, IndependentStream(4).draws("cell", 0, parent, 0.0, 5.0))
    ratios = lengths_of(clone) / lengths_of(parent)
    assert ratios.min() == pytest.approx(0.01, rel=1e-3)
    assert 0.3 < np.mean(ratios < 0.011) < 0.55


@pytest.mark.parametrize("stream", [IndependentStream(0), SequentialStream()])
def test_no_spread_gives_back_the_parent(stream: IndependentStream | SequentialStream) -> None:
    parent = neuron(*[TREE] * 3)
    for index in range(3):
        clone = jittered(parent, stream.draws("cell", index, parent, 0.0, 0.0))
        assert clone.points.tobytes() == parent.points.tobytes()


def test_draws_of_no_turn_and_no_stretch() -> None:
    parent = neuron(TREE)
    draws = Draws(np.zeros(5), np.ones(5), "largest_projection")
    assert jittered(parent, draws).points.tobytes() == parent.points.tobytes()


@pytest.mark.shared
def test_clones_are_those_of_the_peer(shared_data: Path) -> None:
    morphio = pytest.importorskip("morphio")
    from region_grower_hpc.formats.morphology import from_morphio

    files = shared_data / "clone/example/repair_release"
    stream = SequentialStream()
    parents: dict[str, MorphologyArrays] = {}
    with np.load(shared_data / "clone/expected/jitter_sequential.npz") as expected:
        assert len(expected.files) == 5
        for key in expected.files:
            name, std_angle_deg, std_scale, index = key.split("|")
            if name not in parents:
                (path,) = files.glob(f"{name}.*")
                parents[name] = from_morphio(morphio.mut.Morphology(path))
            parent = parents[name]
            draws = stream.draws(name, int(index), parent, float(std_angle_deg), float(std_scale))
            clone = jittered(parent, draws)
            np.testing.assert_allclose(
                clone.points[parent.soma_size :, :3], expected[key], rtol=0, atol=1e-3
            )
