from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from morphio import PointLevel, SomaType
from morphio.mut import Morphology

from region_grower_hpc.errors import TaskFailure
from region_grower_hpc.formats.morphology import from_morphio
from region_grower_hpc.synthesis.axons.axon_list import AxonChoices, load_axon_list
from region_grower_hpc.synthesis.axons.donors import Donors
from region_grower_hpc.synthesis.axons.grafting import donor_problem, graft_axon, orient_donor
from region_grower_hpc.synthesis.cell import synthesize_cell
from region_grower_hpc.synthesis.growers import GrownNeuron, NeuroTSGrower
from tests.synthesis.cases import Case, load_case
from tests.synthesis.small_neuron import AXON, BASAL, donor, grown, neuron, points, without_axon

EYE = np.eye(3)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def direction(section: Any) -> np.ndarray:
    return section.points[-1].astype(float) - section.points[0]


def angle_to_dendrites(cell: Morphology) -> float:
    axon = next(direction(root) for root in cell.root_sections if root.type == AXON)
    dendrites = [direction(root) for root in cell.root_sections if root.type != AXON]
    mean = np.mean(dendrites, axis=0)
    return np.arccos(axon @ mean / np.linalg.norm(axon) / np.linalg.norm(mean))


def test_a_donor_is_turned_about_y_then_to_the_cell() -> None:
    turned = donor()
    to_x = np.array([[0.0, 1, 0], [-1, 0, 0], [0, 0, 1]])  # y becomes x
    orient_donor(turned, to_x, None, None, None, rng(3))
    angle = rng(3).uniform(-np.pi, np.pi)
    cosine, sine = np.cos(angle), np.sin(angle)
    about_y = np.array([[cosine, 0, sine], [0, 1, 0], [-sine, 0, cosine]])
    np.testing.assert_allclose(points(turned), points(donor()) @ (to_x @ about_y).T, atol=1e-4)
    np.testing.assert_allclose(points(turned)[:, 0], points(donor())[:, 1], atol=1e-4)
    np.testing.assert_allclose(
        turned.soma.points, donor().soma.points @ (to_x @ about_y).T, atol=1e-5
    )


def test_the_scale_multiplies_points_about_the_origin_and_no_diameters() -> None:
    plain, scaled = donor(), donor()
    orient_donor(plain, EYE, None, None, None, rng(3))
    orient_donor(scaled, EYE, 0.5, None, None, rng(3))
    np.testing.assert_allclose(points(scaled), points(plain) * 0.5, atol=1e-5)
    for one, other in zip(plain.iter(), scaled.iter(), strict=True):
        np.testing.assert_array_equal(one.diameters, other.diameters)


@pytest.mark.parametrize(
    ("rotational", "scaling", "n_draws"), [(None, None, 0), (9.0, None, 24), (9.0, 0.1, 52)]
)
def test_draws_of_the_jitters(
    rotational: float | None, scaling: float | None, n_draws: int
) -> None:
    used, same = rng(), rng()
    orient_donor(donor(), EYE, None, rotational, scaling, used)
    same.uniform()
    same.normal(size=n_draws)
    assert used.random() == same.random()


def test_the_axon_keeps_its_shape_and_its_angle_to_the_dendrites() -> None:
    cell, given = grown(), donor()
    before = points(cell)
    graft_axon(cell, given, rng(8))
    axon = cell.root_sections[-1]
    theirs = given.root_sections[1]
    assert [root.type for root in cell.root_sections] == [BASAL, BASAL, AXON]
    np.testing.assert_array_equal(points(without_axon(cell)), before)
    shape = [section.points - axon.points[0] for section in axon.iter()]
    expected = [section.points - theirs.points[0] for section in theirs.iter()]
    for own, own_expected in zip(shape, expected, strict=True):
        np.testing.assert_allclose(own, own_expected, atol=1e-4)
    for section, own in zip(axon.iter(), theirs.iter(), strict=True):
        np.testing.assert_array_equal(section.diameters, own.diameters)


@pytest.mark.parametrize("seed", range(5))
def test_the_axon_starts_on_the_soma_at_the_donor_s_angle(seed: int) -> None:
    cell = grown()
    graft_axon(cell, donor(), rng(seed))
    start = cell.root_sections[-1].points[0].astype(float)
    mean = np.mean([direction(root) for root in grown().root_sections], axis=0)
    angle = np.arccos(start @ mean / np.linalg.norm(start) / np.linalg.norm(mean))
    assert np.linalg.norm(start) == pytest.approx(5.0, rel=1e-5)
    assert angle == pytest.approx(angle_to_dendrites(donor()), abs=1e-4)


def test_the_azimuth_is_the_one_draw() -> None:
    starts, used = [], rng(1)
    for _ in range(2):
        cell = grown()
        graft_axon(cell, donor(), used)
        starts.append(cell.root_sections[-1].points[0])
    assert np.linalg.norm(starts[0] - starts[1]) > 0.1
    same = rng(1)
    same.random(2)
    assert used.random() == same.random()


