"""Section numbers that NEURON gives to apical points, computed without NEURON."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from region_grower_hpc.formats.morphology import MorphologyArrays

APICAL = 4
#: Of `numpy.isclose`, by which region-grower finds the section that ends at a point.
RTOL, ATOL_UM = 1e-5, 1e-8
#: MorphIO writes coordinates to text files with this many digits after the point.
DECIMALS = 9


def apical_nrn_sections(
    arrays: MorphologyArrays, apical_points: npt.NDArray[np.float32], extension: str
) -> list[int | None]:
    """Number of the section `apic[i]` that ends at each apical point, once NEURON read the file.

    NEURON's Import3d numbers the apical sections in the order of the file, and leaves out sections
    of a single point and sections of two equal points. An .asc file has one type a tree, that of
    its root; a .swc file one a section. The first section whose end is close counts, so a point
    near two ends gets the smaller number.

    Args:
        arrays: the neuron as written to the file: roots in the order axon, basal, apical.
        apical_points: (k, 3), µm.
        extension: "asc" or "swc", the format of the file that NEURON reads.

    Returns:
        One number a point; None where no section of NEURON ends there.

    Raises:
        ValueError: another extension, or a neuron that growth never yields and whose numbers are
            not known: a soma of less than 3 points, or for .swc a section of a single point.

    Source: `region_grower` 1.6.0 with `morph_tool.nrnhines.point_to_section_end`, NEURON 9.0.2.
    """
    if extension not in ("asc", "swc"):
        raise ValueError(f"NEURON's importer reads .asc or .swc, not '{extension}'")
    _check_known(arrays, extension)
    ends = _ends(arrays)[_is_apical(arrays, extension) & ~_is_dropped(arrays, extension)]
    points = np.asarray(apical_points, dtype=np.float64).reshape(-1, 3)
    hits = (np.isclose(point, ends, rtol=RTOL, atol=ATOL_UM).all(axis=1) for point in points)
    return [int(hit.argmax()) if hit.any() else None for hit in hits]


def _check_known(arrays: MorphologyArrays, extension: str) -> None:
    if arrays.soma_size < 3:
        raise ValueError(f"the soma must have 3 points or more, not {arrays.soma_size}")
    if extension == "swc" and (_stops(arrays) - arrays.structure[1:, 0] < 2).any():
        raise ValueError("in a .swc file each section must have 2 points or more")


def _stops(arrays: MorphologyArrays) -> npt.NDArray[np.int32]:
    return np.append(arrays.structure[1:, 0], np.int32(len(arrays.points)))[1:]


def _ends(arrays: MorphologyArrays) -> npt.NDArray[np.float64]:
    """Last point of each section."""
    return arrays.points[_stops(arrays) - 1, :3].astype(np.float64)


def _is_apical(arrays: MorphologyArrays, extension: str) -> npt.NDArray[np.bool_]:
    types = arrays.structure[1:, 1].copy()
    if extension == "asc":
        for section, parent in enumerate(arrays.structure[1:, 2].tolist()):
            if parent > 0:
                types[section] = types[parent - 1]
    return np.asarray(types == APICAL)


def _is_dropped(arrays: MorphologyArrays, extension: str) -> npt.NDArray[np.bool_]:
    """Whether the importer takes a section for one without length, by the digits of the file."""
    first, parent = arrays.structure[1:, 0], arrays.structure[1:, 2] - 1
    is_root = parent < 0
    counts = _stops(arrays) - first
    starts = np.round(arrays.points[first, :3].astype(np.float64), DECIMALS)
    ends = np.round(_ends(arrays), DECIMALS)
    before = np.where(is_root[:, None], starts, ends[parent])
    if extension == "swc":
        # The parent's last point stands for the first one; a root also has a point of the soma.
        return np.asarray(~is_root & (counts == 2) & (before == ends).all(axis=1))
    # A section that does not begin where its parent ends gets that point in addition.
    joined = (before == starts).all(axis=1)
    no_length = (counts == 2) & (starts == ends).all(axis=1)
    return np.asarray(joined & ((counts == 1) | no_length))
