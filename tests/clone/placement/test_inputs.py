"""Where placement finds what cloning made, and where it must not write."""

from __future__ import annotations

from pathlib import Path

import pytest

from region_grower_hpc.clone.outputs import STEPS
from region_grower_hpc.clone.placement_inputs import placement_settings
from region_grower_hpc.clone.settings import CloneSettings
from region_grower_hpc.errors import InvalidInputError


def clone_settings(folder: Path, out_cells: Path) -> CloneSettings:
    return CloneSettings(
        dataset=folder / "dataset.csv",
        recipe=folder / "recipe.xml",
        out_dir=folder / "out",
        placement_rules=folder / "rules.xml",
        transform_rules=folder / "transform_rules.xml",
        cells=folder / "cells.h5",
        atlas=folder / "atlas",
        out_cells=out_cells,
    )


@pytest.mark.parametrize("name", ["out/nodes.h5", "out/cells/nodes.h5", "out/cloned.h5"])
def test_cells_beside_the_clones(tmp_path: Path, name: str) -> None:
    found = placement_settings(clone_settings(tmp_path, tmp_path / name))
    assert found.out_cells == tmp_path / name
    assert found.database == tmp_path / "out" / "clone" / "neuronDB.xml"
    assert found.failures_csv == tmp_path / "out" / "failures.csv"


@pytest.mark.parametrize("step", [*STEPS, ".rghpc"])
@pytest.mark.parametrize("name", ["nodes.h5", "deep/nodes.h5", "../clone/nodes.h5", ""])
def test_cells_in_a_folder_that_cloning_clears(tmp_path: Path, step: str, name: str) -> None:
    out_cells = tmp_path / "out" / step / name
    with pytest.raises(InvalidInputError, match=r"--out-cells .* cloning writes and --overwrite"):
        placement_settings(clone_settings(tmp_path, out_cells))


def test_cells_in_such_a_folder_by_a_link(tmp_path: Path) -> None:
    (tmp_path / "out" / "clone").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "out" / "clone")
    with pytest.raises(InvalidInputError, match="cloning writes"):
        placement_settings(clone_settings(tmp_path, tmp_path / "link" / "nodes.h5"))


@pytest.mark.parametrize("name", ["dataset.csv", "recipe.xml", "transform_rules.xml"])
def test_cells_in_place_of_an_input(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInputError, match=f"are both .*{name}"):
        placement_settings(clone_settings(tmp_path, tmp_path / name))
