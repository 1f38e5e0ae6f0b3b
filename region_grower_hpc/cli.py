"""The click front-end: a table of commands, each loaded when it is called."""

from __future__ import annotations

import importlib
import os

import click

from region_grower_hpc import __version__
from region_grower_hpc.engine.command import SYSTEMS as SYSTEMS_KEY
from region_grower_hpc.engine.command import Program

#: command -> (module, function, one line of help). Nothing is imported for --help.
COMMANDS = {
    "generate-parameters": (
        "region_grower_hpc.synthesis.command",
        "generate_parameters",
        "Derive TMD growth parameters from reconstructed morphologies.",
    ),
    "generate-distributions": (
        "region_grower_hpc.synthesis.command",
        "generate_distributions",
        "Derive TMD distributions from reconstructed morphologies.",
    ),
    "synthesize-morphologies": (
        "region_grower_hpc.synthesis.command",
        "synthesize_morphologies",
        "Grow a morphology for every cell of a circuit in an atlas.",
    ),
    "merge": (
        "region_grower_hpc.synthesis.command",
        "merge",
        "Join runs over parts of a population into the whole.",
    ),
    "clone-morphologies": (
        "region_grower_hpc.clone.command",
        "clone_morphologies",
        "Graft, scale, clone and release repaired morphologies; place clones in an atlas.",
    ),
    "extract-efeatures": (
        "region_grower_hpc.efeatures.command",
        "extract_efeatures",
        "Extract electrical features from patch-clamp recordings.",
    ),
    "plot-recordings": (
        "region_grower_hpc.efeatures.command",
        "plot_recordings",
        "Draw patch-clamp recordings.",
    ),
    "conn-props": (
        "region_grower_hpc.conn_props.command",
        "conn_props",
        "Extract, model and plot properties of the connections of a circuit.",
    ),
    "status": (
        "region_grower_hpc.engine.inspection.command",
        "status",
        "Tell how a run is: done, failed, rate, time left, ranks.",
    ),
    "rerun": (
        "region_grower_hpc.engine.inspection.command",
        "rerun",
        "Do one cell of a run again, and tell all about it.",
    ),
    "compare": (
        "region_grower_hpc.compare.command",
        "compare",
        "Compare the morphologies or cells of two runs.",
    ),
}

#: job, as plan.json names it -> (module, class): those that `rerun` can make again.
SYSTEMS = {
    "synthesize-morphologies": ("region_grower_hpc.synthesis.job", "SynthesisJob"),
    "clone-morphologies": ("region_grower_hpc.clone.job", "CloneJob"),
    "place-clones": ("region_grower_hpc.clone.placement.job", "PlacementJob"),
    "read-recordings": ("region_grower_hpc.efeatures.reading_job", "ReadingJob"),
    "measure-features": ("region_grower_hpc.efeatures.measuring_job", "MeasuringJob"),
    "draw-recordings": ("region_grower_hpc.efeatures.drawing_job", "DrawingJob"),
    "fit-pathways": ("region_grower_hpc.conn_props.fit_job", "FitJob"),
}


class _LazyGroup(Program, click.Group):
    """A group that knows its commands' names and help without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, function, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), function)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in COMMANDS.items()])


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="region-grower-hpc")
@click.pass_context
def main(context: click.Context) -> None:
    """Build and measure the neurons of a circuit, on a laptop and on many nodes of a cluster.

    Run a command by itself, with --nb-processes N, or under mpiexec or srun: the results are the
    same bytes for any number of ranks, and a killed run continues where it was.
    """
    # Not the context's object, which tells whether a shell has started us.
    context.meta[SYSTEMS_KEY] = SYSTEMS
    # A rank computes on one core; libraries that start a thread a core would crowd its neighbours.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
