"""Soma points and contour, against NeuroTS."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

pytest.importorskip("neurots", reason="needs the extra [neurots]")
from tests.native.trunks_of_neurots import Place, by_kernel, check_equal


def _cell(directions: list[Any], size: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    values = {"orientations": directions}
    parameters = {
        "grow_types": ["axon"],
        "axon": {"orientation": {"mode": "use_predefined", "values": values}},
    }
    distributions = {
        "soma": {"size": size},
        "diameter": {"method": "no_diameters"},
        "axon": {"num_trees": {"data": {"bins": [1], "weights": [1]}}, "trunk": None},
    }
    return parameters, distributions


def test_contours_are_those_of_neurots() -> None:
    rng = np.random.default_rng(3)
    for seed in range(250):
        directions = rng.normal(0.0, 1.0, (rng.integers(1, 14), 3)).tolist()
        place = Place(
            tuple(rng.uniform(-1.0, 1.0, 3) * 10 ** rng.uniform(0.0, 5.0)),
            Rotation.random(random_state=seed).as_matrix(),
        )
        parameters, distributions = _cell(directions, {"norm": {"mean": 7.0, "std": 2.0}})
        assert len(check_equal(parameters, distributions, place, seed).contour_um) >= 3


def test_ten_trunks_leave_no_room_for_random_points() -> None:
    angles = np.linspace(0.1, 6.0, 10)
    directions = np.column_stack([np.cos(angles), np.sin(angles), 0.0 * angles]).tolist()
    parameters, distributions = _cell(directions, {"norm": {"mean": 5.0, "std": 0.0}})
    placed = check_equal(parameters, distributions, Place((1.0, 2.0, 3.0)), 0)
    assert len(placed.contour_um) == 10
    assert np.allclose(np.linalg.norm(placed.contour_um - [1.0, 2.0, 3.0], axis=1), 5.0)


def test_the_plane_of_the_contour_goes_through_the_centre() -> None:
    parameters, distributions = _cell([[0, 0, 1], [1, 0, 5]], {"norm": {"mean": 5.0, "std": 1.0}})
    placed = by_kernel(parameters, distributions, Place((1.0, 2.0, 33.0)), np.random.default_rng(0))
    assert (placed.contour_um[:, 2] == 33.0).all()


@pytest.mark.parametrize("radius_um", [0.0, 1e-9])
def test_trunks_in_the_centre_are_retried(radius_um: float) -> None:
    parameters, distributions = _cell([[1, 2, 3]], {"norm": {"mean": radius_um, "std": 0.0}})
    assert check_equal(parameters, distributions, Place(), 0).error == "ValueError"


def test_points_on_a_line_are_retried() -> None:
    flat = [[0, y, z] for y in (-1, 0, 1, 2, 3) for z in (-1, 1)]
    parameters, distributions = _cell(flat, {"norm": {"mean": 5.0, "std": 0.0}})
    assert check_equal(parameters, distributions, Place(), 0).error == "NeuroTSError"
    diagonal = Place((0.0, 0.0, 0.0), np.eye(3))
    slanted = [[y, y, z] for _, y, z in flat]  # left to scipy
    parameters, distributions = _cell(slanted, {"norm": {"mean": 5.0, "std": 0.0}})
    assert check_equal(parameters, distributions, diagonal, 0).error == "NeuroTSError"


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("direction", [[0, 0, 0], [float("nan"), 1, 0], [float("inf"), 0, 1]])
def test_directions_that_are_none_are_retried(direction: list[float]) -> None:
    parameters, distributions = _cell([direction], {"norm": {"mean": 5.0, "std": 1.0}})
    assert check_equal(parameters, distributions, Place(), 0).error == "ValueError"


def test_huge_coordinates_end() -> None:
    parameters, distributions = _cell([[1, 2, 3]], {"norm": {"mean": 5.0, "std": 1.0}})
    for position in (1e12, 1e17, 1e300):
        placed = by_kernel(
            parameters, distributions, Place((position, 0.0, 0.0)), np.random.default_rng(0)
        )
        assert placed.error in ("", "NeuroTSError", "ValueError")
