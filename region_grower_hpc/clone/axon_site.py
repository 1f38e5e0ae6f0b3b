"""Where the axon of a graft starts."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from region_grower_hpc.clone.names import seed_of_name
from region_grower_hpc.clone.neurite_trees import AXON, root_rows
from region_grower_hpc.formats.morphology import MorphologyArrays

Vector = npt.NDArray[np.float64]

#: A vector below this length has no direction.
SHORTEST_UM = 1e-7


class NoAxonSiteError(ValueError):
    """The two neurons do not tell where the axon starts; the text says why."""


@dataclass(frozen=True)
class AxonSite:
    """The start of an axon: a point, or a circle about the direction of the dendrites."""

    centre_um: Vector
    """(3,) first point of the recipient's own axon, or the centre of its soma."""
    radius_um: float = 0.0
    """Distance of the start from the centre."""
    dendrites: Vector | None = None
    """(3,) mean direction of the recipient's dendrites; None where it has an axon."""
    angle_rad: float = 0.0
    """Between that direction and the axon."""

    def start_um(self, azimuth_rad: float) -> Vector:
        """Return the start point on the circle; the azimuth is of no effect on a single point.

        Source: `morph_tool.graft.grafting_position`.
        """
        if self.dendrites is None:
            return self.centre_um
        across = np.cross(self.dendrites, (0.0, 0.0, 1.0))
        if math.hypot(*across) < SHORTEST_UM:
            across = np.cross(self.dendrites, (0.0, 1.0, 0.0))
        across = _turned(across, self.dendrites, azimuth_rad)
        direction = _turned(self.dendrites, across, self.angle_rad)
        return self.centre_um + self.radius_um / math.hypot(*direction) * direction


def axon_site(recipient: MorphologyArrays, donor: MorphologyArrays) -> AxonSite:
    """Find where the first axon of a donor starts on a recipient.

    That is the first point of the recipient's first axon. A recipient without axon gets it on the
    sphere about its soma, at the angle that the donor's first axon has with the mean direction of
    the donor's dendrites. Only the soma and the root sections are looked at.

    Args:
        recipient: with a soma as contour, or of a single point.
        donor: whose axon is taken.

    Raises:
        NoAxonSiteError: the donor has no axon; or the recipient has none either, and has no soma,
            or one of the directions is missing or null; or a coordinate is not finite.

    Source: `morph_tool.graft.grafting_position`, which yields NaN for null directions and somas.
    """
    donor_axon = first_axon_row(donor)
    if donor_axon is None:
        raise NoAxonSiteError("the donor has no axon")
    own_axon = first_axon_row(recipient)
    if not np.isfinite(_first_point(donor, donor_axon)).all():
        raise NoAxonSiteError("the first point of the donor's axon is not finite")
    if own_axon is not None:
        start = _first_point(recipient, own_axon)
        if not np.isfinite(start).all():
            raise NoAxonSiteError("the first point of the recipient's axon is not finite")
        return AxonSite(start)

    dendrites = _dendrite_direction(recipient, "recipient")
    donor_dendrites = _dendrite_direction(donor, "donor")
    axon = _checked(_chord(donor, donor_axon), "the first section of the donor's axon")
    cosine = float(donor_dendrites @ axon) / (math.hypot(*donor_dendrites) * math.hypot(*axon))
    centre_um, radius_um = _soma_sphere(recipient)
    return AxonSite(centre_um, radius_um, dendrites, math.acos(max(-1.0, min(cosine, 1.0))))


def azimuth_rad(recipient_name: str, donor_name: str) -> float:
    """Return the angle about the dendrites' direction, in [0, 2 pi), that two names stand for.

    Source: `morphology_workflows.utils.rng_from_name`.
    """
    seed = seed_of_name(f"{recipient_name}_{donor_name}")
    return float(np.random.default_rng(seed).uniform(0.0, 2.0 * math.pi))


def first_axon_row(neuron: MorphologyArrays) -> int | None:
    """Row of the first root section that is an axon; None without one."""
    roots = root_rows(neuron)
    axons = roots[neuron.structure[roots, 1] == AXON]
    return int(axons[0]) if len(axons) else None


def _dendrite_direction(neuron: MorphologyArrays, role: str) -> Vector:
    """Mean over the roots that are no axons of (last - first point) of the root section."""
    roots = root_rows(neuron)
    roots = roots[neuron.structure[roots, 1] != AXON]
    if not len(roots):
        raise NoAxonSiteError(f"the recipient has no axon, and the {role} has no dendrites")
    direction: Vector = np.mean([_chord(neuron, row) for row in roots.tolist()], axis=0)
    return _checked(direction, f"the mean of the {role}'s dendrites")


def _soma_sphere(neuron: MorphologyArrays) -> tuple[Vector, float]:
    soma = neuron.points[: neuron.soma_size].astype(np.float64)
    if not len(soma):
        raise NoAxonSiteError("the recipient has neither an axon nor a soma")
    centre_um = soma[:, :3].mean(axis=0)
    if len(soma) == 1:
        radius_um = float(soma[0, 3]) / 2
    else:
        radius_um = float(np.linalg.norm(soma[:, :3] - centre_um, axis=1).mean())
    if not math.isfinite(radius_um) or not np.isfinite(centre_um).all():
        raise NoAxonSiteError("the recipient has no axon, and its soma is not finite")
    return centre_um, radius_um


def _checked(direction: Vector, owner: str) -> Vector:
    length_um = math.hypot(*direction)
    if not math.isfinite(length_um):
        raise NoAxonSiteError(f"the recipient has no axon, and {owner} is not finite")
    if length_um < SHORTEST_UM:
        raise NoAxonSiteError(f"the recipient has no axon, and {owner} has no direction")
    return direction


def _first_point(neuron: MorphologyArrays, row: int) -> Vector:
    point: Vector = neuron.points[neuron.structure[row, 0], :3].astype(np.float64)
    return point


def _chord(neuron: MorphologyArrays, row: int) -> Vector:
    """From the first to the last point of a section."""
    starts = neuron.structure[:, 0]
    stop = int(starts[row + 1]) if row + 1 < len(starts) else len(neuron.points)
    last: Vector = neuron.points[stop - 1, :3].astype(np.float64)
    return last - _first_point(neuron, row)


def _turned(vector: Vector, axis: Vector, angle_rad: float) -> Vector:
    """Turn a vector about an axis of any length by a right-handed angle (Rodrigues)."""
    unit = axis / math.hypot(*axis)
    sine, cosine = math.sin(angle_rad), math.cos(angle_rad)
    across = np.cross(unit, vector)
    turned = cosine * vector + sine * across + (1 - cosine) * (unit @ vector) * unit
    return np.asarray(turned, dtype=np.float64)
