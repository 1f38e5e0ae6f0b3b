"""One direction or boundary of a cell, for the native kernel and for NeuroTS."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from region_grower_hpc.native.constraints import ProbabilityRule, constraint
from region_grower_hpc.synthesis.constraints.entries import Boundary, Direction
from region_grower_hpc.synthesis.uncopied import UncopiedDict

if TYPE_CHECKING:
    from region_grower_hpc.native import _kernels


@dataclass(frozen=True)
class ConstraintInForce:
    """What holds for the sections and trunks of one cell.

    Attributes:
        entry: of the plan.
        section_rule: None where sections are free.
        trunk_rule: None where trunks are free.
        mesh_name: of a mesh that was chosen for the cell.
    """

    entry: Direction | Boundary
    section_rule: ProbabilityRule | None = None
    trunk_rule: ProbabilityRule | None = None
    mesh_name: str | None = None

    @cached_property
    def native(self) -> _kernels.Constraint:
        """For the native kernel."""
        scope = self.entry.scope
        return constraint(
            scope.section_types,
            "major" in scope.processes,
            "secondary" in scope.processes,
            self.section_rule,
            self.trunk_rule,
            **self.entry.proposals,
        )

    @cached_property
    def for_neurots(self) -> UncopiedDict:
        """For NeuroTS's `context["constraints"]`."""
        found = UncopiedDict(
            neurite_types=self.entry.scope.neurite_types,
            processes=self.entry.scope.processes,
            params_section=dict(self.entry.proposals),
        )
        rules = {"section_prob": self.section_rule, "trunk_prob": self.trunk_rule}
        found.update({key: rule for key, rule in rules.items() if rule is not None})
        return found
