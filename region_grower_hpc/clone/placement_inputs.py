"""Where the choice of clones for cells finds what cloning has made."""

from __future__ import annotations

from pathlib import Path

from region_grower_hpc.clone.outputs import ANNOTATIONS_JSON, STEPS
from region_grower_hpc.clone.placement.settings import PlacementSettings
from region_grower_hpc.clone.settings import CloneSettings
from region_grower_hpc.engine.state_dir import state_dir_of_folder
from region_grower_hpc.errors import InvalidInputError


def placement_settings(settings: CloneSettings) -> PlacementSettings:
    """Settings of the second pass.

    Args:
        settings: of the first one, with cells, atlas, cells to write and placement rules.

    Raises:
        InvalidInputError: the cells to write would lie in a folder that cloning writes and clears,
            or replace an input of it.
    """
    _check_out_cells(settings, _given(settings.out_cells))
    return PlacementSettings(
        cells=_given(settings.cells),
        atlas=_given(settings.atlas),
        out_cells=_given(settings.out_cells),
        placement_rules=_given(settings.placement_rules),
        database=settings.clone_dir / "neuronDB.xml",
        annotations=settings.clone_dir / "annotations" / ANNOTATIONS_JSON,
        failures_csv=settings.failures_csv,
        seed=settings.seed,
        random_stream=settings.random_stream,
        max_drop_ratio=settings.max_drop_ratio,
        without_replacement=settings.without_replacement,
    )


def _check_out_cells(settings: CloneSettings, out_cells: Path) -> None:
    resolved = out_cells.resolve()
    for folder in (
        *(settings.out_dir / step for step in STEPS),
        state_dir_of_folder(settings.out_dir),
    ):
        if resolved.is_relative_to(folder.resolve()):
            raise InvalidInputError(
                f"--out-cells '{out_cells}' lies in '{folder}', which cloning writes and "
                "--overwrite removes: give a path outside of it"
            )
    for option, path in (
        ("--dataset", settings.dataset),
        ("--recipe", settings.recipe),
        ("--transform-rules", settings.transform_rules),
    ):
        if path is not None and resolved == path.resolve():
            raise InvalidInputError(
                f"--out-cells and {option} are both '{path}': give --out-cells another path"
            )


def _given(path: Path | None) -> Path:
    """What the command has checked."""
    if path is None:
        raise ValueError("cells, atlas, cells to write and placement rules belong together")
    return path
