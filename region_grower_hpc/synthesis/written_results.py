"""What the outputs of a run tell of each cell."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.synthesis.debug_data import NEW_COLUMNS, read_results
from region_grower_hpc.synthesis.names import cell_path
from region_grower_hpc.synthesis.settings import SynthesisSettings


def read_written(
    settings: SynthesisSettings, gids: Sequence[int], levels: int | None
) -> dict[str, list[Any]]:
    """The columns of `NEW_COLUMNS`, one value a gid, None where nothing is known.

    Args:
        settings: of a run that has ended.
        gids: of its cells.
        levels: of hashed sub-folders.
    """
    if settings.out_debug_data is not None:
        return read_results(settings.out_debug_data, gids)
    with settings.failures_csv.open(encoding="utf-8", newline="") as file:
        failed = {int(row["gid"]) for row in csv.DictReader(file)}
    names = [None if gid in failed else cell_path(settings.seed, gid, levels) for gid in gids]
    columns: dict[str, list[Any]] = {name: [None] * len(gids) for name in NEW_COLUMNS}
    columns["name"] = list(names)
    if settings.out_apical is not None:
        columns["apical_points"] = _of_names(settings.out_apical, names, _points)
    if settings.out_apical_nrn_sections is not None:
        columns["apical_NRN_sections"] = _of_names(settings.out_apical_nrn_sections, names)
    return columns


def _of_names(
    path: Path, names: Sequence[str | None], read: Callable[[Any], Any] = lambda value: value
) -> list[Any]:
    """Values of a YAML file by morphology; None where there is no morphology."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    values = yaml.load(path.read_text(encoding="utf-8"), Loader=loader) or {}
    return [None if name is None else read(values.get(name)) for name in names]


def _points(point: Sequence[float] | None) -> list[NDArray[np.float32]]:
    return [] if point is None else [np.array(point, dtype=np.float32)]
