"""A clone of a neuron: its sections turned and stretched as drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy.typing as npt
from numpy import float64, int32

from region_grower_hpc.formats.morphology import MorphologyArrays
from region_grower_hpc.native import clone_jitter
from region_grower_hpc.native.clone_jitter import AxisSign


@dataclass(frozen=True)
class Draws:
    """What makes one clone differ from its parent, by section number (structure row - 1)."""

    angles_rad: npt.NDArray[float64]
    """(M - 1,) turn of each section and its subtree; 0 for roots, which do not turn."""
    factors: npt.NDArray[float64]
    """(M - 1,) stretch of each section."""
    sign: AxisSign
    """Sense of principal axes."""


def jittered(parent: MorphologyArrays, draws: Draws) -> MorphologyArrays:
    """Return a clone: the parent with other x, y, z of its sections, everything else shared.

    Raises:
        ValueError: the parent's sections are not depth first, or the draws do not suit it.

    Source: `region_grower_hpc.native.clone_jitter.jitter`.
    """
    points = clone_jitter.jitter(
        parent.points, parent.structure, draws.angles_rad, draws.factors, draws.sign
    )
    return replace(parent, points=points)


def post_order(structure: npt.NDArray[int32]) -> npt.NDArray[int32]:
    """Return the (M - 1,) section numbers, children before their parents, trees as stored.

    Raises:
        ValueError: the sections are not depth first.
    """
    return clone_jitter.post_order(structure)
