"""The commands that look at runs of all systems."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from region_grower_hpc.engine.command import (
    LOG_LEVELS,
    SYSTEMS,
    Command,
    settings_option,
    setup_logging,
)
from region_grower_hpc.errors import InvalidInputError

if TYPE_CHECKING:
    from region_grower_hpc.engine.inspection.run_places import RunPlace
    from region_grower_hpc.engine.job import Job

ANY_PATH = click.Path(path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


def _state_dir() -> Callable[[Any], Any]:
    return click.option("--state-dir", type=FOLDER, help="The --state-dir that the run was given.")


@click.command(cls=Command)
@click.argument("places", metavar="[DIR]...", type=ANY_PATH, nargs=-1)
@_state_dir()
@click.option("--ranks", "all_ranks", is_flag=True, help="Show every rank.")
@click.option("--json", "as_json", is_flag=True, help="For programs: a list, one object a run.")
@click.option(
    "--watch",
    "pause_s",
    type=click.FloatRange(min=0.5),
    metavar="S",
    help="Look again every S seconds, until nothing runs.",
)
@settings_option()
@click.pass_context
def status(
    context: click.Context,
    /,
    places: tuple[Path, ...],
    state_dir: Path | None,
    all_ranks: bool,
    as_json: bool,
    pause_s: float | None,
) -> None:
    """Tell how runs are: done, failed, rate, time left, ranks, what to do next.

    DIR is the output folder of a run, its main output (such as the --out-cells of
    synthesize-morphologies), or its state folder. Only small files and the ends of journals are
    read and nothing is written or locked, so this works from a login node while the run is at work.

    \b
    Examples:
      region-grower-hpc status out
      region-grower-hpc status out/nodes.h5 --watch 10
      region-grower-hpc status out/parts/*/nodes.h5
      region-grower-hpc status out --json

    \b
    Exit codes; of several runs that which comes first in this list:
       3  there is no run, or its plan.json is damaged
      75  unfinished, and nobody is at work: the same command continues
      10  running
       4  complete, with more failures than allowed
       0  complete
    """  # noqa: D301, as click reads the \\b
    import time

    from region_grower_hpc.engine.inspection.run_places import find_runs
    from region_grower_hpc.engine.inspection.run_status import AT_WORK, read_status
    from region_grower_hpc.engine.inspection.status_report import as_json as as_values
    from region_grower_hpc.engine.inspection.status_report import report
    from region_grower_hpc.errors import ExitCode

    if state_dir is not None and len(places) > 1:
        raise click.UsageError("--state-dir is that of one run")
    if state_dir is None and not places:
        raise click.UsageError("name an output folder, a main output, or --state-dir")
    while True:
        runs = [run for place in places or (None,) for run in find_runs(place, state_dir)]
        found = [read_status(run, all_ranks) for run in runs]
        if as_json:
            click.echo(json.dumps([as_values(one) for one in found], indent=2))
        else:
            click.echo("\n\n".join(report(one, all_ranks) for one in found))
        codes = {one.result() for one in found}
        if pause_s is None or AT_WORK not in codes:
            break
        time.sleep(pause_s)
        if not as_json:
            click.clear()
    order = (ExitCode.STOPPED_EARLY, AT_WORK, ExitCode.TOO_MANY_FAILURES, ExitCode.DONE)
    context.exit(next((code for code in order if code in codes), max(codes)))


@click.command(cls=Command)
@click.argument("place", metavar="[DIR]", type=ANY_PATH, required=False)
@click.option(
    "--gid", "gids", type=int, multiple=True, required=True, help="Cell to do; may be repeated."
)
@_state_dir()
@click.option(
    "--out",
    type=FOLDER,
    help="New folder for the outputs of these cells alone. Default: they are compared and removed.",
)
@click.option(
    "--here",
    is_flag=True,
    help="In this process and without limits, for a debugger; a cell that crashes then ends the "
    "command.",
)
@click.option(
    "--memory-limit-per-rank",
    type=click.FloatRange(min=0, min_open=True),
    metavar="MB",
    help="Of the cell. Default: that of the run.",
)
@click.option(
    "--task-timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="S",
    help="Of the cell. Default: that of the run.",
)
@click.option("--json", "as_json", is_flag=True, help="For programs: a list, one object a cell.")
@click.option("--log-level", type=click.Choice(LOG_LEVELS), default="debug", show_default=True)
@settings_option()
@click.pass_context
def rerun(
    context: click.Context,
    /,
    place: Path | None,
    gids: tuple[int, ...],
    state_dir: Path | None,
    out: Path | None,
    here: bool,
    memory_limit_per_rank: float | None,
    task_timeout: float | None,
    as_json: bool,
    log_level: str,
) -> None:
    """Do single cells of a run again, and tell all about them.

    DIR is the output folder of the run, its main output, or its state folder. The inputs and
    options are those that the run has recorded; the inputs must not have changed. Each cell runs
    in a process of its own without MPI, and what it gives is compared with what the run has kept:
    in its journals while it is unfinished, else in its outputs. Nothing of the run is changed.

    \b
    Examples:
      region-grower-hpc rerun out --gid 1234
      region-grower-hpc rerun out/nodes.h5 --gid 7 --gid 9 --out cells
      gdb --args python -m region_grower_hpc rerun out --gid 7 --here

    \b
    Exit codes:
       0  done, and nothing differs from what the run has kept
       1  something differs
       3  there is no such run or cell, or an input is missing
       4  a cell fails, as in the run or not yet done by it
       5  the inputs are not those of the run: the message names which
    """  # noqa: D301, as click reads the \\b
    import logging

    from region_grower_hpc.engine.inspection.rerun import recorded_limits, rerun_tasks
    from region_grower_hpc.engine.inspection.rerun_report import as_json as as_values
    from region_grower_hpc.engine.inspection.rerun_report import exit_code, report
    from region_grower_hpc.engine.inspection.run_places import find_run

    setup_logging(log_level)
    # Their own debug messages are not about the cell.
    for name in ("matplotlib", "h5py", "asyncio"):
        logging.getLogger(name).setLevel(logging.INFO)
    run = find_run(place, state_dir)
    limits = recorded_limits(run.state, memory_limit_per_rank, task_timeout)
    job = _job_of(run, context.meta.get(SYSTEMS, {}))
    repeats = rerun_tasks(job, run.state, gids, limits, out, here, log_level)
    if as_json:
        click.echo(json.dumps([as_values(one) for one in repeats], indent=2))
    else:
        click.echo("\n\n".join(report(one) for one in repeats))
    context.exit(exit_code(repeats))


def _job_of(run: RunPlace, systems: Mapping[str, tuple[str, str]]) -> Job[Any]:
    """The job of a run, made again of what its state folder has recorded.

    Args:
        run: where it is.
        systems: job -> (module, class); no other class is ever imported.
    """
    import importlib

    from region_grower_hpc.engine.inspection.rerun import recorded_plan

    record = recorded_plan(run.state)
    if record is None:
        raise InvalidInputError(f"{run} has not begun to compute: start its command")
    if record.job not in systems:
        raise InvalidInputError(
            f"{run} is a run of {record.job!r}, which this program does not have; it has "
            f"{', '.join(systems)}"
        )
    if record.settings is None:
        raise InvalidInputError(
            f"{run} was begun with version {record.version}, which did not record what `rerun` "
            "needs; for an unfinished run repeat its command first"
        )
    module, name = systems[record.job]
    kind: type[Job[Any]] = getattr(importlib.import_module(module), name)
    try:
        return kind.from_settings(record.settings, run.output)
    except (KeyError, TypeError, ValueError, NotImplementedError) as error:
        raise InvalidInputError(
            f"the settings in {run.state.plan_json} are damaged, or of another version "
            f"({record.version}): {error}"
        ) from error
