"""A neuron as flat arrays, in the order in which it grew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from region_grower_hpc.formats.morphology import SOMA_ROW, MorphologyArrays

if TYPE_CHECKING:
    import morphio.mut

FIRST, STOP, TYPE, PARENT = range(4)  # columns of `sections`


@dataclass(frozen=True)
class NeuronArrays:
    """Points and sections of a neuron, depth first: a section comes before its descendants.

    Attributes:
        points: (N, 3) float32, µm. The first point of a section repeats its parent's last one.
        diameters: (N,) float32, µm.
        sections: (M, 4) int32: first point, stop, type, parent (-1 for the first section of a
            neurite). Sections share out the points in order.
        soma: (k, 3) float32, µm: a contour, whose diameters are 0.
    """

    points: npt.NDArray[np.float32]
    diameters: npt.NDArray[np.float32]
    sections: npt.NDArray[np.int32]
    soma: npt.NDArray[np.float32]

    @property
    def roots(self) -> npt.NDArray[np.intp]:
        """(r,) numbers of the first sections of neurites."""
        return np.flatnonzero(self.sections[:, PARENT] < 0)

    @classmethod
    def from_morphio(cls, morphology: morphio.mut.Morphology) -> NeuronArrays:
        """The arrays of a MorphIO neuron; section i is the i-th of `morphology.iter()`.

        The soma's diameters and type are left out.
        """
        sections = list(morphology.iter())
        numbers = {section.id: number for number, section in enumerate(sections)}
        points = [section.points for section in sections]
        rows = np.empty((len(sections), 4), dtype=np.int32)
        rows[:, STOP] = np.cumsum([len(own) for own in points])
        rows[:1, FIRST], rows[1:, FIRST] = 0, rows[:-1, STOP]
        rows[:, TYPE] = [int(section.type) for section in sections]
        rows[:, PARENT] = [
            -1 if section.is_root else numbers[section.parent.id] for section in sections
        ]
        empty = np.empty((0, 3), dtype=np.float32)
        return cls(
            points=np.concatenate([empty, *points]).astype(np.float32, copy=False),
            diameters=np.concatenate([empty[:, 0], *(section.diameters for section in sections)]),
            sections=rows,
            soma=np.array(morphology.soma.points, dtype=np.float32).reshape(-1, 3),
        )

    def to_morphio(self) -> morphio.mut.Morphology:
        """A MorphIO neuron whose soma is a contour; sections get their numbers as ids."""
        import morphio.mut

        result = morphio.mut.Morphology()
        result.soma.points = self.soma
        result.soma.diameters = np.zeros(len(self.soma), dtype=np.float32)
        if len(self.soma) > 2:
            result.soma.type = morphio.SomaType.SOMA_SIMPLE_CONTOUR
        made: list[morphio.mut.Section] = []
        for first, stop, kind, parent in self.sections.tolist():
            level = morphio.PointLevel(self.points[first:stop], self.diameters[first:stop])
            append = result.append_root_section if parent < 0 else made[parent].append_section
            made.append(append(level, morphio.SectionType(kind)))
        return result

    def to_storable(self) -> MorphologyArrays:
        """The content of a MorphIO .h5 file: neurites as NEURON orders them (by type).

        Equal to `formats.morphology.from_morphio(self.to_morphio())`.
        """
        row, number = len(self.soma), 1
        points = np.empty((row + len(self.points), 4), dtype=np.float32)
        points[:row, :3], points[:row, 3] = self.soma, 0.0
        structure = np.empty((number + len(self.sections), 3), dtype=np.int32)
        structure[0] = SOMA_ROW
        for start, stop in self._stored_blocks():
            block = self.sections[start:stop]
            first, last = block[0, FIRST], block[-1, STOP]
            rows, numbers = slice(row, row + last - first), slice(number, number + stop - start)
            points[rows, :3] = self.points[first:last]
            points[rows, 3] = self.diameters[first:last]
            structure[numbers, 0] = block[:, FIRST] + (row - first)
            structure[numbers, 1] = block[:, TYPE]
            structure[numbers, 2] = block[:, PARENT] + (number - start)
            structure[number, 2] = 0
            row, number = rows.stop, numbers.stop
        return MorphologyArrays(points, structure)

    def without(self, section_type: int) -> NeuronArrays:
        """The neuron without the neurites whose first section has a type."""
        is_kept = (self.sections[self.roots, TYPE] != section_type)[self._neurites()]
        if is_kept.all():
            return self
        sections = self.sections[is_kept]
        sizes = self.sections[:, STOP] - self.sections[:, FIRST]
        rows = np.repeat(is_kept, sizes)
        numbers = np.append(np.cumsum(is_kept, dtype=np.int32) - 1, np.int32(-1))
        sections[:, STOP] = np.cumsum(sizes[is_kept])
        sections[:, FIRST] = sections[:, STOP] - sizes[is_kept]
        sections[:, PARENT] = numbers[sections[:, PARENT]]
        return NeuronArrays(self.points[rows], self.diameters[rows], sections, self.soma)

    def with_neurite(
        self,
        points: npt.NDArray[np.float32],
        diameters: npt.NDArray[np.float32],
        sections: npt.NDArray[np.int32],
    ) -> NeuronArrays:
        """The neuron with one more neurite, the last.

        Args:
            points: as the attribute.
            diameters: as the attribute.
            sections: as the attribute, points and sections numbered from 0.
        """
        shift = np.full(4, len(self.points), dtype=np.int32)
        shift[TYPE], shift[PARENT] = 0, len(self.sections)
        added = sections + shift
        added[0, PARENT] = -1
        return NeuronArrays(
            np.concatenate([self.points, points]),
            np.concatenate([self.diameters, diameters]),
            np.concatenate([self.sections, added]),
            self.soma,
        )

    def _stored_blocks(self) -> list[tuple[int, int]]:
        """First sections of neurites and where they stop, in the order of the file.

        One block stands for all neurites where that is the order of growth.
        """
        roots, n_sections = self.roots, len(self.sections)
        types = self.sections[roots, TYPE]
        if (types[1:] >= types[:-1]).all():
            return [(0, n_sections)] if n_sections else []
        stops = [*roots[1:].tolist(), n_sections]
        blocks = list(zip(roots.tolist(), stops, strict=True))
        return [blocks[neurite] for neurite in np.argsort(types, kind="stable").tolist()]

    def _neurites(self) -> npt.NDArray[np.intp]:
        """(M,) number of the neurite of each section."""
        return np.cumsum(self.sections[:, PARENT] < 0) - 1
