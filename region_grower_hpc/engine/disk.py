"""Whether there is room for journals and outputs, asked on rank 0 before anything is computed.

The plan predicts what a run will take. It is refused only where half of that would find no room;
where room is short it is warned, also for what a dry run has measured. Quotas are not seen.
"""

from __future__ import annotations

import json
import logging
import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from region_grower_hpc.engine.forecast_report import size
from region_grower_hpc.engine.job import Plan
from region_grower_hpc.engine.record import HEADER_BYTES
from region_grower_hpc.errors import InvalidInputError

logger = logging.getLogger(__name__)

#: A run is refused if this share of its prediction finds no room, and warned of at this one.
CERTAIN, DOUBTFUL = 0.5, 1.2
#: Records of a task in a journal: started and done.
RECORDS_BYTES = 2 * HEADER_BYTES


@dataclass(frozen=True)
class DiskNeed:
    """What a complete run will have written.

    Attributes:
        journals_bytes: until the end.
        outputs_bytes: morphologies and the like.
        outputs_inodes: files of single tasks.
    """

    journals_bytes: float
    outputs_bytes: float
    outputs_inodes: int = 0


@dataclass(frozen=True)
class _Room:
    """What a file system has free; infinite bytes where it does not tell."""

    device: int
    folder: Path
    free_bytes: float
    free_inodes: int | None


def predicted(plan: Plan) -> DiskNeed | None:
    """What the plan tells of a run; None where it does not."""
    if not plan.group_bytes:
        return None
    counts = np.bincount(
        np.zeros(plan.n_tasks, dtype=np.int64) if plan.cost_groups is None else plan.cost_groups,
        minlength=len(plan.group_bytes),
    )
    results_bytes = float(counts @ np.asarray(plan.group_bytes, dtype=float))
    rows_bytes = plan.n_tasks * plan.row_dtype.itemsize
    journals_bytes = results_bytes + rows_bytes + plan.n_tasks * RECORDS_BYTES
    written_bytes = results_bytes * plan.written_ratio
    return DiskNeed(journals_bytes, written_bytes, plan.n_tasks * plan.files_a_task)


def measured(plan: Plan, costs_json: Path) -> DiskNeed | None:
    """What a dry run over as many tasks has found, maybe with other options; None without one."""
    try:
        content = json.loads(costs_json.read_text(encoding="utf-8"))
        if sum(group["tasks"] for group in content["groups"].values()) != plan.n_tasks:
            return None
        outputs_bytes = float(content["outputs_bytes"] or 0.0)
        return DiskNeed(float(content["journals_bytes"]), outputs_bytes, int(content["inodes"]))
    except (OSError, ValueError, AttributeError, TypeError, LookupError, ArithmeticError):
        return None
    except RecursionError:  # of nested lists
        return None


def warn_of_room(need: DiskNeed | None, state: Path, outputs: Sequence[Path]) -> None:
    """As `check_room`, but where that refuses this warns."""
    try:
        check_room(need, state, outputs)
    except InvalidInputError as error:
        logger.warning("%s", error)


def check_room(need: DiskNeed | None, state: Path, outputs: Sequence[Path]) -> None:
    """Compare a prediction with what is free, counting as free what former sessions have written.

    Args:
        need: of the whole run; None is not checked.
        state: the state folder, which holds the journals.
        outputs: files and folders of the results.

    Raises:
        InvalidInputError: there is certainly too little; names need, free space and folder.
    """
    if need is None:
        return
    of_state = _rooms([state])
    of_outputs = _rooms(outputs)
    both = {room.device: room for room in (*of_state, *of_outputs)}.values()
    trees = (state, *outputs)
    parts = [
        (need.journals_bytes, "its journals", of_state, [state]),
        (need.outputs_bytes, "its outputs", of_outputs, list(outputs)),
        (need.journals_bytes + need.outputs_bytes, "journals and outputs", list(both), trees),
    ]
    for need_bytes, what, rooms, folders in parts:
        _check_bytes(need_bytes, what, rooms, folders)
    _check_inodes(need.outputs_inodes, of_outputs, outputs)


def _check_bytes(
    need_bytes: float, what: str, rooms: Sequence[_Room], trees: Sequence[Path]
) -> None:
    free_bytes = sum(room.free_bytes for room in rooms)
    if not rooms or need_bytes * DOUBTFUL <= free_bytes:
        return
    # Only now: a tree of a million files takes a while.
    free_bytes += sum(number for number, _ in _sizes(trees))
    told = (
        f"{_names(rooms)} has {size(free_bytes)} free, and the run is expected to need about "
        f"{size(need_bytes)} for {what}"
    )
    if need_bytes * CERTAIN > free_bytes:
        raise InvalidInputError(f"{told}: {_way_out(what)}")
    if need_bytes * DOUBTFUL > free_bytes:
        logger.warning("%s, which may be too little", told)


def _check_inodes(need: int, rooms: Sequence[_Room], trees: Sequence[Path]) -> None:
    known = [room.free_inodes for room in rooms if room.free_inodes is not None]
    if len(known) < len(rooms) or not rooms or need <= sum(known):
        return
    free = sum(known) + sum(1 for _ in _sizes(trees))
    told = f"{_names(rooms)} has room for {free:,} more files, and the run writes about {need:,}"
    if need * CERTAIN > free:
        raise InvalidInputError(
            f"{told}: write containers rather than a file a task, or choose another output folder"
        )
    if need > free:
        logger.warning("%s", told)


def _way_out(what: str) -> str:
    if what == "its journals":
        return "choose another folder for them with --state-dir, or do a part with --part I/N"
    if what == "its outputs":
        return "choose another output folder, or do a part with --part I/N"
    return "choose another output folder, --state-dir elsewhere, or do a part with --part I/N"


def _names(rooms: Sequence[_Room]) -> str:
    return " and ".join(f"the file system of {room.folder}" for room in rooms)


def _rooms(paths: Sequence[Path]) -> list[_Room]:
    """The file systems on which some paths lie or will lie, each once."""
    found: dict[int, _Room] = {}
    for path in paths:
        folder = path.absolute()
        while not folder.is_dir() and folder != folder.parent:
            folder = folder.parent
        try:
            device, told = folder.stat().st_dev, os.statvfs(folder)
        except OSError:
            continue  # Whoever writes there tells what is wrong.
        # Some network file systems tell zeros.
        free_bytes = told.f_bavail * told.f_frsize if told.f_blocks else math.inf
        inodes = told.f_favail if told.f_files else None
        found.setdefault(device, _Room(device, folder, free_bytes, inodes))
    return list(found.values())


def _sizes(trees: Sequence[Path]) -> Iterator[tuple[int, Any]]:
    """Bytes that each file takes on disk, and its identity; each file once."""
    seen = set()
    for tree in trees:
        files = tree.rglob("*") if tree.is_dir() else iter([tree])
        for path in files:
            try:
                told = path.lstat()
            except OSError:
                continue
            identity = told.st_dev, told.st_ino
            if identity not in seen:
                seen.add(identity)
                yield told.st_blocks * 512, identity
