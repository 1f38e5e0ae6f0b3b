"""Random turning and stretching of the sections of a neuron.

Source: `neuroc.scale` 0.3.0 (`rotational_jitter`, `scale_morphology`); the same random numbers in
the same order, and the same float32 points.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from region_grower_hpc.native import jitter as native
from region_grower_hpc.synthesis.neuron_arrays import FIRST, PARENT, STOP, NeuronArrays

MIN_SCALE = 0.01  # neuroc clips every scaling factor below this

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class RotationalJitter:
    """Angles by which sections are turned.

    Attributes:
        mean_deg, std_deg: of a normal distribution.
        n_parent_points: the last points of a parent section that give its direction.
    """

    mean_deg: float = 0.0
    std_deg: float = 0.0
    n_parent_points: int = 5

    def angles_rad(self, count: int, rng: np.random.Generator) -> FloatArray:
        """(count,) drawn angles."""
        return rng.normal(self.mean_deg, self.std_deg, size=count) * np.pi / 180.0


@dataclass(frozen=True)
class ScalingJitter:
    """Factors by which sections or segments are stretched; none is below `MIN_SCALE`.

    Attributes:
        mean, std: of a normal distribution.
        axis: 0, 1 or 2 to stretch along x, y or z only.
    """

    mean: float = 1.0
    std: float = 0.0
    axis: int | None = None

    def factors(self, standard_normals: FloatArray) -> FloatArray:
        """(n, 3) factors along x, y and z, for n draws of a standard normal distribution."""
        drawn = np.maximum(self.mean + self.std * standard_normals, MIN_SCALE)
        factors = np.ones((len(drawn), 3))
        factors[:, slice(None) if self.axis is None else [self.axis]] = drawn[:, np.newaxis]
        return factors


def turn_sections(
    neuron: NeuronArrays, jitter: RotationalJitter, rng: np.random.Generator
) -> NeuronArrays:
    """The neuron with each section but the first ones of neurites turned with its subtree.

    One normal draw per turned section, leaves first. The geometry is that of
    `native.jitter.turn_sections`.

    Args:
        neuron: not changed.
        jitter: distribution of the angles.
        rng: source of the draws.
    """
    order = leaves_first(neuron.sections)
    turned = order[neuron.sections[order, PARENT] >= 0]
    angles_rad = np.zeros(len(order))
    angles_rad[turned] = jitter.angles_rad(len(turned), rng)
    points = neuron.points.copy()
    native.turn_sections(points, neuron.sections, angles_rad, jitter.n_parent_points)
    return replace(neuron, points=points)


def stretch_sections(
    neuron: NeuronArrays,
    sections: ScalingJitter | None,
    segments: ScalingJitter | None,
    rng: np.random.Generator,
) -> NeuronArrays:
    """The neuron with its sections, segments or both stretched at random; subtrees move along.

    Leaves go first. Draws of a section: one per point for `segments`, then one for `sections`. The
    geometry is that of `native.jitter.stretch_sections`.

    Args:
        neuron: not changed.
        sections: distribution of one factor per section, None for none.
        segments: distribution of one factor per segment, None for none.
        rng: source of the draws.
    """
    order = leaves_first(neuron.sections)
    stop = neuron.sections[order, STOP]
    sizes = stop - neuron.sections[order, FIRST]
    stops = np.cumsum(sizes * (segments is not None) + (sections is not None))
    drawn = rng.standard_normal(stops[-1] if len(stops) else 0)
    section_factors = segment_factors = None
    is_segment = np.ones(len(drawn), dtype=bool)
    if sections is not None:
        is_segment[stops - 1] = False
        section_factors = np.empty((len(order), 3))
        section_factors[order] = sections.factors(drawn[stops - 1])
    if segments is not None:
        rows = np.repeat(stop - np.cumsum(sizes), sizes) + np.arange(len(neuron.points))
        segment_factors = np.empty((len(rows), 3))
        segment_factors[rows] = segments.factors(drawn[is_segment])
    points = neuron.points.copy()
    native.stretch_sections(points, neuron.sections, section_factors, segment_factors)
    return replace(neuron, points=points)


def leaves_first(sections: npt.NDArray[np.int32]) -> npt.NDArray[np.intp]:
    """(m,) numbers of all sections in post-order: children in their order, then their parent."""
    numbers = np.arange(len(sections))
    subtree_stops = numbers + 1
    for section in range(len(sections) - 1, -1, -1):
        parent = sections[section, PARENT]
        if parent >= 0:
            subtree_stops[parent] = max(subtree_stops[parent], subtree_stops[section])
    # subtrees that end at the same section are nested, the inner ones have higher numbers
    return np.asarray(np.lexsort((-numbers, subtree_stops)))
