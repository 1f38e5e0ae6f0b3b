"""The files of connection properties, and what reads them: all passes in this process."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from region_grower_hpc.conn_props.bin_job import BinJob
from region_grower_hpc.conn_props.blocks import read_blocks
from region_grower_hpc.conn_props.build_job import BuildJob
from region_grower_hpc.conn_props.build_settings import BuildSettings
from region_grower_hpc.conn_props.command import Types
from region_grower_hpc.conn_props.count_job import CountJob
from region_grower_hpc.conn_props.data_file import read_data
from region_grower_hpc.conn_props.distribution_settings import checked_settings
from region_grower_hpc.conn_props.draw_job import Drawing, DrawJob
from region_grower_hpc.conn_props.fit_job import FitJob
from region_grower_hpc.conn_props.in_process import run_here
from region_grower_hpc.conn_props.inputs import forget, read_inputs
from region_grower_hpc.conn_props.measure_job import MeasureJob
from region_grower_hpc.conn_props.model_config import read_model_configs
from region_grower_hpc.conn_props.passes import extraction_jobs
from region_grower_hpc.conn_props.run_context import RunContext
from region_grower_hpc.conn_props.sampling import write_sample
from region_grower_hpc.conn_props.settings import ExtractSettings
from region_grower_hpc.conn_props.statistics import N_SYN
from region_grower_hpc.engine.command import JsonOrFile
from region_grower_hpc.engine.job import Job
from region_grower_hpc.errors import InvalidInputError, TaskFailure
from tests.fuzz.conn_props_files import (
    BINS,
    CHUNK_EDGES,
    DOCUMENTS,
    LEAST,
    MIXED,
    MOST,
    PROPERTIES,
    SORTED,
    circuit_words,
    extract_words,
)
from tests.fuzz.target import Target

EXTRACT, BUILD, PLOT, RUN = (f"conn-props {name}" for name in ("extract", "build", "plot", "run"))
QUIET = ("--nb-processes", "0", "--log-level", "error")
#: Figures that are drawn of a damaged file.
FEW = 4


def _settings(folder: Path, out: Path, **changes: Any) -> ExtractSettings:
    given: dict[str, Any] = {
        **{"sel_src": "Most", "sel_dest": {"layer": [1, 2]}, "hist_bins": BINS},
        **{"max_sample_size_per_group": MOST, "min_sample_size_per_group": LEAST},
        **{"edges_popul_name": MIXED, "chunk_edges": CHUNK_EDGES},
    }
    return ExtractSettings(folder / "circuit_config.json", out, **{**given, **changes})


def _extract(folder: Path, **changes: Any) -> None:
    """All passes of a fresh extraction, and what they have written."""
    out = folder.parent / "made"
    shutil.rmtree(out, ignore_errors=True)
    settings = _settings(folder, out / "data.h5", **changes)
    settings.work.mkdir(parents=True)
    forget()
    run_here(extraction_jobs(settings))
    read_data(settings.out)


def _circuit(name: str, format_: str, file: str, told_as: tuple[str, ...] = ()) -> Target:
    """A file of the circuit, grouped by mtype."""

    def arguments(folder: Path) -> list[str]:
        out = folder / "out" / "data.h5"
        return ["conn-props", *extract_words(folder / "conn_props", out), *QUIET]

    return Target(
        *(name, format_, f"conn_props/{file}", arguments, (f"{EXTRACT} --circuit",)),
        lambda folder: _extract(folder / "conn_props"),
        told_as=told_as,
    )


def _grouped(name: str, format_: str, file: str, told_as: tuple[str, ...] = ()) -> Target:
    """The same where the types of neurons stand in the node types file."""

    def arguments(folder: Path) -> list[str]:
        words = circuit_words(folder / "conn_props", folder / "out" / "data.h5")
        return [*EXTRACT.split(), *words, "--group-by", "etype", *QUIET]

    return Target(
        *(name, format_, f"conn_props/{file}", arguments, (f"{EXTRACT} --circuit",)),
        lambda folder: _extract(folder / "conn_props", group_by="etype", sel_src=None),
        told_as=told_as,
    )


def _left(
    name: str, file: str, of: str, jobs: Callable[[ExtractSettings], list[Job[Any]]]
) -> Target:
    """A file that one pass leaves for the next ones, `jobs`; some is seen in the sorted edges."""
    sampled = of != "sorted.h5"
    none = {"max_sample_size_per_group": None, "min_sample_size_per_group": None}
    whole = {**none, "sel_src": None, "sel_dest": None, "hist_bins": 51}
    changes: dict[str, Any] = {} if sampled else {**whole, "edges_popul_name": SORTED}

    def arguments(folder: Path) -> list[str]:
        inner = folder / "conn_props"
        out = inner / "done" / ("data.h5" if sampled else of)
        if sampled:
            words = extract_words(inner, out, "--estimate-cov")
        else:
            words = ["extract", *circuit_words(inner, out, SORTED)]
        return ["conn-props", *words, "--overwrite", *QUIET]

    def read(folder: Path) -> None:
        inner = folder / "conn_props"
        settings = _settings(inner, inner / "done" / of, **changes)
        forget()
        run_here(jobs(settings))

    return Target(
        name,
        "HDF5",
        f"conn_props/done/{of}.rghpc/{file}",
        arguments,
        (),
        read,
        told_as=("/sorted",),
    )


def _choose(settings: ExtractSettings) -> None:
    """What follows the counting of connections."""
    forget()
    inputs = read_inputs(settings)
    n_blocks = read_blocks(settings.blocks_file, RunContext.of(inputs)).n_blocks
    write_sample(settings, inputs, n_blocks)


def _counts() -> Target:
    made = _left("counts", "counts.h5", "data.h5", lambda settings: [])

    def read(folder: Path) -> None:
        inner = folder / "conn_props"
        _choose(_settings(inner, inner / "done" / "data.h5"))

    return Target(made.name, made.format, made.file, made.arguments, (), read)


def _build_words(folder: Path, *more: str) -> list[str]:
    done, out = folder / "conn_props" / "done", folder / "out" / "model.json"
    return [*BUILD.split(), "--data", str(done / "data.h5"), "--out", str(out), *more, *QUIET]


def _build(folder: Path) -> None:
    """Models of all types of distribution there are."""
    inner, out = folder / "conn_props", folder.parent / "made"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    for types in ("auto", dict.fromkeys([*PROPERTIES, N_SYN], "discrete"), {}):
        job = BuildJob(
            BuildSettings(
                ((inner / "done" / "data.h5", out / "model.json"),),
                out / "failures.csv",
                types,
                estimate_cov=not types,
            )
        )
        run_here([job])


def _draw(folder: Path) -> None:
    """Some of the figures."""
    done = folder / "conn_props" / "done"
    drawing = Drawing(done / "data.h5", done / "model.json", folder / "out")
    job = DrawJob((drawing,), folder / "out" / "failures.csv", 20)
    plan = job.plan()
    state = job.setup(plan)
    for task in plan.tasks[:: max(1, len(plan.tasks) // FEW)].tolist():
        try:
            job.run(state, task)
        except TaskFailure as failure:
            raise InvalidInputError(str(failure.message)) from failure


def _plot_words(folder: Path) -> list[str]:
    done = folder / "conn_props" / "done"
    files = ("--data", str(done / "data.h5"), "--model", str(done / "model.json"))
    drawn = ("--out-dir", str(folder / "out"), "--plot-sample-size", "20")
    return [*PLOT.split(), *files, *drawn, *QUIET]


def _document(file: str, option: str) -> Target:
    """A JSON file of an option of `build`."""

    def read(folder: Path) -> None:
        kind = Types() if option == "--distr-types" else JsonOrFile()
        given: list[Any] = [{}, {}, {}, {}]
        place = [one for one, _ in DOCUMENTS.values()].index(option)
        given[place] = kind.convert(str(folder / "conn_props" / file), None, None)
        checked_settings([*PROPERTIES, N_SYN], *given)

    def arguments(folder: Path) -> list[str]:
        return _build_words(folder, option, str(folder / "conn_props" / file))

    # What is checked with the data is told by the setting.
    told_as = (option[2:].replace("-", "_"),)
    options = (f"{BUILD} {option}",)
    return Target(option, "JSON", f"conn_props/{file}", arguments, options, read, told_as=told_as)


def _config() -> Target:
    """The config of `run`; figures take their time, so that only the command draws."""

    def read(folder: Path) -> None:
        inner = folder / "conn_props"
        for config in read_model_configs(inner / "model_config.json"):
            shutil.rmtree(folder.parent / "made", ignore_errors=True)
            (folder.parent / "made").mkdir()
            names = [*config.extract.get("sel_props", ()), N_SYN]
            build = {"distr_types": {}, "data_types": {}, "data_bounds": {}, "shared_within": {}}
            known = {**build, **config.build}
            checked_settings(names, *(known[name] for name in build))
            _extract(inner, **{**_NO_CHOICE, **config.extract}, cv_folds=config.cv_folds)

    def arguments(folder: Path) -> list[str]:
        config = str(folder / "conn_props" / "model_config.json")
        return [*RUN.split(), "--config", config, "--overwrite", *QUIET]

    return Target(
        *("config of run", "JSON", "conn_props/model_config.json", arguments),
        (f"{RUN} --config",),
        read,
        # What it asks of the circuit and of the data is told by setting, property or selection.
        told_as=(
            "distr_types",
            "data_",
            "shared_within",
            "population",
            "cross-validation",
            "node set '",
        ),
    )


_NO_CHOICE: dict[str, Any] = {
    **dict.fromkeys(("sel_src", "sel_dest", "max_sample_size_per_group"), None),
    "min_sample_size_per_group": None,
}


def conn_props_targets() -> list[Target]:
    """All of them."""
    return [
        # What a config says wrong of a file may be found in that file.
        _circuit("circuit config", "JSON", "circuit_config.json", ("circuit config", "s file ")),
        # Fewer nodes than edges know are seen in the edges.
        _circuit("nodes", "HDF5", "nodes.h5", ("are these the nodes",)),
        _circuit("edges", "HDF5", "edges.h5", ("node population",)),
        _circuit("node sets", "JSON", "node_sets.json", ("selection 'Most'",)),
        # Types that have no row are seen in the other file.
        _grouped("types of nodes", "HDF5", "nodes.h5", (", which node", "are these the nodes")),
        _grouped("node types", "table", "node_types.csv", ("which cannot name a type",)),
        _left("blocks", "blocks.h5", "pieces.h5", lambda one: [CountJob(one), MeasureJob(one)]),
        _left("blocks of sorted edges", "blocks.h5", "sorted.h5", lambda one: [MeasureJob(one)]),
        _counts(),
        _left("sample", "sample.h5", "pieces.h5", lambda one: [MeasureJob(one)]),
        _left("sorted edges", "sorted/000001.h5", "pieces.h5", lambda one: [MeasureJob(one)]),
        _left("measured", "measured.h5", "sorted.h5", lambda one: [BinJob(one)]),
        _left("binned", "binned.h5", "data.h5", lambda one: [FitJob(one)]),
        Target(
            *("data", "HDF5", "conn_props/done/data.h5", _build_words, (f"{BUILD} --data",)),
            _build,
        ),
        Target(
            *("data to draw", "HDF5", "conn_props/done/data.h5", _plot_words, (f"{PLOT} --data",)),
            _draw,
        ),
        Target(
            *("model", "JSON", "conn_props/done/model.json", _plot_words, (f"{PLOT} --model",)),
            _draw,
        ),
        *(_document(file, option) for file, (option, _) in DOCUMENTS.items()),
        _config(),
    ]
