"""Placement annotations of grafts, scaled neurons and clones."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress

import numpy as np
import numpy.typing as npt

from region_grower_hpc.clone.annotation import (
    AXON_LIMIT,
    DENDRITE_LIMIT,
    SCALE_BIAS,
    Annotation,
    coordinate_text,
    number_text,
)
from region_grower_hpc.clone.placement_rules import PlacementRule
from region_grower_hpc.clone.y_bands import Selection, Y, YBands
from region_grower_hpc.formats.morphology import FloatArray, MorphologyArrays

#: Section types of each segment type of a placement rule; a basal or apical section is dendrite.
SECTION_TYPES = {"axon": (2,), "dendrite": (3, 4)}
#: The segment type of each limit, in the same order.
LIMITS = {AXON_LIMIT: "axon", DENDRITE_LIMIT: "dendrite"}
_KINDS = list(SECTION_TYPES)


def limits(neuron: MorphologyArrays) -> Annotation:
    """Measure the lowest and highest y of all axon and of all dendrite points.

    Returns:
        An entry for each limit, axon first; none where the neuron has no such point.

    Source: `PlacementAnnotation.calculate_axon_hard_limit` of morphology-workflows, which
    writes "inf" for a neuron without axon.
    """
    y_um = neuron.points[:, Y]
    measured = {}
    for limit, numbers in zip(LIMITS, _points_of_kinds(neuron), strict=True):
        if len(numbers):
            own_um = y_um.take(numbers)
            measured[limit] = _extent_entry(float(own_um.min()), float(own_um.max()))
    return measured


def graft_annotation(
    graft: MorphologyArrays,
    recipient_annotation: Annotation,
    donor_annotation: Annotation,
    rules: Mapping[str, PlacementRule],
) -> Annotation:
    """Return the limits of a graft, and the entries that its two parents pass on.

    Args:
        graft: on which the limits are measured.
        recipient_annotation: passes on its entries of dendrite rules.
        donor_annotation: passes on its entries of axon rules, not moved with the axon.
        rules: the own set of the grafts' type.

    Source: `morphology_workflows.clone._create_graft_annotation`.
    """
    annotation = limits(graft)
    for parent, kind in ((recipient_annotation, "dendrite"), (donor_annotation, "axon")):
        for rule_id, entry in parent.items():
            if rule_id in rules and rules[rule_id].segment_type == kind:
                annotation[rule_id] = dict(entry)
    return annotation


def scaled_annotation(annotation: Annotation, y_scale: float) -> Annotation:
    """Return the annotation of a scaled neuron: every y_min and y_max times the scale.

    They are scaled about y = 0, although the neuron is scaled about its roots. A text that is no
    finite number stays. The entry ScaleBias tells the scale, in percent above 1; one that the
    parent has is replaced.

    Source: `morphology_workflows.clone._add_annotation`.
    """
    scaled = {rule_id: dict(entry) for rule_id, entry in annotation.items()}
    for entry in scaled.values():
        for key in ("y_min", "y_max"):
            y_um = _number(entry, key) * y_scale
            if math.isfinite(y_um):
                entry[key] = number_text(y_um)
    scaled[SCALE_BIAS] = {"percentage": number_text((y_scale - 1.0) * 100)}
    return scaled


class CloneAnnotator:
    """Makes the annotations of the clones of one parent.

    An entry of the parent whose rule has a segment type, and which has y_min and y_max, is
    measured anew: the points of that type within y_min and y_max in the parent are looked up in
    the clone, and their lowest and highest y there are the new ones. After those the two limits
    are measured. Either has `y_change`, the new extent relative to that of the parent's entry,
    where that extent is not 0; a `y_change` of the parent never stays in a measured entry. All
    other attributes and entries are those of the parent.

    Args:
        parent: of the clones, with the same order of points.
        annotation: of the parent.
        rules: the own set of the clones' type.

    Attributes:
        warnings: one text for each entry that no point of the parent is in; it stays as it was in
            all clones.

    Source: `morphology_workflows.clone._make_clone_annotation`.
    """

    def __init__(
        self,
        parent: MorphologyArrays,
        annotation: Annotation,
        rules: Mapping[str, PlacementRule],
    ) -> None:
        self.warnings: list[str] = []
        self._parent = {rule_id: dict(entry) for rule_id, entry in annotation.items()}
        self._rule_ids: list[str] = []
        selections = []
        for rule_id, entry in annotation.items():
            kind = rules[rule_id].segment_type if rule_id in rules else None
            if kind is not None and "y_min" in entry and "y_max" in entry:
                bounds_um = _number(entry, "y_min"), _number(entry, "y_max")
                selections.append(Selection(_KINDS.index(kind), *bounds_um))
                self._rule_ids.append(rule_id)
        for limit, kind in LIMITS.items():
            selections.append(Selection(_KINDS.index(kind), -math.inf, math.inf))
            self._rule_ids.append(limit)
        self._bands = YBands(parent.points, _points_of_kinds(parent), selections)
        for number, rule_id in enumerate(self._rule_ids[: -len(LIMITS)]):
            if self._bands.is_empty(number):
                entry = annotation[rule_id]
                self.warnings.append(
                    f"rule '{rule_id}': no {rules[rule_id].segment_type} point lies between "
                    f"y_min {entry['y_min']} and y_max {entry['y_max']}; clones keep the entry"
                )
        self._bases = [_without_change(annotation.get(each, {})) for each in self._rule_ids]
        self._extents = [_old_extent(annotation.get(each, {})) for each in self._rule_ids]

    def of(self, clone_points: FloatArray) -> Annotation:
        """Return the annotation of a clone.

        Args:
            clone_points: (N, 4) float32, µm, as many as the parent's and in the same order.
        """
        annotation = {rule_id: entry.copy() for rule_id, entry in self._parent.items()}
        measured = self._bands.extents(clone_points)
        for rule_id, base, old_um, extent in zip(
            self._rule_ids, self._bases, self._extents, measured, strict=True
        ):
            if extent is None:
                continue
            low_um, high_um = extent
            entry = base | _extent_entry(low_um, high_um)
            if old_um is not None and math.isfinite(change := (high_um - low_um) / old_um):
                entry["y_change"] = number_text(change)
            annotation[rule_id] = entry
        return annotation


def _points_of_kinds(neuron: MorphologyArrays) -> list[npt.NDArray[np.intp]]:
    """Point numbers of the sections of each segment type; the soma's are in none."""
    sizes = np.diff(neuron.structure[1:, 0], append=np.int32(len(neuron.points)))
    return [
        np.flatnonzero(np.repeat(np.isin(neuron.structure[1:, 1], types), sizes)) + neuron.soma_size
        for types in SECTION_TYPES.values()
    ]


def _extent_entry(low_um: float, high_um: float) -> dict[str, str]:
    """The bounds of some points, whose coordinates are float32."""
    return {"y_min": coordinate_text(low_um), "y_max": coordinate_text(high_um)}


def _old_extent(entry: Mapping[str, str]) -> float | None:
    """Extent of a parent's entry; None where a change of it cannot be given."""
    extent_um = _number(entry, "y_max") - _number(entry, "y_min")
    return extent_um if math.isfinite(extent_um) and extent_um != 0 else None


def _without_change(entry: Mapping[str, str]) -> dict[str, str]:
    return {key: text for key, text in entry.items() if key != "y_change"}


def _number(entry: Mapping[str, str], key: str) -> float:
    """Number of an attribute; NaN where it is absent or no number."""
    with suppress(KeyError, ValueError):
        return float(entry[key])
    return math.nan
