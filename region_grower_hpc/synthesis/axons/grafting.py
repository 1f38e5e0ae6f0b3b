"""Grafting of the axon of a reconstructed neuron onto a grown one.

Source: `SpaceWorker.transform_morphology` of region-grower 1.6.0 and the geometry of
`morph_tool.graft.graft_axon` 2.11.3; the same random numbers in the same order, and the same
float32 points.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from region_grower_hpc.errors import TaskFailure
from region_grower_hpc.native import jitter as native
from region_grower_hpc.synthesis.axons.donor import AXON, Donor, section_vectors
from region_grower_hpc.synthesis.axons.jitter import RotationalJitter, ScalingJitter
from region_grower_hpc.synthesis.neuron_arrays import FIRST, TYPE, NeuronArrays

FloatArray = npt.NDArray[np.floating[Any]]

PARALLEL_TO_Z = 1e-7  # length of the cross product with z below which y is taken


def oriented_points(
    donor: Donor,
    orientation: npt.NDArray[np.float64],
    scale: float | None,
    rotational_jitter: RotationalJitter | None,
    scaling_jitter: ScalingJitter | None,
    rng: np.random.Generator,
) -> npt.NDArray[np.float32]:
    """Points of a donor, turned at random about y, then to the orientation of a cell, jittered.

    Draws: one angle; with rotational jitter one for each section of the donor but the first ones of
    neurites; with scaling jitter one for each section.

    Args:
        donor: about whose soma it is turned and scaled.
        orientation: (3, 3) rotation of the cell.
        scale: factor of all coordinates; None for none.
        rotational_jitter: of the angles by which sections are turned; None for no jitter.
        scaling_jitter: of the factors by which sections are stretched; None for no jitter.
        rng: source of the draws.

    Returns:
        (n, 3), in the order of the donor's.
    """
    matrix = np.matmul(orientation, _about_y(rng.uniform(-np.pi, np.pi)))
    if scale is not None:
        matrix = scale * matrix
    points: npt.NDArray[np.float32] = np.dot(donor.points, matrix.T).astype(np.float32)
    if rotational_jitter is not None:
        angles_rad = np.zeros(len(donor.sections))  # those that are not drawn for are not turned
        drawn_rad = rotational_jitter.angles_rad(donor.n_turned, rng)
        angles_rad[1 : donor.n_axon_sections] = drawn_rad[donor.turn_draws]
        n_parent_points = rotational_jitter.n_parent_points
        native.turn_sections(points, donor.sections, angles_rad, n_parent_points)
    if scaling_jitter is not None:
        drawn = rng.standard_normal(donor.n_sections)[donor.stretch_draws]
        native.stretch_sections(points, donor.sections, scaling_jitter.factors(drawn))
    return points


def graft_axon(
    neuron: NeuronArrays,
    donor: Donor,
    donor_points: npt.NDArray[np.float32],
    rng: np.random.Generator,
) -> NeuronArrays:
    """The neuron with the axon of a donor in place of any axons, as its last neurite.

    The axon starts where the first axon of the neuron did. Without one it starts on a sphere with
    the mean radius of the soma, at the angle to the mean direction of the dendrites that it has in
    the donor, and a random azimuth (one draw). Directions are those of first sections.

    Args:
        neuron: not changed.
        donor: sections and diameters.
        donor_points: (n, 3), as `oriented_points` gives them.
        rng: source of the draw.

    Raises:
        TaskFailure: kind `growth` if the neuron has no dendrites to place an axon by, or the axon
            ends up with points that are not finite.
    """
    roots = neuron.sections[neuron.roots]
    is_axon = roots[:, TYPE] == AXON
    position_um: FloatArray
    if is_axon.any():
        position_um = neuron.points[roots[is_axon.argmax(), FIRST]]
    else:
        dendrites = section_vectors(neuron.points, roots)
        direction = _axon_direction(dendrites, _axon_angle_rad(donor, donor_points), rng)
        centre_um = neuron.soma.mean(axis=0)
        position_um = centre_um + _soma_radius_um(neuron.soma, centre_um) * direction
    axon = donor_points[: donor.n_axon_points]
    shift_um = position_um - axon[0]
    placed = (axon + shift_um.astype(np.float64)).astype(np.float32)
    if not np.isfinite(placed).all():
        raise TaskFailure("growth", "the grafted axon has points that are not finite")
    return neuron.without(AXON).with_neurite(
        placed, donor.diameters, donor.sections[: donor.n_axon_sections]
    )


def _about_y(angle_rad: float) -> npt.NDArray[np.float64]:
    """Rotation about y, from the quaternion, as scipy's."""
    y, w = math.sin(angle_rad / 2), math.cos(angle_rad / 2)
    cosine, sine = -y * y + w * w, 2 * y * w
    return np.array([[cosine, 0.0, sine], [0.0, y * y + w * w, 0.0], [-sine, 0.0, cosine]])


def _axon_angle_rad(donor: Donor, donor_points: npt.NDArray[np.float32]) -> np.float32:
    """Angle between the first sections of the axon and the mean one of the dendrites."""
    vectors = section_vectors(donor_points, donor.sections)
    dendrites = np.mean(vectors[donor.n_axon_sections :], axis=0)
    cosine = np.dot(dendrites, vectors[0]) / _length(dendrites) / _length(vectors[0])
    return np.float32(np.arccos(min(max(cosine, np.float32(-1)), np.float32(1))))


def _axon_direction(
    dendrites: npt.NDArray[np.float32], angle_rad: np.float32, rng: np.random.Generator
) -> FloatArray:
    """Unit vector at an angle to the mean of the dendrites' directions, with a random azimuth."""
    if not len(dendrites):
        raise TaskFailure("growth", "the neuron has no dendrites to place the grafted axon by")
    mean = np.mean(dendrites, axis=0)
    x, y, z = mean.astype(np.float64)
    normal = np.array([y, -x, 0.0])
    if _length(normal) < PARALLEL_TO_Z:
        normal = np.array([-z, 0.0, x])
    if not _length(normal) > 0:
        raise TaskFailure("growth", "the dendrites of the neuron have no mean direction")
    azimuth_rad = rng.uniform(0.0, 2.0 * np.pi)
    direction = _turned(mean, _turned(normal, mean, azimuth_rad), angle_rad)
    return np.asarray(direction / _length(direction))


def _turned(vector: FloatArray, axis: FloatArray, angle_rad: float | np.float32) -> FloatArray:
    """A vector turned about an axis (Rodrigues).

    Sine, cosine and the length of the axis have the precision of the arguments, all else is
    float64.
    """
    x, y, z = axis.astype(np.float64) / np.float64(_length(axis))
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    sine, cosine = np.float64(np.sin(angle_rad)), np.float64(np.cos(angle_rad))
    return np.asarray(np.dot(np.eye(3) + sine * cross + (1 - cosine) * (cross @ cross), vector))


def _length(vector: FloatArray) -> Any:
    """Length of a vector, of its type."""
    return np.sqrt(np.dot(vector, vector))


def _soma_radius_um(
    soma: npt.NDArray[np.float32], centre_um: npt.NDArray[np.float32]
) -> np.float32:
    """Mean distance of the soma's points from its centre."""
    return np.float32(np.mean(np.linalg.norm(soma - centre_um, axis=1)))
