"""The commands of synthesis: options of `region-grower` 1.6.0 by the same names, and ours."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import click

from region_grower_hpc.engine.command import (
    LOG_LEVELS,
    Command,
    engine_options,
    merge_options,
    part_options,
    settings_option,
    setup_logging,
    split,
)
from region_grower_hpc.synthesis.settings import CONTAINERS, EXTENSIONS, GROWERS, SynthesisSettings

LOGGER = logging.getLogger(__name__)

FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
ANY_PATH = click.Path(path_type=Path)


def _diametrizer_and_extension(function: Any) -> Any:
    """Options of both generate commands."""
    for option in (
        click.option(
            "--region", default="default", show_default=True, help="Region key in the output file."
        ),
        click.option(
            "-e",
            "--ext",
            type=click.Choice([".h5", ".swc", ".asc"]),
            default=".h5",
            show_default=True,
            help="Extension of the morphology files.",
        ),
        click.option(
            "-dc",
            "--diametrizer-config",
            type=FILE,
            help="JSON configuration of an external diametrizer.",
        ),
        click.option("--log-level", type=click.Choice(LOG_LEVELS), default="info"),
        settings_option(),
        click.argument("dat_file", type=ANY_PATH),
        click.argument("input_folder", type=ANY_PATH),
    ):
        function = option(function)
    return function


@click.command(cls=Command)
@_diametrizer_and_extension
@click.option(
    "-tp",
    "--tmd-parameters",
    type=FILE,
    help="JSON file of parameters to start from instead of the defaults.",
)
@click.option(
    "-pf",
    "--parameter-filename",
    type=FILE,
    default=Path("tmd_parameters.json"),
    show_default=True,
    help="File to write.",
)
def generate_parameters(log_level: str, **values: Any) -> None:
    """Derive TMD growth parameters for each mtype of a folder of morphologies.

    INPUT_FOLDER holds the morphologies; DAT_FILE lists them, after a header line, as name, layer
    and mtype separated by spaces, or is a morphology database (neuronDB) whose name ends in .xml.
    The output has the form {REGION: {mtype: ...}} that synthesize-morphologies reads.
    """
    from region_grower_hpc.synthesis.generate import generate_parameters as generate

    setup_logging(log_level)
    generate(**values)
    LOGGER.info("Parameters written to %s", values["parameter_filename"])


@click.command(cls=Command)
@_diametrizer_and_extension
@click.option(
    "-df",
    "--distribution-filename",
    type=FILE,
    default=Path("tmd_distributions.json"),
    show_default=True,
    help="File to write.",
)
@click.option(
    "--nb-processes",
    type=click.IntRange(min=1),
    help="mtypes worked on at once. Default: one per allowed CPU.",
)
def generate_distributions(log_level: str, **values: Any) -> None:
    """Derive TMD distributions for each mtype of a folder of morphologies.

    INPUT_FOLDER holds the morphologies; DAT_FILE lists them, after a header line, as name, layer
    and mtype separated by spaces, or is a morphology database (neuronDB) whose name ends in .xml.
    The output has the form {REGION: {mtype: ...}} that synthesize-morphologies reads.
    """
    from region_grower_hpc.synthesis.generate import generate_distributions as generate

    setup_logging(log_level)
    generate(**values)
    LOGGER.info("Distributions written to %s", values["distribution_filename"])


@click.command(cls=Command)
@click.option(
    "--input-cells", type=ANY_PATH, required=True, help="SONATA or MVD3 file of cells: soma places."
)
@click.option("--tmd-parameters", type=ANY_PATH, required=True, help="JSON file of TMD parameters.")
@click.option(
    "--tmd-distributions", type=ANY_PATH, required=True, help="JSON file of TMD distributions."
)
@click.option(
    "--atlas", required=True, help="Atlas folder: hierarchy.json, brain_regions.nrrd, [PH]y.nrrd …"
)
@click.option("--atlas-cache", help="Accepted; a local atlas folder needs no cache.")
@click.option(
    "--region-structure",
    type=ANY_PATH,
    default=Path("region_structure.yaml"),
    show_default=True,
    help="YAML file of the layers of each region.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of cell gid: seed + gid.")
@click.option("--out-cells", type=FILE, required=True, help="SONATA or MVD3 file to write.")
@click.option("--out-apical", type=FILE, help="YAML file of apical points to write.")
@click.option(
    "--out-morph-dir",
    type=FOLDER,
    default=Path("out"),
    show_default=True,
    help="Folder of the morphologies.",
)
@click.option(
    "--out-morph-ext",
    type=click.Choice(EXTENSIONS),
    multiple=True,
    default=["h5"],
    show_default=True,
    help="Format of the morphology files; may be repeated.",
)
@click.option(
    "--out-failures",
    type=FILE,
    help="CSV file of the cells that were not synthesized. Default: OUT.failures.csv "
    "for --out-cells OUT.h5.",
)
@click.option(
    "--container",
    type=click.Choice(CONTAINERS),
    default="files",
    show_default=True,
    help="A file for each cell, one HDF5 container, or containers of some cells each and one of "
    "links to them.",
)
@click.option(
    "--container-path",
    type=FILE,
    help="The HDF5 container; with --container files it is written beside the files. Default: "
    "merged.h5 or morphologies.h5 in --out-morph-dir.",
)
@click.option(
    "--out-apical-nrn-sections",
    type=FILE,
    help="YAML file of the sections with apical points, by NEURON's ids; needs asc or swc files.",
)
@click.option(
    "--out-debug-data", type=FILE, help="Pickle of a pandas.DataFrame: all that is known of a cell."
)
@click.option(
    "--morph-axon",
    type=FILE,
    help="Table of the donor whose axon each cell gets: gid, morphology, and scale if wanted.",
)
@click.option("--base-morph-dir", type=FOLDER, help="Folder of the donors, as h5 files.")
@click.option(
    "--max-drop-ratio",
    type=float,
    default=0.0,
    show_default=True,
    help="Share of the cells of an mtype that may lack a donor in --morph-axon; they are left out.",
)
@click.option(
    "--scaling-jitter-std", type=float, help="Of the length of a donor's sections, relative."
)
@click.option(
    "--rotational-jitter-std", type=float, help="Of the angles of a donor's sections, degrees."
)
@click.option(
    "--max-files-per-dir", type=int, help="Use hashed sub-folders above this number of files."
)
@click.option(
    "--min-depth",
    type=float,
    default=25.0,
    show_default=True,
    help="µm below the pia; smaller depths are set to this one.",
)
@click.option(
    "--max-depth",
    type=float,
    default=5000.0,
    show_default=True,
    help="µm; larger depths are set to this one.",
)
@click.option(
    "--min-hard-scale",
    type=float,
    default=0.2,
    show_default=True,
    help="Neurites that hard limits would shrink to this factor or below are removed.",
)
@click.option("--synthesize-axons", is_flag=True, help="Grow the axons of grow_types too.")
@click.option("--skip-write", is_flag=True, help="Write no morphologies.")
@click.option(
    "--grower",
    type=click.Choice(GROWERS),
    default="native",
    show_default=True,
    help="What grows a cell: the compiled kernel, or NeuroTS (extra [neurots]). Same results.",
)
@click.option("--with-mpi", is_flag=True, help="Accepted; the launcher tells.")
@click.option("--hide-progress-bar", is_flag=True, help="Show no progress.")
@click.option("--dask-config", help="Accepted and ignored: there is no Dask.")
@click.option("--chunksize", type=click.IntRange(min=1), help="Cells a work unit of a rank.")
@click.option("--show-pip-freeze", is_flag=True, help="Log the installed packages.")
@part_options
@engine_options
@click.pass_context
def synthesize_morphologies(context: click.Context, /, **values: Any) -> None:
    """Grow a morphology for every cell of a circuit, adapted to its place in an atlas.

    The options of `region-grower synthesize-morphologies` keep their names. Results are the same
    for any number of ranks; a run that was stopped or killed continues with the same command.
    """
    from region_grower_hpc.engine.state_dir import state_dir_of_file

    setup_logging(values["log_level"])
    _check_dask_config(values.pop("dask_config"))
    if values["nb_processes"] is None:
        values["nb_processes"] = _all_cpus(values["input_cells"])
    state_dir = state_dir_of_file(values["out_cells"])
    options, own = split(values, context, state_dir)
    # Not before: the parent of the ranks needs neither.
    from region_grower_hpc.engine.launch import run
    from region_grower_hpc.synthesis.job import SynthesisJob

    if own["show_pip_freeze"]:
        _log_packages()
    settings = SynthesisSettings.from_options(own)
    context.exit(run(SynthesisJob(settings), state_dir, options))


@click.command(cls=Command)
@click.argument("out", type=FILE)
@click.argument("parts", type=FILE, nargs=-1, required=True, metavar="PART...")
@click.option("--out-morph-dir", type=FOLDER, help="Folder of the morphologies of the whole.")
@click.option("--out-apical", type=FILE, help="YAML file of apical points of the whole.")
@click.option(
    "--out-apical-nrn-sections", type=FILE, help="YAML file of NEURON's ids of the whole."
)
@click.option("--out-debug-data", type=FILE, help="Pickle of debug data of the whole.")
@click.option("--out-failures", type=FILE, help="CSV file of failures of the whole.")
@click.option("--container-path", type=FILE, help="HDF5 container of the whole.")
@merge_options
@click.pass_context
def merge(context: click.Context, /, out: Path, parts: tuple[Path, ...], **values: Any) -> None:
    """Join runs over parts of a population (--part, --gids) into OUT.

    OUT and each PART are what --out-cells is for the run over the whole and over a part. The other
    outputs of the whole lie to OUT as those of a part lie to PART, unless an option names them. The
    files are those that one run over all cells would have written, byte for byte; the parts stay as
    they are. Under mpiexec or srun all ranks write.
    """
    from region_grower_hpc.engine.merge import merge as join
    from region_grower_hpc.engine.part import read_part
    from region_grower_hpc.engine.state import state_dir_of_file
    from region_grower_hpc.synthesis.job import SynthesisJob
    from region_grower_hpc.synthesis.part_morphologies import part_settings, whole_settings

    setup_logging(values["log_level"])
    options, places = split(values, context, state_dir_of_file(out))
    runs = [read_part(path, state_dir_of_file(path)) for path in parts]
    settings = [
        part_settings(SynthesisSettings.from_json(run.settings), run.output) for run in runs
    ]
    whole = SynthesisJob(whole_settings(settings, out, places))
    jobs = [SynthesisJob(own) for own in settings]
    context.exit(join(whole, runs, jobs, state_dir_of_file(out), options))


def _check_dask_config(config: str | None) -> None:
    """Refuse what the peer refuses; what it accepts has no use here."""
    if config is None:
        return
    if not Path(config).exists():
        try:
            json.loads(config)
        except ValueError:
            raise click.UsageError(
                "--dask-config is neither an existing file nor a JSON text"
            ) from None
    LOGGER.warning("--dask-config is ignored: the ranks are started by --nb-processes or MPI")


def _all_cpus(input_cells: Path) -> int:
    """All CPUs this process may use, at most one a cell; one where there is no MPI."""
    import os

    from region_grower_hpc.engine.launcher import has_mpi
    from region_grower_hpc.engine.trial import Trial
    from region_grower_hpc.formats.first_reading import HDF5_TRIED_BY
    from region_grower_hpc.formats.sonata import count_cells

    if not has_mpi():
        LOGGER.info("One process computes: mpi4py and an MPI library would use all CPUs")
        return 1
    with Trial(HDF5_TRIED_BY, [input_cells]) as trial:
        trial.check()
    return max(1, min(len(os.sched_getaffinity(0)), count_cells(input_cells) or 1))


def _log_packages() -> None:
    from importlib import metadata

    packages = {f"{item.name}=={item.version}" for item in metadata.distributions()}
    LOGGER.info("Using the following package versions: %s", sorted(packages, key=str.lower))
