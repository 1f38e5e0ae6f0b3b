"""Two neurons: what differs first, and by how much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from region_grower_hpc.compare.tolerance import Deviations, Tolerance
from region_grower_hpc.formats.morphology import MorphologyArrays

AXES = ("x", "y", "z")
STRUCTURE = ("type", "parent section", "number of points")


@dataclass(frozen=True)
class NumberCount:
    """Numbers of one kind in two neurons of the same structure."""

    total: int = 0
    differing: int = 0
    """Not equal, tolerated or not."""
    largest: float = 0.0
    """Largest difference, µm."""


@dataclass(frozen=True)
class NeuronComparison:
    """Outcome for two neurons."""

    identical: bool
    """Equal in every bit."""
    part: str = ""
    """The first of sections, points, structure, coordinates, diameters and soma that differs beyond
    the tolerance; empty for none."""
    text: str = ""
    """The difference in words."""
    coordinates: NumberCount = NumberCount()
    """Of sections and soma; counts are 0 where the structures differ."""
    diameters: NumberCount = NumberCount()


def compare_neurons(
    a: MorphologyArrays, b: MorphologyArrays, tolerance: Tolerance
) -> NeuronComparison:
    """Compare two neurons, section by section in the order of the arrays.

    Sections are numbered from 0, without the soma; points from 0 within their section.
    """
    if _same_bits(a.points, b.points) and _same_bits(a.structure, b.structure):
        total = len(a.points)
        return NeuronComparison(True, "", "", NumberCount(3 * total), NumberCount(total))
    part, text = _shape_difference(a, b)
    if part:
        return NeuronComparison(False, part, text)

    rows_a, rows_b = a.points[a.soma_size :], b.points[b.soma_size :]
    coordinates = tolerance.deviations(rows_a[:, :3], rows_b[:, :3])
    diameters = tolerance.deviations(rows_a[:, 3], rows_b[:, 3])
    counted = [coordinates], [diameters]
    if coordinates.too_far.any():
        part, text = "coordinates", _coordinate_text(a, b, coordinates)
    elif diameters.too_far.any():
        part, text = "diameters", _diameter_text(a, b, diameters)
    if a.soma_size == b.soma_size:
        soma_a, soma_b = a.points[: a.soma_size], b.points[: b.soma_size]
        soma = tolerance.deviations(soma_a, soma_b)
        counted[0].append(Deviations(soma.sizes[:, :3], soma.too_far[:, :3]))
        counted[1].append(Deviations(soma.sizes[:, 3], soma.too_far[:, 3]))
        if not part and soma.too_far.any():
            part, text = "soma", _soma_text(soma_a, soma_b, soma)
    elif not part:
        part, text = "soma", f"{a.soma_size} points in A, {b.soma_size} in B"
    return NeuronComparison(False, part, text, _count(counted[0]), _count(counted[1]))


def _same_bits(a: npt.NDArray[np.generic], b: npt.NDArray[np.generic]) -> bool:
    return a.shape == b.shape and a.tobytes() == b.tobytes()


def _count(parts: list[Deviations]) -> NumberCount:
    return NumberCount(
        sum(part.sizes.size for part in parts),
        sum(part.n_differing for part in parts),
        max(part.largest for part in parts),
    )


def _shape_difference(a: MorphologyArrays, b: MorphologyArrays) -> tuple[str, str]:
    sections = len(a.structure[1:]), len(b.structure[1:])
    if sections[0] != sections[1]:
        return "sections", f"{sections[0]} in A, {sections[1]} in B"
    points = len(a.points) - a.soma_size, len(b.points) - b.soma_size
    rows_a, rows_b = _sections(a), _sections(b)
    differing = np.argwhere(rows_a != rows_b)
    if points[0] != points[1]:
        return "points", f"{points[0]} in A, {points[1]} in B, first in section {differing[0, 0]}"
    if len(differing):
        section, column = differing[0].tolist()
        values = rows_a[section, column], rows_b[section, column]
        return (
            "structure",
            f"section {section}: {STRUCTURE[column]} {values[0]} in A, {values[1]} in B",
        )
    return "", ""


def _sections(arrays: MorphologyArrays) -> npt.NDArray[np.int64]:
    """(M, 3) type, parent (-1 for a root) and number of points of each section."""
    first, kind, parent = arrays.structure[1:].astype(np.int64).T
    sizes = np.diff(np.append(first, len(arrays.points)))
    return np.column_stack([kind, np.maximum(parent - 1, -1), sizes])


def _place(arrays: MorphologyArrays, row: int) -> str:
    """Where a row of the points after the soma's is, in words."""
    starts = arrays.structure[1:, 0] - arrays.soma_size
    section = int(np.searchsorted(starts, row, side="right")) - 1
    return f"section {section} point {row - int(starts[section])}"


def _coordinate_text(a: MorphologyArrays, b: MorphologyArrays, found: Deviations) -> str:
    row, axis = np.argwhere(found.too_far)[0].tolist()
    values = a.points[a.soma_size + row, axis], b.points[b.soma_size + row, axis]
    return _value_text(f"{_place(a, row)} {AXES[axis]}", *values, found)


def _diameter_text(a: MorphologyArrays, b: MorphologyArrays, found: Deviations) -> str:
    row = int(np.argmax(found.too_far))
    values = a.points[a.soma_size + row, 3], b.points[b.soma_size + row, 3]
    return _value_text(_place(a, row), *values, found)


def _soma_text(a: npt.NDArray[np.float32], b: npt.NDArray[np.float32], found: Deviations) -> str:
    row, column = np.argwhere(found.too_far)[0].tolist()
    name = (*AXES, "diameter")[column]
    return _value_text(f"point {row} {name}", a[row, column], b[row, column], found)


def _value_text(place: str, a: np.float32, b: np.float32, found: Deviations) -> str:
    return (
        f"{place}: {a!s} in A, {b!s} in B; {np.count_nonzero(found.too_far)} of "
        f"{found.sizes.size} differ, by up to {found.largest:.3g} µm"
    )
