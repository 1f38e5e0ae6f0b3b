"""Where the morphologies of a cells file are, when the user does not tell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from region_grower_hpc.compare.morphologies import (
    MorphologyContainer,
    MorphologyFolder,
    sole_container,
)
from region_grower_hpc.compare.morphology_file import is_container
from region_grower_hpc.errors import InvalidInputError

#: What our commands put beside their main output.
STATE_SUFFIX = ".rghpc"


def find_morphologies(cells: Path, name: str) -> Path:
    """Return the folder or container with the morphologies that a cells file names.

    Looked at are the outputs that the run noted in `<cells>.rghpc/provenance.json`, then the folder
    of the cells file, the folders in it, and the containers beside the cells file.

    Args:
        cells: the cells file.
        name: of one of its morphologies; a place counts if it has this one.

    Raises:
        InvalidInputError: it is in none of them.
    """
    for place in _places(cells):
        if _holds(place, name):
            return place
    raise InvalidInputError(
        f"the morphologies of '{cells}' are not found beside it (such as '{name}'): give their "
        "folder or container by --morph-dir-a, or --morph-dir-b, or compare with --cells-only"
    )


def _places(cells: Path) -> Iterator[Path]:
    yield from _noted_places(cells)
    around = cells.absolute().parent
    folders = [around, *sorted(item for item in around.iterdir() if item.is_dir())]
    yield from folders
    yield from (item for item in sorted(around.glob("*.h5")) if is_container(item))


def _noted_places(cells: Path) -> Iterator[Path]:
    """Outputs in the provenance of the run that wrote the cells file, if it is a run of ours."""
    path = cells.with_name(cells.name + STATE_SUFFIX) / "provenance.json"
    try:
        options = json.loads(path.read_text(encoding="utf-8"))["sessions"][-1]["options"]
        noted = [_value(options, name) for name in ("container_path", "out_morph_dir")]
        base = _working_folder(cells.absolute(), Path(_value(options, "out_cells") or ""))
    except (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError):
        return
    # Files before the container: a run that wrote both writes the same in them.
    yield from (base / item for item in reversed(noted) if item)


def _value(options: dict[str, Any], name: str) -> str | None:
    value = options[name]["value"]
    return None if value is None else str(value)


def _working_folder(cells: Path, as_given: Path) -> Path:
    """The folder that a run was started in, by the path that it was given for the cells file."""
    length = len(as_given.parts)
    if as_given.is_absolute() or not length or cells.parts[-length:] != as_given.parts:
        return cells.parent
    return Path(*cells.parts[:-length])


def _holds(place: Path, name: str) -> bool:
    if place.is_dir():
        if MorphologyFolder(place).formats(name):
            return True
        container_file = sole_container(place)
        return container_file is not None and _holds(container_file, name)
    if not is_container(place):
        return False
    with closing(MorphologyContainer(place)) as container:
        return bool(container.formats(name))
