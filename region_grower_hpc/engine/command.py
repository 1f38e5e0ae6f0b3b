"""The options of every parallel command, and the way from click to the engine."""

from __future__ import annotations

import difflib
import json
import logging
import math
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click
from click.core import ParameterSource

from region_grower_hpc.engine.options import MAX_RESTARTS
from region_grower_hpc.errors import ExitCode, InvalidInputError, RegionGrowerHpcError

logger = logging.getLogger(__name__)

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])
#: The context's object where the command is the program that the user started, not a call of it.
FROM_SHELL = "started from a shell"
#: Where the context's `meta` has what jobs the program can make: job -> (module, class).
SYSTEMS = "region_grower_hpc.systems"
#: A file of the user.
INPUT = click.Path(exists=True, dir_okay=False, path_type=Path)
LOG_LEVELS = ("debug", "info", "warning", "error", "critical")

#: Those that EngineOptions has under another name, with the unit.
_NAMES = {
    "time_limit": "time_limit_s",
    "fsync_interval": "fsync_interval_s",
    "memory_limit_per_rank": "memory_limit_mb",
    "task_timeout": "task_timeout_s",
}
#: Of EngineOptions, those that an option of the engine gives as they are.
_FIELDS = (
    "dispatch",
    "resume",
    "restart",
    "overwrite",
    "state_dir",
    "time_limit_s",
    "fsync_interval_s",
    "memory_limit_mb",
    "task_timeout_s",
    "max_failed_ratio",
    "dry_run",
)
#: Options that a command which only writes has too.
_OF_MERGE = (
    "nb_processes",
    "max_restarts",
    "overwrite",
    "state_dir",
    "time_limit",
    "max_failed_ratio",
    "log_level",
)


class JsonOrFile(click.ParamType):  # type: ignore[type-arg,unused-ignore]  # generic since click 8.4
    """A JSON object: text that begins with { or [, or else the path of a file."""

    name = "JSON|FILE"

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """The object.

        Raises:
            InvalidInputError: it is no JSON object.
        """
        if isinstance(value, dict):
            return value
        option = param.opts[0] if param else self.name
        if value.lstrip().startswith(("{", "[")):
            try:
                found = json.loads(value)
            except (ValueError, RecursionError) as error:
                raise InvalidInputError(f"{option} {value}: not valid JSON: {error}") from error
        else:
            from region_grower_hpc.formats.json_file import read_json

            found = read_json(INPUT.convert(value, param, ctx))
        if not isinstance(found, dict):
            raise InvalidInputError(f"{option} {value}: give an object, {{name: value, ...}}")
        return found


class FiniteRange(click.FloatRange):
    """A range of numbers without infinity and NaN."""

    def convert(self, value: Any, param: Any, ctx: Any) -> float:
        """The number."""
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value} is no finite number.", param, ctx)
        return number


def engine_options(function: FunctionT) -> FunctionT:
    """Add the options that all parallel commands share."""
    return _with(function, _options().values())


def _with(function: FunctionT, options: Iterable[Callable[[Any], Any]]) -> FunctionT:
    for option in reversed([*options, settings_option()]):
        function = option(function)
    return function


def merge_options(function: FunctionT) -> FunctionT:
    """Add the options of a command that joins parts."""
    options = _options()
    return _with(function, [options[name] for name in _OF_MERGE])


def part_options(function: FunctionT) -> FunctionT:
    """Add the options by which a run does a part of the tasks."""
    for option in (
        click.option(
            "--part",
            metavar="I/N",
            help="The I-th of N parts, from 1: every N-th cell. `merge` joins the parts.",
        ),
        click.option(
            "--gids",
            metavar="FILE|A:B",
            help="Only the cells A to B-1, or those that a text file lists (gids and ranges).",
        ),
    ):
        function = option(function)
    return function


