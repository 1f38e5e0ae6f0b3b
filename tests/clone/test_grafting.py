"""Grafts: where the new axon starts, what is taken and what stays, and when it cannot be made."""

from __future__ import annotations

import hashlib
import json
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given

from region_grower_hpc.clone.axon_site import axon_site, azimuth_rad
from region_grower_hpc.clone.grafting import graft, graft_problem
from region_grower_hpc.clone.repaired import read_repaired
from region_grower_hpc.errors import TaskFailure
from region_grower_hpc.formats.morphology import MorphologyArrays
from tests.clone.made_neurons import Section, neuron, neurons, stick, y_of

UP = stick(3, (0, 1, 0), (0, 5, 0))
DONOR = neuron(UP, stick(2, (0, -1, 0), (3, -1, 0)))
"""Its axon is at a right angle to its dendrite."""


def axon_roots(arrays: MorphologyArrays) -> list[int]:
    """Rows of the roots that are axons."""
    rows = enumerate(arrays.structure.tolist())
    return [number for number, (_, kind, parent) in rows if kind == 2 and parent == 0]


def tree_points(arrays: MorphologyArrays, root: int) -> np.ndarray:
    roots = np.flatnonzero(arrays.structure[1:, 2] == 0) + 1
    later = [row for row in roots.tolist() if row > root]
    stop = arrays.structure[later[0], 0] if later else len(arrays.points)
    return arrays.points[arrays.structure[root, 0] : stop]


def test_the_first_axon_of_the_donor_replaces_all_of_the_recipient() -> None:
    recipient = neuron(
        stick(4, (0, 1, 0), (0, 9, 0)),
        stick(2, (7, 8, 9), (1, 1, 1)),
        UP,
        stick(2, (4, 4, 4), (5, 5, 5)),
    )
    donor_axon: list[Section] = [
        (2, -1, [(1, 2, 3), (2, 4, 6)]),
        (2, 0, [(2, 4, 6), (2, 5, 6)]),
        (7, 0, [(2, 4, 6), (3, 4, 6)]),
    ]
    donor = neuron(UP, donor_axon, stick(2, (0, 0, 0), (9, 9, 9)))
    made = graft(recipient, donor, "r", "d")

    assert made.points[:4].tolist() == recipient.points[:4].tolist()
    # NEURON's order: axon, basal, apical.
    assert made.structure.tolist() == [
        [0, 1, -1],
        [4, 2, 0],
        [6, 2, 1],
        [8, 7, 1],
        [10, 3, 0],
        [12, 4, 0],
    ]
    moved = [[7, 8, 9], [8, 10, 12], [8, 10, 12], [8, 11, 12], [8, 10, 12], [9, 10, 12]]
    assert made.points[4:10, :3].tolist() == moved
    assert made.points[4:10, 3].tolist() == donor.points[6:12, 3].tolist()
    assert made.points[10:12].tolist() == recipient.points[8:10].tolist()
    assert made.points[12:].tolist() == recipient.points[4:6].tolist()


def test_a_recipient_with_axon_needs_neither_soma_nor_dendrites() -> None:
    recipient = neuron(stick(2, (7, 8, 9), (1, 1, 1)), soma=[])
    donor = neuron(stick(2, (0, 0, 0), (0, 0, 0)))
    assert graft_problem(recipient, donor) is None
    assert graft(recipient, donor, "r", "d").points.tolist() == [[7, 8, 9, 5], [7, 8, 9, 6]]


