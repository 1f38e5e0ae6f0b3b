"""Somas as contours, and contours as discs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from region_grower_hpc.clone.soma_contour import circle, outline_of_stack
from region_grower_hpc.clone.soma_stack import stack_of_contour


def floats(rows: list[list[float]]) -> np.ndarray:
    return np.array(rows, dtype=np.float32)


def ellipse(n: int, long_um: float, short_um: float, turned_rad: float = 0.0) -> np.ndarray:
    """A closed contour: its last point is its first."""
    angles = np.linspace(0, 2 * np.pi, n)
    x, y = long_um * np.cos(angles), short_um * np.sin(angles)
    c, s = np.cos(turned_rad), np.sin(turned_rad)
    return np.column_stack([c * x - s * y, s * x + c * y, 0 * x, 0 * x]).astype(np.float32)


def test_a_sphere_becomes_a_circle_in_the_plane_of_x_and_y() -> None:
    result = circle(floats([[1, 2, 3, 8]])[0])
    assert (result.shape, result.dtype) == ((20, 4), np.float32)
    np.testing.assert_allclose(np.hypot(*(result[:, :2] - (1, 2)).T), 4, rtol=1e-6)
    assert (result[:, 2:] == (3, 0.25)).all()
    np.testing.assert_allclose(result[[0, 5, 10, 15], :2], [[1, 6], [5, 2], [1, -2], [-3, 2]])
    assert len(np.unique(result[:, :2], axis=0)) == 20


# Numbers of morph-tool 2.11.3.
@pytest.mark.parametrize(
    ("stack", "outline"),
    [
        (
            [[1, 2, 3, 8], [3, 3, 5, 2]],
            [
                [2.7888544, -1.5777087, 3],
                [3.4472136, 2.1055727, 5],
                [2.5527864, 3.8944273, 5],
                [-0.7888544, 5.5777087, 3],
            ],
        ),
        (  # along z: seen along x
            [[1, 2, 3, 8], [1, 2, 5, 2], [1, 2, 8, 4]],
            [[1, 6, 3], [1, 3, 5], [1, 4, 8], [1, 0, 8], [1, 1, 5], [1, -2, 3]],
        ),
        (  # the last point is the first: the one before tells the direction
            [[1, 2, 3, 8], [2, 2, 5, 2], [3, 4, 8, 4], [1, 2, 3, 2]],
            [
                *([3.8284271, -0.8284271, 3], [2.7071068, 1.2928932, 5]),
                *([4.4142137, 2.5857863, 8], [1.7071068, 1.2928932, 3]),
                *([0.2928932, 2.7071068, 3], [1.5857865, 5.4142137, 8]),
                *([1.2928932, 2.7071068, 5], [-1.8284271, 4.8284273, 3]),
            ],
        ),
    ],
)
def test_a_stack_becomes_its_outline(stack: list[list[float]], outline: list[list[float]]) -> None:
    result = outline_of_stack(floats(stack))
    np.testing.assert_allclose(result[:, :3], outline, rtol=1e-6)
    assert result.dtype == np.float32
    assert not result[:, 3].any()


def test_a_stack_at_one_place_has_no_outline() -> None:
    with pytest.raises(ValueError, match="at the same place"):
        outline_of_stack(floats([[1, 2, 3, 8], [1, 2, 3, 2]]))


@pytest.mark.parametrize("turned_rad", [0.0, 0.7, 2.0])
def test_an_ellipse_becomes_discs_along_its_long_axis(turned_rad: float) -> None:
    result = stack_of_contour(ellipse(400, 10, 4, turned_rad))
    assert (result.shape, result.dtype) == ((21, 4), np.float32)
    axis = np.array([np.cos(turned_rad), np.sin(turned_rad)])
    axis *= np.sign(axis[0])
    along = result[:, :2] @ axis
    np.testing.assert_allclose(result[:, :2], along[:, None] * axis, atol=0.05)
    np.testing.assert_allclose(np.diff(along), np.diff(along).mean(), rtol=1e-4)
    assert 9.5 < along[-1] <= 10
    widths = 8 * np.sqrt(np.maximum(1 - (along / 10) ** 2, 0))
    np.testing.assert_allclose(result[2:-2, 3], widths[2:-2], rtol=0.02)
    assert result[0, 3] > 0


def test_a_triangle_becomes_the_discs_of_morph_tool() -> None:
    """Numbers of morph-tool 2.11.3, whose stack runs the other way here."""
    result = stack_of_contour(floats([[-6, 0, 0, 0], [6, 1, 1, 0], [2, 5, 3, 0]]))
    expected = [
        [-5.7102696, -0.3352625, -0.1693825, 2.3990364],
        [-5.1501395, -0.2027048, -0.0764618, 2.4662357],
        [-0.1089687, 0.9903146, 0.7598245, 3.6758230],
        [4.9322022, 2.1833341, 1.5961107, 1.1226161],
        [5.4923323, 2.3158918, 1.6890314, 0.6162158],
    ]
    np.testing.assert_allclose(result[[0, 1, 10, 19, 20]], expected, atol=1e-6)


@pytest.mark.parametrize(
    ("contour", "centre", "diameter_um"),
    [
        ([[1, 1, 1, 0]] * 3, [1, 1, 1], 0),
        ([[0, 0, 0, 0], [0, 0, 3, 0], [0, 0, 6, 0]], [0, 0, 3], 4),  # a line along z
        ([[0, 0, 0, 0], [3, 0, 0, 0], [6, 0, 0, 0]], [3, 0, 0], 4),  # a line across
        ([[0, 0, 0, 0], [1.1, 2.3, 0.7, 0], [3.3, 6.9, 2.1, 0]], [4.4 / 3, 9.2 / 3, 2.8 / 3], None),
        ([[0, 0, 0, 0], [3, 0, 3, 0], [6, 0, 0, 0]], [3, 0, 1], None),  # upright: a line from above
    ],
)
def test_what_encloses_nothing_becomes_a_sphere(
    contour: list[list[float]], centre: list[float], diameter_um: float | None
) -> None:
    result = stack_of_contour(floats(contour))
    assert result.shape == (1, 4)
    np.testing.assert_allclose(result[0, :3], centre, atol=1e-6)
    if diameter_um is not None:
        assert result[0, 3] == pytest.approx(diameter_um)


@given(
    st.lists(st.tuples(*[st.floats(-1e4, 1e4, width=32)] * 4).map(list), min_size=3, max_size=12)
)
def test_any_contour_becomes_a_finite_soma(contour: list[list[float]]) -> None:
    result = stack_of_contour(floats(contour))
    assert result.shape in ((21, 4), (1, 4))
    assert np.isfinite(result).all()
    assert (result[:, 3] >= 0).all()
