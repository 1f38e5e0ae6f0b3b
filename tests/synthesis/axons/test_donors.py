from __future__ import annotations

from pathlib import Path
from typing import Any

import morphio
import numpy as np
import pytest
from morphio.mut import Morphology

from region_grower_hpc.errors import InvalidInputError, TaskFailure
from region_grower_hpc.synthesis.axons.donors import (
    BYTES_PER_SECTION,
    Donors,
    check_donor_folder,
    missing_donors,
)
from tests.synthesis.small_neuron import AXON, donor, grown, neuron, points


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


def state(cell: Any) -> list[Any]:
    sections = [
        (s.id, s.type, s.points.tobytes(), s.diameters.tobytes(), [c.id for c in s.children])
        for s in cell.iter()
    ]
    return [cell.soma.points.tobytes(), cell.soma_type, cell.root_sections[0].id, *sections]


def size_in_bytes(path: Path) -> int:
    cell = morphio.Morphology(path)
    return cell.points.nbytes + cell.diameters.nbytes + BYTES_PER_SECTION * len(cell.sections)


def refusal(donors: Donors, name: str) -> str:
    with pytest.raises(TaskFailure) as caught:
        donors.get(name)
    assert caught.value.kind == "input"
    assert str(donors.folder / f"{name}.h5") in caught.value.message
    return caught.value.message


def test_a_donor_equals_its_file_also_after_a_change(folder: Path) -> None:
    donors = Donors(folder)
    changed = donors.get("a")
    for section in changed.iter():
        section.points = section.points + 1
    assert state(changed) != state(Morphology(folder / "a.h5"))
    assert state(donors.get("a")) == state(Morphology(folder / "a.h5"))


def test_a_donor_is_read_once(folder: Path) -> None:
    donors = Donors(folder)
    first = points(donors.get("a"))
    (folder / "a.h5").unlink()
    np.testing.assert_array_equal(points(donors.get("a")), first)


def test_the_donor_not_used_for_longest_goes(folder: Path) -> None:
    donor().write(folder / "c.h5")
    size = size_in_bytes(folder / "a.h5")
    donors = Donors(folder, max_bytes=2 * size)
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


@pytest.mark.shared
def test_copies_of_reconstructions_equal_their_files(shared_data: Path) -> None:
    paths = sorted((shared_data / "synthesis" / "donors").glob("*.h5"))
    assert len(paths) == 3
    for path in paths:
        assert state(Donors(path.parent).get(path.stem)) == state(Morphology(path))
