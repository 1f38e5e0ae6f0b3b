"""What a reconstructed neuron gives for the axon of another one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from region_grower_hpc.synthesis.axons.jitter import leaves_first
from region_grower_hpc.synthesis.neuron_arrays import FIRST, PARENT, STOP, TYPE, NeuronArrays

AXON = 2  # of MorphIO's section types

NO_DENDRITES = "has no dendrites, to which the angle of its axon is taken"


@dataclass(frozen=True)
class Donor:
    """The first axon of a neuron, and the first sections of its dendrites.

    Jitter draws random numbers for all sections of the neuron; the numbers of those that decide
    about the sections kept here are kept with them.

    Attributes:
        points: (n, 3) float32, µm: the axon's, then those of the dendrites' first sections.
        diameters: (a,) float32, µm: of the axon's points.
        sections: (m, 4) int32, as in `NeuronArrays`: the axon, then each of the dendrites' first
            sections as a neurite of its own.
        n_axon_sections: the first of the sections, which are the axon.
        n_sections: of the whole neuron.
        n_turned: sections of the whole neuron but the first ones of neurites.
        turn_draws: (a,) for each section of the axon but its first one the number of its draw among
            those of the turned sections.
        stretch_draws: (m,) for each section the number of its draw among those of all sections.
    """

    points: npt.NDArray[np.float32]
    diameters: npt.NDArray[np.float32]
    sections: npt.NDArray[np.int32]
    n_axon_sections: int
    n_sections: int
    n_turned: int
    turn_draws: npt.NDArray[np.intp]
    stretch_draws: npt.NDArray[np.intp]

    @property
    def n_bytes(self) -> int:
        """Memory of the arrays."""
        arrays = self.points, self.diameters, self.sections, self.turn_draws, self.stretch_draws
        return sum(array.nbytes for array in arrays)

    @property
    def n_axon_points(self) -> int:
        """The first of the points, which are the axon's."""
        return len(self.diameters)

    @classmethod
    def of(cls, neuron: NeuronArrays) -> Donor:
        """The donor that a neuron is; `donor_problem` must have found nothing.

        Args:
            neuron: soma at the origin.
        """
        axon, dendrites = _roots(neuron)
        roots = np.append(neuron.roots, len(neuron.sections))
        axon_stop = int(roots[np.searchsorted(roots, axon[0]) + 1])
        kept = np.concatenate([np.arange(axon[0], axon_stop), dendrites])
        old = neuron.sections[kept]
        sizes = old[:, STOP] - old[:, FIRST]
        stops = np.cumsum(sizes)
        rows = np.repeat(old[:, STOP] - stops, sizes) + np.arange(stops[-1])
        n_axon_sections = axon_stop - int(axon[0])
        sections = old.copy()
        sections[:, STOP], sections[:, FIRST] = stops, stops - sizes
        sections[:n_axon_sections, PARENT] -= axon[0]
        sections[0, PARENT] = -1
        order = leaves_first(neuron.sections)
        turned = order[neuron.sections[order, PARENT] >= 0]
        return cls(
            points=neuron.points[rows],
            diameters=neuron.diameters[rows[: stops[n_axon_sections - 1]]],
            sections=sections,
            n_axon_sections=n_axon_sections,
            n_sections=len(order),
            n_turned=len(turned),
            turn_draws=_places(turned, kept[1:n_axon_sections]),
            stretch_draws=_places(order, kept),
        )


def donor_problem(neuron: NeuronArrays) -> str | None:
    """Why the axon of a neuron cannot be grafted; None if it can."""
    axons, dendrites = _roots(neuron)
    if not len(axons):
        return "has no axon"
    if not len(dendrites):
        return NO_DENDRITES
    vectors = section_vectors(neuron.points, neuron.sections)
    if not np.linalg.norm(vectors[axons[0]]) > 0:
        return "has an axon whose first section ends where it starts: it has no direction"
    if not np.linalg.norm(np.mean(vectors[dendrites], axis=0)) > 0:
        return "has dendrites whose first sections have no mean direction"
    return None


def section_vectors(
    points: npt.NDArray[np.float32], sections: npt.NDArray[np.int32]
) -> npt.NDArray[np.float32]:
    """(m, 3) vectors from the first to the last point of each section."""
    return np.asarray(points[sections[:, STOP] - 1] - points[sections[:, FIRST]])


def _roots(neuron: NeuronArrays) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """First sections of axons, and of all other neurites."""
    is_axon = neuron.sections[neuron.roots, TYPE] == AXON
    return neuron.roots[is_axon], neuron.roots[~is_axon]


def _places(order: npt.NDArray[np.intp], wanted: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Where each wanted number stands in an order that holds it once."""
    sorter = np.argsort(order)
    return sorter[np.searchsorted(order, wanted, sorter=sorter)]
