"""Radius and centre of the kinds of somata, and the distribution of radii."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from morphio import SomaType

from region_grower_hpc.synthesis.extraction.errors import ExtractionError
from region_grower_hpc.synthesis.extraction.soma_sizes import (
    size_distribution,
    soma_center,
    soma_radius_um,
)


def soma(kind: str, points: list[list[float]], radii: list[float]) -> Any:
    return SimpleNamespace(
        type=getattr(SomaType, f"SOMA_{kind}"),
        points=np.array(points, dtype=np.float32).reshape(-1, 3),
        diameters=2 * np.array(radii, dtype=np.float32),
    )


SQUARE = [[4, 1, 2], [0, 5, 2], [-4, 1, 2], [0, -3, 2]]
THREE_POINT = "NEUROMORPHO_THREE_POINT_CYLINDERS"


@pytest.mark.parametrize(
    ("given", "radius_um", "center"),
    [
        (soma("SINGLE_POINT", [[1, 2, 3]], [7]), 7, [1, 2, 3]),
        (soma("SIMPLE_CONTOUR", SQUARE, [0, 0, 0, 0]), 4, [0, 1, 2]),
        (soma(THREE_POINT, [[0, 0, 0], [0, -6, 0], [0, 6, 0]], [6, 6, 6]), 6, [0, 0, 0]),
        # A cone of slant 5 from radius 4 to 1, then a cylinder: pi * 25 + pi * 20.
        (
            soma("CYLINDERS", [[0, 0, 0], [4, 0, 0], [4, 10, 0]], [4, 1, 1]),
            math.sqrt(45 / 4),
            [0, 0, 0],
        ),
        (soma("UNDEFINED", [[5, 5, 5], [6, 6, 6]], [1, 1]), 0, [5, 5, 5]),
    ],
)
def test_radius_and_centre(given: Any, radius_um: float, center: list[float]) -> None:
    assert soma_radius_um(given) == pytest.approx(radius_um)
    assert soma_center(given).tolist() == center


def test_a_three_point_soma_has_one_radius() -> None:
    uneven = soma(THREE_POINT, [[0, 0, 0], [0, -6, 0], [0, 6, 0]], [6, 6, 5])
    with pytest.raises(ExtractionError, match="different radii"):
        soma_radius_um(uneven)


def test_a_cell_without_a_soma_is_refused() -> None:
    with pytest.raises(ExtractionError, match="no soma"):
        soma_center(soma("UNDEFINED", [], []))


def test_radii_are_distributed_normally() -> None:
    radii = [np.float32(6), np.float32(8), np.float64(10)]
    fitted = size_distribution(radii)["size"]["norm"]
    assert fitted == pytest.approx({"mean": 8, "std": math.sqrt(8 / 3)})
