"""The files that synthesis leaves: morphologies, containers, cells, apical points, failures."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.engine.job import Failure
from region_grower_hpc.formats import atomic, container, morphology
from region_grower_hpc.formats.morphology import MorphologyArrays
from region_grower_hpc.formats.sonata import load_cells, save_cells
from region_grower_hpc.synthesis.settings import SynthesisSettings

FAILURE_COLUMNS = ("gid", "mtype", "region", "kind", "error", "message")
#: Entries of a YAML file that are turned into text at once.
YAML_BLOCK = 1000


def paths(settings: SynthesisSettings, n_cells: int) -> list[Path]:
    """Files and folders that a complete run of n_cells has written."""
    written = [settings.out_cells, settings.failures_csv]
    if n_cells == 0:
        return written
    if settings.uses_morph_dir:
        written.append(settings.out_morph_dir)
    if settings.writes_container:
        written.append(settings.container_file)
    described = settings.out_apical, settings.out_apical_nrn_sections, settings.out_debug_data
    return [*written, *(path for path in described if path is not None)]


def shard_file(settings: SynthesisSettings, shard: int) -> Path:
    """The container of one shard."""
    return settings.shards_dir / f"{shard:05d}.h5"


def write_shard(
    settings: SynthesisSettings, shard: int, morphologies: Sequence[tuple[str, MorphologyArrays]]
) -> None:
    """Write the morphologies of one shard, under their paths below the output folder."""
    if settings.writes_files:
        write_files(settings, morphologies)
    if settings.writes_container:
        path = shard_file(settings, shard)
        path.parent.mkdir(parents=True, exist_ok=True)
        with container.ContainerWriter(path) as writer:
            for name, arrays in morphologies:
                writer.add(name, arrays)


def write_files(
    settings: SynthesisSettings, morphologies: Sequence[tuple[str, MorphologyArrays]]
) -> None:
    """Write a file for each morphology and format; on return all of them are on the disk."""
    folders = {(settings.out_morph_dir / name).parent for name, _ in morphologies}
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    with atomic.ReplacedTogether() as together:
        for name, arrays in morphologies:
            for extension in settings.out_morph_ext:
                path = settings.out_morph_dir / f"{name}.{extension}"
                morphology.write(arrays, path, together.replacing)


def write_container(settings: SynthesisSettings, names: Sequence[Sequence[str]]) -> None:
    """Join the shards: by links where they stay, else by copying them and removing them.

    Args:
        settings: what to write and where.
        names: of the morphologies, shard by shard.
    """
    shards = [(shard_file(settings, shard), part) for shard, part in enumerate(names)]
    keep = settings.container == "shards"
    container.join(settings.container_file, settings.shards_dir, shards, keep=keep)


def write_cells(
    input_cells: Path, out_cells: Path, gids: NDArray[np.int64], morphologies: Mapping[int, str]
) -> None:
    """Write the cells that have a morphology, with identity orientations.

    Orientations are imbued in the synthesized morphologies. Where a cell is dropped, so is every
    row with a missing property (`CellCollection.remove_unassigned_cells`), as region-grower does.

    Args:
        input_cells: the cells as given.
        out_cells: SONATA, or MVD3 where it ends in .mvd3.
        gids: of the cells that the run is about.
        morphologies: {gid: path without extension}.
    """
    cells = load_cells(input_cells)
    if len(gids) < len(cells.properties):
        cells.properties = cells.properties.iloc[gids].reset_index(drop=True)
        cells.positions = cells.positions[gids]
        if cells.orientations is not None:
            cells.orientations = cells.orientations[gids]
    names = np.array([morphologies.get(gid) for gid in gids.tolist()], dtype=object)
    cells.properties["morphology"] = names
    if len(morphologies) < len(gids):
        cells.remove_unassigned_cells()
    if len(gids):
        cells.properties["morphology_producer"] = "synthesis"
        cells.orientations = np.broadcast_to(np.identity(3), (len(cells.properties), 3, 3))
    else:
        del cells.properties["morphology"]
    out_cells.parent.mkdir(parents=True, exist_ok=True)
    save_cells(cells, out_cells)


def write_apical_points(path: Path, points: Mapping[str, NDArray[Any] | None]) -> None:
    """Write {morphology: [x, y, z]}, µm from the soma; null for cells without apical point.

    Args:
        path: of the YAML file.
        points: asked for one after the other, so they need not be in memory.
    """

    def plain(name: str) -> list[float] | None:
        point = points[name]
        return None if point is None else point.tolist()

    _write_yaml(path, points, plain)


def write_nrn_sections(path: Path, sections: Mapping[str, Sequence[int | None]]) -> None:
    """Write {morphology: [id]}: NEURON's index of each section with an apical point."""
    _write_yaml(path, sections, lambda name: sections[name])


def _write_yaml(path: Path, names: Iterable[str], value: Callable[[str], Any]) -> None:
    """Write {name: value} with the bytes of one `yaml.dump`, which takes 2 kB of memory a name."""
    import yaml

    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    path.parent.mkdir(parents=True, exist_ok=True)
    ordered = sorted(names)
    with atomic.replacing(path) as temporary, temporary.open("w", encoding="utf-8") as file:
        for first in range(0, max(len(ordered), 1), YAML_BLOCK):
            block = {name: value(name) for name in ordered[first : first + YAML_BLOCK]}
            file.write(yaml.dump(block, Dumper=dumper))


def write_failures(
    path: Path, failures: Sequence[Failure], types: Callable[[int], tuple[str, str]]
) -> None:
    """Write one row for each cell that was not synthesized; the header alone if there is none.

    Args:
        path: of the CSV file.
        failures: in the order of the gids.
        types: mtype and region of a gid.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(FAILURE_COLUMNS)
    for failure in failures:
        gid = failure.task
        writer.writerow((gid, *types(gid), failure.kind, failure.error, failure.message))
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic.write_text(path, text.getvalue())
