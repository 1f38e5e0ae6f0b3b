"""The choice of clones as a program of its own: ``python -m tests.clone.placement.run_placement``.

Its options are those of PlacementSettings and of the engine.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from region_grower_hpc.clone.placement.job import PlacementJob
from region_grower_hpc.clone.placement.settings import RANDOM_STREAMS, PlacementSettings
from region_grower_hpc.engine.command import Command, engine_options, setup_logging, split
from region_grower_hpc.engine.launch import run
from region_grower_hpc.engine.state_dir import state_dir_of_file

PATH = click.Path(path_type=Path)


@click.command(cls=Command, name="place-clones")
@click.option("--cells", type=PATH, required=True)
@click.option("--atlas", type=PATH, required=True)
@click.option("--out-cells", type=PATH, required=True)
@click.option("--placement-rules", type=PATH, required=True)
@click.option("--database", type=PATH, required=True)
@click.option("--annotations", type=PATH, required=True)
@click.option("--failures-csv", type=PATH, required=True)
@click.option("--seed", type=int, default=0)
@click.option("--random-stream", type=click.Choice(RANDOM_STREAMS), default=RANDOM_STREAMS[0])
@click.option("--max-drop-ratio", type=float, default=0.0)
@click.option("--without-replacement", is_flag=True)
@engine_options
@click.pass_context
def place_clones(context: click.Context, /, **values: Any) -> None:
    setup_logging(values["log_level"])
    state_dir = state_dir_of_file(values["out_cells"])
    options, own = split(values, context, state_dir)
    context.exit(run(PlacementJob(PlacementSettings(**own)), state_dir, options))


if __name__ == "__main__":
    # Through the module's own name, so that a job pickled here is found in a child process.
    from tests.clone.placement.run_placement import place_clones as program

    program()
