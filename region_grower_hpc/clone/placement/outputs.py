"""The files that the choice of clones leaves: cells with `morphology`, and those left out."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.clone.failures import CELL, read_failures, write_failures
from region_grower_hpc.clone.placement.blocks import Blocks
from region_grower_hpc.clone.placement.candidates import described, unpacked_texts
from region_grower_hpc.clone.placement.orientations import orientations_at
from region_grower_hpc.clone.placement.planning import POSITIONS
from region_grower_hpc.clone.placement.settings import PlacementSettings
from region_grower_hpc.engine.job import Failure, Plan, StoredResult, Written
from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.atlas import Atlas
from region_grower_hpc.formats.sonata import load_cells, save_cells

LOGGER = logging.getLogger(__name__)

MORPHOLOGY = "morphology"
#: Of a cell without clone.
NONE = -1


def gather(
    settings: PlacementSettings,
    plan: Plan,
    rows: NDArray[Any],
    failures: Sequence[Failure],
    kept: Iterable[StoredResult],
) -> None:
    """Write the cells that have a clone, and list the others.

    Args:
        settings: what to write and where.
        plan: of the run, or of a few of its blocks: then their cells alone are written.
        rows: (n,) one a block.
        failures: in task order.
        kept: the choices of all blocks that were done.
    """
    clones = np.full(len(plan.shared["problems"]), NONE, dtype=np.int64)
    reasons = _unplaceable(plan)
    blocks, groups = Blocks.from_arrays(plan.shared), plan.context.groups
    first = np.array([group.first_candidate for group in groups], dtype=np.int64)
    unfit = [
        f"no clone of {described(group.key)} has a score above 0 at the cell" for group in groups
    ]
    for result in kept:
        cells, positions = blocks.cells(result.task), result.arrays[POSITIONS]
        placed, numbers = positions != NONE, plan.shared["groups"][cells]
        at = first[numbers[placed]] + positions[placed]
        clones[cells[placed]] = plan.shared["candidates"][at]
        dropped = zip(cells[~placed].tolist(), numbers[~placed].tolist(), strict=True)
        reasons |= {cell: unfit[number] for cell, number in dropped}
    for failure in failures:
        reasons |= dict.fromkeys(blocks.cells(failure.task).tolist(), failure.message)
    _tell(settings, clones, int(rows["n_again"].sum()), len(reasons))
    names = unpacked_texts(plan.shared["names"], plan.shared["name_ends"])
    _write_cells(settings, clones, names, orients=plan.context.orients)
    listed = [(CELL, str(cell), reason) for cell, reason in sorted(reasons.items())]
    write_failures(settings.left_out_csv, {CELL}, listed)
    write_failures(settings.failures_csv, {CELL}, listed)


def lost(settings: PlacementSettings) -> Path | None:
    """A file that a complete run lacks: the cells, or the list of those that are left out.

    The failures of the clones do not count: of several sets of cells the last one is in them.
    """
    own = settings.out_cells, settings.left_out_csv
    return next((path for path in own if not path.exists()), None)


def clear(settings: PlacementSettings) -> None:
    """Remove what a run of another plan has written."""
    settings.out_cells.unlink(missing_ok=True)
    settings.left_out_csv.unlink(missing_ok=True)
    if settings.failures_csv.exists():
        write_failures(settings.failures_csv, {CELL}, [])


def in_folder(settings: PlacementSettings, folder: Path) -> PlacementSettings:
    """The same settings with all outputs in one folder."""
    return replace(
        settings,
        out_cells=folder / settings.out_cells.name,
        failures_csv=folder / "failures" / settings.failures_csv.name,
    )


def written(settings: PlacementSettings, plan: Plan, task: int) -> list[Written]:
    """Clones of the cells of a block, and why some have none, as far as the outputs tell.

    Args:
        settings: of a complete run.
        plan: of the run, or of a few of its blocks, if the outputs are of those alone.
        task: of the block.
    """
    left_out = _left_out(settings)
    blocks = Blocks.from_arrays(plan.shared)
    all_cells = np.sort(np.concatenate([blocks.cells(one) for one in plan.tasks.tolist()]))
    placed = [cell for cell in all_cells.tolist() if cell not in left_out]
    of_cells: dict[int, str] = {}
    with suppress(InvalidInputError):
        properties = load_cells(settings.out_cells).properties
        if len(properties) == len(placed) and MORPHOLOGY in properties:
            of_cells = dict(zip(placed, properties[MORPHOLOGY].astype(str), strict=True))
    found = []
    for what, path, texts in (
        ("clones", settings.out_cells, of_cells),
        ("cells left out", settings.left_out_csv, left_out),
    ):
        own = {cell: texts[cell] for cell in blocks.cells(task).tolist() if cell in texts}
        if own:
            lines = "".join(f"{cell} {text}\n" for cell, text in own.items())
            found.append(Written(what, path, lines.encode()))
    return found


def block_of(settings: PlacementSettings, plan: Plan, cell: int) -> int:
    """The task of a cell.

    Raises:
        InvalidInputError: there is no such cell, or it cannot get a clone wherever others go.
    """
    n_cells = len(plan.shared["problems"])
    if not 0 <= cell < n_cells:
        span = f"the gids 0 to {n_cells - 1}" if n_cells else "no cells"
        raise InvalidInputError(f"there is no gid {cell}; '{settings.cells}' has {span}")
    task = Blocks.from_arrays(plan.shared).task_of(cell)
    if task is None:
        reason = _unplaceable(plan)[cell]
        raise InvalidInputError(f"gid {cell} has no task, as it can get no clone: {reason}")
    return task


def _unplaceable(plan: Plan) -> dict[int, str]:
    """Cells that no block has, and why."""
    problems = plan.shared["problems"]
    cells = np.flatnonzero(problems)
    texts = plan.context.problems
    return {
        cell: texts[number - 1]
        for cell, number in zip(cells.tolist(), problems[cells].tolist(), strict=True)
    }


def _left_out(settings: PlacementSettings) -> dict[int, str]:
    """Cells that the list of this run's has, and why."""
    rows = read_failures(settings.left_out_csv)
    return {int(name): reason for kind, name, reason in rows if kind == CELL and name.isdecimal()}


