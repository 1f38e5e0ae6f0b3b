"""Random turning and stretching of the sections of a morphology.

Source: `neuroc.scale` 0.3.0 (`rotational_jitter`, `scale_morphology`); the same random numbers in
the same order, and the same float32 points.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from region_grower_hpc.synthesis.neurite import MIN_SCALE, Neurite, read_neurite, write_neurite

#: Up to this many rows neuroc's principal direction comes from a float32 singular value
#: decomposition; above, from one started at unseeded random numbers.
FLOAT32_ROWS = 500


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


def turn_sections(morphology: Any, jitter: RotationalJitter, rng: np.random.Generator) -> None:
    """Turn each section with its subtree about its first point, in place.

    Leaves go first, the first sections of neurites stay as they are. The axis of a leaf is the
    direction of the end of its parent; the axis of any other section is the main direction in
    which its subtree lies. A section whose axis has no length is not turned (neuroc: NaN or an
    error), but its angle is drawn. One normal draw per section.

    Args:
        morphology: morphio.mut.Morphology.
        jitter: distribution of the angles.
        rng: source of the draws.
    """

    def turn(neurite: Neurite) -> None:
        for section in neurite.leaves_first():
            if section == 0:
                continue
            axis = _axis(neurite, section, jitter.n_parent_points)
            angle_rad = rng.normal(jitter.mean_deg, jitter.std_deg) * np.pi / 180.0
            if axis is not None:
                turn_subtree(neurite, section, axis, angle_rad)

    _for_each_neurite(morphology, turn)


def stretch_sections(
    morphology: Any,
    sections: ScalingJitter | None,
    segments: ScalingJitter | None,
    rng: np.random.Generator,
) -> None:
    """Stretch sections, segments or both at random, in place; subtrees move along.

    Leaves go first. Draws of a section: one per point for `segments`, then one for `sections`.

    Args:
        morphology: morphio.mut.Morphology.
        sections: distribution of one factor per section, None for none.
        segments: distribution of one factor per segment, None for none.
        rng: source of the draws.
    """

    def stretch(neurite: Neurite) -> None:
        for section in neurite.leaves_first():
            vectors = neurite.segment_vectors(section)
            if segments is not None:
                vectors *= _factors(segments, len(vectors), rng)
            from_start_um = np.cumsum(vectors, axis=0)
            if sections is not None:
                from_start_um *= _factors(sections, 1, rng)
            neurite.lay_out(section, from_start_um)

    _for_each_neurite(morphology, stretch)


def turn_subtree(
    neurite: Neurite, section: int, axis: npt.NDArray[np.float32], angle_rad: float
) -> None:
    """Turn a section and its descendants rigidly about the section's first point, in place.

    Args:
        neurite: its points change.
        section: number of the section.
        axis: (3,) unit vector.
        angle_rad: right-handed angle.
    """
    from scipy.spatial.transform import Rotation

    matrix = Rotation.from_rotvec(angle_rad * axis).as_matrix()
    stop = neurite.offsets[neurite.subtree_stops[section]]
    points = neurite.points[neurite.offsets[section] : stop]
    origin = points[0].copy()
    points[:] = origin + np.dot(points - origin, matrix.T)


def principal_direction(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The direction of greatest variance of a cloud of vectors.

    Of its two senses, the one in which the vector farthest from the mean plane lies.

    Args:
        vectors: (n, 3), n > 0.

    Returns:
        (3,) vector of length 1 within rounding.

    Source: `sklearn.decomposition.PCA(n_components=1)` of scikit-learn 1.4.
    """
    import scipy.linalg

    centred = vectors - vectors.mean(axis=0)
    if len(centred) <= FLOAT32_ROWS:
        left, _, right = scipy.linalg.svd(centred, full_matrices=False)
        direction, along = right[0], left[:, 0]
    else:
        centred = centred.astype(np.float64)
        # not by BLAS, whose sums depend on its number of threads
        variance = np.einsum("ni,nj->ij", centred, centred)
        direction = np.linalg.eigh(variance)[1][:, -1]
        along = np.einsum("ni,i->n", centred, direction)
    sense = np.sign(along[np.argmax(np.abs(along))])
    return np.asarray(direction * sense, dtype=np.float32)


def _axis(neurite: Neurite, section: int, n_parent_points: int) -> npt.NDArray[np.float32] | None:
    """Unit vector to turn a section about; None where it has no length."""
    if neurite.has_children(section):
        vectors = _directions_from_start(neurite, section)
        if not len(vectors):
            return None
        axis = principal_direction(vectors)
    else:
        parent = neurite.section_points(int(neurite.parents[section]))
        axis = parent[-1] - parent[-min(n_parent_points, len(parent))]
    length = np.linalg.norm(axis)
    return axis / length if length > 0 else None


def _directions_from_start(neurite: Neurite, section: int) -> npt.NDArray[np.float32]:
    """Unit vectors from the start of a section to all points of its subtree but joints."""
    start, stop = section, neurite.subtree_stops[section]
    rows = np.ones(neurite.offsets[stop] - neurite.offsets[start], dtype=bool)
    rows[neurite.offsets[start:stop] - neurite.offsets[start]] = False
    subtree = neurite.points[neurite.offsets[start] : neurite.offsets[stop]]
    vectors = subtree[rows] - subtree[0]
    lengths = np.linalg.norm(vectors, axis=1)
    apart = lengths > 0
    return np.asarray(vectors[apart] / lengths[apart, np.newaxis], dtype=np.float32)


def _factors(
    jitter: ScalingJitter, count: int, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Factors of `count` vectors, (count, 3)."""
    drawn = np.maximum(rng.normal(jitter.mean, jitter.std, size=count), MIN_SCALE)
    factors = np.ones((count, 3))
    factors[:, slice(None) if jitter.axis is None else [jitter.axis]] = drawn[:, np.newaxis]
    return factors


def _for_each_neurite(morphology: Any, change: Callable[[Neurite], None]) -> None:
    for root in morphology.root_sections:
        sections = list(root.iter())
        neurite = read_neurite(sections)
        change(neurite)
        write_neurite(sections, neurite)
