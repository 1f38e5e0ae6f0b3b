"""Neurons as the text of .swc and .asc files, with the bytes that MorphIO writes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.native import _kernels

#: Whose bytes they are; the files name it.
MORPHIO_VERSION = "3.5.0"
_CREATOR = f"Created by MorphIO v{MORPHIO_VERSION}"


def swc(points: NDArray[np.float32], structure: NDArray[np.int32]) -> bytes:
    """Content of a .swc file.

    The soma's points form a chain. A section that begins with its parent's last diameter (within
    1e-6 µm) leaves out its first point, which repeats the parent's last.

    Args:
        points: (N, 4) x, y, z, diameter, µm; the soma's points first.
        structure: (M, 3) first point, type, row of the parent; row 0 is the soma.

    Raises:
        ValueError: rows contradict each other, a section has no points, there is nothing to write,
            a section has a single child, or a child has the type of a soma.
    """
    return _kernels.swc_text(points, structure, _CREATOR)


def asc(points: NDArray[np.float32], structure: NDArray[np.int32]) -> bytes:
    """Content of a .asc file (Neurolucida).

    Args:
        points: (N, 4) x, y, z, diameter, µm; the soma's points first.
        structure: (M, 3) first point, type, row of the parent; row 0 is the soma.

    Raises:
        ValueError: rows contradict each other, a section has no points, there is nothing to write,
            a root has a single point or is no axon or dendrite, or a child has the type of a soma.
    """
    return _kernels.asc_text(points, structure, _CREATOR)
