"""Grafting of the axon of a reconstructed neuron onto a grown one.

Source: `SpaceWorker.transform_morphology` of region-grower 1.6.0 and the geometry of
`morph_tool.graft.graft_axon` 2.11.3; the same random numbers in the same order, and the same
float32 points.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from region_grower_hpc.errors import TaskFailure
from region_grower_hpc.synthesis.axons.jitter import (
    RotationalJitter,
    ScalingJitter,
    stretch_sections,
    turn_sections,
)

FloatArray = npt.NDArray[np.floating[Any]]

NO_DENDRITES = "has no dendrites, to which the angle of its axon is taken"
PARALLEL_TO_Z = 1e-7  # length of the cross product with z below which y is taken


def orient_donor(
    donor: Any,
    orientation: npt.NDArray[np.float64],
    scale: float | None,
    rotational_jitter_std_deg: float | None,
    scaling_jitter_std: float | None,
    rng: np.random.Generator,
) -> None:
    """Turn a donor at random about y, then to the orientation of a cell, and jitter it, in place.

    Draws: one angle; with rotational jitter one per section but the first ones of neurites; with
    scaling jitter one per section.

    Args:
        donor: morphio.mut.Morphology, soma at the origin, about which it is turned and scaled.
        orientation: (3, 3) rotation of the cell.
        scale: factor of all coordinates, diameters stay; None for none.
        rotational_jitter_std_deg: of the angles by which sections are turned; None for no jitter.
        scaling_jitter_std: of the factors by which sections are stretched; None for no jitter.
        rng: source of the draws.
    """
    from scipy.spatial.transform import Rotation

    angle_rad = rng.uniform(-np.pi, np.pi, size=1)
    matrix = np.matmul(orientation, Rotation.from_euler("y", angle_rad[0]).as_matrix())
    if scale is not None:
        matrix = scale * matrix
    for part in (donor.soma, *donor.iter()):
        part.points = np.dot(part.points, matrix.T)
    if rotational_jitter_std_deg is not None:
        turn_sections(donor, RotationalJitter(std_deg=rotational_jitter_std_deg), rng)
    if scaling_jitter_std is not None:
        stretch_sections(donor, ScalingJitter(std=scaling_jitter_std), None, rng)


def graft_axon(neuron: Any, donor: Any, rng: np.random.Generator) -> None:
    """Replace the axons of a neuron by the first axon of a donor, as its last neurite.

    The axon starts where the first axon of the neuron did. Without one it starts on a sphere with
    the mean radius of the soma, at the angle to the mean direction of the dendrites that it has in
    the donor, and a random azimuth (one draw). Directions are those of first sections.

    Args:
        neuron: morphio.mut.Morphology, changed in place.
        donor: morphio.mut.Morphology, not changed.
        rng: source of the draw.

    Raises:
        TaskFailure: kind `input` if the donor has no axon, or its axon no angle to dendrites; kind
            `growth` if the neuron has no dendrites to place an axon by.
    """
    problem = donor_problem(donor)
    if problem is not None:
        raise TaskFailure("input", f"the donor {problem}")
    new, old = _axons(donor)[0], _axons(neuron)
    if old:
        position_um = old[0].points[0]
    else:
        direction = _axon_direction(neuron, donor, rng)
        centre_um = neuron.soma.center
        position_um = centre_um + _soma_radius_um(neuron, centre_um) * direction
    for root in old:
        neuron.delete_section(root, recursive=True)
    grafted = neuron.append_root_section(new, recursive=True)
    shift_um = position_um - grafted.points[0]
    for section in grafted.iter():
        section.points = section.points.astype(np.float64) + shift_um


def donor_problem(donor: Any) -> str | None:
    """Why the axon of a morphology cannot be grafted; None if it can."""
    axons = _axons(donor)
    if not axons:
        return "has no axon"
    mean_direction = _mean_dendrite_direction(donor)
    if mean_direction is None:
        return NO_DENDRITES
    if not np.linalg.norm(_direction(axons[0])) > 0:
        return "has an axon whose first section ends where it starts: it has no direction"
    if not np.linalg.norm(mean_direction) > 0:
        return "has dendrites whose first sections have no mean direction"
    return None


def _axons(morphology: Any) -> list[Any]:
    return [root for root in morphology.root_sections if root.type.name == "axon"]


def _direction(section: Any) -> npt.NDArray[np.float32]:
    return np.asarray(section.points[-1] - section.points[0], dtype=np.float32)


def _mean_dendrite_direction(morphology: Any) -> npt.NDArray[np.float32] | None:
    """(3,) mean of the first sections' vectors from start to end; None without dendrites."""
    dendrites = [root for root in morphology.root_sections if root.type.name != "axon"]
    if not dendrites:
        return None
    return np.asarray(np.mean([_direction(root) for root in dendrites], axis=0))


def _angle_rad(a: npt.NDArray[np.float32], b: npt.NDArray[np.float32]) -> np.float32:
    """Angle between two vectors, all in float32."""
    cosine = np.dot(a, b) / np.linalg.norm(a) / np.linalg.norm(b)
    return np.float32(np.arccos(np.clip(cosine, np.float32(-1), np.float32(1))))


def _axon_direction(neuron: Any, donor: Any, rng: np.random.Generator) -> FloatArray:
    """Unit vector at the donor's angle to the neuron's mean dendrite, with a random azimuth."""
    own, theirs = _mean_dendrite_direction(neuron), _mean_dendrite_direction(donor)
    if own is None:
        raise TaskFailure("growth", "the neuron has no dendrites to place the grafted axon by")
    if theirs is None:
        raise TaskFailure("input", f"the donor {NO_DENDRITES}")
    angle_rad = _angle_rad(theirs, _direction(_axons(donor)[0]))
    normal = np.cross(own, [0, 0, 1])
    if np.linalg.norm(normal) < PARALLEL_TO_Z:
        normal = np.cross(own, [0, 1, 0])
    if not np.linalg.norm(normal) > 0:
        raise TaskFailure("growth", "the dendrites of the neuron have no mean direction")
    azimuth_rad = rng.uniform(0.0, 2.0 * np.pi)
    direction = _turned(own, _turned(normal, own, azimuth_rad), angle_rad)
    return np.asarray(direction / np.linalg.norm(direction))


def _turned(vector: FloatArray, axis: FloatArray, angle_rad: float | np.float32) -> FloatArray:
    """A vector turned about an axis (Rodrigues).

    Sine, cosine and the length of the axis have the precision of the arguments, all else is
    float64.
    """
    x, y, z = axis.astype(np.float64) / np.float64(np.linalg.norm(axis))
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    sine, cosine = np.float64(np.sin(angle_rad)), np.float64(np.cos(angle_rad))
    return np.asarray(np.dot(np.eye(3) + sine * cross + (1 - cosine) * (cross @ cross), vector))


def _soma_radius_um(neuron: Any, centre_um: npt.NDArray[np.float32]) -> np.float32:
    """Mean distance of the soma's points from its centre; the radius of a soma of one point."""
    if neuron.soma_type.name == "SOMA_SINGLE_POINT":
        return np.float32(neuron.soma.diameters[0] / 2)
    return np.float32(np.mean(np.linalg.norm(neuron.soma.points - centre_um, axis=1)))
