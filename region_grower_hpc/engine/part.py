"""What a run over a part of the tasks leaves for `merge`: part.json, and summary.journal beside."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from region_grower_hpc.engine.job import Failure, Plan, StoredResult
from region_grower_hpc.engine.state import PlanRecord, StateFolder
from region_grower_hpc.engine.summary import read_summary
from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats import atomic


@dataclass(frozen=True)
class Part:
    """A complete run over a part of the tasks.

    Attributes:
        output: its main output, as the user names it.
        state: its state folder.
        whole: the record of the plan over all tasks.
        settings: JSON values from which its job is made.
    """

    output: Path
    state: StateFolder
    whole: PlanRecord
    settings: Mapping[str, Any]

    def outcomes(self, row_dtype: np.dtype[Any]) -> Iterator[tuple[StoredResult | Failure, float]]:
        """What each task gave and the seconds it took, in task order."""
        return read_summary(self.state.summary, row_dtype)


def write_part(state: StateFolder, plan: Plan, whole: PlanRecord) -> None:
    """Note in the state folder of a part what the whole is."""
    content = {"settings": dict(plan.settings or {}), "whole": whole.as_json()}
    atomic.write_json(state.part_json, content)


def read_part(output: Path, state_dir: Path) -> Part:
    """Read what a part has left.

    Args:
        output: its main output, to name it.
        state_dir: its state folder.

    Raises:
        InvalidInputError: it is no part, or it is not complete.
    """
    state = StateFolder(state_dir)
    if state.read_plan() is None:
        raise InvalidInputError(f"{output}: there is no run with the state folder {state_dir}")
    if not state.is_complete:
        raise InvalidInputError(
            f"{output}: this run is not complete: repeat its command, then merge"
        )
    try:
        content = json.loads(state.part_json.read_text(encoding="utf-8"))
        return Part(output, state, PlanRecord.from_json(content["whole"]), content["settings"])
    except FileNotFoundError:
        raise InvalidInputError(
            f"{output}: this run did all tasks: it is the whole, and no part (--part, --gids)"
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidInputError(f"{state.part_json} is damaged: {error}") from error
