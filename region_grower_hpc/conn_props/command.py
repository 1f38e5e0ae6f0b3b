"""The commands `conn-props extract`, `build`, `plot` and `run`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from region_grower_hpc.conn_props.settings import CHUNK_EDGES, FITS, GROUP_BY, HIST_BINS
from region_grower_hpc.engine.command import (
    INPUT,
    Command,
    JsonOrFile,
    engine_options,
    setup_logging,
    split,
)
from region_grower_hpc.errors import InvalidInputError

if TYPE_CHECKING:
    from region_grower_hpc.engine.options import EngineOptions
    from region_grower_hpc.engine.passes import Pass

OUTPUT = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
AUTO = "auto"
PEER = "peer"


class Types(JsonOrFile):
    """The same, or the word for automatic types."""

    name = f"JSON|FILE|{AUTO}"

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """The object or the word."""
        return value if value == AUTO else super().convert(value, param, ctx)


class NodeSelection(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """A selection of nodes: JSON (object, list of ids, an id), or else the name of a node set."""

    name = "JSON|NODE_SET"

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """The selection."""
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value


@click.group()
def conn_props() -> None:
    """Extract, model and plot properties of the connections of a circuit.

    Statistics of synapses and connections are found for each pair of source and target types, a
    model of distributions is built from them, and both are drawn side by side. Results are the same
    for any number of ranks; a run that was stopped or killed continues with the same command.
    """


def _extraction_options(function: Any) -> Any:
    for option in reversed(
        (
            click.option("--circuit", type=INPUT, required=True, help="SONATA circuit config."),
            click.option(
                "--out",
                type=OUTPUT,
                required=True,
                help="Data file (HDF5); files of folds, failures.csv and cv_scores.csv beside it.",
            ),
            click.option(
                "--edges-popul-name",
                metavar="NAME",
                multiple=True,
                help="Edge population; may be repeated: each then has its files, OUT__NAME. "
                "Default: the only one, or default__default__chemical, or default.",
            ),
            click.option(
                "--min-sample-size-per-group",
                type=click.IntRange(min=0),
                metavar="N",
                help="Fewest connections that a pathway needs for statistics.",
            ),
            click.option(
                "--max-sample-size-per-group",
                type=click.IntRange(min=0),
                metavar="N",
                help="Most connections of a pathway that are used, chosen at random.",
            ),
            click.option(
                "--hist-bins",
                type=click.IntRange(min=1),
                default=HIST_BINS,
                show_default=True,
                help="Bins of histograms.",
            ),
            click.option(
                "--sel-prop",
                "sel_props",
                multiple=True,
                envvar="RGHPC_SEL_PROP",
                metavar="NAME",
                help='Property of synapses; may be repeated, keeps the order. "": none. Default: '
                "all numbers but delay, afferent, efferent, spine_length and those with @.",
            ),
            click.option(
                "--sel-src",
                type=NodeSelection(),
                help="Source neurons: object of properties, ids, or node set. Default: all.",
            ),
            click.option(
                "--sel-dest",
                type=NodeSelection(),
                help="Target neurons: object of properties, ids, or node set. Default: all.",
            ),
            click.option(
                "--cv-folds",
                type=click.IntRange(min=0),
                default=0,
                metavar="K",
                help="Write data of K folds too, for cross-validation.",
            ),
            click.option(
                "--group-by",
                metavar="PROPERTY",
                default=GROUP_BY,
                show_default=True,
                help="Property of neurons that tells pathways apart.",
            ),
            click.option(
                "--seed",
                type=click.IntRange(min=0, max=2**32 - 1),
                default=0,
                show_default=True,
                help="Of folds, and of the choice of connections.",
            ),
            click.option(
                "--estimate-cov",
                "correlations",
                is_flag=True,
                envvar="RGHPC_ESTIMATE_COV",
                help="Find correlations of properties too, for build --estimate-cov.",
            ),
            _CHUNK_EDGES,
            _FITS,
        )
    ):
        function = option(function)
    return function


_CHUNK_EDGES = click.option(
    "--chunk-edges",
    type=click.IntRange(min=1),
    default=CHUNK_EDGES,
    show_default=True,
    metavar="N",
    help="Edges that a rank reads at a time: less needs less memory.",
)
_FITS = click.option(
    "--fits",
    type=click.Choice(FITS),
    default=FITS[0],
    show_default=True,
    help="How normal curves are fitted; scipy is slower, and gives its own last digits.",
)


@conn_props.command(cls=Command)
@_extraction_options
@engine_options
@click.pass_context
def extract(context: click.Context, /, **values: Any) -> None:
    """Find statistics of each property in each pathway.

    The edges are read in sequence, in blocks of target neurons; any order of edges will do.
    """
    setup_logging(values["log_level"])
    out: Path = values["out"]
    options, own = split(values, context, _state(out))
    from region_grower_hpc.conn_props.passes import extraction_passes
    from region_grower_hpc.conn_props.settings import ExtractSettings
    from region_grower_hpc.formats.safe_name import name_problem

    populations = own.pop("edges_popul_name") or (None,)
    if len(set(populations)) < len(populations):
        raise click.UsageError("--edges-popul-name: name each population once")
    own = {name: value for name, value in own.items() if name != "log_level"}
    own["sel_props"] = _properties(values["sel_props"])
    passes: list[Pass] = []
    for population in populations:
        settings = ExtractSettings(**{**own, "edges_popul_name": population})
        this = options
        if len(populations) > 1:
            if (problem := name_problem(population)) is not None:
                raise InvalidInputError(f"--edges-popul-name {population!r} {problem}")
            name = f"{out.stem}__{population}"
            place = out.with_name(f"{name}{out.suffix}")
            settings = replace(settings, out=place, is_one_of_several=True)
            if options.state_dir is not None:
                this = replace(options, state_dir=options.state_dir / name)
        passes += extraction_passes(settings, this)
    _run(context, passes)


@conn_props.command(cls=Command)
@click.option("--data", type=INPUT, required=True, help="Data file of conn-props extract.")
@click.option("--out", type=OUTPUT, required=True, help="Model file (JSON).")
@click.option(
    "--distr-types",
    type=Types(),
    default="{}",
    help=f"Type of distribution by property, {AUTO} for the one that describes the data best; or "
    f"{AUTO} for all. Default: normal.",
)
@click.option(
    "--data-types",
    type=JsonOrFile(),
    default="{}",
    help="Type of drawn values by property, such as int.",
)
@click.option(
    "--data-bounds",
    type=JsonOrFile(),
    default="{}",
    help="Lower and upper bound of drawn values by property; null: open.",
)
@click.option(
    "--shared-within",
    type=JsonOrFile(),
    default="{}",
    help="Whether synapses of a connection share a value, by property, in place of what the data "
    "tell.",
)
@click.option(
    "--estimate-cov",
    is_flag=True,
    help="Give the model correlations of properties; needs data of extract --estimate-cov.",
)
@click.option(
    "--compat",
    type=click.Choice([PEER]),
    help="Reproduce the numbers of connectome-manipulator 1.0.4 where ours are others.",
)
@engine_options
@click.pass_context
def build(context: click.Context, /, **values: Any) -> None:
    """Build a model from statistics; an older model is replaced."""
    setup_logging(values["log_level"])
    out: Path = values["out"]
    if out.suffix != ".json":
        raise click.UsageError(f"--out: {out} must end in .json")
    options, own = split(values, context, _state(out))
    from region_grower_hpc.conn_props.build_job import BuildJob, failures_beside
    from region_grower_hpc.conn_props.build_settings import BuildSettings
    from region_grower_hpc.engine.passes import Pass

    own = {name: value for name, value in own.items() if name in BuildSettings.names()}
    settings = BuildSettings(
        models=((values["data"], out),), failures_csv=failures_beside(out), **own
    )
    _run(context, [Pass(BuildJob(settings), _state(out), _anew(options))])


@conn_props.command(cls=Command)
@click.option("--data", type=INPUT, required=True, help="Data file of conn-props extract.")
@click.option("--model", type=INPUT, required=True, help="Model file of conn-props build.")
@click.option("--out-dir", type=FOLDER, required=True, help="Folder of figures.")
@click.option(
    "--plot-sample-size",
    type=click.IntRange(min=1),
    default=1000,
    show_default=True,
    help="Values that are drawn from the model for histograms.",
)
@engine_options
@click.pass_context
def plot(context: click.Context, /, **values: Any) -> None:
    """Draw data against model: an overview, and maps and histograms of each property."""
    setup_logging(values["log_level"])
    _check_extra()
    folder: Path = values["out_dir"]
    state = folder / ".rghpc"
    options, _ = split(values, context, state)
    from region_grower_hpc.conn_props.draw_job import Drawing, DrawJob
    from region_grower_hpc.engine.passes import Pass

    drawing = Drawing(values["data"], values["model"], folder)
    job = DrawJob((drawing,), folder / "failures.csv", values["plot_sample_size"])
    _run(context, [Pass(job, state, _anew(options))])


@conn_props.command(cls=Command)
@click.option(
    "--config", type=INPUT, required=True, help="JSON config of build-model, or a list of them."
)
@_CHUNK_EDGES
@_FITS
@engine_options
@click.pass_context
def run(context: click.Context, /, **values: Any) -> None:
    """Extract, build and plot as a config says.

    The config is that of connectome-manipulator's build-model.

    With CV_folds data and models are those of the folds, and cv_scores.csv tells how well test data
    agree with training data and with the model. Data of the same settings are kept, models and
    figures are made anew.
    """
    setup_logging(values["log_level"])
    _check_extra()
    from region_grower_hpc.conn_props.model_config import read_model_configs

    configs = read_model_configs(values["config"])
    state = configs[0].data_file().with_name(configs[0].data_file().name + ".rghpc")
    options, _ = split(values, context, state)
    from region_grower_hpc.conn_props.config_passes import config_passes

    passes: list[Pass] = []
    for config in configs:
        passes += config_passes(config, options, values["chunk_edges"], values["fits"])
    _run(context, passes)


def _anew(options: EngineOptions) -> EngineOptions:
    """Models and figures replace what was made before."""
    return replace(options, overwrite=True, replace_other=True)


def _state(path: Path) -> Path:
    from region_grower_hpc.engine.state_dir import state_dir_of_file

    return state_dir_of_file(path)


def _properties(names: Sequence[str]) -> tuple[str, ...] | None:
    """None for the default selection; () for none."""
    if not names:
        return None
    return () if tuple(names) == ("",) else tuple(names)


def _run(context: click.Context, passes: Sequence[Pass]) -> None:
    from region_grower_hpc.conn_props.inputs import forget
    from region_grower_hpc.engine.launch import run_in_turn

    # A program may call us twice, with other files.
    forget()
    # There may be a first pass to continue, and nothing yet of the others.
    later = [replace(one, options=replace(one.options, resume=False)) for one in passes[1:]]
    context.exit(run_in_turn([*passes[:1], *later]))


def _check_extra() -> None:
    """Refuse to begin without what draws."""
    from importlib.util import find_spec

    if find_spec("matplotlib") is None:
        raise InvalidInputError(
            "matplotlib not installed: pip install 'region-grower-hpc[conn-props]'"
        )
