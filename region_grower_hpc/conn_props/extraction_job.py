"""What the passes of an extraction have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

from region_grower_hpc.conn_props.settings import ExtractSettings
from region_grower_hpc.engine.job import Failure, Job
from region_grower_hpc.errors import InvalidInputError

StateT = TypeVar("StateT")


@dataclass(frozen=True)
class ExtractionJob(Job[StateT]):
    """A pass over the edges of a population."""

    settings: ExtractSettings

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any], output: Path | None) -> Self:
        """The job of a run, whose data file may have been moved."""
        made = ExtractSettings.from_json(settings)
        return cls(made if output is None else made.moved(output.absolute()))


def refuse_failures(failures: Sequence[Failure]) -> None:
    """Statistics without some of the edges would be wrong.

    Raises:
        InvalidInputError: a piece could not be read.
        RuntimeError: it failed otherwise.
    """
    if any(one.kind != "read" for one in failures):
        bug = next(one for one in failures if one.kind != "read")
        raise RuntimeError(f"{len(failures)} pieces of work failed; the first: {bug.message}")
    if failures:
        first = failures[0]
        raise InvalidInputError(
            f"{len(failures)} pieces of work failed; the first: {first.message}. When that is "
            "repaired, --restart begins anew"
        )
