"""The commands that extract features from recordings, and that draw recordings."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from region_grower_hpc.efeatures.settings import (
    EFEL_SETTINGS,
    PRESET,
    PROTOCOL_MODES,
    PROTOCOLS_RHEOBASE,
    RHEOBASE_STRATEGIES,
    EfeatureSettings,
)
from region_grower_hpc.engine.command import (
    INPUT,
    Command,
    FiniteRange,
    JsonOrFile,
    engine_options,
    setup_logging,
    split,
)
from region_grower_hpc.errors import InvalidInputError

FOLDER = click.Path(file_okay=False, path_type=Path)
COMPAT = "bluepyefe"
#: Where a value comes from that the command line does not give.
_DEFAULTS = (click.core.ParameterSource.DEFAULT, click.core.ParameterSource.DEFAULT_MAP)

METADATA = click.option(
    "--files-metadata",
    type=INPUT,
    required=True,
    help="JSON file {cell: {protocol: [metadata, ...]}}; its paths are relative to its folder.",
)
OUTPUT = click.option(
    "--output-directory", type=FOLDER, required=True, help="Folder of all outputs."
)
SKIP_FAILURES = click.option(
    "--skip-failures",
    is_flag=True,
    help="End with 0 also where recordings fail. They are listed in failures.csv in any case.",
)


class PresetOrFile(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """The word for automatic targets that we know, or the path of a file."""

    name = f"FILE|{PRESET}"

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        """The word or the path."""
        return value if value == PRESET else str(INPUT.convert(value, param, ctx))


@click.command(cls=Command)
@METADATA
@OUTPUT
@click.option(
    "--targets",
    type=INPUT,
    help="JSON list of targets, or the older dictionary of protocols. Without it targets are found "
    "by --auto-targets.",
)
@click.option(
    "--auto-targets",
    type=PresetOrFile(),
    metavar=f"FILE|{PRESET}",
    default=PRESET,
    show_default=True,
    help="JSON list of automatic targets, or the list of this program.",
)
@click.option(
    "--protocols-rheobase",
    multiple=True,
    default=PROTOCOLS_RHEOBASE,
    show_default=True,
    metavar="NAME",
    help="A protocol that tells the rheobase; may be repeated, in place of the default.",
)
@click.option(
    "--rheobase-strategy",
    type=click.Choice(RHEOBASE_STRATEGIES),
    default=RHEOBASE_STRATEGIES[0],
    show_default=True,
    help="How the rheobase of a cell is found.",
)
@click.option(
    "--rheobase-settings",
    type=JsonOrFile(),
    default="{}",
    help="Parameters of the strategy, such as '{\"spike_threshold\": 2}'.",
)
@click.option(
    "--absolute-amplitude",
    is_flag=True,
    help="Amplitudes of --targets are in nA, not in % of the rheobase.",
)
@click.option(
    "--protocol-mode",
    type=click.Choice(PROTOCOL_MODES),
    default=PROTOCOL_MODES[0],
    show_default=True,
    help="How the stimuli of several recordings become one; lnmc: each cell weighs once, in "
    "features too.",
)
@click.option(
    "--efel-settings",
    type=JsonOrFile(),
    default=json.dumps(EFEL_SETTINGS),
    show_default=True,
    help="eFEL's settings, in place of all of the default.",
)
@click.option(
    "--threshold-nvalue-save",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="N",
    help="Fewest values that make a feature.",
)
@click.option(
    "--default-std-value",
    type=FiniteRange(min=0),
    default=0.001,
    show_default=True,
    metavar="F",
    help="In place of a standard deviation of 0.",
)
@click.option(
    "--extract-per-cell", is_flag=True, help="Write the documents of each cell alone too."
)
@click.option("--save-files-used", is_flag=True, help="Name the files behind each feature.")
@click.option(
    "--all-recordings",
    is_flag=True,
    help="Measure all recordings of a target's protocol for efeatures.h5, not only those within "
    "its tolerance.",
)
@click.option(
    "--pickle-cells", is_flag=True, help="Write cells.pkl, with traces, and protocols.pkl."
)
@click.option(
    "--low-memory-mode",
    is_flag=True,
    help="Leave the traces out of cells.pkl; nothing else ever holds those of two entries.",
)
@click.option("--plot", is_flag=True, help="Draw recordings and features, in figures/.")
@SKIP_FAILURES
@click.option(
    "--compat",
    type=click.Choice([COMPAT]),
    help="Reproduce the numbers of bluepyefe 2.3.63 where ours are others (docs/parity.md).",
)
@engine_options
@click.pass_context
def extract_efeatures(context: click.Context, /, **values: Any) -> None:
    """Extract electrical features from patch-clamp recordings.

    Recordings are read (Igor, Axon, NWB, MATLAB, text, HDF5), their stimuli are interpreted, the
    rheobase of each cell is found, and the features that targets ask for become means and standard
    deviations over all cells. Results are the same for any number of ranks; a run that was stopped
    or killed continues with the same command.
    """
    setup_logging(values["log_level"])
    source = context.get_parameter_source
    if values["targets"] is not None and source("auto_targets") not in _DEFAULTS:
        raise click.UsageError("--targets and --auto-targets: give one of them")
    if values["absolute_amplitude"] and values["targets"] is None:
        raise click.UsageError("--absolute-amplitude needs --targets, whose amplitudes are in nA")
    _run(context, values, with_features=True)


@click.command(cls=Command)
@METADATA
@OUTPUT
@SKIP_FAILURES
@engine_options
@click.pass_context
def plot_recordings(context: click.Context, /, **values: Any) -> None:
    """Draw all recordings of each cell: current, voltage, spikes, stimulus as understood."""
    setup_logging(values["log_level"])
    _run(context, values, with_features=False)


def _run(context: click.Context, values: dict[str, Any], *, with_features: bool) -> None:
    """Read, measure and draw: a job each, the next when the former has ended well."""
    from region_grower_hpc.engine.state_dir import state_dir_of_file

    _check_extra()
    folder = values["output_directory"]
    options, own = split(values, context, state_dir_of_file(folder / "recordings.h5"))
    # Not before: the parent of the ranks needs none of them.
    from region_grower_hpc.efeatures.passes import passes
    from region_grower_hpc.engine.launch import run_in_turn
    from region_grower_hpc.engine.passes import Pass

    if own.pop("skip_failures"):
        options = replace(options, max_failed_ratio=1.0)
    own = {name: value for name, value in own.items() if name in EfeatureSettings.names()}
    own["compat"] = values.get("compat") is not None
    if not with_features:
        # As bluepyefe counts spikes where it only draws.
        own |= {"efel_settings": {}, "plot": True}
    settings = EfeatureSettings(**own)
    jobs = passes(settings, with_features=with_features)
    turns = []
    for number, (job, output) in enumerate(jobs):
        this = options
        if options.state_dir is not None and number:
            this = replace(this, state_dir=options.state_dir / job.name)
        # What has been read stays where other features are asked for.
        this = replace(this, overwrite_same=number > 0, resume=options.resume and not number)
        if number < len(jobs) - 1:
            # The last pass judges the failures of all.
            this = replace(this, max_failed_ratio=1.0)
        turns.append(Pass(job, state_dir_of_file(output), this))
    context.exit(run_in_turn(turns))


def _check_extra() -> None:
    """Refuse to begin without the packages of the extra."""
    from importlib.util import find_spec

    missing = [name for name in ("efel", "neo", "matplotlib") if find_spec(name) is None]
    if missing:
        raise InvalidInputError(
            f"{' and '.join(missing)} not installed: pip install 'region-grower-hpc[efeatures]'"
        )
