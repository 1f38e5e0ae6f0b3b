from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from morphio import PointLevel
from morphio.mut import Morphology

from region_grower_hpc.errors import TaskFailure
from region_grower_hpc.synthesis.axons.axon_graft import AxonGraft
from region_grower_hpc.synthesis.axons.axon_list import AxonChoices, load_axon_list
from region_grower_hpc.synthesis.axons.donor import Donor, donor_problem
from region_grower_hpc.synthesis.axons.donors import Donors
from region_grower_hpc.synthesis.axons.grafting import graft_axon, oriented_points
from region_grower_hpc.synthesis.axons.jitter import (
    RotationalJitter,
    ScalingJitter,
    stretch_sections,
    turn_sections,
)
from region_grower_hpc.synthesis.cell import synthesize_cell
from region_grower_hpc.synthesis.native_grower import NativeGrower
from region_grower_hpc.synthesis.neuron_arrays import NeuronArrays
from tests.synthesis.cases import Case, load_case
from tests.synthesis.small_neuron import AXON, BASAL, donor, grown, neuron, without_axon

EYE = np.eye(3)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def arrays(cell: Morphology) -> NeuronArrays:
    return NeuronArrays.from_morphio(cell)


def given() -> Donor:
    return Donor.of(arrays(donor()))


def grafted(cell: NeuronArrays, used: np.random.Generator, axon: Donor | None = None) -> Any:
    """The neuron with an axon that is neither turned nor jittered."""
    axon = given() if axon is None else axon
    return graft_axon(cell, axon, axon.points, used)


def direction(section: Any) -> np.ndarray:
    return section.points[-1].astype(float) - section.points[0]


def axon_start(cell: NeuronArrays) -> np.ndarray:
    """First point of the last neurite."""
    return cell.points[cell.sections[cell.roots[-1], 0]].astype(float)


def angle_to_dendrites(cell: Morphology) -> float:
    axon = next(direction(root) for root in cell.root_sections if root.type == AXON)
    dendrites = [direction(root) for root in cell.root_sections if root.type != AXON]
    mean = np.mean(dendrites, axis=0)
    return np.arccos(axon @ mean / np.linalg.norm(axon) / np.linalg.norm(mean))


def test_a_donor_is_turned_about_y_then_to_the_cell() -> None:
    to_x = np.array([[0.0, 1, 0], [-1, 0, 0], [0, 0, 1]])  # y becomes x
    turned = oriented_points(given(), to_x, None, None, None, rng(3))
    angle = rng(3).uniform(-np.pi, np.pi)
    cosine, sine = np.cos(angle), np.sin(angle)
    about_y = np.array([[cosine, 0, sine], [0, 1, 0], [-sine, 0, cosine]])
    np.testing.assert_allclose(turned, given().points @ (to_x @ about_y).T, atol=1e-4)
    np.testing.assert_allclose(turned[:, 0], given().points[:, 1], atol=1e-4)
    assert turned.dtype == np.float32


def test_the_scale_multiplies_points_about_the_origin() -> None:
    plain = oriented_points(given(), EYE, None, None, None, rng(3))
    scaled = oriented_points(given(), EYE, 0.5, None, None, rng(3))
    np.testing.assert_allclose(scaled, plain * 0.5, atol=1e-5)


@pytest.mark.parametrize(("turn", "stretch"), [(None, None), (9.0, None), (None, 0.1), (9.0, 0.1)])
def test_a_donor_is_jittered_as_the_whole_neuron_would_be(
    turn: float | None, stretch: float | None
) -> None:
    used, same = rng(), rng()
    turning = None if turn is None else RotationalJitter(std_deg=turn)
    stretching = None if stretch is None else ScalingJitter(std=stretch)
    made = oriented_points(given(), EYE, 1.2, turning, stretching, used)
    same.uniform()
    whole = arrays(donor())
    turned = oriented_points(replace(given(), points=whole.points), EYE, 1.2, None, None, rng())
    whole = replace(whole, points=turned)
    if turning is not None:
        whole = turn_sections(whole, turning, same)
    if stretching is not None:
        whole = stretch_sections(whole, stretching, None, same)
    np.testing.assert_array_equal(made, Donor.of(whole).points)
    assert used.random() == same.random()


def test_the_axon_keeps_its_shape_and_its_diameters() -> None:
    cell = grown()
    made = grafted(arrays(cell), rng(8)).to_morphio()
    whole = donor()
    axon, theirs = made.root_sections[-1], whole.root_sections[1]
    assert [root.type for root in made.root_sections] == [BASAL, BASAL, AXON]
    for section, own in zip(without_axon(made).iter(), cell.iter(), strict=True):
        np.testing.assert_array_equal(section.points, own.points)
        np.testing.assert_array_equal(section.diameters, own.diameters)
    start = axon.points[0].copy()
    for section, own in zip(axon.iter(), theirs.iter(), strict=True):
        np.testing.assert_allclose(section.points - start, own.points - theirs.points[0], atol=1e-4)
        np.testing.assert_array_equal(section.diameters, own.diameters)


