"""A job whose tasks do nothing: what is left is the engine.

    python empty_job.py OUT --n-tasks 100000

Under mpiexec for several ranks; it knows all options of the engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.engine.command import Command, engine_options, split
from region_grower_hpc.engine.job import Failure, Job, Plan, Result, default_shard_size
from region_grower_hpc.engine.launch import run
from region_grower_hpc.formats import atomic


@dataclass(frozen=True)
class EmptyJob(Job[None]):
    """Every task gives a row of one number, and no arrays."""

    out: Path
    n_tasks: int
    name = "empty"

    def plan(self) -> Plan:
        """All tasks cost the same."""
        return Plan(
            tasks=np.arange(self.n_tasks, dtype=np.int64),
            costs_s=np.ones(self.n_tasks),
            row_dtype=np.dtype([("number", "i8")]),
            options={},
            outputs=(self.out / "sum.txt",),
            shard_size=default_shard_size(self.n_tasks),
        )

    def setup(self, plan: Plan) -> None:
        """Nothing to load."""

    def run(self, state: None, task: int) -> Result:
        """Nothing to do."""
        return Result((task,))

    def gather(
        self, plan: Plan, rows: NDArray[Any], failures: Sequence[Failure], kept: Any
    ) -> None:
        """The sum shows that every task was done."""
        atomic.write_text(self.out / "sum.txt", f"{int(rows['number'].sum())}\n")


@click.command(cls=Command, name="empty-job")
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--n-tasks", type=click.IntRange(min=0), default=100_000, show_default=True)
@click.option("--chunksize", type=click.IntRange(min=1), help="Tasks a work unit of a rank.")
@engine_options
@click.pass_context
def main(context: click.Context, /, out: Path, **values: Any) -> None:
    """Do N tasks that do nothing, and write their sum to OUT/sum.txt."""
    options, own = split(values, context)
    context.exit(run(EmptyJob(out, own["n_tasks"]), out, options))


if __name__ == "__main__":
    main()
