"""The list of reconstructed morphologies that parameters and distributions are derived from."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from region_grower_hpc.engine.trial import Trial
from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.first_reading import morphology_problem
from region_grower_hpc.formats.neurondb import read_neurondb
from region_grower_hpc.formats.safe_name import check_relative_name

L = logging.getLogger(__name__)

#: What tries reconstructions (engine/trial.py).
TRIED_BY = f"{__name__}:read_morphology"
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

    The list is a text with a header line, or a morphology database whose name ends in .xml. All
    files are tried (engine/trial.py).

    An mtype outside the table of known mtypes gets an apical dendrite if one of its files has
    one, with a warning.

    Raises:
        InvalidInputError: naming the file and, in a malformed list, the line.
    """
    folder, dat_file = Path(input_folder), Path(dat_file)
    if not folder.is_dir():
        raise InvalidInputError(f"{folder}: no such folder of morphologies")
    known = _mtypes_with_apical()
    files: dict[str, list[Path]] = {}
    is_xml = dat_file.suffix.lower() == ".xml"
    listed = _rows_of_database(dat_file) if is_xml else _rows_of_list(dat_file, known)
    for name, mtype, place in listed:
        path = folder / f"{name}{ext}"
        if not path.is_file():
            raise InvalidInputError(
                f"{path}: no such morphology file, listed in {place}; "
                f"check the folder and the extension ({ext})"
            )
        files.setdefault(mtype, []).append(path)
    if not files:
        after = "" if is_xml else " after its header line"
        raise InvalidInputError(f"{dat_file}: lists no cells{after}")
    distinct = dict.fromkeys(path for paths in files.values() for path in paths)
    with Trial(TRIED_BY, distinct) as trial:
        trial.check()
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
        InvalidInputError: MorphIO cannot read it, or would read beyond its memory.
    """
    import morphio

    problem = morphology_problem(path)
    if problem is not None:
        raise InvalidInputError(f"{path}: not a readable morphology: it {problem}")
    try:
        return morphio.Morphology(path)
    except (morphio.MorphioError, OSError, LookupError, RuntimeError, ValueError) as err:
        raise InvalidInputError(f"{path}: not a readable morphology ({err})") from err


def _rows_of_database(path: Path) -> Iterator[tuple[str, str, str]]:
    """Name, mtype and place in the file of each morphology; once a type, whatever its layers."""
    pairs = dict.fromkeys((row.name, row.full_type) for row in read_neurondb(path))
    return ((name, mtype, str(path)) for name, mtype in pairs)


def _rows_of_list(path: Path, known: Mapping[str, bool]) -> Iterator[tuple[str, str, str]]:
    """The same of a list with a header line: name, layer and mtype, separated by blanks."""
    for number, columns in enumerate(_lines_of_columns(path), start=1):
        if number == 1:
            if len(columns) >= 3 and columns[2] in known:
                L.warning(
                    "%s: the first line is skipped as a header but looks like a cell (%s); put a "
                    "line 'name layer mtype' before it",
                    path,
                    " ".join(columns),
                )
            continue
        if not columns:
            continue
        if len(columns) < 3:
            raise InvalidInputError(
                f"{path}: line {number} has {len(columns)} column(s), but needs the name, "
                "layer and mtype of a cell, separated by spaces"
            )
        place = f"{path}, line {number}"
        yield check_relative_name(columns[0], place), columns[2], place


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
