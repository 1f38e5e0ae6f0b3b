"""What a start of the command does with the output folder that it finds."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from region_grower_hpc.engine.job import Outlook
from region_grower_hpc.engine.options import EngineOptions
from region_grower_hpc.engine.restarts import RESTART_COUNT
from region_grower_hpc.engine.state import PlanRecord, StateFolder
from region_grower_hpc.errors import ForeignPlanError, InvalidInputError
from region_grower_hpc.formats.digest import digest_file

if TYPE_CHECKING:
    from region_grower_hpc.engine.passes import Group

logger = logging.getLogger(__name__)


class Start(Enum):
    """What a start of the command does."""

    FRESH = "fresh"
    CONTINUE = "continue"
    NOTHING = "nothing to do"


def is_requeued() -> bool:
    """Whether SLURM or the parent of this run (restarts.py) has started it again."""
    return any(int(os.environ.get(name) or 0) for name in ("SLURM_RESTART_COUNT", RESTART_COUNT))


def begin(
    state: StateFolder,
    record: PlanRecord,
    outputs: Sequence[Path],
    options: EngineOptions,
    lost: Callable[[], Path | None] | None = None,
    group: Group | None = None,
    clear: Callable[[], None] | None = None,
) -> Start:
    """Decide what this start does, hold the state folder until it ends, and make it ready.

    The arguments and errors are those of `decide`; `clear` removes what a former run of the same
    job has left, before it is forgotten.
    """
    # Asked twice: a refusal leaves no trace, and what holds is what is true under the lock.
    if decide_now(state, record, outputs, options, lost, group) is Start.NOTHING:
        return Start.NOTHING
    state.lock()
    start = decide_now(state, record, outputs, options, lost, group)
    former = state.read_plan()
    if start is Start.CONTINUE and former is not None and former.version != record.version:
        logger.warning(
            "the run was begun with version %s and continues with %s",
            former.version,
            record.version,
        )
    if start is Start.FRESH:
        if former is not None and former.digest != record.digest:
            if clear is not None:
                clear()
        elif state.is_complete and lost is not None and (gone := lost()) is not None:
            logger.warning("the run is complete, but %s is missing: it is done again", gone)
        # Now, so that the same command continues whenever it is killed.
        for later in group.later if group is not None else ():
            later.discard()
        state.begin(record)
    return start


def decide_now(
    state: StateFolder,
    record: PlanRecord,
    outputs: Sequence[Path],
    options: EngineOptions,
    lost: Callable[[], Path | None] | None = None,
    group: Group | None = None,
) -> Start:
    """`decide` in the SLURM job of this process, if there is one."""
    return decide(state, record, outputs, options, is_requeued(), lost, group)


def decide(
    state: StateFolder,
    record: PlanRecord,
    outputs: Sequence[Path],
    options: EngineOptions,
    requeued: bool,
    lost: Callable[[], Path | None] | None = None,
    group: Group | None = None,
) -> Start:
    """What to do with an output folder, as docs/resume.md tells users.

    Args:
        state: of the output.
        record: the plan of this command.
        outputs: what the run will write.
        options: resume, restart and overwrite.
        requeued: SLURM has started this job again, so that `--restart` must not discard.
        lost: tells an output that a complete run lacks, and that is to be computed again.
        group: of a pass whose output serves later ones only.

    Raises:
        InvalidInputError: files of others in the way, or nothing to resume.
        ForeignPlanError: the state belongs to another plan.
    """
    former = state.read_plan()
    if former is None:
        return _without_state(state, outputs, options)
    differences = record.differences(former)
    restart = options.restart and not requeued
    whole = state if group is None else group.last
    _check_same(differences, whole, options, restart)
    if differences:
        return Start.FRESH
    if not state.is_complete:
        return Start.FRESH if restart else Start.CONTINUE
    is_done = whole.is_complete
    if is_done and options.overwrite and options.overwrite_same and not requeued:
        return Start.FRESH
    if group is not None and is_done:
        return Start.NOTHING
    if lost is not None and lost() is not None:
        return Start.FRESH
    missing = [str(path) for path in outputs if not path.exists()]
    if missing:
        raise InvalidInputError(
            f"the run in {state.path} is complete, but its output {missing[0]} is missing: "
            "--overwrite computes it again"
        )
    return Start.NOTHING


def check_ahead(
    state: StateFolder, job: str, outlook: Outlook, options: EngineOptions, requeued: bool
) -> None:
    """Refuse what `decide` will refuse of a later pass, as far as it is known.

    Args:
        state: of that pass.
        job: its name.
        outlook: on its plan.
        options: as in `decide`.
        requeued: as in `decide`.

    Raises:
        InvalidInputError, ForeignPlanError: as in `decide`.
    """
    former = state.read_plan()
    if former is None:
        _without_state(state, outlook.outputs, replace(options, resume=False))
        return
    known = replace(
        former,
        job=job,
        options=json.loads(json.dumps(dict(outlook.options))),
        inputs={
            **former.inputs,
            **{role: digest_file(path) for role, path in outlook.inputs.items()},
        },
    )
    _check_same(known.differences(former), state, options, options.restart and not requeued)


def _check_same(
    differences: Sequence[str], state: StateFolder, options: EngineOptions, restart: bool
) -> None:
    if differences and not _may_discard(state, options, restart):
        way_out = "--overwrite" if state.is_complete else "--restart"
        raise ForeignPlanError(
            f"{state.path} belongs to another plan; it differs in "
            f"{'; '.join(differences)}. Use another output, or {way_out} to discard it"
        )


def _may_discard(state: StateFolder, options: EngineOptions, restart: bool) -> bool:
    """Only --restart discards unfinished work, only --overwrite finished work."""
    if options.replace_other:
        return True
    return options.overwrite if state.is_complete else restart


def _without_state(state: StateFolder, outputs: Sequence[Path], options: EngineOptions) -> Start:
    if options.resume:
        raise InvalidInputError(f"--resume: there is no run to resume in {state.path}")
    for path in outputs:
        if not options.overwrite and _has_content(path, but=state.path):
            raise InvalidInputError(
                f"{path} exists and was not written by a run of this command: use --overwrite, or "
                "another output"
            )
    return Start.FRESH


def _has_content(path: Path, but: Path) -> bool:
    """Whether there is a file, or a folder that holds more than the state folder."""
    if not path.is_dir():
        return path.exists()
    return any(entry.resolve() != but.resolve() for entry in path.iterdir())
