"""Angles of trunks, and their histograms."""

from __future__ import annotations

import numpy as np
import pytest

from region_grower_hpc.synthesis.extraction.errors import ExtractionError
from region_grower_hpc.synthesis.extraction.trunk_angles import (
    angles_between,
    elevations,
    neighbour_angles,
    trunk_distributions,
)


def vectors(*rows: tuple[float, float, float]) -> np.ndarray:
    return np.array(rows, dtype=np.float32).reshape(-1, 3)


def at(*degrees: float) -> np.ndarray:
    """Trunks in the x-y plane; their z does not count there."""
    angles = np.radians(degrees)
    return vectors(*((3 * np.cos(a), 3 * np.sin(a), i) for i, a in enumerate(angles)))


def test_neighbours_follow_each_other_around_the_soma() -> None:
    # Sorted by polar angle in (-180, 180]: -150, 0, 90; the first is compared with the last.
    assert np.degrees(neighbour_angles(at(90, -150, 0))) == pytest.approx([120, 150, 90])
    assert neighbour_angles(at(33)).tolist() == [0]
    assert neighbour_angles(at()).tolist() == []


def test_elevations_are_angles_above_the_x_z_plane() -> None:
    trunks = vectors((0, 2, 0), (1, 1, 0), (3, 0, 4), (0, -1, 0))
    assert np.degrees(elevations(trunks)) == pytest.approx([90, 45, 0, -90], abs=1e-4)
    with pytest.raises(ExtractionError, match="centre of the soma"):
        elevations(vectors((0, 1, 0), (0, 0, 0)))


def test_angles_between_vectors() -> None:
    trunks = vectors((0, 5, 0), (0, -1, 0), (2, 0, 0), (0, 1, 1))
    angles = angles_between(np.array([[0.0, 1.0, 0.0]]), trunks)
    assert np.degrees(angles) == pytest.approx([0, 180, 90, 45])
    with np.errstate(invalid="ignore"):
        assert angles_between(vectors((0, 0, 0)), vectors((0, 0, 0))).tolist() == [0]


def test_histograms_have_thirty_bins() -> None:
    basal, apical = [at(0, 90), at(45)], [vectors((0, 1, 0)), vectors()]
    result = trunk_distributions(basal, apical)
    counts = result["orientation_deviation"]["data"]
    assert (len(counts["bins"]), sum(counts["weights"])) == (30, 3)
    density = result["pia_3d_angles"]["data"]
    width = density["bins"][1] - density["bins"][0]
    assert sum(density["weights"]) * width == pytest.approx(1)
    assert result["azimuth"] == {"uniform": {"min": np.pi, "max": 0.0}}
    # Only the first cell has an apical dendrite: two angles, 90 and 0 degrees and a little.
    angles = result["apical_3d_angles"]["data"]
    assert np.count_nonzero(angles["weights"]) == 2


def test_angles_to_an_apical_dendrite_need_one() -> None:
    assert "apical_3d_angles" not in trunk_distributions([at(0, 90)], [vectors()])
    assert "apical_3d_angles" not in trunk_distributions([at(0, 90)], None)
