"""What a rank holds while it chooses clones: views of the shared arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from region_grower_hpc.clone.placement import choice
from region_grower_hpc.clone.placement.blocks import Blocks
from region_grower_hpc.clone.placement.candidates import Group
from region_grower_hpc.clone.placement.planning import PlacementContext
from region_grower_hpc.clone.placement.scores import Scorer
from region_grower_hpc.clone.placement.settings import PlacementSettings
from region_grower_hpc.engine.job import Plan


@dataclass(frozen=True)
class RankState:
    """Shared arrays and what they mean.

    Attributes:
        settings: of the run.
        shared: arrays of cells by id, and of candidates.
        context: of the plan.
        blocks: cells of each task.
    """

    settings: PlacementSettings
    shared: Mapping[str, NDArray[Any]]
    context: PlacementContext
    blocks: Blocks

    @classmethod
    def of(cls, settings: PlacementSettings, plan: Plan) -> RankState:
        """Wrap the shared arrays."""
        return cls(settings, plan.shared, plan.context, Blocks.from_arrays(plan.shared))

    def choices(self, task: int) -> choice.Choices:
        """The clones of the cells of a block, as positions among the candidates of its group."""
        cells = self.blocks.cells(task)
        scorer = self.scorer(self.context.groups[self.blocks.group(task)])
        scores = scorer.of(self.shared["y_um"][cells], self.shared["bounds_um"][cells])
        is_independent = self.settings.random_stream == "independent"
        draw = choice.independent_uniforms if is_independent else choice.sequential_uniforms
        uniforms = draw(self.settings.seed, cells.tolist())
        if self.settings.without_replacement:
            return choice.without_replacement(scores, uniforms, len(cells))
        return choice.with_replacement(scores, uniforms, len(cells))

    def scorer(self, group: Group) -> Scorer:
        """Scores of the candidates of a group."""
        return Scorer(
            rules=group.rules,
            columns={layer: column for column, layer in enumerate(self.context.layers)},
            y_min_um=group.limits(self.shared["y_min_um"]),
            y_max_um=group.limits(self.shared["y_max_um"]),
        )
