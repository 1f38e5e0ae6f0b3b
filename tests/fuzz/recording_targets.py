"""The files of recordings and their documents, and what reads them: all passes in this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from region_grower_hpc.efeatures.analysis import analysis_of
from region_grower_hpc.efeatures.cell_work import CellReader
from region_grower_hpc.efeatures.drawing_plan import read_sheets
from region_grower_hpc.efeatures.inputs import read_inputs
from region_grower_hpc.efeatures.matching import requests_of
from region_grower_hpc.efeatures.measuring_job import MeasuringJob
from region_grower_hpc.efeatures.metadata import Entry
from region_grower_hpc.efeatures.results import results_of
from region_grower_hpc.efeatures.settings import EfeatureSettings
from region_grower_hpc.engine.command import JsonOrFile
from region_grower_hpc.errors import InvalidInputError
from tests.fuzz.recording_files import LAYOUTS, PROTOCOLS, rheobase_words
from tests.fuzz.target import Target

EXTRACT, PLOT = "extract-efeatures", "plot-recordings"
#: File names of the good documents, by option.
DOCUMENTS = {"--files-metadata": "metadata.json", "--targets": "targets.json"}
#: What is done with the recordings of a file, or with a document.
Quick = Callable[[Path], None]


def _words(folder: Path, documents: dict[str, str], *more: str) -> list[str]:
    """Words of the command."""
    words = [word for name, file in documents.items() for word in (name, str(folder / file))]
    return [
        EXTRACT,
        "--output-directory",
        str(folder.parent / "out"),
        *words,
        *rheobase_words(),
        *more,
    ]


def _settings(folder: Path, documents: dict[str, str]) -> EfeatureSettings:
    paths = {option: folder / file for option, file in documents.items()}
    given: dict[str, Any] = {}
    for option, name in (
        ("--efel-settings", "efel_settings"),
        ("--rheobase-settings", "rheobase_settings"),
    ):
        if option in paths:
            given[name] = JsonOrFile().convert(str(paths[option]), None, None)
    return EfeatureSettings(
        files_metadata=paths["--files-metadata"],
        output_directory=folder.parent / "out",
        targets=paths.get("--targets"),
        auto_targets=str(paths.get("--auto-targets", "preset")),
        protocols_rheobase=PROTOCOLS,
        **given,
    )


def extract(settings: EfeatureSettings) -> None:
    """All that the command does but the engine, and no output.

    Raises:
        InvalidInputError: a document is refused, or a recording failed.
    """
    inputs = read_inputs(settings)
    reader = CellReader(None, settings.efel_settings, settings.compat, keeps_traces=False)
    by_cell: dict[str, list[Entry]] = {}
    for entry in inputs.entries:
        by_cell.setdefault(entry.cell, []).append(entry)
    read = [reader.read(described) for described in by_cell.items()]
    cells, failures = [cell for cell, _ in read], [row for _, rows in read for row in rows]
    found = analysis_of(cells, settings, inputs.targets, inputs.auto_targets)
    asked = iter(
        requests_of(
            [one for cell in cells for one in cell.recordings],
            found.targets,
            efel_settings=settings.efel_settings,
        )
    )
    for cell in cells:
        requests = [next(asked) for _ in cell.recordings]
        failures += reader.measure((cell, requests, by_cell[cell.name]))[1]
    results_of(cells, found.targets, settings, None, quiet=True)
    if failures:
        # failures.csv names the file of the recording; the rest of the command is the user's.
        documents = [settings.files_metadata, settings.targets, settings.auto_targets]
        told = "\n".join(f"{row.file}: {row.key}: {row.error}" for row in failures)
        raise InvalidInputError(f"{documents}: {told}")


def _target(
    name: str, format_: str, file: str, documents: dict[str, str], *options: str, others: str = ""
) -> Target:
    """A file that the command reads with these documents."""

    def arguments(folder: Path) -> list[str]:
        return _words(folder / "efeatures", documents, "--nb-processes", "0")

    def quick(folder: Path) -> None:
        extract(_settings(folder / "efeatures", documents))

    more = tuple(f"efeatures/{other}" for other in others.split())
    spelt = tuple(f"{EXTRACT} {option}" for option in options)
    return Target(name, format_, f"efeatures/{file}", arguments, spelt, quick, more)


def _recording(name: str, format_: str, file: str, document: str, others: str = "") -> Target:
    """A file of recordings, by a document of its own."""
    documents = {**DOCUMENTS, "--files-metadata": f"{document}.json"}
    return _target(name, format_, file, documents, "--files-metadata", others=others)


def _left(name: str, file: str, quick: Callable[[EfeatureSettings], object]) -> Target:
    """A file that one pass leaves for the next."""
    documents = {**DOCUMENTS, "--files-metadata": "plain.json"}

    def arguments(folder: Path) -> list[str]:
        more = ("--output-directory", str(folder / "efeatures" / "done"), "--overwrite")
        return _words(folder / "efeatures", documents, "--nb-processes", "0", *more)

    def read(folder: Path) -> None:
        inner = folder / "efeatures"
        quick(
            EfeatureSettings(
                inner / "plain.json",
                inner / "done",
                targets=inner / "targets.json",
                protocols_rheobase=PROTOCOLS,
            )
        )

    return Target(name, "HDF5", f"efeatures/done/{file}", arguments, (), read)


def _metadata_of(command: str) -> Target:
    """The metadata by a command."""
    made = _target("metadata", "JSON", "metadata.json", DOCUMENTS, "--files-metadata")
    if command == EXTRACT:
        return made

    def arguments(folder: Path) -> list[str]:
        inner = folder / "efeatures"
        words = [PLOT, "--files-metadata", str(inner / "metadata.json")]
        return [*words, "--output-directory", str(folder / "out"), "--nb-processes", "0"]

    def read(folder: Path) -> None:
        inner = folder / "efeatures"
        extract(EfeatureSettings(inner / "metadata.json", folder / "out"))

    options = (f"{PLOT} --files-metadata",)
    return Target("metadata to draw", "JSON", made.file, arguments, options, read)


def recording_targets() -> list[Target]:
    """All of them."""
    automatic = {"--files-metadata": "plain.json", "--auto-targets": "auto.json"}
    plain = {**DOCUMENTS, "--files-metadata": "plain.json"}
    found = [
        _recording("Igor voltage", "Igor", "v.ibw", "igor", "i.ibw"),
        _recording("Igor current", "Igor", "i.ibw", "igor", "v.ibw"),
        _recording("Axon", "Axon", "two.abf", "axon", "one.abf"),
        _recording("Axon without current", "Axon", "one.abf", "command", "two.abf"),
        _recording("MATLAB", "MATLAB", "x.mat", "mat"),
        _recording("text of recordings", "table", "x.txt", "txt"),
        _recording("plain HDF5", "NWB", "x.h5", "plain", "bbp.nwb"),
        *(
            _recording(f"NWB {layout}", "NWB", f"{layout}.nwb", layout, "x.h5")
            for layout in LAYOUTS
        ),
        _left("table of recordings", "recordings.h5", lambda one: MeasuringJob(one).plan()),
        _left(
            "table of features", "efeatures.h5", lambda one: read_sheets(one, with_features=True)
        ),
        _metadata_of(EXTRACT),
        _metadata_of(PLOT),
        _target("targets", "JSON", "targets.json", plain, "--targets", others="legacy.json"),
        _target(
            *("legacy targets", "JSON", "legacy.json", {**plain, "--targets": "legacy.json"}),
            *("--targets",),
            others="targets.json",
        ),
        _target("auto targets", "JSON", "auto.json", automatic, "--auto-targets"),
    ]
    for option, file in (
        ("--efel-settings", "efel.json"),
        ("--rheobase-settings", "rheobase.json"),
    ):
        target = _target(option, "JSON", file, {**plain, option: file}, option)
        found.append(replace(target, told_as=(option,)))
    return found
