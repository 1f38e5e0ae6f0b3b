from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from morphio.mut import Morphology

from region_grower_hpc.errors import InvalidInputError, TaskFailure
from region_grower_hpc.synthesis.axons.donor import Donor
from region_grower_hpc.synthesis.axons.donors import Donors, check_donor_folder, missing_donors
from region_grower_hpc.synthesis.neuron_arrays import NeuronArrays
from tests.synthesis.small_neuron import AXON, BASAL, donor, grown, neuron


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two donors that serve, and some that do not."""
    made = {
        "a": donor(),
        "b": donor(),
        "dendrites": grown(),
        "axon": neuron((AXON, (0, -9, 4))),
        "nan": donor(),
    }
    tip = list(made["nan"].iter())[-1]
    tip.points = [tip.points[0], [np.nan, 0, 0]]
    for name, cell in made.items():
        cell.write(tmp_path / f"{name}.h5")
    (tmp_path / "text.h5").write_text("no morphology")
    return tmp_path


def of(cell: Morphology) -> Donor:
    return Donor.of(NeuronArrays.from_morphio(cell))


def assert_equal(one: Donor, other: Donor) -> None:
    for name, value in vars(other).items():
        np.testing.assert_array_equal(getattr(one, name), value, err_msg=name)


def refusal(donors: Donors, name: str) -> str:
    with pytest.raises(TaskFailure) as caught:
        donors.get(name)
    assert caught.value.kind == "input"
    assert str(donors.folder / f"{name}.h5") in caught.value.message
    return caught.value.message


def test_a_donor_is_the_axon_and_the_first_sections_of_dendrites() -> None:
    cell = donor()
    made = of(cell)
    axon = list(cell.root_sections[1].iter())
    stems = [cell.root_sections[number] for number in (0, 2, 3)]
    expected = [section.points for section in (*axon, *stems)]
    np.testing.assert_array_equal(made.points, np.concatenate(expected))
    np.testing.assert_array_equal(
        made.diameters, np.concatenate([section.diameters for section in axon])
    )
    assert made.sections[:, 1].tolist() == np.cumsum([len(own) for own in expected]).tolist()
    assert made.sections[:, 2].tolist() == [2] * 7 + [3] * 3
    assert made.sections[:, 3].tolist() == [-1, 0, 1, 1, 0, 4, 4, -1, -1, -1]
    assert (made.n_axon_sections, made.n_axon_points) == (7, 18)


def test_a_donor_knows_the_draws_of_its_sections() -> None:
    made = of(donor())  # four neurites of seven sections, the axon is the second
    assert (made.n_sections, made.n_turned) == (28, 24)
    # leaves first: 2, 3, 1, 5, 6, 4, and then the first section
    assert made.turn_draws.tolist() == [6 + n for n in (2, 0, 1, 5, 3, 4)]
    axon = [7 + n for n in (6, 2, 0, 1, 5, 3, 4)]
    assert made.stretch_draws.tolist() == [*axon, 6, 20, 27]


def test_the_first_of_several_axons_is_taken() -> None:
    made = of(neuron((BASAL, (4, 30, -2)), (AXON, (1, -20, 3)), (AXON, (-5, -20, 3))))
    np.testing.assert_allclose(made.points[3] - made.points[0], [1, -20, 3], atol=1e-4)
    assert len(made.sections) == 8


def test_a_donor_is_read_once(folder: Path) -> None:
    donors = Donors(folder)
    first = donors.get("a")
    assert_equal(first, of(Morphology(folder / "a.h5")))
    (folder / "a.h5").unlink()
    assert donors.get("a") is first


def test_the_donor_not_used_for_longest_goes(folder: Path) -> None:
    donor().write(folder / "c.h5")
    donors = Donors(folder, max_bytes=2 * of(donor()).n_bytes)
    for name in ("a", "b", "a", "c"):
        donors.get(name)
    for name in ("a", "b"):
        (folder / f"{name}.h5").unlink()
    donors.get("a")
    assert "no donor morphology" in refusal(donors, "b")


def test_the_last_donor_is_kept_whatever_its_size(folder: Path) -> None:
    donors = Donors(folder, max_bytes=1)
    donors.get("a")
    (folder / "a.h5").unlink()
    donors.get("a")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none", "no donor morphology"),
        ("text", "cannot be read"),
        ("dendrites", "has no axon"),
        ("axon", "has no dendrites"),
        ("nan", "points that are not finite"),
    ],
)
def test_unusable_donors_are_failures_of_the_cell(folder: Path, name: str, message: str) -> None:
    donors = Donors(folder)
    assert message in refusal(donors, name)
    assert message in refusal(donors, name)


def test_the_folder_must_be_there(folder: Path) -> None:
    assert check_donor_folder(folder) == folder
    with pytest.raises(InvalidInputError, match="needs --base-morph-dir"):
        check_donor_folder(None)
    with pytest.raises(InvalidInputError, match="elsewhere"):
        check_donor_folder(folder / "elsewhere")


def test_missing_donors_are_named(folder: Path) -> None:
    assert missing_donors(folder, ["a", "x", "b", "y"]) == ["x", "y"]
