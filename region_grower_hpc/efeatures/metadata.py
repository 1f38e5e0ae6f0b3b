"""The files-metadata document: which file holds which recordings of which cell and protocol."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from region_grower_hpc.efeatures.near_names import near
from region_grower_hpc.efeatures.readers import suffix_problem
from region_grower_hpc.efeatures.stimuli import ECODES, stimulus_of
from region_grower_hpc.efeatures.units import unit_problem
from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.json_file import read_json

#: Keys that name data, in the order in which they are told as files.
FILE_KEYS = ("i_file", "v_file")
_UNIT_KEYS = ("i_unit", "v_unit", "t_unit")
_TIMING_KEYS = ("ton", "toff", "tmid", "tmid2", "t1", "t2", "t3", "t4", "tend")
_NUMBER_KEYS = (
    *("ljp", "amp", "hypamp", "amp2"),
    *("chirp_frequency_base", "chirp_frequency_scale", "chirp_frequency_denominator"),
    "chirp_time_offset",
)
#: No quantity of a recording comes near it; NaN and infinity are not below it.
LARGEST = 1e30


@dataclass(frozen=True)
class Entry:
    """What the metadata say of one file under one protocol.

    Attributes:
        cell: its id.
        protocol: its name.
        index: position within cell and protocol.
        metadata: as given, with paths that can be opened and `protocol_name`.
        files: paths as they are written in the document.
    """

    cell: str
    protocol: str
    index: int
    metadata: Mapping[str, Any]
    files: tuple[str, ...]

    @property
    def paths(self) -> list[Path]:
        """Files that can be opened."""
        return [Path(text) for text in files_of(self.metadata)]

    def __str__(self) -> str:
        return f"{self.cell}/{self.protocol}/{self.index}"


def files_of(metadata: Mapping[str, Any]) -> tuple[str, ...]:
    """The files of an entry: `filepath`, or else current and voltage."""
    if metadata.get("filepath"):
        return (str(metadata["filepath"]),)
    return tuple(str(metadata[key]) for key in FILE_KEYS if metadata.get(key))


def read_metadata(path: Path) -> list[Entry]:
    """The entries of a document, in its order.

    Args:
        path: of the JSON file; relative paths in it are relative to its folder.

    Raises:
        InvalidInputError: all that is wrong, a line each: file, cell/protocol/index, key, value.
    """
    document = read_json(path, unique_keys=True)
    problems = [f"{path}: {problem}" for problem in metadata_problems(document, path.parent)]
    if problems:
        raise InvalidInputError("\n".join(problems))
    return list(entries_of(document, path.parent))


def entries_of(document: Mapping[str, Any], folder: Path | None = None) -> Iterator[Entry]:
    """The entries of a document without problems.

    Args:
        document: {cell: {protocol: [metadata, ...]}}; left as it is.
        folder: which relative paths are relative to; None: the working folder.
    """
    for cell, protocols in document.items():
        for protocol, entries in protocols.items():
            for index, metadata in enumerate(entries):
                resolved = dict(metadata)
                for key in ("filepath", *FILE_KEYS):
                    if resolved.get(key) and folder is not None:
                        resolved[key] = str(folder / resolved[key])
                if resolved.get("protocol_name") is None:
                    resolved["protocol_name"] = protocol
                yield Entry(cell, protocol, index, resolved, files_of(metadata))


def metadata_problems(
    document: Any, folder: Path | None = None, *, with_files: bool = True
) -> list[str]:
    """All that can be seen to be wrong without opening a recording: place, key, value, way out.

    Args:
        document: of any JSON value.
        folder: which relative paths are relative to; None: the working folder.
        with_files: whether our readers read it; a reader of the user may need no file, or another.
    """
    if not isinstance(document, dict) or not document:
        return ["the document must be {cell: {protocol: [metadata, ...]}} with a cell at least"]
    problems: list[str] = []
    for cell, protocols in document.items():
        if not cell.strip():
            problems.append(f"cell {cell!r}: give it a name")
        if not isinstance(protocols, dict):
            problems.append(
                f"{cell}: must be {{protocol: [metadata, ...]}}, not {_text(protocols)}"
            )
            continue
        for protocol, entries in protocols.items():
            if not isinstance(entries, list):
                problems.append(f"{cell}/{protocol}: must be a list, not {_text(entries)}")
                continue
            for index, metadata in enumerate(entries):
                place = f"{cell}/{protocol}/{index}"
                if not isinstance(metadata, dict):
                    problems.append(f"{place}: must be an object, not {_text(metadata)}")
                    continue
                found = [*_value_problems(metadata), *_class_problems(protocol, metadata)]
                if with_files:
                    found[:0] = _file_problems(metadata, folder or Path())
                problems += [f"{place}: {problem}" for problem in found]
    if not problems and not any(
        entries for protocols in document.values() for entries in protocols.values()
    ):
        problems.append("the document names no recording: give an entry at least")
    return problems


def _file_problems(metadata: Mapping[str, Any], folder: Path) -> Iterator[str]:
    named = [key for key in ("filepath", *FILE_KEYS) if metadata.get(key) is not None]
    wrong = [key for key in named if not isinstance(metadata[key], str) or not metadata[key]]
    for key in wrong:
        yield f"{key} {_text(metadata[key])}: give the path of a file"
    if wrong:
        return
    if any("\0" in metadata[key] for key in named):
        yield "a path holds a zero byte"
    elif "filepath" not in named and not set(FILE_KEYS) <= set(named):
        yield "has neither filepath nor both i_file and v_file"
    else:
        resolved = {**metadata, **{key: str(folder / metadata[key]) for key in named}}
        problem = suffix_problem(resolved)
        if problem is not None:
            yield problem


def _value_problems(metadata: Mapping[str, Any]) -> Iterator[str]:
    for key in _UNIT_KEYS:
        value = metadata.get(key)
        if value is not None and (problem := unit_problem(key, value)) is not None:
            yield f"{key} {problem}"
    for key in (*_NUMBER_KEYS, *_TIMING_KEYS, "dt"):
        value = metadata.get(key)
        if value is not None and not _is_number(value):
            yield f"{key} {_text(value)}: give a number"
        elif key == "dt" and value is not None and value <= 0:
            yield f"dt {_text(value)}: give a sampling interval above 0"
        elif key in _TIMING_KEYS and value is not None and value < 0:
            yield f"{key} {_text(value)}: give a time in ms from the start of the recording"
    correction = metadata.get("v_corr")
    if correction is not None and correction is not False and not _is_number(correction):
        yield f"v_corr {_text(correction)}: give a voltage in mV, or false for no correction"
    name = metadata.get("protocol_name")
    if name is not None and not isinstance(name, str):
        yield f"protocol_name {_text(name)}: give a text"
    repetition = metadata.get("repetition")
    listed = repetition if isinstance(repetition, list) else [repetition]
    if repetition is not None and not all(
        isinstance(one, int | str) and not isinstance(one, bool) for one in listed
    ):
        yield f"repetition {_text(repetition)}: give a number or a list of numbers"


def _class_problems(protocol: str, metadata: Mapping[str, Any]) -> Iterator[str]:
    ecode = metadata.get("ecode")
    if ecode is not None and (not isinstance(ecode, str) or ecode not in ECODES):
        hint = near(str(ecode), ECODES)
        yield f"ecode {_text(ecode)}: no class of stimuli{hint}; there are {', '.join(ECODES)}"
    elif stimulus_of(protocol, ecode) is None:
        yield (
            f"protocol '{protocol}' matches no class of stimuli: rename it, or name the class by "
            f'the key "ecode": {", ".join(ECODES)}'
        )


def _is_number(value: Any) -> bool:
    # A bound in place of `isfinite`, which integers of many digits overflow.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST


def _text(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
