"""Directions and boundaries in C++: what growth asks at every step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from region_grower_hpc.native import _kernels

FloatArray = npt.NDArray[np.float64]
#: Offset of the first voxel and size of a voxel, each (3,) in µm.
Grid = tuple[npt.ArrayLike, npt.ArrayLike]
#: Probability of a step, or of a trunk, of a direction (unit vector) from a point, µm.
ProbabilityRule = _kernels.ProbabilityRule


class OrientationField:
    """The voxels of orientation.nrrd, which may lie in memory that all ranks of a node share.

    Args:
        raw: (nx, ny, nz, 4) int8, float32 or float64, quaternions w, x, y, z; int8 are value/127.
            Not copied.
        offset_um: (3,) corner of the first voxel, taken as float32.
        voxel_um: (3,) size of a voxel, taken as float32.

    Raises:
        ValueError: another shape or type.

    Source: `voxcell.OrientationField.lookup`.
    """

    def __init__(
        self, raw: npt.NDArray[Any], offset_um: npt.ArrayLike, voxel_um: npt.ArrayLike
    ) -> None:
        self.kernel = _kernels.OrientationField(raw, offset_um, voxel_um)

    def rotation(self, point_um: npt.ArrayLike) -> FloatArray | None:
        """Rotation (3, 3) of the voxel that holds a point, NaN where the volume holds NaN.

        None outside the volume.
        """
        return self.kernel.rotation(point_um)


class TriangleMesh:
    """A surface of triangles.

    Args:
        triangles: (n, 3, 3) corners, finite.
        normals: (n, 3) unit vectors, null for triangles without area.

    Raises:
        ValueError: no triangle, or a corner that is not finite.

    Source: `trimesh.Trimesh` and its index of rays without embree, whose numbers differ.
    """

    def __init__(self, triangles: npt.ArrayLike, normals: npt.ArrayLike) -> None:
        self.kernel = _kernels.TriangleMesh(triangles, normals)

    def first_hit(self, origin: npt.ArrayLike, direction: npt.ArrayLike) -> FloatArray | None:
        """The first listed point, (3,), where a ray meets the mesh, None without one.

        Not the nearest: that of trimesh's `intersects_location`, sorted by the bytes of rounded
        coordinates.
        """
        return self.kernel.first_hit(origin, direction)

    def contains(self, point: npt.ArrayLike) -> bool:
        """Whether a point is inside: by the parity of hits of rays in two opposite directions."""
        return self.kernel.contains(point)

    def closest_point(self, point: npt.ArrayLike) -> tuple[FloatArray, float]:
        """The point of the surface nearest to a point, (3,), and its distance.

        Of two triangles at the same distance, that which faces the point. NaN for a point that is
        not finite.
        """
        return self.kernel.nearest_point(point)


def direction_rule(
    field: OrientationField,
    vector: npt.ArrayLike,
    is_across: bool = False,
    power: float = 1.0,
    slabs_um: Sequence[tuple[float, float]] = (),
    soma: tuple[npt.ArrayLike, float, npt.ArrayLike] | None = None,
) -> ProbabilityRule:
    """By the angle between a step and a vector in the frame of the voxel at the step's start.

    Outside the atlas, outside the slabs and where the angle is undefined the probability is 1.

    Args:
        field: of the atlas.
        vector: (3,).
        is_across: most probable at a right angle to the vector instead of along it.
        power: of the probability.
        slabs_um: depths (upper, lower) between which it holds; only with `soma`.
        soma: position (3,), depth and unit vector towards the pia of the cell; None to hold at
            all depths.

    Source: `SpaceContext.get_direction` of region-grower 1.6.0.
    """
    return _kernels.DirectionRule(field.kernel, vector, is_across, power, slabs_um, soma)


def repulsive_rule(
    mesh: TriangleMesh, grid: Grid | None, least_um: float, scale: float
) -> ProbabilityRule:
    """(distance - least_um) / scale in [0, 1], by the distance along a step to the mesh.

    Args:
        mesh: its first listed hit counts; without one the probability is 1.
        grid: of a mesh in voxel coordinates, None for one in µm. The direction of the step is not
            converted, which matters where voxels are no cubes.
        least_um: distance of probability 0.
        scale: above 0.

    Source: `SpaceContext.get_boundaries` of region-grower 1.6.0.
    """
    return _kernels.RepulsiveRule(mesh.kernel, grid, least_um, scale)


def attractive_rule(
    mesh: TriangleMesh, grid: Grid | None, least_um: float, most_um: float, power: float
) -> ProbabilityRule:
    """(1 - angle/π)^power, by the angle between a step and the way to the nearest point of a mesh.

    Of one cell only: the rule remembers the last point. Inside the mesh, and at other distances
    than between `least_um` and `most_um`, the probability is 1.

    Args:
        mesh: of the cell.
        grid: of a mesh in voxel coordinates, None for one in µm.
        least_um: lower bound of the distance.
        most_um: upper bound of the distance.
        power: of the probability.

    Source: `SpaceContext.get_boundaries` of region-grower 1.6.0.
    """
    return _kernels.AttractiveRule(mesh.kernel, grid, least_um, most_um, power)


def constraint(
    section_types: Sequence[int],
    has_major: bool,
    has_secondary: bool,
    section_rule: ProbabilityRule | None = None,
    trunk_rule: ProbabilityRule | None = None,
    max_tries: float = 50,
    randomness_increase: float = 1.2,
) -> _kernels.Constraint:
    """One direction or boundary of a cell.

    Args:
        section_types: numbers of MorphIO.
        has_major: whether it holds for sections of the process `major`.
        has_secondary: the same of `secondary`.
        section_rule: of its sections; None to leave them free.
        trunk_rule: of the trunks; None to leave them free.
        max_tries: proposals of a step, of which the best is taken where none is accepted.
        randomness_increase: factor of the random part of a step, times the number of the proposal.
    """
    return _kernels.Constraint(
        section_types,
        has_major,
        has_secondary,
        section_rule,
        trunk_rule,
        max_tries,
        randomness_increase,
    )


def cell_constraints(constraints: Iterable[_kernels.Constraint]) -> _kernels.CellConstraints:
    """The constraints of one cell, in the order of the file, directions before boundaries."""
    return _kernels.CellConstraints(list(constraints))
