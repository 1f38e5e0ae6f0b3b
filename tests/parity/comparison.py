"""Bit by bit comparison of the outputs of two runs of one case."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import yaml

#: Relative; of numbers that are not written to morphologies.
LAST_BITS = 1e-14


@dataclass
class Comparison:
    """What was compared, and what differs.

    Attributes:
        n_cells: morphologies that the peer wrote, or rows of its cells file.
        n_points: in HDF5 files.
        n_numbers: float32 coordinates and diameters compared.
        n_differing: of them.
        n_lines: of text files.
        differences: in words.
    """

    n_cells: int = 0
    n_points: int = 0
    n_numbers: int = 0
    n_differing: int = 0
    n_lines: int = 0
    differences: list[str] = field(default_factory=list)

    def note(self, equal: bool, difference: str) -> None:
        """Keep a difference unless there is none."""
        if not equal:
            self.differences.append(difference)


def compare(peer: Path, ours: Path, arguments: dict[str, Any]) -> Comparison:
    """Compare all outputs of two runs.

    Args:
        peer, ours: folders of the outputs.
        arguments: of the case, with the names of the outputs.
    """
    result = Comparison()
    _compare_cells(peer / arguments["--out-cells"], ours / arguments["--out-cells"], result)
    for option in ("--out-apical", "--out-apical-nrn-sections"):
        if option in arguments:
            _compare_yaml(peer / arguments[option], ours / arguments[option], result)
    if "--out-debug-data" in arguments:
        name = arguments["--out-debug-data"]
        _compare_debug_data(peer / name, ours / name, result)
    folder = arguments["--out-morph-dir"]
    names = _files(peer / folder)
    result.note(_files(ours / folder) == names, "names of morphology files")
    for name in names:
        pair = peer / folder / name, ours / folder / name
        if pair[1].exists():
            (_compare_h5 if name.endswith(".h5") else _compare_text)(*pair, result)
    return result


def _files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def _compare_cells(peer: Path, ours: Path, result: Comparison) -> None:
    import voxcell

    expected, found = (voxcell.CellCollection.load(str(path)) for path in (peer, ours))
    result.n_cells = len(expected.properties)
    result.note(found.population_name == expected.population_name, "population name")
    for name in ("positions", "orientations"):
        values = [getattr(cells, name) for cells in (expected, found)]
        equal = all(value is None for value in values) or _same_bits(*values)
        result.note(equal, f"{name} of the cells")
    columns = [sorted(cells.properties.columns) for cells in (expected, found)]
    result.note(columns[0] == columns[1], f"properties {columns[1]} instead of {columns[0]}")
    for name in set(columns[0]) & set(columns[1]):
        values = [_plain(cells.properties[name]) for cells in (expected, found)]
        result.note(values[0] == values[1], f"property {name}: {values[1]} instead of {values[0]}")


def _plain(values: Any) -> list[Any]:
    """A column as a list in which all nulls are alike."""
    return [None if _is_null(value) else value for value in values.astype(object)]


def _compare_yaml(peer: Path, ours: Path, result: Comparison) -> None:
    if not peer.exists():
        result.note(not ours.exists(), f"{ours.name} exists")
        return
    result.note(ours.exists(), f"{ours.name} is missing")
    if ours.exists():
        contents = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in (peer, ours)]
        result.note(contents[0] == contents[1], f"content of {ours.name}")


def _compare_debug_data(peer: Path, ours: Path, result: Comparison) -> None:
    import pandas as pd

    expected, found = (pd.read_pickle(path) for path in (peer, ours))
    result.note(list(expected.index) == list(found.index), "index of the debug data")
    columns = [set(frame.columns) for frame in (expected, found)]
    result.note(columns[0] == columns[1], f"columns of the debug data: {columns[0] ^ columns[1]}")
    for name in columns[0] & columns[1]:
        equal = all(_equal(*values) for values in zip(expected[name], found[name], strict=False))
        result.note(equal, f"column {name} of the debug data")


def _equal(expected: Any, found: Any) -> bool:
    """Equality of nested values; arrays and lists of the same numbers are equal, nulls too.

    A float64 may differ in its last bits: sums of three products depend on the BLAS.
    """
    if isinstance(expected, dict):
        return (
            isinstance(found, dict)
            and list(expected) == list(found)
            and all(_equal(value, found[key]) for key, value in expected.items())
        )
    if isinstance(expected, (list, tuple, np.ndarray)):
        return (
            isinstance(found, (list, tuple, np.ndarray))
            and len(expected) == len(found)
            and all(map(_equal, expected, found))
        )
    if bool(expected == found) or (_is_null(expected) and _is_null(found)):
        return True
    are_floats = isinstance(expected, float) and isinstance(found, float)
    return are_floats and math.isclose(expected, found, rel_tol=LAST_BITS)


def _is_null(value: Any) -> bool:
    return value is None or bool(value != value)


def _compare_h5(peer: Path, ours: Path, result: Comparison) -> None:
    with h5py.File(peer) as expected, h5py.File(ours) as found:
        members = [_members(file) for file in (expected, found)]
        result.note(members[0] == members[1], f"datasets of {ours.name}")
        points = [file["points"][()] for file in (expected, found)]
        result.n_points += len(points[0])
        result.n_numbers += points[0].size
        structures = [file["structure"][()] for file in (expected, found)]
        if points[0].shape != points[1].shape or not _same_bits(*structures):
            result.n_differing += points[0].size
            result.differences.append(f"structure of {ours.name}")
            return
        differing = points[0].view(np.uint32) != points[1].view(np.uint32)
        result.n_differing += int(differing.sum())
        largest = np.abs(points[0] - points[1]).max(initial=0.0)
        result.note(
            not differing.any(),
            f"{differing.sum()} of {differing.size} numbers of {ours.name}, up to {largest:g}",
        )


def _members(file: Any) -> dict[str, Any]:
    """Names of all members, with type and shape of datasets and attributes."""
    members: dict[str, Any] = {}

    def note(name: str, member: Any) -> None:
        attributes = {key: np.asarray(value).tolist() for key, value in member.attrs.items()}
        attributes.pop("version", None)  # of MorphIO: 1.4 there, 1.3 here
        is_dataset = isinstance(member, h5py.Dataset)
        members[name] = (attributes, (str(member.dtype), member.shape) if is_dataset else None)

    file.visititems(note)
    return members


def _compare_text(peer: Path, ours: Path, result: Comparison) -> None:
    """Compare lines but comments, in which MorphIO names itself."""
    expected, found = (
        [line for line in path.read_text().splitlines() if not line.startswith(("#", ";"))]
        for path in (peer, ours)
    )
    result.n_lines += len(expected)
    result.note(expected == found, f"lines of {ours.name}")


def _same_bits(expected: Any, found: Any) -> bool:
    return bool(
        expected.shape == found.shape
        and expected.dtype == found.dtype
        and expected.tobytes() == found.tobytes()
    )
