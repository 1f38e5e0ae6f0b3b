"""What every rank knows of a run, beside the points of its originals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from region_grower_hpc.clone.annotation import Annotation
from region_grower_hpc.clone.crossing import Graft
from region_grower_hpc.clone.names import graft_name
from region_grower_hpc.clone.originals import Refused
from region_grower_hpc.clone.placement_rules import PlacementRules
from region_grower_hpc.clone.stages import scaled_rows
from region_grower_hpc.clone.transform_rules import TransformRules, transformed
from region_grower_hpc.formats.neurondb import NeuronDbRow


@dataclass(frozen=True)
class OriginalInfo:
    """What every rank knows of an original beside its points.

    Attributes:
        name: of the morphology.
        family: of its cell, as MorphIO numbers them.
        annotation: of the user, or as measured.
        h5_file: that is copied as it is; None if the morphology was converted.
    """

    name: str
    family: int
    annotation: Annotation
    h5_file: Path | None


@dataclass(frozen=True)
class CloneContext:
    """What every rank gets beside the arrays.

    Attributes:
        originals: in the order of the data set.
        grafts: numbered after the originals.
        rows: of the database of grafting/.
        rules: of placement; None without.
        transform_rules: None without.
        mtypes, layers: whose numbers are the codes of the lineage.
        refused: what the plan knows that cannot be made.
    """

    originals: tuple[OriginalInfo, ...]
    grafts: tuple[Graft, ...]
    rows: tuple[NeuronDbRow, ...]
    rules: PlacementRules | None
    transform_rules: TransformRules | None
    mtypes: tuple[str, ...]
    layers: tuple[str, ...]
    refused: tuple[Refused, ...]

    @property
    def base_names(self) -> list[str]:
        """Names of the originals, then of the grafts."""
        names = [original.name for original in self.originals]
        return [
            *names,
            *(graft_name(names[graft.recipient], names[graft.donor]) for graft in self.grafts),
        ]

    def family_of(self, base: int) -> int:
        """MorphIO's number of the cell family of an original or a graft."""
        at = base - len(self.originals)
        return self.originals[base if at < 0 else self.grafts[at].recipient].family

    def rows_before_cloning(self, y_scales: Sequence[float]) -> list[NeuronDbRow]:
        """The database whose rows are cloned."""
        rows = scaled_rows(self.rows, y_scales)
        return rows if self.transform_rules is None else transformed(rows, self.transform_rules)