def test_neither_neuron_nor_donor_is_changed() -> None:
    cell, axon = arrays(neuron((AXON, (1, -20, 3)), (BASAL, (4, 30, -2)))), given()
    AxonGraft(Donors(Path()), "", 1.1, 9.0, 0.1).onto(cell, axon, EYE, rng())
    same = arrays(neuron((AXON, (1, -20, 3)), (BASAL, (4, 30, -2))))
    for one, other in ((cell, same), (axon, given())):
        for name, value in vars(other).items():
            np.testing.assert_array_equal(getattr(one, name), value)


@pytest.mark.parametrize("seed", range(5))
def test_the_axon_starts_on_the_soma_at_the_donor_s_angle(seed: int) -> None:
    start = axon_start(grafted(arrays(grown()), rng(seed)))
    mean = np.mean([direction(root) for root in grown().root_sections], axis=0)
    angle = np.arccos(start @ mean / np.linalg.norm(start) / np.linalg.norm(mean))
    assert np.linalg.norm(start) == pytest.approx(5.0, rel=1e-5)
    assert angle == pytest.approx(angle_to_dendrites(donor()), abs=1e-4)


def test_the_azimuth_is_the_one_draw() -> None:
    used = rng(1)
    starts = [axon_start(grafted(arrays(grown()), used)) for _ in range(2)]
    assert np.linalg.norm(starts[0] - starts[1]) > 0.1
    same = rng(1)
    same.random(2)
    assert used.random() == same.random()


def test_dendrites_along_z() -> None:
    start = axon_start(grafted(arrays(neuron((BASAL, (0, 0, 30)))), rng()))
    assert np.arccos(start[2] / 5) == pytest.approx(angle_to_dendrites(donor()), abs=1e-4)


def test_the_soma_may_be_elsewhere() -> None:
    cell = neuron((BASAL, (4, 30, -2)), soma_um=(100, 200, 300), radius_um=7)
    start = axon_start(grafted(arrays(cell), rng()))
    assert np.linalg.norm(start - [100, 200, 300]) == pytest.approx(7, rel=1e-4)


def test_an_axon_takes_the_place_of_all_axons_without_a_draw() -> None:
    cell = arrays(neuron((AXON, (1, -20, 3)), (BASAL, (4, 30, -2)), (AXON, (-5, -20, 3))))
    used = rng()
    made = grafted(cell, used)
    assert made.sections[made.roots, 2].tolist() == [3, 2]
    np.testing.assert_allclose(axon_start(made), cell.points[0], atol=1e-6)
    assert used.random() == rng().random()


def closed(section_type: Any) -> Morphology:
    """A donor one of whose types has first sections that end where they start."""
    cell = neuron((BASAL, (4, 30, -2)), (AXON, (1, -20, 3)))
    for root in cell.root_sections:
        if root.type == section_type:
            root.points = [root.points[0], root.points[1], root.points[0], root.points[0]]
    return cell


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (grown(), "has no axon"),
        (neuron((AXON, (1, -20, 3))), "has no dendrites"),
        (closed(AXON), "has an axon whose first section ends where it starts"),
        (closed(BASAL), "no mean direction"),
    ],
)
def test_donors_that_cannot_be_grafted(cell: Morphology, message: str) -> None:
    assert message in (donor_problem(arrays(cell)) or "")


def test_donors_that_can_be_grafted() -> None:
    assert donor_problem(arrays(donor())) is None


def opposite_dendrites() -> Morphology:
    cell = neuron((BASAL, (0, 30, 0)))
    cell.append_root_section(PointLevel([[0, 0, 0], [0, -30, 0]], [1, 1]), BASAL)
    return cell


@pytest.mark.parametrize(
    ("cell", "message"),
    [(Morphology(), "no dendrites"), (opposite_dendrites(), "no mean direction")],
)
def test_neurons_that_give_no_place_are_growth_failures(cell: Morphology, message: str) -> None:
    with pytest.raises(TaskFailure, match=message) as caught:
        grafted(arrays(cell), rng())
    assert caught.value.kind == "growth"


def test_an_axon_beyond_all_bounds_is_a_growth_failure() -> None:
    graft = AxonGraft(Donors(Path()), "", scale=1e38)
    with (
        pytest.raises(TaskFailure, match="not finite") as caught,
        np.errstate(over="ignore", invalid="ignore"),
    ):
        graft.onto(arrays(grown()), given(), EYE, rng())
    assert caught.value.kind == "growth"


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
    graft = AxonGraft(
        donors,
        choices.names[choices.codes[gid]],
        choices.scales[gid],
        args["--rotational-jitter-std"],
        args["--scaling-jitter-std"],
    )
    cell = synthesize_cell(case.inputs(gid), case.recipe(gid), NativeGrower(), graft=graft)
    written, expected = cell.morphology, case.expected_cell(gid)
    np.testing.assert_array_equal(written.structure, expected["structure"])
    starts, types = written.structure[:, 0], written.structure[:, 1]
    axon_points = np.repeat(types, np.diff([*starts, len(written.points)])) == int(AXON)
    np.testing.assert_array_equal(written.points[~axon_points], expected["points"][~axon_points])
    # the axes of the jitter come from float32 LAPACK, whose last bits differ between processors
    np.testing.assert_allclose(
        written.points[axon_points], expected["points"][axon_points], rtol=0, atol=1e-3
    )
