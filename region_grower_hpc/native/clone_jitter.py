"""Clones of a neuron: random turns and stretches of its sections, once they are drawn."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from region_grower_hpc.native import _kernels

#: Which of its two senses a principal axis has: the one in which its first component that is not
#: negligible is positive, or the one in which the direction farthest from the mean plane lies.
AxisSign = Literal["first_component", "largest_projection"]


def jitter(
    points: npt.NDArray[np.float32],
    structure: npt.NDArray[np.int32],
    angles_rad: npt.NDArray[np.float64],
    factors: npt.NDArray[np.float64],
    sign: AxisSign,
) -> npt.NDArray[np.float32]:
    """Turn and stretch each section with its subtree about its first point.

    Turns go first, children before their parents. A leaf turns about the direction of the last five
    points of its parent; where that has no length about the chord of the parent, else about its
    own, else not at all. Any other section turns about the principal axis of the directions from
    its first point to the points of its subtree (first points of sections left out), which is
    (1, 0, 0) where there are none, or where they are equal (within 1e-9 root mean square). Roots
    never turn. Then each section is stretched, and its subtree follows its end.

    Soma and diameters stay. A section that begins where its parent ends still does, bit by bit.
    Angles 0 with factors 1 give back the parent, bit by bit. All in float64 until the end.

    Args:
        points: (N, 4) x, y, z, diameter, µm; the soma's points first.
        structure: (M, 3) first point, type, row of the parent; row 0 is the soma; depth first.
        angles_rad: (M - 1,) right-handed, of the sections as stored; those of roots do not count.
        factors: (M - 1,) of the sections as stored.
        sign: of principal axes.

    Returns:
        (N, 4), a new array. Points that are not finite stay so, and count for no axis.

    Raises:
        ValueError: the arrays are not as above, or an angle or a factor is not finite.

    Source: rotational jitter and section scaling of neuroc 0.3.0 (`neuroc.scale`).
    """
    return _kernels.clone_jitter(points, structure, angles_rad, factors, sign)


def post_order(structure: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Section numbers (structure row - 1), children before their parents, trees as stored.

    Args:
        structure: as in `jitter`.

    Returns:
        (M - 1,).

    Raises:
        ValueError: the structure is not as above.
    """
    return _kernels.clone_post_order(structure)


def direction_counts(
    points: npt.NDArray[np.float32], structure: npt.NDArray[np.int32]
) -> npt.NDArray[np.int32]:
    """Number of directions that the principal axis of each section would come from.

    Of a random clone, whose turns move every point off its place but those at the first point of
    their section: null vectors are those that chains of such points lead to.

    Args:
        points: as in `jitter`.
        structure: as in `jitter`.

    Returns:
        (M - 1,), as stored.

    Raises:
        ValueError: the arrays are not as above.
    """
    return _kernels.clone_direction_counts(points, structure)
