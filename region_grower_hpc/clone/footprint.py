"""What a run will have written: a few morphologies are written into a temporary folder."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.clone import outputs
from region_grower_hpc.clone.lineage import NONE, Lineage
from region_grower_hpc.clone.settings import CloneSettings
from region_grower_hpc.clone.shard_files import write_shard
from region_grower_hpc.engine.job import Footprint, Plan, StoredResult

#: Of a morphology in databases and annotations, beside the files of its own; measured.
DESCRIPTION_BYTES = 2000


def footprint(
    settings: CloneSettings,
    plan: Plan,
    results: Sequence[StoredResult],
    weights: NDArray[np.float64],
) -> Footprint:
    """Size, files and time of what a complete run leaves.

    Args:
        settings: what is written.
        plan: of the run.
        results: of a few morphologies.
        weights: (m,) morphologies that each result stands for.
    """
    n_tasks = float(weights.sum())
    sizes = np.array([sum(array.nbytes for array in each.arrays.values()) for each in results])
    with tempfile.TemporaryDirectory(prefix="rghpc-dry-run-") as folder:
        # The first call takes longer than all others: imports.
        _write(settings, plan, results[:1], Path(folder) / "first")
        written_bytes, seconds = _write(settings, plan, results, Path(folder) / "all")
    scale = float((weights * sizes).sum() / sizes.sum())
    size_bytes = written_bytes * scale + DESCRIPTION_BYTES * n_tasks
    return Footprint(size_bytes, _inodes(settings, plan), seconds * scale)


def _write(
    settings: CloneSettings, plan: Plan, results: Sequence[StoredResult], folder: Path
) -> tuple[int, float]:
    """Write one shard; its bytes and CPU seconds."""
    started_s = time.process_time()
    write_shard(replace(settings, out_dir=folder), plan, 0, results)
    seconds = time.process_time() - started_s
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()), seconds


def _inodes(settings: CloneSettings, plan: Plan) -> int:
    """Files and folders, from the lineage alone."""
    lineage = Lineage.from_arrays(plan.shared)
    is_clone = lineage.clone != NONE
    n_clones = int(is_clone.sum())
    n_grafting = int(((lineage.scale == NONE) & ~is_clone).sum())
    n_scaling = len(lineage) - n_clones
    n_parents = int(lineage.in_clones.sum()) - n_clones
    annotated = n_parents + n_clones * (plan.context.rules is not None)
    count = 2 * (n_grafting + n_scaling) + annotated
    count += (n_parents + n_clones) * (settings.writes_files + len(settings.release_extensions))
    steps = outputs.whole_steps(settings, plan.context)
    # Databases, folders of steps and annotations, the release, failures and annotations of all.
    count += 4 * len(steps) + 2 * len(settings.release_extensions) + 3
    if settings.container == "shards":
        count += plan.n_shards + 2
    return count
