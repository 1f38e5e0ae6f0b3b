"""What the morphologies of a run will take: a few of them are written into a temporary folder."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.engine.job import Footprint, Plan, StoredResult
from region_grower_hpc.formats.morphology import MorphologyArrays
from region_grower_hpc.synthesis import outputs
from region_grower_hpc.synthesis.names import SUBFOLDERS_PER_LEVEL
from region_grower_hpc.synthesis.settings import SynthesisSettings

#: Of a cell in cells, apical points and the container's links; measured on examples/synthesis.
DESCRIPTION_BYTES_A_CELL = 400
#: Metadata of a morphology beside its arrays.
METADATA_BYTES = 1500


def footprint(
    settings: SynthesisSettings,
    plan: Plan,
    results: Sequence[StoredResult],
    weights: NDArray[np.floating[Any]],
) -> Footprint:
    """Size, files and time of what a complete run leaves.

    Args:
        settings: what is written, and how.
        plan: of the run.
        results: of a few cells.
        weights: (m,) cells of the population that each result stands for.
    """
    n_cells = float(weights.sum())
    inodes = _inodes(settings, plan, n_cells)
    kept_bytes = np.array(
        [sum(result.arrays[name].nbytes for name in plan.kept) for result in results]
    )
    described_bytes = DESCRIPTION_BYTES_A_CELL * n_cells + float((weights * kept_bytes).sum())
    if settings.skip_write:
        return Footprint(described_bytes, inodes, 0.0)
    named = [(f"{result.task}", _arrays(result)) for result in results]
    with tempfile.TemporaryDirectory(prefix="rghpc-dry-run-") as folder:
        # The first call takes longer than all others: imports.
        _write(settings, Path(folder) / "first", named[:1])
        written_bytes, seconds = _write(settings, Path(folder) / "all", named)
    sizes = np.array(
        [METADATA_BYTES + each.points.nbytes + each.structure.nbytes for _, each in named]
    )
    scale = float((weights * sizes).sum() / sizes.sum())
    return Footprint(described_bytes + written_bytes * scale, inodes, seconds * scale)


def _arrays(result: StoredResult) -> MorphologyArrays:
    return MorphologyArrays(result.arrays["points"], result.arrays["structure"])


def _write(
    settings: SynthesisSettings, folder: Path, named: Sequence[tuple[str, MorphologyArrays]]
) -> tuple[int, float]:
    """Write one shard; its bytes and CPU seconds."""
    container = folder / "container.h5" if settings.writes_container else None
    elsewhere = replace(settings, out_morph_dir=folder, container_path=container)
    folder.mkdir()
    started_s = time.process_time()
    outputs.write_shard(elsewhere, 0, named)
    seconds = time.process_time() - started_s
    files = [path for path in folder.rglob("*") if path.is_file()]
    return sum(path.stat().st_size for path in files), seconds


def _inodes(settings: SynthesisSettings, plan: Plan, n_cells: float) -> int:
    count = len(outputs.paths(settings, round(n_cells)))
    if settings.writes_files:
        levels = plan.context.levels
        folders = 0 if levels is None else sum(SUBFOLDERS_PER_LEVEL**at for at in range(levels + 1))
        count += round(n_cells) * len(settings.out_morph_ext) + min(folders, round(n_cells))
    if settings.writes_container and settings.container == "shards":
        count += plan.n_shards + 1  # And their folder.
    return count
