"""A job of a given size whose tasks do next to nothing: what is left is the engine's own.

``python -m tests.scale.synthetic OUT --n-tasks 1000000 --result-bytes 5000``
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.engine.command import Command, engine_options, setup_logging, split
from region_grower_hpc.engine.job import Failure, Job, Plan, Result, StoredResult
from region_grower_hpc.engine.launch import run
from region_grower_hpc.engine.state import state_dir_of_folder
from region_grower_hpc.errors import TaskFailure
from region_grower_hpc.formats import atomic

ROW = np.dtype([("task", "i8")])
N_GROUPS = 50
#: Rows that `gather` reads at a time.
ROWS_AT_ONCE = 100_000
#: Every task whose number is this modulo 1,000,003 fails.
FAILING = 77
#: Environment variable: a folder where each rank leaves its process id.
PIDS = "SCALE_PIDS"


@dataclass(frozen=True)
class SyntheticJob(Job[NDArray[np.uint8]]):
    """Task t gives t, and bytes of a pattern that begins at t."""

    out: Path
    n_tasks: int
    task_bytes: int = 0
    name = "synthetic"

    def plan(self) -> Plan:
        """Tasks with random costs in groups, as those of a population."""
        groups = np.random.default_rng(1).integers(0, N_GROUPS, self.n_tasks)
        return Plan(
            tasks=np.arange(self.n_tasks, dtype=np.int64),
            costs_s=(1.0 + np.arange(N_GROUPS))[groups],
            row_dtype=ROW,
            options={"bytes": self.task_bytes},
            outputs=(self.out / "sum.txt",),
            cost_groups=groups,
            cost_group_names=[f"group {number}" for number in range(N_GROUPS)],
            group_bytes=[self.task_bytes] * N_GROUPS,
            written_ratio=1.0,
        )

    def setup(self, plan: Plan) -> NDArray[np.uint8]:
        """The pattern."""
        return np.arange(self.task_bytes + 251, dtype=np.int64).astype(np.uint8)

    def run(self, state: NDArray[np.uint8], task: int) -> Result:
        """Nothing but the result itself."""
        if task % 1_000_003 == FAILING:
            raise TaskFailure("growth", "as planned")
        if not self.task_bytes:
            return Result((task,))
        first = task % 251
        return Result((task,), {"pattern": state[first : first + self.task_bytes]})

    def write_shard(self, plan: Plan, shard: int, results: Iterable[StoredResult]) -> None:
        """One file a shard, if there are arrays."""
        if self.task_bytes:
            folder = self.out / "shards"
            folder.mkdir(parents=True, exist_ok=True)
            with atomic.replacing(folder / f"{shard:05d}.bin") as path, path.open("wb") as file:
                for result in results:
                    file.write(result.arrays["pattern"].data)

    def gather(
        self, plan: Plan, rows: NDArray[Any], failures: Sequence[Failure], kept: Any
    ) -> None:
        """The sum shows that every task was done."""
        total = sum(
            int(rows["task"][first : first + ROWS_AT_ONCE].sum())
            for first in range(0, len(rows), ROWS_AT_ONCE)
        )
        atomic.write_text(self.out / "sum.txt", f"{total} {len(failures)}\n")

    def verdict(self, *_arguments: Any) -> None:
        """Failures are part of it."""


@click.command(cls=Command, name="synthetic")
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--n-tasks", type=int, default=1000)
@click.option("--result-bytes", "task_bytes", type=int, default=0)
@click.option("--chunksize", type=int)
@engine_options
@click.pass_context
def synthetic(context: click.Context, /, out: Path, **values: Any) -> None:
    """Do N tasks that do next to nothing."""
    setup_logging(values["log_level"])
    state_dir = state_dir_of_folder(out)
    options, own = split(values, context, state_dir)
    if folder := os.environ.get(PIDS):
        rank = os.environ.get("PMI_RANK", "0")
        (Path(folder) / rank).write_text(str(os.getpid()), encoding="ascii")
    job = SyntheticJob(out, own["n_tasks"], own["task_bytes"])
    context.exit(run(job, state_dir, options))


if __name__ == "__main__":
    # Through the module's own name, so that a job pickled here is found in a child process.
    from tests.scale.synthetic import synthetic as program

    sys.exit(program())
