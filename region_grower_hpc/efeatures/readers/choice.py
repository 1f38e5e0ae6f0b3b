"""Which reader a recording needs: by the suffix of its file, or else by its content."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.raw_trace import RawTrace
from region_grower_hpc.efeatures.readers.content import format_in
from region_grower_hpc.efeatures.units import UNIT_KEYS


@dataclass(frozen=True)
class Format:
    """A format of files.

    Attributes:
        module: below this package; has `read(metadata, compat) -> list[RawTrace]`.
        suffixes: of its files, in lower case.
        required: keys of the metadata that its files cannot supply.
    """

    module: str
    suffixes: tuple[str, ...]
    required: tuple[str, ...]


FORMATS = {
    "igor": Format("igor", (".ibw", ".bwav"), ("i_file", "v_file")),
    "axon": Format("axon", (".abf",), ("filepath",)),
    "nwb": Format("nwb.reader", (".nwb",), ("filepath",)),
    "hdf5": Format("hdf5", (".h5", ".hdf5"), ("filepath",)),
    "text": Format(
        "text",
        (".txt", ".csv"),
        ("filepath", "dt", "amplitudes", "hypamp", "ton", "toff", *UNIT_KEYS),
    ),
    "matlab": Format("matlab", (".mat",), ("filepath", *UNIT_KEYS)),
}
#: Suffixes of the files that can be read, in lower case.
SUFFIXES = tuple(suffix for one in FORMATS.values() for suffix in one.suffixes)
_NO_FILE = "no file is named: give filepath, or i_file and v_file"
_BY_SUFFIX = {suffix: name for name, one in FORMATS.items() for suffix in one.suffixes}


def read_entry(metadata: Mapping[str, Any], compat: bool = False) -> list[RawTrace]:
    """All sweeps of one entry of the metadata, in the order of its file.

    Args:
        metadata: `filepath`, or `i_file` and `v_file`, as they can be opened; the units, filters
            and other keys of the format. Not changed.
        compat: the peer's choice of Axon channels, and no NWB offsets.

    Raises:
        RecordingProblem: the file is missing, damaged or of an unknown format, or a key is missing.

    Source: spec 4.2; `bluepyefe.reader`.
    """
    key, path = _chosen_file(metadata)
    name = _BY_SUFFIX.get(path.suffix.lower()) or format_in(path, key)
    if name is None:
        raise RecordingProblem("open", key, _unknown(path))
    missing = _missing(FORMATS[name], metadata)
    if missing:
        raise RecordingProblem("open", missing[0], _lacks(name, missing))
    module = importlib.import_module(f"region_grower_hpc.efeatures.readers.{FORMATS[name].module}")
    traces: list[RawTrace] = module.read(metadata, compat)
    return traces


def suffix_problem(metadata: Mapping[str, Any]) -> str | None:
    """What an entry of the metadata lacks for its format, or None.

    No file with a known suffix is opened, others only for their first bytes.

    Args:
        metadata: with paths that can be opened.
    """
    if not metadata.get("filepath") and not metadata.get("v_file"):
        return _NO_FILE
    key, path = _chosen_file(metadata)
    try:
        name = _BY_SUFFIX.get(path.suffix.lower()) or format_in(path, key)
    except RecordingProblem as problem:
        return f"{problem.key}: unknown file suffix, and its content tells nothing: {problem.text}"
    if name is None:
        return f"{key}: {_unknown(path)}"
    missing = _missing(FORMATS[name], metadata)
    if missing:
        return f"{missing[0]}: {_lacks(name, missing)}"
    return None


def required_keys(path: str | Path) -> tuple[str, ...]:
    """Keys of the metadata that files of a suffix cannot supply; none for an unknown suffix."""
    name = _BY_SUFFIX.get(Path(path).suffix.lower())
    return FORMATS[name].required if name else ()


def _chosen_file(metadata: Mapping[str, Any]) -> tuple[str, Path]:
    """Key and path of the file that decides on the format."""
    for key in ("filepath", "v_file"):
        if metadata.get(key):
            return key, Path(str(metadata[key]))
    raise RecordingProblem("open", "filepath", _NO_FILE)


def _missing(one: Format, metadata: Mapping[str, Any]) -> list[str]:
    """Keys that a format requires and the metadata lack."""
    return [key for key in one.required if metadata.get(key) in (None, "", [])]


def _lacks(name: str, missing: list[str]) -> str:
    """Text on missing keys."""
    return f"missing: {name} files need {', '.join(missing)} in the metadata"


def _unknown(path: Path) -> str:
    """Text on a file of no known format."""
    return (
        f"unknown file suffix '{path.suffix}', and the content is of no known format either: "
        f"use one of {', '.join(SUFFIXES)}"
    )
