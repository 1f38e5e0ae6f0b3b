"""Every file that a user gives to a command: which reader gets it, and how it is damaged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from region_grower_hpc.clone.placement.preparation import read_places
from region_grower_hpc.clone.placement_inputs import placement_settings
from region_grower_hpc.engine.costs import refine
from region_grower_hpc.engine.job import Job
from region_grower_hpc.errors import TaskFailure
from region_grower_hpc.formats.neurondb import read_neurondb
from region_grower_hpc.synthesis.command import synthesize_morphologies
from region_grower_hpc.synthesis.job import SynthesisJob
from region_grower_hpc.synthesis.settings import SynthesisSettings
from tests.clone.small_dataset import SmallDataset
from tests.fuzz.conn_props_targets import conn_props_targets
from tests.fuzz.recording_targets import recording_targets
from tests.fuzz.target import Target
from tests.synthesis.small_column import SmallColumn

SYNTHESIZE, GENERATE = "synthesize-morphologies", "generate-distributions"
CLONE = "clone-morphologies"
#: A failed task of these kinds is what the specification promises; others are our mistakes.
EXPECTED_KINDS = ("input", "growth", "morphology")
#: Morphologies that are made of a damaged data set: parents and clones.
FEW = 12


def _settings(folder: Path, **changes: object) -> SynthesisSettings:
    column = SmallColumn(folder)
    axons = {"morph_axon": folder / "axons.tsv", "base_morph_dir": folder / "donors"}
    return column.settings(folder / "out", **{**axons, **changes})


def _synthesis(**changes: str) -> tuple[Callable[[Path], list[str]], Callable[[Path], None]]:
    """The command with files of other names, and its plan and two of its cells."""

    def chosen(folder: Path) -> SynthesisSettings:
        return _settings(folder, **{name: folder / file for name, file in changes.items()})

    def arguments(folder: Path) -> list[str]:
        return [SYNTHESIZE, "--nb-processes", "1", *chosen(folder).to_arguments()]

    def plan_and_grow(folder: Path) -> None:
        _plan_and_run(SynthesisJob(chosen(folder)), 2)

    return arguments, plan_and_grow


def _plan_and_run(job: Job[Any], n_tasks: int) -> None:
    """Make the plan and do some of its tasks, the first one among them."""
    plan = job.plan()
    state = job.setup(plan)
    apart = max(1, len(plan.tasks) // n_tasks)
    for task in plan.tasks[::apart][:n_tasks].tolist():
        try:
            job.run(state, task)
        except TaskFailure as failure:
            if failure.kind not in EXPECTED_KINDS:
                raise


def _synthesis_target(
    name: str, format_: str, file: str, option: str, others: tuple[str, ...] = (), **changes: str
) -> Target:
    arguments, quick = _synthesis(**changes)
    options = (f"{SYNTHESIZE} {option}",)
    return Target(name, format_, file, arguments, options, quick, others)


def _clone(name: str, format_: str, file: str, option: str, *others: str) -> Target:
    """A file of the data set, or of its rules."""

    def arguments(folder: Path) -> list[str]:
        data = SmallDataset(folder / "clone")
        return data.arguments(folder / "out", "--nb-processes", "0")

    def plan_and_make(folder: Path) -> None:
        _plan_and_run(SmallDataset(folder / "clone").job(folder / "out"), FEW)

    own, more = f"clone/{file}", tuple(f"clone/{other}" for other in others)
    return Target(name, format_, own, arguments, (f"{CLONE} {option}",), plan_and_make, more)


def _clone_cells(name: str, format_: str, file: str, option: str, *others: str) -> Target:
    """A file that tells of the cells which get clones."""

    def arguments(folder: Path) -> list[str]:
        data = SmallDataset(folder / "clone")
        return data.arguments(folder / "out", "--nb-processes", "0", cells=True)

    def read(folder: Path) -> None:
        data = SmallDataset(folder / "clone")
        cells = {"cells": data.folder / "cells.h5", "atlas": data.folder / "atlas"}
        out_cells = folder / "out" / "nodes.h5"
        read_places(placement_settings(data.settings(folder / "out", out_cells=out_cells, **cells)))

    own, more = f"clone/{file}", tuple(f"clone/{other}" for other in others)
    return Target(name, format_, own, arguments, (f"{CLONE} {option}",), read, more)


def _compare(a: str, b: str, *more: str) -> Callable[[Path], list[str]]:
    return lambda folder: ["compare", str(folder / a), str(folder / b), *more]


def _compare_target(name: str, format_: str, a: str, b: str, *others: str) -> Target:
    options = ("compare A", "compare B")
    return Target(name, format_, a, _compare(a, b), options, others=others)


def _generate(
    command: str, extension: str, *more: str, listed: str = "list.dat"
) -> Callable[[Path], list[str]]:
    written = {
        "generate-distributions": ["--nb-processes", "1", "--distribution-filename"],
        "generate-parameters": ["--parameter-filename"],
    }

    def arguments(folder: Path) -> list[str]:
        files = [str(folder / word) if "." in word else word for word in more]
        return [
            *(command, str(folder / extension), str(folder / listed), "--ext", f".{extension}"),
            *(*written[command], str(folder / "generated.json"), *files),
        ]

    return arguments


def _read_settings(file: str) -> tuple[Callable[[Path], list[str]], Callable[[Path], None]]:
    column_arguments, _ = _synthesis()

    def arguments(folder: Path) -> list[str]:
        needed = column_arguments(folder)[1:]
        return [SYNTHESIZE, "--settings", str(folder / file), *needed]

    def parse(folder: Path) -> None:
        from region_grower_hpc.synthesis.option_checks import check_options

        context = synthesize_morphologies.make_context(SYNTHESIZE, arguments(folder)[1:])
        check_options(SynthesisSettings.from_options(context.params))

    return arguments, parse


def _read_all(path: Path) -> None:
    read_neurondb(path)


def _read_costs(folder: Path) -> None:
    refine(SynthesisJob(_settings(folder)).plan(), folder / "costs.json")


def _targets() -> list[Target]:
    found = [
        _synthesis_target("cells", "HDF5", "cells.h5", "--input-cells", ("rich.h5",)),
        _synthesis_target(
            "rich cells", "HDF5", "rich.h5", "--input-cells", ("cells.h5",), input_cells="rich.h5"
        ),
        _synthesis_target(
            *("MVD3 cells", "HDF5", "cells.mvd3", "--input-cells", ("cells.h5",)),
            input_cells="cells.mvd3",
        ),
        _synthesis_target("donor", "HDF5", "donors/one.h5", "--base-morph-dir", ("h5/two.h5",)),
        _compare_target("compared cells", "HDF5", "rich.h5", "good.rich.h5", "cells.h5"),
        _compare_target("compared MVD3", "HDF5", "cells.mvd3", "good.cells.mvd3"),
        _compare_target("compared container", "HDF5", "container.h5", "good.container.h5"),
        _compare_target("compared h5", "HDF5", "h5/one.h5", "h5/good.h5", "container.h5"),
        _compare_target("compared swc", "SWC", "swc/one.swc", "swc/good.swc", "swc/two.swc"),
        _compare_target("compared asc", "ASC", "asc/one.asc", "asc/good.asc", "asc/two.asc"),
        _compare_target("apical points", "YAML", "apical.yaml", "good.apical.yaml"),
        _synthesis_target(
            *("parameters", "JSON", "tmd_parameters.json", "--tmd-parameters"),
            ("tmd_distributions.json",),
        ),
        _synthesis_target(
            *("distributions", "JSON", "tmd_distributions.json", "--tmd-distributions"),
            ("tmd_parameters.json",),
        ),
        _synthesis_target("hierarchy", "JSON", "atlas/hierarchy.json", "--atlas"),
        replace(
            _synthesis_target("structure", "YAML", "region_structure.yaml", "--region-structure"),
            told_as=("[PH]",),  # the volume of a layer that the atlas lacks
        ),
        _synthesis_target(
            *("regions", "NRRD", "atlas/brain_regions.nrrd", "--atlas", ("atlas/[PH]1.nrrd",))
        ),
        _synthesis_target(
            *("orientation", "NRRD", "atlas/orientation.nrrd", "--atlas", ("atlas/[PH]y.nrrd",))
        ),
        _synthesis_target("depth", "NRRD", "atlas/[PH]y.nrrd", "--atlas", ("atlas/[PH]1.nrrd",)),
        _synthesis_target("layer", "NRRD", "atlas/[PH]1.nrrd", "--atlas", ("atlas/[PH]y.nrrd",)),
        _synthesis_target("axon list", "table", "axons.tsv", "--morph-axon"),
        _synthesis_target("mesh", "mesh", "box.obj", "--region-structure"),
    ]
    for extension, format_ in (("h5", "HDF5"), ("swc", "SWC"), ("asc", "ASC")):
        found.append(
            Target(
                f"reconstruction {extension}",
                format_,
                f"{extension}/one.{extension}",
                _generate(GENERATE, extension),
                (f"{GENERATE} INPUT_FOLDER", "generate-parameters INPUT_FOLDER"),
                others=(f"{extension}/two.{extension}",),
            )
        )
    for command in (GENERATE, "generate-parameters"):
        found += [
            Target(
                *(f"list of {command}", "table", "list.dat", _generate(command, "h5")),
                (f"{command} DAT_FILE",),
            ),
            Target(
                *(f"diametrizer of {command}", "JSON", "diametrizer.json"),
                _generate(command, "h5", "--diametrizer-config", "diametrizer.json"),
                (f"{command} --diametrizer-config",),
                others=("templates.json",),
            ),
        ]
    found += [
        Target(
            *("neuronDB", "XML", "neurondb.xml"),
            _generate("generate-parameters", "h5", listed="neurondb.xml"),
            ("generate-parameters DAT_FILE",),
            lambda folder: _read_all(folder / "neurondb.xml"),
        ),
        Target(
            *("templates", "JSON", "templates.json"),
            _generate("generate-parameters", "h5", "--tmd-parameters", "templates.json"),
            ("generate-parameters --tmd-parameters",),
        ),
        Target(
            *("costs", "JSON", "costs.json", _synthesis()[0]),
            (f"{SYNTHESIZE} --state-dir",),
            _read_costs,
        ),
        Target(
            *("gids", "table", "gids.txt"),
            lambda folder: [
                *_synthesis()[0](folder),
                "--dry-run",
                "--gids",
                str(folder / "gids.txt"),
            ],
            (f"{SYNTHESIZE} --gids",),
        ),
        Target(
            *("compared morphologies", "HDF5", "container.h5"),
            lambda folder: [
                *_compare("rich.h5", "good.rich.h5")(folder),
                *("--morph-dir-a", str(folder / "container.h5")),
                *("--morph-dir-b", str(folder / "good.container.h5")),
            ],
            ("compare --morph-dir-a", "compare --morph-dir-b"),
        ),
    ]
    found += [
        _clone("data set", "table", "dataset.csv", "--dataset"),
        _clone("database of clones", "XML", "neurondb.xml", "--dataset", "recipe.xml"),
        _clone("recipe", "XML", "recipe.xml", "--recipe", "transform_rules.xml"),
        _clone("placement rules", "XML", "placement_rules.xml", "--placement-rules"),
        _clone("transform rules", "XML", "transform_rules.xml", "--transform-rules"),
        _clone("annotation", "XML", "annotations/A.xml", "--annotations"),
        _clone("repaired h5", "HDF5", "repaired/A.h5", "--dataset", "repaired/F.h5"),
        _clone("repaired perimeters", "HDF5", "repaired/F.h5", "--dataset", "repaired/A.h5"),
        _clone("repaired asc", "ASC", "repaired/B.asc", "--dataset"),
        _clone("repaired swc", "SWC", "repaired/D.swc", "--dataset"),
        _clone_cells("cells for clones", "HDF5", "cells.h5", "--cells"),
        _clone_cells("rules for cells", "XML", "placement_rules.xml", "--placement-rules"),
        _clone_cells("height of cells", "NRRD", "atlas/[PH]y.nrrd", "--atlas"),
        _clone_cells("layer of cells", "NRRD", "atlas/[PH]1.nrrd", "--atlas"),
    ]
    for file, format_ in (("settings.toml", "TOML"), ("settings.yaml", "YAML")):
        arguments, quick = _read_settings(file)
        options = ("* --settings",)  # one reader for all commands
        found.append(Target(file, format_, file, arguments, options, quick))
    return [*found, *recording_targets(), *conn_props_targets()]


#: All targets by name.
TARGETS = {target.name: target for target in _targets()}
