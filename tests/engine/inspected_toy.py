"""The toy job as a system that `rerun` can make again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from region_grower_hpc.engine.job import Plan, Written
from tests.engine.toy import ToyJob


class InspectedToy(ToyJob):
    """Tells its settings, and what its outputs hold of a task."""

    def plan(self) -> Plan:
        settings = {
            "out": str(self.out),
            "n_tasks": self.n_tasks,
            "seed": self.seed,
            "misdeeds": [list(pair) for pair in self.misdeeds],
            "input_file": None if self.input_file is None else str(self.input_file),
        }
        return replace(super().plan(), settings=settings)

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any], output: Path | None) -> InspectedToy:
        misdeeds = tuple((int(task), str(deed)) for task, deed in settings["misdeeds"])
        file = settings["input_file"]
        return cls(
            output or Path(settings["out"]),
            settings["n_tasks"],
            settings["seed"],
            misdeeds=misdeeds,
            input_file=None if file is None else Path(file),
        )

    def elsewhere(self, folder: Path) -> InspectedToy:
        return replace(self, out=folder)

    def written(self, plan: Plan, task: int) -> list[Written]:
        pieces = []
        position = int(np.searchsorted(plan.tasks, task))
        shard = self.out / f"shard-{position // plan.shard_size:04d}.bin"
        text, table = self.out / "failures.csv", self.out / "table.csv"
        rows = [line for line in table.read_text().splitlines() if line.startswith(f"{task},")]
        pieces.append(Written("row", table, rows[0].encode()))
        failed = [line for line in text.read_text().splitlines() if line.startswith(f"{task},")]
        if failed:
            return [*pieces, Written("failure", text, failed[0].encode())]
        count = int(rows[0].split(",")[2])
        data = shard.read_bytes()
        at = data.find(np.int64(task).tobytes())
        return [*pieces, Written("numbers", shard, data[at : at + 8 + 8 * count])]
