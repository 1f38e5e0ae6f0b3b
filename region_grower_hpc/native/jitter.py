"""Random turning and stretching of sections, once the angles and factors are drawn."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from region_grower_hpc.native import _kernels


def turn_sections(
    points: npt.NDArray[np.float32],
    sections: npt.NDArray[np.int32],
    angles_rad: npt.NDArray[np.float64],
    n_parent_points: int,
) -> None:
    """Turn each section but the first ones of neurites, with its subtree, about its first point.

    Children go before their parents. The axis of a leaf is the direction of the end of its parent;
    the axis of any other section is the main direction in which its subtree lies. A section whose
    axis has no length stays as it is (neuroc: NaN or an error).

    Args:
        points: (n, 3), µm, C-contiguous; changed in place.
        sections: (m, 4) first point, stop, type, parent (-1 for none), depth first; they share out
            the points in order.
        angles_rad: (m,) right-handed.
        n_parent_points: the last points of a parent that give its direction.

    Raises:
        ValueError: the arrays are not as above.

    Source: `neuroc.scale.rotational_jitter` 0.3.0, with the same float32 points.
    """
    _kernels.turn_sections(points, sections, angles_rad, n_parent_points, _sgesdd())


def stretch_sections(
    points: npt.NDArray[np.float32],
    sections: npt.NDArray[np.int32],
    section_factors: npt.NDArray[np.float64] | None = None,
    segment_factors: npt.NDArray[np.float64] | None = None,
) -> None:
    """Stretch each section about its first point; its descendants follow its end.

    Args:
        points: as in `turn_sections`.
        sections: as in `turn_sections`.
        section_factors: (m, 3) along x, y and z of each section.
        segment_factors: (n, 3) of the segment that ends at each point.

    Raises:
        ValueError: the arrays are not as above.

    Source: `neuroc.scale.scale_section` 0.3.0, with the same float32 points.
    """
    _kernels.stretch_sections(points, sections, section_factors, segment_factors)


def principal_direction(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The direction of greatest variance of a cloud of vectors.

    Of its two senses, the one in which the vector farthest from the mean plane lies. Up to 500
    vectors it comes from LAPACK in float32, as the peer's: its last bits depend on the processor.

    Args:
        vectors: (n, 3).

    Returns:
        (3,) of length 1 within rounding; null without vectors.

    Source: `sklearn.decomposition.PCA(n_components=1)` of scikit-learn 1.4.
    """
    return _kernels.principal_direction(vectors, _sgesdd())


@cache
def _sgesdd() -> object:
    """LAPACK's sgesdd, the one that `scipy.linalg.svd` calls; scipy loads for a while."""
    from scipy.linalg import cython_lapack

    return cython_lapack.__pyx_capi__["sgesdd"]
