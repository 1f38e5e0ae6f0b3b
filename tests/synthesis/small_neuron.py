"""A neuron made by hand, as donor and as the neuron to graft on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from morphio import PointLevel, SectionType, SomaType
from morphio.mut import Morphology

AXON, BASAL = SectionType.axon, SectionType.basal_dendrite


def neuron(
    *neurites: tuple[SectionType, Sequence[float]],
    radius_um: float = 5.0,
    soma_um: Sequence[float] = (0, 0, 0),
) -> Morphology:
    """Neurites of three segments along their vectors and a fork of two, at a square soma."""
    cell = Morphology()
    square = radius_um * np.array([[1, 0, 0], [0, 1, 0], [-1, 0, 0], [0, -1, 0]])
    cell.soma.points = square + soma_um
    cell.soma.diameters = np.zeros(4)
    cell.soma.type = SomaType.SOMA_SIMPLE_CONTOUR
    for number, (section_type, vector) in enumerate(neurites):
        along = np.asarray(vector, dtype=float)
        start = along / np.linalg.norm(along) * radius_um + soma_um
        points = start + np.array([[0.0], [0.4], [0.7], [1.0]]) * along
        stem = cell.append_root_section(
            PointLevel(points.tolist(), [1.0 + number] * 4), section_type
        )
        for side in ([9.0, 2, 1], [-7.0, 4, 3]):
            end = points[-1] + np.outer([0, 0.5, 1], side)
            twig = stem.append_section(PointLevel(end.tolist(), [1.0] * 3))
            for z in (-6.0, 6.0):
                tip = [end[-1].tolist(), (end[-1] + [1, 3, z]).tolist()]
                twig.append_section(PointLevel(tip, [0.5, 0.5]))
    return cell


def donor() -> Morphology:
    """An axon downwards and three dendrites, not in a plane."""
    return neuron(
        (BASAL, (3, 20, 1)), (AXON, (2, -30, 5)), (BASAL, (20, 4, -3)), (BASAL, (-9, 9, 8))
    )


def grown() -> Morphology:
    """Dendrites only."""
    return neuron((BASAL, (4, 30, -2)), (BASAL, (-20, 9, 7)))


def points(cell: Morphology) -> np.ndarray:
    """All points in the order of the sections."""
    return np.concatenate([section.points for section in cell.iter()])


def without_axon(cell: Morphology) -> Morphology:
    """A copy of the dendrites."""
    copied = Morphology(cell)
    for root in list(copied.root_sections):
        if root.type == AXON:
            copied.delete_section(root, recursive=True)
    return copied
