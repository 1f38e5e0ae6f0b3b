"""A job of the engine's tests: numbers from (seed, task), with tasks that misbehave on request.

``python -m tests.engine.toy OUT --n-tasks 50`` writes OUT/shard-*.bin and OUT/table.csv.
"""

from __future__ import annotations

import itertools
import os
import resource
import signal
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np

from region_grower_hpc.engine.command import Command, engine_options, setup_logging, split
from region_grower_hpc.engine.job import Failure, Job, Plan, Result, StoredResult
from region_grower_hpc.engine.launch import run
from region_grower_hpc.engine.state import state_dir_of_folder
from region_grower_hpc.errors import InvalidInputError, TaskFailure
from region_grower_hpc.formats import atomic

ROW = np.dtype([("value", "f8"), ("count", "i4")])


@dataclass(frozen=True)
class ToyJob(Job[dict[str, Any]]):
    """Task t gives a random value and a random array; `misdeeds` names what some tasks do."""

    out: Path
    n_tasks: int = 50
    seed: int = 0
    sleep_s: float = 0.0
    #: task -> fail, bug, die, die-once, crash-once, crash-then-no-room, illegal, leave,
    #: slow-once, hog, hang, stuck
    misdeeds: tuple[tuple[int, str], ...] = ()
    input_file: Path | None = None
    #: the step that raises what nobody expects: plan, setup or gather; `setup:die` crashes there,
    #: `alone` raises in the setup of a child process.
    broken: str = ""
    name = "toy"

    def plan(self) -> Plan:
        self._break("plan")
        if self.n_tasks < 0:
            raise InvalidInputError("--n-tasks must not be negative: give 0 or more")
        tasks = np.arange(self.n_tasks, dtype=np.int64) * 3 + 1
        return Plan(
            tasks=tasks,
            costs_s=1.0 + np.random.default_rng(1).random(self.n_tasks),
            row_dtype=ROW,
            options={"seed": self.seed, "misdeeds": [list(pair) for pair in self.misdeeds]},
            inputs={"--input": self.input_file} if self.input_file else {},
            outputs=(self.out / "table.csv",),
            shared={"table": np.arange(1000.0)},
            context={"greeting": "hello"},
            cost_groups=tasks % 2,
            cost_group_names=("even", "odd"),
            shard_size=7,
        )

    def setup(self, plan: Plan) -> dict[str, Any]:
        self._break("setup")
        if self.broken == "alone" and "suspects" in sys.argv[0]:
            raise ZeroDivisionError("setup is broken")
        return {"table": plan.shared["table"], "misdeeds": dict(self.misdeeds)}

    def run(self, state: dict[str, Any], task: int) -> Result:
        rng = np.random.default_rng([self.seed, task])
        if self.sleep_s:
            time.sleep(self.sleep_s * (task % 5) / 2)
        if task in state["misdeeds"]:
            self._misbehave(state["misdeeds"][task], task)
        numbers = rng.random(int(rng.integers(1, 200)))
        return Result(
            (state["table"][task % 1000] + numbers[0], len(numbers)), {"numbers": numbers}
        )

    def _break(self, step: str) -> None:
        if self.broken == f"{step}:die":
            os.kill(os.getpid(), signal.SIGSEGV)
        if self.broken == step:
            raise ZeroDivisionError(f"{step} is broken")

    def _misbehave(self, deed: str, task: int) -> None:
        marker = self.out / f"once-{task}"
        if deed == "fail":
            raise TaskFailure("input", f"task {task} has no input at 0x7f001234abcd")
        if deed == "bug":
            raise ZeroDivisionError("division by\nzero")
        if deed == "die":
            os.kill(os.getpid(), signal.SIGSEGV)
        if deed == "illegal":
            os.kill(os.getpid(), signal.SIGILL)
        if deed == "leave":
            os._exit(0)
        if deed == "die-once" and not marker.exists():
            marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if deed == "crash-once" and not marker.exists():
            marker.touch()
            os.kill(os.getpid(), signal.SIGSEGV)
        if deed == "crash-then-no-room" and marker.exists() and not (self.out / "full").exists():
            (self.out / "full").touch()
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        if deed == "crash-then-no-room" and not marker.exists():
            marker.touch()
            os.kill(os.getpid(), signal.SIGSEGV)
        if deed == "slow-once" and not marker.exists():
            marker.touch()
            time.sleep(30)
        if deed == "hog":
            np.ones(4_000_000_000, dtype=np.uint8)
        if deed == "hang":
            while True:
                time.sleep(0.01)
        if deed == "stuck":
            # Holds the interpreter lock, as a C library that never returns does.
            any(itertools.repeat(False))

    def write_shard(self, plan: Plan, shard: int, results: Iterable[StoredResult]) -> None:
        self.out.mkdir(parents=True, exist_ok=True)
        with atomic.replacing(self.out / f"shard-{shard:04d}.bin") as path:
            path.write_bytes(
                b"".join(
                    np.int64(result.task).tobytes() + result.arrays["numbers"].tobytes()
                    for result in results
                )
            )

    def gather(self, plan: Plan, rows: Any, failures: Sequence[Failure], kept: Any) -> None:
        self._break("gather")
        lines = [
            f"{task},{row['value']!r},{row['count']}"
            for task, row in zip(plan.tasks, rows, strict=True)
        ]
        atomic.write_text(self.out / "table.csv", "\n".join(lines) + "\n")
        told = [f"{f.task},{f.kind},{f.error},{f.message}\n" for f in failures]
        atomic.write_text(self.out / "failures.csv", "".join(told))


def parse_misdeeds(words: Sequence[str]) -> tuple[tuple[int, str], ...]:
    """`7:fail` -> (7, "fail")."""
    pairs = (word.split(":") for word in words)
    return tuple((int(task), deed) for task, deed in pairs)


@click.command(cls=Command, name="toy")
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--n-tasks", type=int, default=50)
@click.option("--seed", type=int, default=0)
@click.option("--sleep", type=float, default=0.0)
@click.option("--misdeed", multiple=True)
@click.option("--input", "input_file", type=click.Path(path_type=Path))
@click.option("--broken", default="")
@click.option("--chunksize", type=int)
@engine_options
@click.pass_context
def toy(context: click.Context, out: Path, **values: Any) -> None:
    setup_logging(values["log_level"])
    options, own = split(values, context, state_dir_of_folder(out))
    job = ToyJob(
        out,
        own["n_tasks"],
        own["seed"],
        own["sleep"],
        parse_misdeeds(own["misdeed"]),
        own["input_file"],
        own["broken"],
    )
    context.exit(run(job, state_dir_of_folder(out), options))


if __name__ == "__main__":
    # Through the module's own name, so that a job pickled here is found in a child process.
    from tests.engine.toy import toy as program

    program()
