"""Morphologies of parts of a population become those of the whole."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Mapping, Sequence
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
                if source not in sources:
                    sources[source] = stack.enter_context(h5py.File(source))
                writer.add(name, container.load(sources[source], name))


def whole_settings(
    part: SynthesisSettings, out_cells: Path, places: Mapping[str, Path | None]
) -> SynthesisSettings:
    """Settings of the whole that a part belongs to.

    Args:
        part: settings of a part.
        out_cells: cells file of the whole.
        places: other outputs, by their names in the settings, as far as the user names them. The
            others lie to `out_cells` as the part's lie to its own.

    Raises:
        InvalidInputError: an output of the part is not below the folder of its cells file.
    """
    changes: dict[str, Any] = {"out_cells": out_cells}
    for name, option in OTHER_OUTPUTS.items():
        former, given = getattr(part, name), places.get(name)
        if given is not None or former is None:
            changes[name] = given
            continue
        home = part.out_cells.parent
        if not former.is_relative_to(home):
            raise InvalidInputError(
                f"the part's {option} '{former}' is not in the folder of its cells, '{home}': "
                f"say with {option} where that of the whole belongs"
            )
        changes[name] = out_cells.parent / former.relative_to(home)
    return replace(part, **changes)


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with atomic.replacing(target) as temporary:
        temporary.unlink(missing_ok=True)
        try:
            os.link(source, temporary)
        except OSError:
            shutil.copyfile(source, temporary)
