"""Morphologies of parts of a population become those of the whole."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats import atomic, container
from region_grower_hpc.synthesis import outputs
from region_grower_hpc.synthesis.settings import SynthesisSettings

#: Outputs beside the cells, and their options.
OTHER_OUTPUTS = {
    "out_morph_dir": "--out-morph-dir",
    "out_apical": "--out-apical",
    "out_failures": "--out-failures",
    "container_path": "--container-path",
    "out_apical_nrn_sections": "--out-apical-nrn-sections",
    "out_debug_data": "--out-debug-data",
}
#: Path of a morphology below the output folder, and the settings of the part that made it.
Origin = tuple[str, SynthesisSettings]


def write_shard(settings: SynthesisSettings, shard: int, origins: Sequence[Origin]) -> None:
    """Write one shard of the whole from the outputs of parts, which stay as they are.

    Files become further hard links to those of the part, or copies where the file system does not
    link.

    Args:
        settings: of the whole.
        shard: its number.
        origins: of its morphologies, in the order of their gids.
    """
    if settings.writes_files:
        for name, part in origins:
            for extension in settings.out_morph_ext:
                file = f"{name}.{extension}"
                _link(part.out_morph_dir / file, settings.out_morph_dir / file)
    if settings.writes_container:
        path = outputs.shard_file(settings, shard)
        path.parent.mkdir(parents=True, exist_ok=True)
        with container.ContainerWriter(path) as writer, contextlib.ExitStack() as stack:
            sources: dict[Path, h5py.File] = {}
            for name, part in origins:
                source = part.container_file
                with _of_part(source):
                    if source not in sources:
                        sources[source] = stack.enter_context(h5py.File(source))
                    arrays = container.load(sources[source], name)
                writer.add(name, arrays)


def whole_settings(
    parts: Sequence[SynthesisSettings], out_cells: Path, places: Mapping[str, Path | None]
) -> SynthesisSettings:
    """Settings of the whole that parts belong to.

    Args:
        parts: settings of the parts; those of the first count.
        out_cells: cells file of the whole.
        places: other outputs, by their names in the settings, as far as the user names them. The
            others lie to `out_cells` as the part's lie to its own.

    Raises:
        InvalidInputError: an output of the first part is not below the folder of its cells file, or
            one of any part would be replaced.
    """
    part = parts[0]
    named: dict[str, Any] = {name: path for name, path in places.items() if path is not None}
    for name, option in OTHER_OUTPUTS.items():
        former = getattr(part, name)
        needed = former is not None and _is_written(part, name) and name not in named
        if needed and not former.is_relative_to(part.out_cells.parent):
            raise InvalidInputError(
                f"the part's {option} '{former}' is not in the folder of its cells, "
                f"'{part.out_cells.parent}': say with {option} where that of the whole belongs"
            )
    whole = replace(beside(part, out_cells), **named)
    for name, option in {"out_cells": "OUT", **OTHER_OUTPUTS}.items():
        taken = {getattr(one, name).resolve() for one in parts if _is_written(one, name)}
        if _is_written(whole, name) and (path := getattr(whole, name)).resolve() in taken:
            raise InvalidInputError(f"{option} '{path}' is that of a part: give another place")
    return whole


def part_settings(settings: SynthesisSettings, out_cells: Path) -> SynthesisSettings:
    """Settings of a part whose folder may have been moved since it was made.

    Args:
        settings: as the part was made.
        out_cells: where its cells file is now.

    Raises:
        InvalidInputError: its morphologies are not there.
    """
    part = beside(settings, out_cells.absolute())
    for name, option in (("out_morph_dir", "--out-morph-dir"), ("container_file", "container")):
        path = getattr(part, name)
        if _is_written(part, name) and not path.exists():
            raise InvalidInputError(
                f"the part '{out_cells}' has no {option} '{path}': put it back, or make the part "
                "again with --overwrite"
            )
    return part


def beside(settings: SynthesisSettings, out_cells: Path) -> SynthesisSettings:
    """The same with all outputs that lie below the folder of the cells beside other cells.

    Args:
        settings: as the run was made.
        out_cells: where its cells file is now.
    """
    home = settings.out_cells.parent
    moved: dict[str, Any] = {
        name: out_cells.parent / path.relative_to(home)
        for name in OTHER_OUTPUTS
        if (path := getattr(settings, name)) is not None and path.is_relative_to(home)
    }
    return replace(settings, out_cells=out_cells, **moved)


def _is_written(settings: SynthesisSettings, name: str) -> bool:
    if name == "out_morph_dir":
        return settings.uses_morph_dir
    if name == "container_file":
        return settings.writes_container
    if name == "container_path":
        return settings.writes_container and settings.container_path is not None
    return getattr(settings, name) is not None


@contextlib.contextmanager
def _of_part(source: Path) -> Iterator[None]:
    """Name the file of a part that cannot be read."""
    try:
        yield
    except (OSError, KeyError) as error:
        told = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise InvalidInputError(
            f"'{source}' of a part cannot be read: {told}; make the part again with --overwrite"
        ) from error


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists() and target.samefile(source):
        # Renaming one name of a file to another name of it would leave both.
        return
    with atomic.replacing(target) as temporary:
        temporary.unlink(missing_ok=True)
        try:
            os.link(source, temporary)
        except OSError:
            with _of_part(source):
                shutil.copyfile(source, temporary)
