"""The command that clones morphologies and gives them to cells."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from region_grower_hpc.clone.settings import (
    CONTAINERS,
    CROSS_MTYPES,
    MORPH_DB_COL,
    MORPH_PATH_COL,
    RANDOM_STREAMS,
    RELEASE_EXTENSIONS,
    Y_SCALES,
    CloneSettings,
)
from region_grower_hpc.clone.value_checks import repeated_scale
from region_grower_hpc.engine.command import (
    Command,
    FiniteRange,
    engine_options,
    setup_logging,
    split,
)

FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
ANY_PATH = click.Path(path_type=Path)


@click.command(cls=Command)
@click.option(
    "--dataset", type=ANY_PATH, required=True, help="CSV table of the repaired morphologies."
)
@click.option(
    "--recipe", type=ANY_PATH, required=True, help="XML recipe: how many cells of each type."
)
@click.option(
    "--placement-rules",
    type=ANY_PATH,
    help="XML file of placement rules. Without it clones get no annotations, and cells no clones.",
)
@click.option(
    "--transform-rules",
    type=ANY_PATH,
    help="XML file of exclusions, substitutions of types and copies to other layers.",
)
@click.option(
    "--annotations",
    type=ANY_PATH,
    help="Folder of annotations, NAME.xml. A morphology without one has its limits measured.",
)
@click.option(
    "--cross-mtype",
    multiple=True,
    default=CROSS_MTYPES,
    show_default=True,
    metavar="NAME",
    help="A type whose morphologies exchange their axons; may be repeated, in place of the "
    "default.",
)
@click.option(
    "--y-scale",
    type=FiniteRange(min=0, min_open=True),
    multiple=True,
    default=Y_SCALES,
    show_default=True,
    metavar="F",
    help="Factor along y of a scaled copy of each morphology; may be repeated, in place of the "
    "default.",
)
@click.option(
    "--clone-multiplier",
    type=FiniteRange(min=0, min_open=True),
    default=1.0,
    show_default=True,
    metavar="F",
    help="Clones for each cell of the recipe, at least (see --exact-counts).",
)
@click.option(
    "--std-angle",
    type=FiniteRange(min=0),
    default=10.0,
    show_default=True,
    metavar="F",
    help="Standard deviation of the angles by which sections are turned, degrees.",
)
@click.option(
    "--std-scale",
    type=FiniteRange(min=0),
    default=0.2,
    show_default=True,
    metavar="F",
    help="Standard deviation of the factors by which sections are stretched.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Seed of the random numbers.",
)
@click.option(
    "--random-stream",
    type=click.Choice(RANDOM_STREAMS),
    default=RANDOM_STREAMS[0],
    show_default=True,
    help="A stream for each clone, or that of morphology-workflows, one for all clones of a "
    "morphology.",
)
@click.option(
    "--container",
    type=click.Choice(CONTAINERS),
    default=CONTAINERS[0],
    show_default=True,
    help="In clone/: a file for each morphology, containers of some each and one of links to them, "
    "or one container.",
)
@click.option("--exact-counts", is_flag=True, help="Make no more clones than the recipe asks for.")
@click.option(
    "--out-dir", type=FOLDER, required=True, help="Folder of all outputs: a folder for each step."
)
@click.option(
    "--release-ext",
    type=click.Choice(RELEASE_EXTENSIONS),
    multiple=True,
    default=RELEASE_EXTENSIONS,
    show_default=True,
    help="Format of the release; may be repeated.",
)
@click.option(
    "--morph-path-col",
    default=MORPH_PATH_COL,
    show_default=True,
    metavar="NAME",
    help="Column of --dataset with the paths of the morphologies.",
)
@click.option(
    "--morph-db-col",
    default=MORPH_DB_COL,
    show_default=True,
    metavar="NAME",
    help="Column of --dataset with the path of the morphology database.",
)
@click.option("--no-grafts", is_flag=True, help="Exchange no axons, whatever --cross-mtype says.")
@click.option("--no-scaling", is_flag=True, help="Make no scaled copies, whatever --y-scale says.")
@click.option("--no-release", is_flag=True, help="Make no release, whatever --release-ext says.")
@click.option(
    "--cells",
    type=ANY_PATH,
    help="SONATA or MVD3 file of cells that get clones; needs --atlas, --out-cells and "
    "--placement-rules.",
)
@click.option("--atlas", type=ANY_PATH, help="Folder of the cells' atlas: [PH]y.nrrd, [PH]1.nrrd …")
@click.option("--out-cells", type=FILE, help="SONATA or MVD3 file of cells to write.")
@click.option(
    "--max-drop-ratio",
    type=FiniteRange(min=0, max=1),
    default=0.0,
    show_default=True,
    metavar="F",
    help="Share of the cells of an mtype that may stay without a clone; they are left out.",
)
@click.option(
    "--without-replacement",
    is_flag=True,
    help="Each clone serves one cell, as far as there are enough.",
)
@engine_options
@click.pass_context
def clone_morphologies(context: click.Context, /, **values: Any) -> None:
    """Make the clones of repaired morphologies that a circuit needs, and place them.

    Axons are exchanged between morphologies of a type, copies are scaled along y, the database is
    transformed, each morphology is cloned with turned and stretched sections as often as the recipe
    asks, and all are released as asc, h5 and swc. With --cells, --atlas and --out-cells each cell
    of a circuit gets the clone that fits its place. Results are the same for any number of ranks; a
    run that was stopped or killed continues with the same command.
    """
    from region_grower_hpc.engine.state_dir import state_dir_of_file, state_dir_of_folder

    setup_logging(values["log_level"])
    _check(values)
    state_dir = state_dir_of_folder(values["out_dir"])
    options, own = split(values, context, state_dir)
    # Not before: the parent of the ranks needs neither.
    from region_grower_hpc.clone.job import CloneJob
    from region_grower_hpc.clone.placement.job import PlacementJob
    from region_grower_hpc.clone.placement_inputs import placement_settings
    from region_grower_hpc.engine.launch import run_in_turn
    from region_grower_hpc.engine.passes import Pass

    settings = CloneSettings.from_options(own)
    if settings.out_cells is None:
        context.exit(run_in_turn([Pass(CloneJob(settings), state_dir, options)]))
    of_cells = state_dir_of_file(settings.out_cells)
    if options.state_dir is not None:
        of_cells = options.state_dir / "cells"
    placement = PlacementJob(placement_settings(settings))
    passes = [
        # Clones that are there stay, where other cells are to get some.
        Pass(CloneJob(settings), state_dir, replace(options, overwrite_same=False)),
        Pass(placement, of_cells, replace(options, resume=False, state_dir=of_cells)),
    ]
    context.exit(run_in_turn(passes))


def _check(values: dict[str, Any]) -> None:
    """Refuse options that contradict each other."""
    if (text := repeated_scale(values["y_scale"])) is not None:
        raise click.UsageError(f"--y-scale: two factors are {text} in names of morphologies")
    together = {name: values[name] for name in ("cells", "atlas", "out_cells")}
    missing = [f"--{name.replace('_', '-')}" for name, value in together.items() if value is None]
    if len(missing) in (1, 2):
        raise click.UsageError(f"--cells, --atlas and --out-cells: {' and '.join(missing)} missing")
    if not missing and values["placement_rules"] is None:
        raise click.UsageError("--cells needs --placement-rules, by which clones are chosen")
