"""What a morphology is in each format of a release."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.clone.section_order import section_stops
from region_grower_hpc.clone.single_children import repeats_parent, without_single_children
from region_grower_hpc.clone.soma_contour import circle
from region_grower_hpc.clone.soma_stack import stack_of_contour
from region_grower_hpc.clone.swc_joints import beginning_at_parents, begins_unwritten
from region_grower_hpc.formats.morphology import (
    FloatArray,
    IntArray,
    MorphologyArrays,
    check_storable,
)

#: Section types by format: of all sections, of roots.
TYPES = {"asc": range(2, 20), "h5": range(2, 20), "swc": range(20)}
ROOT_TYPES = {**TYPES, "asc": range(2, 5)}
SOMA_TYPE = 1


def released(arrays: MorphologyArrays, extension: str) -> MorphologyArrays:
    """What is released of a morphology.

    Sections with a single child are merged with it. Perimeters and the cell family are for .h5
    files alone. The soma becomes a contour in .asc and .h5 files, discs or a single point in .swc
    files; that of two points, which MorphIO gives no meaning, stays.

    In an .swc file sections begin at the last point of their parent, wherever their own first
    point is; where it is elsewhere, the parent's is put before it.

    Args:
        arrays: depth-first, its sections with points, its soma as .h5 files hold it.
        extension: asc, h5 or swc.

    Returns:
        Arrays that may share memory with those given.

    Source: `morph_tool.converter.convert` with `sanitize`.
    """
    neuron = without_single_children(arrays)
    if extension != "h5":
        neuron = MorphologyArrays(neuron.points, neuron.structure)
    if extension == "swc":
        neuron = beginning_at_parents(neuron)
    return _with_soma_of(neuron, extension)


def release_problem(arrays: MorphologyArrays, extension: str) -> str | None:
    """Why a format cannot hold a morphology; None if it can.

    It tells of all its clones, too: only the structure, the soma, diameters, perimeters and the
    places where sections hang together count.

    Args:
        arrays: depth-first, its sections with points, its soma as .h5 files hold it.
        extension: asc, h5 or swc.
    """
    if not len(arrays.points):
        return "it has neither a soma nor sections"
    neuron = released(arrays, extension)
    types, parents = neuron.structure[1:, 1], neuron.structure[1:, 2]
    sizes = np.diff(section_stops(neuron.structure, len(neuron.points)))
    is_root = parents <= 0
    wrong = _is_outside(types, TYPES[extension]) | (types == SOMA_TYPE)
    wrong |= is_root & _is_outside(types, ROOT_TYPES[extension])
    if wrong.any():
        kind = types[np.argmax(wrong)]
        return f"it has a section of type {kind}, which .{extension} files cannot hold"
    if extension == "h5":
        try:
            check_storable(neuron)
        except ValueError as error:
            return str(error)
        return None
    has_children = np.bincount(np.maximum(parents, 0), minlength=len(types) + 1)[1:] > 0
    if extension == "asc":
        lost = is_root | repeats_parent(neuron)[1:]
    else:
        lost = begins_unwritten(neuron)
        if not neuron.soma_size:
            lost |= is_root & ~has_children
    lost &= sizes == 1
    if lost.any():
        return (
            f"section {np.argmax(lost)} has a single point, and .{extension} files cannot hold "
            "it there"
        )
    return None


def release_loss(arrays: MorphologyArrays, extension: str) -> str | None:
    """What changes in a format beyond what `released` tells; None if nothing does.

    Clones lose the same.
    """
    types, is_root = arrays.structure[1:, 1], arrays.structure[1:, 2] <= 0
    n_changed = int((types != types[is_root][np.cumsum(is_root) - 1]).sum())
    if extension != "asc" or not n_changed:
        return None
    return (
        f"{n_changed} of its sections get the type of the root that they descend from: .asc files "
        "hold one type a tree"
    )


def _with_soma_of(neuron: MorphologyArrays, extension: str) -> MorphologyArrays:
    """The soma as a format holds it."""
    n_soma = neuron.soma_size
    if extension == "swc" and n_soma > 2:
        soma = _stack(neuron.points[:n_soma].tobytes())
    elif extension != "swc" and n_soma == 1:
        soma = circle(neuron.points[0])
    else:
        return neuron
    structure = neuron.structure.copy()
    structure[1:, 0] += len(soma) - n_soma
    perimeters = neuron.perimeters
    if perimeters is not None:
        perimeters = np.append(np.zeros(len(soma), dtype=np.float32), perimeters[n_soma:])
    points = np.concatenate([soma, neuron.points[n_soma:]])
    return MorphologyArrays(points, structure, perimeters, neuron.family)


@lru_cache(maxsize=16)
def _stack(contour: bytes) -> FloatArray:
    # Clones have the soma of their parent; all else costs less than this.
    return stack_of_contour(np.frombuffer(contour, dtype=np.float32).reshape(-1, 4))


def _is_outside(types: IntArray, allowed: range) -> NDArray[np.bool_]:
    return (types < allowed.start) | (types >= allowed.stop)
