"""What the jobs of reading, measuring and drawing have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self, TypeVar

from region_grower_hpc.efeatures.failures import read_failures, too_many
from region_grower_hpc.efeatures.inputs import read_inputs
from region_grower_hpc.efeatures.settings import EfeatureSettings
from region_grower_hpc.engine.job import Job
from region_grower_hpc.errors import RegionGrowerHpcError

StateT = TypeVar("StateT")


@dataclass(frozen=True)
class EfeatureJob(Job[StateT]):
    """A pass over recordings or figures; all passes share settings and the list of failures."""

    settings: EfeatureSettings

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any], output: Path | None) -> Self:
        """The job of a run, whose folder may have been moved."""
        made = EfeatureSettings.from_json(settings)
        return cls(made if output is None else made.moved(output.absolute()))

    def elsewhere(self, folder: Path) -> Self:
        """The same job with its outputs below a folder."""
        return replace(self, settings=self.settings.elsewhere(folder))

    def verdict(
        self, n_tasks: int, failed: Mapping[str, int], max_failed_ratio: float | None
    ) -> RegionGrowerHpcError | None:
        """Whatever failures.csv lists counts, what an earlier pass has written there too."""
        n_failed = len(read_failures(self.settings.failures_csv))
        if not n_failed:
            return None
        # Of all entries: a later pass has tasks for some of them only.
        n_entries = len(read_inputs(self.settings).entries)
        return too_many(self.settings.failures_csv, n_failed, n_entries, max_failed_ratio)
