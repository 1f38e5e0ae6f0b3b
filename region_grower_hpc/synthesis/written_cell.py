"""What the outputs of a run hold of one cell, and where its outputs alone may go: for `rerun`."""

from __future__ import annotations

import csv
import mmap
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py

from region_grower_hpc.engine.job import Written
from region_grower_hpc.formats import container
from region_grower_hpc.formats.hdf5_errors import HDF5_ERRORS
from region_grower_hpc.synthesis.settings import SynthesisSettings

#: Outputs beside the cells.
_OUTPUTS = (
    "out_cells",
    "out_morph_dir",
    "out_apical",
    "out_failures",
    "container_path",
    "out_apical_nrn_sections",
    "out_debug_data",
)


def in_folder(settings: SynthesisSettings, folder: Path) -> SynthesisSettings:
    """The same settings with all outputs in one folder, by their names as far as they differ."""
    moved: dict[str, Any] = {}
    for name in _OUTPUTS:
        path = getattr(settings, name)
        if path is not None:
            place = folder / path.name
            moved[name] = folder / name / path.name if place in moved.values() else place
    return replace(settings, **moved)


def written_of_cell(settings: SynthesisSettings, gid: int, name: str) -> list[Written]:
    """Morphology, apical point and failure of a cell, as far as the outputs have and tell them.

    Args:
        settings: of a complete run.
        gid: of the cell.
        name: of its morphology, below the output folder.
    """
    return [
        *_failure(settings, gid),
        *_files(settings, name),
        *_in_container(settings, name),
        *_in_yaml("apical point", settings.out_apical, name),
        *_in_yaml("NEURON's sections", settings.out_apical_nrn_sections, name),
    ]


def _failure(settings: SynthesisSettings, gid: int) -> Iterator[Written]:
    path = settings.failures_csv
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row.get("gid") == str(gid):
                    yield Written("failure", path, "\n".join(map(str, row.values())).encode())
    except OSError:
        return


def _files(settings: SynthesisSettings, name: str) -> Iterator[Written]:
    if not settings.writes_files:
        return
    for extension in settings.out_morph_ext:
        path = settings.out_morph_dir / f"{name}.{extension}"
        try:
            yield Written(f"{name}.{extension}", path, path.read_bytes())
        except OSError:
            continue


def _in_container(settings: SynthesisSettings, name: str) -> Iterator[Written]:
    if not settings.writes_container:
        return
    path = settings.container_file
    try:
        with h5py.File(path, "r") as file:
            arrays = container.load(file, name)
    except HDF5_ERRORS:
        return
    yield Written(f"points of {name}", path, arrays.points.tobytes())
    yield Written(f"structure of {name}", path, arrays.structure.tobytes())


def _in_yaml(what: str, path: Path | None, name: str) -> Iterator[Written]:
    """The lines of a mapping's entry, found without reading the millions of others."""
    if path is None:
        return
    key = f"{name}:".encode()
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
            at = 0 if text[: len(key)] == key else text.find(b"\n" + key) + 1
            if at == 0 and text[: len(key)] != key:
                return
            text.seek(at)
            lines = [text.readline()]
            while (line := text.readline()).startswith((b"-", b" ")):
                lines.append(line)
    except (OSError, ValueError):
        return
    yield Written(what, path, b"".join(lines))
