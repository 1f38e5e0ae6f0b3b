"""The list of reconstructed morphologies that parameters and distributions are derived from."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from region_grower_hpc.errors import InvalidInputError

L = logging.getLogger(__name__)

BASAL, APICAL = "basal_dendrite", "apical_dendrite"


@dataclass(frozen=True)
class MtypeSources:
    """The reconstructions that one mtype is derived from."""

    mtype: str
    files: tuple[Path, ...]
    neurite_types: tuple[str, ...]


def read_sources(
    input_folder: Path | str, dat_file: Path | str, ext: str = ".h5"
) -> list[MtypeSources]:
    """Read the list of morphologies: one item per mtype, in the order of first appearance.

    An mtype outside the table of known mtypes gets an apical dendrite if one of its files has
    one, with a warning.

    Raises:
        InvalidInputError: naming the file and, in a malformed list, the line.
    """
    folder, dat_file = Path(input_folder), Path(dat_file)
    if not folder.is_dir():
        raise InvalidInputError(f"{folder}: no such folder of morphologies")
    files: dict[str, list[Path]] = {}
    known = _mtypes_with_apical()
    for number, columns in enumerate(_lines_of_columns(dat_file), start=1):
        if number == 1:
            if len(columns) >= 3 and columns[2] in known:
                L.warning(
                    "%s: the first line is skipped as a header but looks like a cell (%s); put a "
                    "line 'name layer mtype' before it",
                    dat_file,
                    " ".join(columns),
                )
            continue
        if not columns:
            continue
        if len(columns) < 3:
            raise InvalidInputError(
                f"{dat_file}: line {number} has {len(columns)} column(s), but needs the name, "
                "layer and mtype of a cell, separated by spaces"
            )
        path = folder / f"{columns[0]}{ext}"
        if not path.is_file():
            raise InvalidInputError(
                f"{path}: no such morphology file, listed in {dat_file}, line {number}; "
                f"check the folder and the extension ({ext})"
            )
        files.setdefault(columns[2], []).append(path)
    if not files:
        raise InvalidInputError(f"{dat_file}: lists no cells after its header line")
    sources = []
    for mtype, paths in files.items():
        has_apical = known.get(mtype)
        if has_apical is None:
            has_apical = any(APICAL in neurite_types_of(path) for path in paths)
            L.warning(
                "mtype '%s' of %s is not a known one; it is given %s because %s of its files has "
                "an apical dendrite",
                mtype,
                dat_file,
                "basal and apical dendrites" if has_apical else "basal dendrites only",
                "one" if has_apical else "none",
            )
        neurite_types = (BASAL, APICAL) if has_apical else (BASAL,)
        sources.append(MtypeSources(mtype, tuple(paths), neurite_types))
    return sources


def neurite_types_of(path: Path) -> set[str]:
    """Names of the types of the neurites in a file."""
    return {root.type.name for root in read_morphology(path).root_sections}


def read_morphology(path: Path) -> Any:
    """A file as a `morphio.Morphology`.

    Raises:
        InvalidInputError: MorphIO cannot read it.
    """
    import morphio

    try:
        return morphio.Morphology(path)
    except (morphio.MorphioError, OSError) as err:
        raise InvalidInputError(f"{path}: not a readable morphology ({err})") from err


def _mtypes_with_apical() -> dict[str, bool]:
    """The packaged table: known mtype -> has it an apical dendrite."""
    text = resources.files(__package__).joinpath("data/mtypes.yaml").read_text("utf-8")
    table = yaml.safe_load(text)
    return dict.fromkeys(table["with_apical_dendrite"], True) | dict.fromkeys(
        table["without_apical_dendrite"], False
    )


def _lines_of_columns(path: Path) -> list[list[str]]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as err:
        raise InvalidInputError(f"{path}: cannot be read ({err.strerror})") from err
    except UnicodeDecodeError as err:
        raise InvalidInputError(f"{path}: not a text file ({err})") from err
    return [line.split() for line in text.splitlines()]
