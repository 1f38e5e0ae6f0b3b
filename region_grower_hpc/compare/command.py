"""The command that compares two results."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from region_grower_hpc.engine.command import Command, settings_option
from region_grower_hpc.errors import ExitCode

ANY_PATH = click.Path(path_type=Path)


@click.command(cls=Command)
@click.argument("a", type=ANY_PATH)
@click.argument("b", type=ANY_PATH)
@click.option(
    "--atol",
    "atol_um",
    type=click.FloatRange(min=0),
    default=0.0,
    show_default=True,
    metavar="UM",
    help="Coordinates and diameters may differ by this, plus --rtol times the value in B.",
)
@click.option(
    "--rtol", type=click.FloatRange(min=0), default=0.0, show_default=True, help="See --atol."
)
@click.option(
    "--morph-dir-a",
    type=ANY_PATH,
    help="Folder or container of the morphologies of cells file A. Default: looked for beside it.",
)
@click.option("--morph-dir-b", type=ANY_PATH, help="The same for B.")
@click.option("--cells-only", is_flag=True, help="Of cells files, leave the morphologies out.")
@click.option(
    "--ext",
    "extension",
    type=click.Choice(["h5", "asc", "swc"]),
    help="Format of the morphology files to read. Default: the first of these that both have.",
)
@click.option(
    "--ignore-order", is_flag=True, help="The same cells in another order are no difference."
)
@click.option(
    "--max-shown",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    help="Differences to list; all are counted.",
)
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write the report to, for programs.",
)
@settings_option()
@click.pass_context
def compare(context: click.Context, /, json_file: Path | None, **values: Any) -> None:
    """Tell where the results A and B differ first, cell by cell.

    A and B are two cells files (SONATA or MVD3) with the morphologies they name, two folders or
    HDF5 containers of morphologies, two morphologies (.h5, .swc, .asc), or two YAML files of apical
    points. Without tolerances numbers must be equal; the results of region-grower 1.6.0 and of this
    program agree with --atol 1e-3.

    The exit code is 0 if they agree, 4 if they differ, and 3 if a file cannot be read.
    """
    import morphio

    from region_grower_hpc.compare.comparison import compare as compare_results
    from region_grower_hpc.formats.atomic import write_json

    morphio.set_maximum_warnings(0)  # of each zero diameter in a soma's contour, for one
    report = compare_results(**values)
    if json_file is not None:
        write_json(json_file, report.as_json())
    click.echo(report.text())
    context.exit(ExitCode.DONE if report.equal else ExitCode.TOO_MANY_FAILURES)