def _options() -> dict[str, Callable[[Any], Any]]:
    folder = click.Path(file_okay=False, path_type=Path)
    return {
        "nb_processes": click.option(
            "--nb-processes",
            type=click.IntRange(min=0),
            help="Ranks to start on this machine when not started by mpiexec or srun; 0: compute "
            "in this process.",
        ),
        "max_restarts": click.option(
            "--max-restarts",
            type=click.IntRange(min=0),
            default=MAX_RESTARTS,
            show_default=True,
            metavar="N",
            help="With --nb-processes: how often a run that crashed is started again.",
        ),
        "dispatch": click.option(
            "--dispatch",
            type=click.Choice(["node", "master"]),
            help="Who hands out work: all ranks compute and share a counter (node), or rank 0 "
            "schedules (master). Default: node if all ranks are on one node.",
        ),
        "resume": click.option(
            "--resume", is_flag=True, help="Demand that there is a run to continue."
        ),
        "restart": click.option(
            "--restart",
            is_flag=True,
            help="Discard the unfinished work of a former run (once: not in automatic restarts).",
        ),
        "overwrite": click.option(
            "--overwrite", is_flag=True, help="Permit replacing finished or foreign output."
        ),
        "state_dir": click.option(
            "--state-dir",
            type=folder,
            help="Where to keep journals and reports. Default: .rghpc beside the main output.",
        ),
        "time_limit": click.option(
            "--time-limit",
            type=click.FloatRange(min=0, min_open=True),
            metavar="S",
            help="Start no task after S seconds, keep what is done, and exit with 75. The end of "
            "a SLURM job is known without it.",
        ),
        "fsync_interval": click.option(
            "--fsync-interval",
            type=click.FloatRange(min=0),
            default=10.0,
            show_default=True,
            metavar="S",
            help="Seconds of work that a power failure may cost; a kill costs only the task in "
            "hand.",
        ),
        "memory_limit_per_rank": click.option(
            "--memory-limit-per-rank",
            type=click.FloatRange(min=0, min_open=True),
            metavar="MB",
            help="Private memory of a rank; a task that needs more is tried alone, then fails.",
        ),
        "task_timeout": click.option(
            "--task-timeout",
            type=click.FloatRange(min=0, min_open=True),
            metavar="S",
            help="Time for one task; a task that needs more is tried alone, then fails.",
        ),
        "max_failed_ratio": click.option(
            "--max-failed-ratio",
            type=click.FloatRange(min=0, max=1),
            metavar="F",
            help="Failed / all tasks that still counts as success. Default: 0; growth failures of "
            "synthesis count only where this is given.",
        ),
        "dry_run": click.option(
            "--dry-run",
            is_flag=True,
            help="Check everything, compute a few samples, tell what the run will cost, and write "
            "only costs.json.",
        ),
        "log_level": click.option(
            "--log-level", type=click.Choice(LOG_LEVELS), default="info", show_default=True
        ),
    }


def settings_option() -> Callable[[Any], Any]:
    """`--settings`: values of options from a file, below RGHPC_* variables and the command line."""
    return click.option(
        "--settings",
        type=click.Path(dir_okay=False, path_type=Path),
        is_eager=True,
        expose_value=False,
        callback=_read_settings,
        help="TOML or YAML file with values of options (below RGHPC_<OPTION> variables and the "
        "command line).",
    )


def _read_settings(context: click.Context, _option: click.Parameter, path: Path | None) -> None:
    if path is None:
        return
    options = _option_names(context)
    values: dict[str, Any] = {}
    for key, value in _load(path, context).items():
        option = options.get(str(key).replace("_", "-"))
        if option is None or option.name is None:
            near = difflib.get_close_matches(str(key).replace("_", "-"), options, n=1)
            hint = f"; do you mean {near[0]}?" if near else ""
            raise InvalidInputError(f"{path}: {context.info_name} has no option {key}{hint}")
        one = option.multiple and not isinstance(value, list)
        values[option.name] = [value] if one else value
        try:
            option.type_cast_value(context, values[option.name])
        except (click.BadParameter, AttributeError, TypeError, ArithmeticError) as error:
            told = getattr(error, "message", None) or str(error)
            raise InvalidInputError(f"settings {path}: value of {key}: {told}") from error
    context.default_map = {**(context.default_map or {}), **values}