def _tell(
    settings: PlacementSettings, clones: NDArray[np.int64], n_again: int, n_dropped: int
) -> None:
    counts = np.unique(clones[clones != NONE], return_counts=True)[1]
    n_several = int((counts > 1).sum())
    LOGGER.info(
        "%d cells got %d different clones; %d clones serve several cells",
        *(counts.sum(), len(counts), n_several),
    )
    if settings.without_replacement and n_again:
        LOGGER.warning(
            "--without-replacement: there are too few clones: %d cells share theirs; %d clones "
            "serve several cells",
            *(n_again, n_several),
        )
    if n_dropped:
        LOGGER.warning(
            "%d cells have no clone and are left out; see %s", n_dropped, settings.left_out_csv
        )


def _write_cells(
    settings: PlacementSettings,
    clones: NDArray[np.int64],
    names: Sequence[str],
    *,
    orients: bool,
) -> None:
    """Write the cells that have a clone, in their order.

    Their orientations stay as they are. Cells that have none get those of the atlas, or the
    identity, which is what SONATA means by none.
    """
    cells = load_cells(settings.cells)
    ids = np.flatnonzero(clones != NONE)
    cells.properties = cells.properties.iloc[ids].reset_index(drop=True)
    cells.positions = cells.positions[ids]
    if cells.orientations is not None:
        cells.orientations = cells.orientations[ids]
    else:
        atlas = Atlas(settings.atlas) if orients else None
        if atlas is None:
            LOGGER.warning("neither cells nor atlas tell orientations: they are the identity")
        cells.orientations = orientations_at(atlas, cells.positions)
    chosen = np.array(names, dtype=object)[clones[ids]]
    cells.properties[MORPHOLOGY] = chosen
    settings.out_cells.parent.mkdir(parents=True, exist_ok=True)
    save_cells(cells, settings.out_cells)
