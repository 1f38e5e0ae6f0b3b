"""The points of one neurite as an array, and the scaling of its sections.

Source of the arithmetic: `neuroc.scale.scale_section` 0.3.0, bit for bit in float32.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

MIN_SCALE = 0.01  # neuroc clips every scaling factor below this


@dataclass(frozen=True)
class Neurite:
    """Points of one neurite, depth first: a section comes before its descendants.

    Attributes:
        points: (n, 3) float32, µm.
        offsets: (m+1,) rows at which the m sections start.
        subtree_stops: (m,) section number after the last descendant.
        parents: (m,) number of the parent section; -1 for the root, which is number 0.
    """

    points: npt.NDArray[np.float32]
    offsets: npt.NDArray[np.int64]
    subtree_stops: npt.NDArray[np.int64]
    parents: npt.NDArray[np.int64]

    def section_points(self, section: int) -> npt.NDArray[np.float32]:
        """View of the points of a section."""
        return self.points[self.offsets[section] : self.offsets[section + 1]]

    def descendant_points(self, section: int) -> npt.NDArray[np.float32]:
        """View of the points of all sections below a section."""
        stop = self.offsets[self.subtree_stops[section]]
        return self.points[self.offsets[section + 1] : stop]

    def has_children(self, section: int) -> bool:
        """Whether anything grows from the end of a section."""
        return bool(self.subtree_stops[section] > section + 1)

    def leaves_first(self) -> list[int]:
        """All sections in post-order: children in their order, then their parent."""
        # subtrees that end at the same section are nested, the inner ones have higher numbers
        numbers = np.arange(len(self.subtree_stops))
        order: list[int] = np.lexsort((-numbers, self.subtree_stops)).tolist()
        return order

    def segment_vectors(self, section: int) -> npt.NDArray[np.float64]:
        """Vectors between the points of a section, after a null vector: one row per point.

        The differences themselves are float32.
        """
        own = self.section_points(section)
        vectors = np.zeros(own.shape, dtype=np.float64)
        vectors[1:] = np.diff(own, axis=0)
        return vectors

    def lay_out(self, section: int, from_start_um: npt.NDArray[np.float64]) -> None:
        """Put the points of a section at a distance from its start; its descendants follow its end.

        Sums are float64, stored as float32.

        Args:
            section: its number.
            from_start_um: one row per point of the section.
        """
        own, below = self.section_points(section), self.descendant_points(section)
        moved = own[0] + from_start_um
        below[:] = below + (moved[-1] - own[-1])
        own[:] = moved


def read_neurite(sections: Sequence[Any]) -> Neurite:
    """Gather the sections of one neurite, given depth first, into arrays."""
    numbers = {section.id: number for number, section in enumerate(sections)}
    parents = np.full(len(sections), -1, dtype=np.int64)
    counts = np.ones(len(sections), dtype=np.int64)
    for number in range(len(sections) - 1, 0, -1):
        parents[number] = numbers[sections[number].parent.id]
        counts[parents[number]] += counts[number]
    points = [section.points for section in sections]
    return Neurite(
        points=np.concatenate(points).astype(np.float32, copy=False),
        offsets=np.cumsum([0, *map(len, points)], dtype=np.int64),
        subtree_stops=np.arange(len(sections)) + counts,
        parents=parents,
    )


def write_neurite(sections: Sequence[Any], neurite: Neurite) -> None:
    """Give the sections, in the order they were read, the points of the arrays."""
    for number, section in enumerate(sections):
        section.points = neurite.section_points(number)


def scale_neurite(neurite: Neurite, scale: float) -> None:
    """Scale all sections about their first points, in place, and move their subtrees along.

    Descendants go first. Points are rounded to float32 after every step, so that also a factor of
    1 changes last bits.
    """
    factor = max(scale, MIN_SCALE)
    for section in range(len(neurite.parents) - 1, -1, -1):
        vectors = neurite.segment_vectors(section)
        neurite.lay_out(section, np.cumsum(vectors, axis=0) * factor)