@pytest.mark.parametrize("name", [f"r{number}" for number in range(20)])
def test_without_axon_the_new_one_starts_at_the_angle_of_the_donor(name: str) -> None:
    """The dendrites of the recipient point along x, the mean distance of its soma is 2."""
    soma = [[10, 12, 0, 1], [10, 8, 0, 1], [13, 10, 0, 1], [7, 10, 0, 1]]
    recipient = neuron(stick(3, (0, 0, 0), (1, 1, 1)), stick(4, (0, 0, 0), (2, -1, -1)), soma=soma)
    donor = neuron(UP, stick(2, (0, 0, 0), (1, 1, 0)))
    start = tree_points(graft(recipient, donor, name, "d"), 1)[0, :3] - (10, 10, 0)
    assert np.linalg.norm(start) == pytest.approx(2.5, rel=1e-6)
    assert start[0] == pytest.approx(2.5 * np.sqrt(0.5), rel=1e-6)
    # o = x × z = -y, turned about x by phi, then x about o.
    phi = np.random.default_rng(
        int(hashlib.md5(f"{name}_d".encode("ascii")).hexdigest(), 16) % (2**32 - 1)
    ).uniform(0, 2 * np.pi)
    around = np.array([0, -np.cos(phi), -np.sin(phi)])
    turned = np.cross(around, [1, 0, 0])
    np.testing.assert_allclose(start[1:], 2.5 * np.sqrt(0.5) * turned[1:], atol=2e-6)


@pytest.mark.parametrize("up", [1, -1, 1e-6])
def test_dendrites_along_z_are_turned_about_another_axis(up: float) -> None:
    recipient = neuron(stick(3, (0, 0, 0), (0, 0, up)), soma=[[0, 0, 0, 6]])
    start = graft(recipient, DONOR, "r", "d").points[1, :3]
    # A right angle in the donor, and half the diameter of a soma of one point.
    assert start[2] == pytest.approx(0, abs=1e-6)
    assert np.linalg.norm(start) == pytest.approx(3, rel=1e-6)


@pytest.mark.parametrize(("along", "cosine"), [((0, 7, 0), 1.0), ((0, -0.1, 0), -1.0)])
def test_parallel_directions_are_no_problem(along: tuple[float, ...], cosine: float) -> None:
    recipient = neuron(stick(3, (0, 0, 0), (0.3, 0.1, 0.7)), soma=[[0, 0, 0, 2]])
    donor = neuron(UP, stick(2, (0, 0, 0), along))
    start = graft(recipient, donor, "r", "d").points[1, :3]
    direction = np.array([0.3, 0.1, 0.7]) / np.linalg.norm([0.3, 0.1, 0.7])
    np.testing.assert_allclose(start, cosine * direction, atol=1e-6)


@pytest.mark.parametrize("direction", np.random.default_rng(0).normal(0, 1, (50, 3)).tolist())
def test_rounding_never_takes_the_cosine_out_of_its_range(direction: list[float]) -> None:
    root = stick(3, (0, 0, 0), direction)
    donor = neuron(root, stick(2, (0, 0, 0), direction))
    site = axon_site(neuron(root), donor)
    assert site.angle_rad == pytest.approx(0, abs=1e-7)


def test_the_azimuth_is_one_draw_from_the_names() -> None:
    drawn = [azimuth_rad("a", f"b{number}") for number in range(200)]
    assert len(set(drawn)) == 200
    assert 0 <= min(drawn) < 0.2
    assert 6.1 < max(drawn) < 2 * np.pi
    assert azimuth_rad("é", "µ") == azimuth_rad("é", "µ")


NAN = float("nan")
PROBLEMS = {
    "the donor has no axon": (neuron(UP), neuron(UP)),
    "the recipient has no axon, and the recipient has no dendrites": (neuron(), DONOR),
    "the recipient has no axon, and the donor has no dendrites": (
        neuron(UP),
        neuron(stick(2, (0, 0, 0), (1, 1, 1))),
    ),
    "the recipient has neither an axon nor a soma": (neuron(UP, soma=[]), DONOR),
    "the recipient has no axon, and the mean of the recipient's dendrites has no direction": (
        neuron(stick(3, (0, 1, 0), (0, 3, 0)), stick(4, (0, -1, 0), (0, -3, 0))),
        DONOR,
    ),
    "the recipient has no axon, and the mean of the donor's dendrites has no direction": (
        neuron(UP),
        neuron([(3, -1, [(1, 1, 1)])], stick(2, (0, 0, 0), (1, 1, 1))),
    ),
    "the recipient has no axon, and the first section of the donor's axon has no direction": (
        neuron(UP),
        neuron(UP, [(2, -1, [(1, 1, 1), (2, 2, 2), (1, 1, 1)])]),
    ),
    "the first point of the donor's axon is not finite": (
        neuron(UP),
        neuron(UP, stick(2, (0, NAN, 0), (1, 1, 1))),
    ),
    "the first point of the recipient's axon is not finite": (
        neuron(stick(2, (0, float("inf"), 0), (1, 1, 1))),
        DONOR,
    ),
    "the recipient has no axon, and its soma is not finite": (
        neuron(UP, soma=[[NAN, 0, 0, 1]]),
        DONOR,
    ),
    "the recipient has no axon, and the mean of the recipient's dendrites is not finite": (
        neuron(stick(3, (0, NAN, 0), (1, 1, 1))),
        DONOR,
    ),
}


