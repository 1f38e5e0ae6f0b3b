"""What is wrong with files-metadata, all of it that can be seen without opening a recording."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from numbers import Integral
from pathlib import Path
from typing import Any

from region_grower_hpc.efeatures.metadata import ALL_FILE_KEYS, FILE_KEYS
from region_grower_hpc.efeatures.near_names import near
from region_grower_hpc.efeatures.readers import suffix_problem
from region_grower_hpc.efeatures.stimuli import ECODES, stimulus_of
from region_grower_hpc.efeatures.units import UNIT_KEYS, unit_problem
from region_grower_hpc.efeatures.value_checks import is_number, is_text, plain_value, shown

_TIMING_KEYS = ("ton", "toff", "tmid", "tmid2", "t1", "t2", "t3", "t4", "tend")
_NUMBER_KEYS = (
    *("ljp", "amp", "hypamp", "amp2"),
    *("chirp_frequency_base", "chirp_frequency_scale", "chirp_frequency_denominator"),
    "chirp_time_offset",
)
_GIVE_NAME = "give a name, a text without zero bytes and lone surrogates"
#: Keys whose values may be of kinds that JSON does not have.
_CHECKED = (
    *(*ALL_FILE_KEYS, *UNIT_KEYS, *_TIMING_KEYS, *_NUMBER_KEYS, "dt", "v_corr", "amplitudes"),
    *("protocol_name", "repetition", "ecode"),
)


def metadata_problems(
    document: Any, folder: Path | None = None, *, with_files: bool = True
) -> list[str]:
    """All that can be seen to be wrong without opening a recording: place, key, value, way out.

    Args:
        document: any value of JSON or Python.
        folder: which relative paths are relative to; None: the working folder.
        with_files: whether our readers read it; a reader of the user may need no file, or another.
    """
    if not isinstance(document, Mapping) or not document:
        return ["the document must be {cell: {protocol: [metadata, ...]}} with a cell at least"]
    problems: list[str] = []
    n_entries = 0
    for cell, protocols in document.items():
        if not is_text(cell):
            problems.append(f"cell {shown(cell)}: {_GIVE_NAME}")
        place = cell if is_text(cell) else shown(cell)
        if not isinstance(protocols, Mapping):
            problems.append(
                f"{place}: must be {{protocol: [metadata, ...]}}, not {shown(protocols)}"
            )
            continue
        for protocol, entries in protocols.items():
            if not is_text(protocol):
                problems.append(f"{place}: protocol {shown(protocol)}: {_GIVE_NAME}")
            elif not isinstance(entries, list | tuple):
                problems.append(f"{place}/{protocol}: must be a list, not {shown(entries)}")
            else:
                n_entries += len(entries)
                problems += [
                    f"{place}/{protocol}/{index}: {problem}"
                    for index, metadata in enumerate(entries)
                    for problem in _entry_problems(protocol, metadata, folder, with_files)
                ]
    if not problems and not n_entries:
        problems.append("the document names no recording: give an entry at least")
    return problems


def _entry_problems(
    protocol: str, metadata: Any, folder: Path | None, with_files: bool
) -> Iterator[str]:
    if not isinstance(metadata, Mapping):
        yield f"must be an object, not {shown(metadata)}"
        return
    plain = {**metadata}
    plain |= {key: plain_value(metadata[key]) for key in _CHECKED if key in metadata}
    if with_files:
        yield from _file_problems(plain, folder or Path())
    yield from _value_problems(plain)
    yield from _class_problems(protocol, plain)


def _file_problems(metadata: Mapping[str, Any], folder: Path) -> Iterator[str]:
    named = [key for key in ALL_FILE_KEYS if metadata.get(key) is not None]
    wrong = [key for key in named if not is_text(metadata[key])]
    for key in wrong:
        yield f"{key} {shown(metadata[key])}: give the path of a file"
    if wrong:
        return
    if "filepath" not in named and not set(FILE_KEYS) <= set(named):
        yield "has neither filepath nor both i_file and v_file"
        return
    # Not by `Path`, which costs more than all other checks.
    resolved = {key: os.path.join(folder, metadata[key]) for key in named}  # noqa: PTH118
    resolved = {**metadata, **resolved}
    problem = suffix_problem(resolved)
    if problem is not None:
        yield problem


def _value_problems(metadata: Mapping[str, Any]) -> Iterator[str]:
    for key in UNIT_KEYS:
        value = metadata.get(key)
        if value is not None and (problem := unit_problem(key, value)) is not None:
            yield f"{key} {problem}"
    for key in (*_NUMBER_KEYS, *_TIMING_KEYS, "dt"):
        value = metadata.get(key)
        if value is None:
            continue
        if not is_number(value):
            yield f"{key} {shown(value)}: give a number"
        elif key == "dt" and value <= 0:
            yield f"dt {shown(value)}: give a sampling interval above 0"
        elif key == "ljp" and value < 0:
            yield f"ljp {shown(value)}: give a voltage in mV of 0 or more, which is subtracted"
        elif key in _TIMING_KEYS and value < 0:
            yield f"{key} {shown(value)}: give a time in ms from the start of the recording"
    correction = metadata.get("v_corr")
    if correction is not None and correction is not False and not is_number(correction):
        yield f"v_corr {shown(correction)}: give a voltage in mV, or false for no correction"
    name = metadata.get("protocol_name")
    if name is not None and not is_text(name):
        yield f"protocol_name {shown(name)}: give a text"
    repetition = metadata.get("repetition")
    listed = repetition if isinstance(repetition, list) else [repetition]
    if repetition is not None and not all(map(_is_repetition, listed)):
        yield f"repetition {shown(repetition)}: give a number or a list of numbers"


def _is_repetition(value: Any) -> bool:
    return isinstance(value, Integral | str) and not isinstance(value, bool)


def _class_problems(protocol: str, metadata: Mapping[str, Any]) -> Iterator[str]:
    ecode = metadata.get("ecode")
    if ecode is not None and (not isinstance(ecode, str) or ecode not in ECODES):
        hint = near(str(ecode), ECODES)
        yield f"ecode {shown(ecode)}: no class of stimuli{hint}; there are {', '.join(ECODES)}"
    elif stimulus_of(protocol, ecode) is None:
        yield (
            f"protocol '{protocol}' matches no class of stimuli: rename it, or name the class by "
            f'the key "ecode": {", ".join(ECODES)}'
        )