def _load(path: Path, context: click.Context) -> Mapping[str, Any]:
    """The top-level values of a settings file, and above them those of its table.

    The table is named as the command: `[status]`, or `[conn-props.extract]`.
    """
    try:
        if path.suffix == ".toml":
            import tomllib

            content = tomllib.loads(path.read_text(encoding="utf-8"))
        else:
            from region_grower_hpc.formats.yaml_file import read_yaml

            content = read_yaml(path) or {}
    except OSError as error:
        raise InvalidInputError(f"cannot read settings {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise InvalidInputError(f"settings {path} are not valid: {error}") from error
    if not isinstance(content, dict):
        raise InvalidInputError(f"settings {path} must hold names and values of options")
    tables, names, place = [content], _command_names(context), ""
    for name in names:
        own = tables[-1].get(name, {})
        place = f"{place}.{name}".lstrip(".")
        if not isinstance(own, dict):
            raise InvalidInputError(
                f"settings {path}: {place} must be a table of options and values"
            )
        tables.append(own)
    options = _option_names(context)
    # Tables of other commands are none of ours; those of options whose values are objects are.
    # That of the command itself holds nothing but options.
    found: dict[str, Any] = {}
    for table in tables:
        found |= {
            key: value
            for key, value in table.items()
            if table is tables[-1]
            or not isinstance(value, dict)
            or str(key).replace("_", "-") in options
        }
    return found


def _command_names(context: click.Context) -> list[str]:
    """The command as it is typed, without the name of the program: `conn-props`, `extract`."""
    names: list[str] = []
    one: click.Context | None = context
    while one is not None and (one.parent is not None or not names):
        names.insert(0, one.info_name or "")
        one = one.parent
    return names


def _option_names(context: click.Context) -> dict[str, click.Option]:
    """Long options of a command without their dashes."""
    return {
        spelling.lstrip("-").replace("_", "-"): option
        for option in context.command.params
        if isinstance(option, click.Option)
        for spelling in option.opts
        if spelling.startswith("--")
    }


class Program:
    """Gives a click command or group our exit codes; of many ranks only the first one speaks."""

    def main(self, *arguments: Any, **keywords: Any) -> NoReturn:
        """Run with the process's arguments and leave with the exit code."""
        from region_grower_hpc.engine.last_word import begin, leave_with
        from region_grower_hpc.engine.launcher import announced_rank

        code: Any
        begin()
        try:
            run = super().main  # type: ignore[misc]
            from_shell = not arguments and keywords.get("args") is None
            fixed = {"standalone_mode": False, "obj": FROM_SHELL if from_shell else None}
            code = run(*arguments, **{**keywords, **fixed})
            code = code if isinstance(code, int) else ExitCode.DONE
            if code and "mpi4py.MPI" in sys.modules:
                from region_grower_hpc.engine.comm import leave

                code = leave(code)
        except (RegionGrowerHpcError, click.ClickException, click.Abort) as error:
            code = getattr(error, "exit_code", ExitCode.INTERNAL)
            if not announced_rank(os.environ):
                if isinstance(error, click.ClickException):
                    error.show()
                elif isinstance(error, click.Abort):
                    click.echo("Interrupted", err=True)
                else:
                    click.echo(f"Error: {error}", err=True)
        except Exception:
            leave_with(ExitCode.INTERNAL)
            raise
        leave_with(code)
        sys.exit(code)


class Command(Program, click.Command):
    """A command whose options RGHPC_<OPTION> may set."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        for option in self.params:
            if isinstance(option, click.Option) and option.name and option.envvar is None:
                option.envvar = f"RGHPC_{option.name.upper()}"


def setup_logging(level: str) -> None:
    """Log to stderr; under MPI each line names its rank, and rank 0 alone tells of its progress."""
    from region_grower_hpc.engine.launcher import announced_rank

    rank = announced_rank(os.environ)
    prefix = "" if rank is None else f"#{rank} - "
    chosen = getattr(logging, level.upper())
    logging.basicConfig(
        format=prefix + "%(asctime)s - %(name)s - %(levelname)s - %(message)s",
        datefmt="%Y-%m-%dT%H:%M:%S",
        level=max(chosen, logging.WARNING) if rank and chosen > logging.DEBUG else chosen,
    )


def split(
    values: dict[str, Any], context: click.Context, state_dir: Path | None = None
) -> tuple[Any, dict[str, Any]]:
    """EngineOptions, and the values that are the command's own.

    Also starts the ranks that `--nb-processes` asks for: then this call does not return.

    Args:
        values: of all options.
        context: of the command.
        state_dir: where the state lies unless `--state-dir` says otherwise; a run whose state is
            not known is started again once only.
    """
    from region_grower_hpc.engine.launcher import announced_size, has_parent, respawn
    from region_grower_hpc.engine.options import EngineOptions
    from region_grower_hpc.engine.provenance import command_line
    from region_grower_hpc.engine.selection import Selection

    own = dict(values)
    names = [*_options(), "gids", "part"]
    engine = {name: own.pop(name) for name in names if name in own}
    n_ranks = engine.get("nb_processes")
    max_restarts = engine.get("max_restarts", 0)
    if announced_size(os.environ) is None and not has_parent(os.environ):
        if n_ranks and context.obj is not FROM_SHELL:
            # What would be started again is the program that calls us.
            logger.info("Called by a program: one process computes")
        elif n_ranks and (n_ranks > 1 or max_restarts):
            folder = engine.get("state_dir") or state_dir
            respawn(n_ranks, max_restarts, folder)
        if n_ranks is None:
            logger.info("One process computes; --nb-processes N starts N ranks")
    gids, part = engine.get("gids"), engine.get("part")
    known = {_NAMES.get(name, name): value for name, value in engine.items()}
    options = EngineOptions(
        **{name: known[name] for name in _FIELDS if name in known},
        batch_size=own.get("chunksize"),
        selection=None if gids is None and part is None else Selection(gids, part),
        hide_progress=bool(own.get("hide_progress_bar")),
        command=command_line(),
        origins=origins(context),
    )
    return options, own


def origins(context: click.Context) -> dict[str, Any]:
    """Value and origin of every option, for provenance.json."""
    return {
        name: {
            "value": value if isinstance(value, int | float | bool | None) else str(value),
            "from": _origin(context, name),
        }
        for name, value in sorted(context.params.items())
    }


def _origin(context: click.Context, name: str) -> str:
    source = context.get_parameter_source(name)
    if source is ParameterSource.DEFAULT_MAP:
        return "settings file"
    return "unknown" if source is None else source.name.lower()
