"""What one rank needs to make morphologies, and how it makes one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.clone.annotation import (
    Annotation,
    annotation_json_entry,
    annotation_xml,
)
from region_grower_hpc.clone.jitter import jittered
from region_grower_hpc.clone.lineage import NONE, Ancestry, Lineage
from region_grower_hpc.clone.names import clone_name
from region_grower_hpc.clone.parents import Parents
from region_grower_hpc.clone.random_streams import IndependentStream, SequentialStream
from region_grower_hpc.clone.settings import CloneSettings
from region_grower_hpc.engine.job import Plan
from region_grower_hpc.errors import TaskFailure
from region_grower_hpc.formats.morphology import MorphologyArrays, check_storable


@dataclass(frozen=True)
class Made:
    """One morphology as it goes to the journal.

    Attributes:
        neuron: in NEURON's order.
        texts: in UTF-8, each empty where there is none: `xml`, the file of its annotation; `json`,
            its entry in clone_annotations.json; `notes`, a JSON object of formats that cannot hold
            it, with the reason, and of warnings.
        original: what goes to grafting/ in place of `neuron`: `file`, the bytes of a .h5 file, or
            `original_points` and `original_structure` in the order of another file.
    """

    neuron: MorphologyArrays
    texts: Mapping[str, NDArray[np.uint8]]
    original: Mapping[str, NDArray[Any]] | None = None


@dataclass(frozen=True)
class RankState:
    """What one rank needs.

    Attributes:
        settings: of the run.
        lineage: of all tasks.
        parents: of all clones.
        stream: of random numbers.
        mtypes: whose numbers are the codes of the lineage.
        has_rules: clones are annotated.
    """

    settings: CloneSettings
    lineage: Lineage
    parents: Parents
    stream: IndependentStream | SequentialStream
    mtypes: tuple[str, ...]
    has_rules: bool

    @classmethod
    def of(cls, settings: CloneSettings, plan: Plan) -> RankState:
        """From the plan, whose arrays all ranks of a node share."""
        context = plan.context
        independent = settings.random_stream == "independent"
        return cls(
            settings,
            Lineage.from_arrays(plan.shared),
            Parents(plan.shared, context, settings),
            IndependentStream(settings.seed) if independent else SequentialStream(),
            context.mtypes,
            context.rules is not None,
        )

    def make(self, task: int) -> Made:
        """The morphology of a task.

        Raises:
            TaskFailure: it cannot be made.
        """
        ancestry = self.lineage[task]
        try:
            made = self._parent(ancestry) if ancestry.clone == NONE else self._clone(ancestry)
            check_storable(made.neuron)
        except ValueError as error:
            raise TaskFailure("morphology", str(error), type(error).__name__) from error
        if not np.isfinite(made.neuron.points).all():
            raise TaskFailure("morphology", "its points are beyond what float32 can hold")
        return made

    def _parent(self, ancestry: Ancestry) -> Made:
        parent = self.parents.parent(ancestry.base, ancestry.scale)
        warnings = self.parents.losses(ancestry.base) if ancestry.scale == NONE else []
        texts = self._texts(ancestry, parent.name, parent.annotation, warnings)
        is_original = ancestry.scale == NONE and ancestry.base < len(self.parents.originals)
        original = self._original(ancestry.base) if is_original else None
        return Made(parent.neuron, texts, original)

    def _original(self, number: int) -> dict[str, NDArray[Any]]:
        """What grafting/ holds of an original."""
        path = self.parents.originals[number].h5_file
        if path is None:
            neuron = self.parents.original(number)
            arrays = {"original_points": neuron.points, "original_structure": neuron.structure}
            if neuron.perimeters is not None:
                arrays["original_perimeters"] = neuron.perimeters
            return arrays
        try:
            return {"file": np.frombuffer(path.read_bytes(), dtype=np.uint8)}
        except OSError as error:
            raise TaskFailure("morphology", f"'{path}' cannot be read again: {error}") from error

    def _clone(self, ancestry: Ancestry) -> Made:
        parent = self.parents.parent(ancestry.base, ancestry.scale)
        settings = self.settings
        draws = self.stream.draws(
            parent.name,
            ancestry.clone,
            parent.neuron,
            settings.std_angle_deg,
            settings.std_scale,
        )
        neuron, name = jittered(parent.neuron, draws), clone_name(parent.name, ancestry.clone)
        if not self.has_rules:
            return Made(neuron, self._texts(ancestry, name, None))
        annotator = self.parents.annotator(
            ancestry.base, ancestry.scale, self.mtypes[ancestry.mtype]
        )
        annotation = annotator.of(neuron.points)
        warnings = [f"'{parent.name}': {text}" for text in annotator.warnings]
        return Made(neuron, self._texts(ancestry, name, annotation, warnings))

    def _texts(
        self,
        ancestry: Ancestry,
        name: str,
        annotation: Annotation | None,
        warnings: Sequence[str] = (),
    ) -> dict[str, NDArray[np.uint8]]:
        unreleased = self.parents.unreleased(ancestry.base) if ancestry.in_clones else {}
        texts = {"xml": b"", "json": b"", "notes": b""}
        if annotation is not None:
            texts["xml"] = annotation_xml(name, annotation)
            if ancestry.in_clones:
                texts["json"] = annotation_json_entry(name, annotation)
        if unreleased or warnings:
            notes = {"unreleased": unreleased, "warnings": list(warnings)}
            texts["notes"] = json.dumps(notes).encode()
        return {key: np.frombuffer(text, dtype=np.uint8) for key, text in texts.items()}
