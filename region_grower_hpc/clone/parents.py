"""The morphologies that clones are made of, made again on each rank from the originals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.clone.annotating import (
    CloneAnnotator,
    graft_annotation,
    scaled_annotation,
)
from region_grower_hpc.clone.annotation import Annotation
from region_grower_hpc.clone.context import CloneContext
from region_grower_hpc.clone.grafting import graft
from region_grower_hpc.clone.lineage import NONE
from region_grower_hpc.clone.names import graft_name, scaled_name
from region_grower_hpc.clone.neuron_order import neuron_ordered
from region_grower_hpc.clone.originals import Original
from region_grower_hpc.clone.placement_rules import PlacementRule
from region_grower_hpc.clone.release import release_loss, release_problem
from region_grower_hpc.clone.scaling import scaled_y
from region_grower_hpc.clone.settings import CloneSettings
from region_grower_hpc.formats.morphology import MorphologyArrays

#: Morphologies that a rank keeps; tasks that follow each other have few parents.
KEPT = 8


@dataclass(frozen=True)
class Parent:
    """A morphology of scaling/: name, neuron in NEURON's order, annotation."""

    name: str
    neuron: MorphologyArrays
    annotation: Annotation


def pack(originals: Sequence[Original]) -> dict[str, NDArray[Any]]:
    """The points and sections of all originals in a few arrays, for all ranks."""
    neurons = [original.neuron for original in originals]
    empty = np.empty((0, 4), np.float32), np.empty((0, 3), np.int32), np.empty(0, np.float32)
    perimeters = [neuron.perimeters for neuron in neurons]
    return {
        "points": np.concatenate([empty[0], *(neuron.points for neuron in neurons)]),
        "structure": np.concatenate([empty[1], *(neuron.structure for neuron in neurons)]),
        "perimeters": np.concatenate([empty[2], *(own for own in perimeters if own is not None)]),
        "point_stops": _stops([len(neuron.points) for neuron in neurons]),
        "section_stops": _stops([len(neuron.structure) for neuron in neurons]),
        "perimeter_stops": _stops([0 if own is None else len(own) for own in perimeters]),
    }


def _stops(sizes: Sequence[int]) -> NDArray[np.int64]:
    return np.cumsum(np.array([0, *sizes], dtype=np.int64))


class Parents:
    """All parents of one run.

    Args:
        arrays: as `pack` gave them.
        context: of the plan.
        settings: of the run.
    """

    def __init__(
        self, arrays: Mapping[str, NDArray[Any]], context: CloneContext, settings: CloneSettings
    ) -> None:
        self._arrays, self.originals, self.grafts = arrays, context.originals, context.grafts
        self._settings, self._rules = settings, context.rules
        self.base = lru_cache(KEPT)(self._base)
        self.parent = lru_cache(KEPT)(self._parent)
        self.annotator = lru_cache(KEPT)(self._annotator)
        self.unreleased = lru_cache(KEPT)(self._unreleased)

    def original(self, number: int) -> MorphologyArrays:
        """An original, in the order of its file."""
        rows = {
            name: self._arrays[name][self._arrays[stops][number] : self._arrays[stops][number + 1]]
            for name, stops in (
                ("points", "point_stops"),
                ("structure", "section_stops"),
                ("perimeters", "perimeter_stops"),
            )
        }
        has_perimeters = len(rows["perimeters"]) > 0
        return MorphologyArrays(
            rows["points"],
            rows["structure"],
            perimeters=rows["perimeters"] if has_perimeters else None,
            family=self.originals[number].family,
        )

    def _base(self, number: int) -> Parent:
        """An original or a graft as it goes to scaling/."""
        if number < len(self.originals):
            info = self.originals[number]
            return Parent(info.name, neuron_ordered(self.original(number)), info.annotation)
        made = self.grafts[number - len(self.originals)]
        recipient, donor = self.originals[made.recipient], self.originals[made.donor]
        neuron = graft(
            self.original(made.recipient), self.original(made.donor), recipient.name, donor.name
        )
        annotation = graft_annotation(
            neuron, recipient.annotation, donor.annotation, self.rules_of(made.full_type)
        )
        return Parent(graft_name(recipient.name, donor.name), neuron, annotation)

    def _parent(self, base: int, scale: int) -> Parent:
        """What a clone is made of."""
        whole = self.base(base)
        if scale == NONE:
            return whole
        y_scale = self._settings.y_scales[scale]
        return Parent(
            scaled_name(whole.name, y_scale),
            scaled_y(whole.neuron, y_scale),
            scaled_annotation(whole.annotation, y_scale),
        )

    def _annotator(self, base: int, scale: int, full_type: str) -> CloneAnnotator:
        """What annotates the clones of a parent for rows of a type."""
        parent = self.parent(base, scale)
        return CloneAnnotator(parent.neuron, parent.annotation, self.rules_of(full_type))

    def _unreleased(self, base: int) -> dict[str, str]:
        """{format: why it cannot hold this morphology, nor what is made of it}."""
        problems = {
            extension: release_problem(self.base(base).neuron, extension)
            for extension in self._settings.release_extensions
        }
        return {extension: problem for extension, problem in problems.items() if problem}

    def losses(self, base: int) -> list[str]:
        """What changes in a format of the release, of this morphology and all made of it."""
        whole = self.base(base)
        found = {
            extension: release_loss(whole.neuron, extension)
            for extension in self._settings.release_extensions
        }
        return [f"'{whole.name}': {text}" for text in found.values() if text]

    def rules_of(self, full_type: str) -> Mapping[str, PlacementRule]:
        """The rules of a type alone, without the global ones."""
        return {} if self._rules is None else self._rules.of_type(full_type)
