"""What a run over a part of the tasks leaves for `merge`: part.json, and summary.journal beside."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.engine.job import Failure, Plan, StoredResult
from region_grower_hpc.engine.state import PlanRecord, StateFolder
from region_grower_hpc.engine.summary import read_summary, summarized_tasks
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
        row: description of the dtype of its rows.
    """

    output: Path
    state: StateFolder
    whole: PlanRecord
    settings: Mapping[str, Any]
    row: Any

    def tasks(self) -> NDArray[np.int64]:
        """The tasks that it has done or that failed, ascending."""
        return summarized_tasks(self.state.summary)

    def outcomes(self, row_dtype: np.dtype[Any]) -> Iterator[tuple[StoredResult | Failure, float]]:
        """What each task gave and the seconds it took, in task order."""
        return read_summary(self.state.summary, row_dtype)


def rows_agree(part: Part, row_dtype: np.dtype[Any]) -> bool:
    """Whether the rows of a part have this dtype, which another version may have changed."""
    return bool(part.row == _description(row_dtype))


def _description(row_dtype: np.dtype[Any]) -> Any:
    """A dtype as JSON values."""
    return json.loads(json.dumps(row_dtype.descr))


def write_part(state: StateFolder, plan: Plan, whole: PlanRecord) -> None:
    """Note in the state folder of a part what the whole is."""
    content = {
        "run": state.run,
        "settings": dict(plan.settings or {}),
        "whole": whole.as_json(),
        "row": _description(plan.row_dtype),
    }
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
    plan = state.read_plan()
    if plan is None:
        raise InvalidInputError(
            f"{output}: there is no run with the state folder {state_dir}; a part that was made "
            "with --state-dir cannot be merged"
        )
    if not state.is_complete:
        raise InvalidInputError(
            f"{output}: this run is not complete: repeat its command, then merge"
        )
    if not state.part_json.exists():
        raise InvalidInputError(
            f"{output}: this run did all tasks: it is the whole, and no part (--part, --gids)"
        )
    try:
        content = json.loads(state.part_json.read_text(encoding="utf-8"))
        whole = PlanRecord.from_json(content["whole"])
        part = Part(output, state, whole, content["settings"], content["row"])
        n_found = len(part.tasks())
        if content["run"] != state.run or n_found != plan.n_tasks:
            raise ValueError(f"the results of {n_found} of {plan.n_tasks} tasks are there")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidInputError(
            f"{output}: its state folder {state_dir} is damaged ({error}): make the part again, "
            "with --overwrite"
        ) from error
    return part
