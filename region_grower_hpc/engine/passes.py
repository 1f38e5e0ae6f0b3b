"""The jobs of a command that does several, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from region_grower_hpc.engine.job import Job
from region_grower_hpc.engine.options import EngineOptions
from region_grower_hpc.engine.start import check_ahead, is_requeued
from region_grower_hpc.engine.state import StateFolder


@dataclass(frozen=True)
class Pass:
    """One of them.

    Attributes:
        job: created alike on every rank.
        state_dir: where its state lies unless `--state-dir` says otherwise.
        options: how to run.
        group: passes of a group, which follow each other, make one output, that of the last one:
            whether that is complete decides what --restart and --overwrite discard of all of them.
            None: it stands alone.
    """

    job: Job[Any]
    state_dir: Path
    options: EngineOptions
    group: str | None = None

    @property
    def state(self) -> StateFolder:
        """Folder of its state."""
        return StateFolder(self.options.state_dir or self.state_dir)


@dataclass(frozen=True)
class Group:
    """The passes of a group, as one of them sees them.

    Attributes:
        last: state of the one that makes the output.
        later: states of those after this one, the last one among them.
    """

    last: StateFolder
    later: tuple[StateFolder, ...]


def group_of(passes: Sequence[Pass], number: int) -> Group | None:
    """The group of a pass; None for the last one of it, which is as one that stands alone."""
    own = passes[number].group
    later = [one.state for one in passes[number + 1 :] if own is not None and one.group == own]
    return Group(later[-1], tuple(later)) if later else None


def look_ahead(passes: Sequence[Pass]) -> None:
    """Refuse now what would be refused of later passes (rank 0).

    Raises:
        InvalidInputError: files of others in the way, or inputs that are wrong.
        ForeignPlanError: the state of a pass belongs to another plan.
    """
    for one in passes:
        outlook = one.job.outlook()
        if outlook is not None:
            check_ahead(one.state, one.job.name, outlook, one.options, is_requeued())