def test_dendrites_along_z() -> None:
    cell = neuron((BASAL, (0, 0, 30)))
    graft_axon(cell, donor(), rng())
    start = cell.root_sections[-1].points[0].astype(float)
    assert np.arccos(start[2] / 5) == pytest.approx(angle_to_dendrites(donor()), abs=1e-4)


def test_the_soma_may_be_elsewhere_and_of_one_point() -> None:
    cell = neuron((BASAL, (4, 30, -2)), soma_um=(100, 200, 300))
    cell.soma.points, cell.soma.diameters = [[100, 200, 300]], [14]
    cell.soma.type = SomaType.SOMA_SINGLE_POINT
    graft_axon(cell, donor(), rng())
    start = cell.root_sections[-1].points[0]
    assert np.linalg.norm(start - [100, 200, 300]) == pytest.approx(7, rel=1e-4)


def test_an_axon_takes_the_place_of_all_axons_without_a_draw() -> None:
    cell = neuron((AXON, (1, -20, 3)), (BASAL, (4, 30, -2)), (AXON, (-5, -20, 3)))
    start = cell.root_sections[0].points[0].copy()
    used = rng()
    graft_axon(cell, donor(), used)
    assert [root.type for root in cell.root_sections] == [BASAL, AXON]
    np.testing.assert_allclose(cell.root_sections[-1].points[0], start, atol=1e-6)
    assert used.random() == rng().random()


def test_the_first_of_several_axons_is_taken() -> None:
    given = neuron((AXON, (1, -20, 3)), (BASAL, (4, 30, -2)), (AXON, (-5, -20, 3)))
    cell = grown()
    graft_axon(cell, given, rng())
    np.testing.assert_allclose(direction(cell.root_sections[-1]), [1, -20, 3], atol=1e-4)


def closed(section_type: Any) -> Morphology:
    """A donor one of whose types has first sections that end where they start."""
    cell = neuron((BASAL, (4, 30, -2)), (AXON, (1, -20, 3)))
    for root in cell.root_sections:
        if root.type == section_type:
            root.points = [root.points[0], root.points[1], root.points[0], root.points[0]]
    return cell


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (grown(), "has no axon"),
        (neuron((AXON, (1, -20, 3))), "has no dendrites"),
        (closed(AXON), "has an axon whose first section ends where it starts"),
        (closed(BASAL), "no mean direction"),
    ],
)
def test_donors_that_cannot_be_grafted(given: Morphology, message: str) -> None:
    assert message in (donor_problem(given) or "")
    with pytest.raises(TaskFailure, match=message) as caught:
        graft_axon(grown(), given, rng())
    assert caught.value.kind == "input"


def test_a_neuron_without_dendrites_is_a_growth_failure() -> None:
    cell = Morphology()
    with pytest.raises(TaskFailure, match="no dendrites") as caught:
        graft_axon(cell, donor(), rng())
    assert caught.value.kind == "growth"
    cell = neuron((BASAL, (0, 30, 0)))
    cell.append_root_section(PointLevel([[0, 0, 0], [0, -30, 0]], [1, 1]), BASAL)
    with pytest.raises(TaskFailure, match="no mean direction") as caught:
        graft_axon(cell, donor(), rng())
    assert caught.value.kind == "growth"


class RememberingGrower(NeuroTSGrower):
    """NeuroTS that keeps the stream of random numbers of the last cell."""

    def grow(self, *arguments: Any) -> GrownNeuron:
        self.rng = arguments[-1]
        return super().grow(*arguments)


@pytest.fixture(scope="module")
def axon_case(shared_data: Path) -> tuple[Case, AxonChoices, Donors, dict[str, Any]]:
    folder = shared_data / "synthesis" / "axon"
    case = load_case(folder)
    args = json.loads((folder / "case.json").read_text())["args"]
    choices = load_axon_list(folder / args["--morph-axon"], 8)
    return case, choices, Donors(folder / args["--base-morph-dir"]), args


@pytest.mark.shared
@pytest.mark.parity
@pytest.mark.parametrize("gid", [0, 1, 2, 7])
def test_grafted_cells_equal_the_peer_s(
    axon_case: tuple[Case, AxonChoices, Donors, dict[str, Any]], gid: int
) -> None:
    case, choices, donors, args = axon_case
    given = donors.get(choices.names[choices.codes[gid]])
    grower, inputs = RememberingGrower(), case.inputs(gid)
    cell = synthesize_cell(inputs, case.recipe(gid), grower).morphology
    orient_donor(
        given,
        inputs.orientation,
        choices.scales[gid],
        args["--rotational-jitter-std"],
        args["--scaling-jitter-std"],
        grower.rng,
    )
    graft_axon(cell, given, grower.rng)
    written, expected = from_morphio(cell), case.expected_cell(gid)
    np.testing.assert_array_equal(written.structure, expected["structure"])
    starts, types = written.structure[:, 0], written.structure[:, 1]
    axon_points = np.repeat(types, np.diff([*starts, len(written.points)])) == int(AXON)
    np.testing.assert_array_equal(written.points[~axon_points], expected["points"][~axon_points])
    # the axes of the jitter come from float32 LAPACK, whose last bits differ between processors
    np.testing.assert_allclose(
        written.points[axon_points], expected["points"][axon_points], rtol=0, atol=1e-3
    )