@pytest.mark.parametrize("problem", PROBLEMS)
def test_what_cannot_be_grafted_says_why(problem: str) -> None:
    recipient, donor = PROBLEMS[problem]
    assert graft_problem(recipient, donor) == problem
    with pytest.raises(TaskFailure) as failure:
        graft(recipient, donor, "r", "d")
    assert failure.value.kind == "graft"
    assert failure.value.message == problem


@given(neurons(), neurons())
def test_a_graft_fails_exactly_when_its_problem_is_known(
    recipient: MorphologyArrays, donor: MorphologyArrays
) -> None:
    before = recipient.points.copy(), donor.points.copy()
    problem = graft_problem(recipient, donor)
    if problem is None:
        made = graft(recipient, donor, "r", "d")
        assert np.isfinite(made.points).all()
        assert axon_roots(made) == [1]
        assert sorted(y_of(made, (3, 4, 5))) == sorted(y_of(recipient, (3, 4, 5)))
        donor_axon = tree_points(donor, axon_roots(donor)[0])
        axon = tree_points(made, 1)
        np.testing.assert_array_equal(axon[:, 3], donor_axon[:, 3])
        np.testing.assert_allclose(
            axon[:, :3] - axon[0, :3], donor_axon[:, :3] - donor_axon[0, :3], atol=1e-5
        )
        if axon_roots(recipient):
            own = tree_points(recipient, axon_roots(recipient)[0])
            np.testing.assert_array_equal(axon[0, :3], own[0, :3])
    else:
        with pytest.raises(TaskFailure):
            graft(recipient, donor, "r", "d")
    np.testing.assert_array_equal(recipient.points, before[0])
    np.testing.assert_array_equal(donor.points, before[1])


def test_the_family_of_the_recipient_stays() -> None:
    plain = neuron(UP)
    recipient = MorphologyArrays(plain.points, plain.structure, family=1)
    assert graft(recipient, DONOR, "r", "d").family == 1
    assert graft(DONOR, DONOR, "r", "d").family == 0


@pytest.mark.shared
def test_crossed_grafts_are_those_of_the_peer_with_fresh_neurons(shared_data: Path) -> None:
    folder = shared_data / "clone" / "example" / "repair_release"
    files = ("C270106A.asc", "rp100427-123_idC.asc", "nrn-order-already-sorted.h5")
    parents = {Path(file).stem: read_repaired(folder / file).arrays for file in files}
    path = shared_data / "clone" / "expected" / "crossed_grafts.json"
    expected = json.loads(path.read_text(encoding="utf-8"))
    assert len(expected) == 6
    for recipient, donor in permutations(parents, 2):
        made = graft(parents[recipient], parents[donor], recipient, donor)
        numbers = expected[f"dend-{recipient}_axon-{donor}"]
        axon = tree_points(made, 1)
        assert len(axon_roots(made)) == numbers["axons"]
        assert (made.structure[:, 1] == 2).sum() == numbers["axon_sections"]
        assert len(axon) == numbers["axon_points"]
        assert len(made.structure) - 1 == numbers["sections"]
        assert len(made.points) - made.soma_size == numbers["points"]
        np.testing.assert_allclose(axon[0, :3], numbers["axon_start"], atol=1e-4)
        total = axon[:, :3].astype(np.float64).sum(axis=0)
        np.testing.assert_allclose(total, numbers["axon_sum"], atol=1e-4 * len(axon))
