"""Where the choice of clones for cells finds what cloning has made."""

from __future__ import annotations

from pathlib import Path

from region_grower_hpc.clone.outputs import ANNOTATIONS_JSON
from region_grower_hpc.clone.placement.settings import PlacementSettings
from region_grower_hpc.clone.settings import CloneSettings


def placement_settings(settings: CloneSettings) -> PlacementSettings:
    """Settings of the second pass.

    Args:
        settings: of the first one, with cells, atlas, cells to write and placement rules.
    """
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


def _given(path: Path | None) -> Path:
    """What the command has checked."""
    if path is None:
        raise ValueError("cells, atlas, cells to write and placement rules belong together")
    return path
