"""A command of two jobs of the toy, the second of which waits for what the first has written.

``python -m tests.engine.two_passes OUT --n-tasks 20``
"""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from region_grower_hpc.engine.command import Command, engine_options, setup_logging, split
from region_grower_hpc.engine.job import Outlook
from region_grower_hpc.engine.launch import run_in_turn
from region_grower_hpc.engine.passes import Pass
from region_grower_hpc.engine.state import state_dir_of_folder
from tests.engine.toy import ToyJob, parse_misdeeds


@dataclass(frozen=True)
class FirstJob(ToyJob):
    """Asks to stop once all its tasks are done, if told to, and once only."""

    stops: bool = False
    name = "first"

    def gather(self, *arguments: Any) -> None:
        super().gather(*arguments)
        marker = self.out / "stopped"
        if self.stops and not marker.exists():
            marker.touch()
            os.kill(os.getpid(), signal.SIGTERM)


@dataclass(frozen=True)
class SecondJob(ToyJob):
    """Knows its seed and its table beforehand."""

    name = "second"

    def outlook(self) -> Outlook:
        options = {"seed": self.seed, "misdeeds": [list(pair) for pair in self.misdeeds]}
        return Outlook(options, outputs=[self.out / "table.csv"])


@click.command(cls=Command, name="two-passes")
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--n-tasks", type=int, default=20)
@click.option("--seed", type=int, default=0)
@click.option("--misdeed", multiple=True)
@click.option("--stops", is_flag=True)
@click.option("--group", is_flag=True, help="Both make one output, that of the second.")
@engine_options
@click.pass_context
def two_passes(context: click.Context, out: Path, **values: Any) -> None:
    setup_logging(values["log_level"])
    options, own = split(values, context, state_dir_of_folder(out / "one"))
    misdeeds = parse_misdeeds(own["misdeed"])
    seed = own["seed"] if own["group"] else 0
    first = FirstJob(out / "one", own["n_tasks"], seed, misdeeds=misdeeds, stops=own["stops"])
    second = SecondJob(out / "two", own["n_tasks"], own["seed"])
    jobs = [(first, out / "one"), (second, out / "two")]
    group = "both" if own["group"] else None
    passes = [Pass(job, state_dir_of_folder(folder), options, group) for job, folder in jobs]
    context.exit(run_in_turn(passes))


if __name__ == "__main__":
    two_passes()
