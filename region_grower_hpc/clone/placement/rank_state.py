"""What a rank holds while it chooses clones: views of the shared arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.clone.placement import choice
from region_grower_hpc.clone.placement.blocks import Blocks
from region_grower_hpc.clone.placement.candidates import Group
from region_grower_hpc.clone.placement.planning import PlacementContext
from region_grower_hpc.clone.placement.scores import AT_ONCE, FloatArray, Scorer
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
        """The clones of the cells of a block, as positions among the candidates of their groups."""
        cells = self.blocks.cells(task)
        is_independent = self.settings.random_stream == "independent"
        draw = choice.independent_uniforms if is_independent else choice.sequential_uniforms
        uniforms = draw(self.settings.seed, cells.tolist())
        if self.settings.without_replacement:
            n_names = len(self.shared["name_ends"])
            return choice.without_replacement(self._offers(cells), uniforms, len(cells), n_names)
        # A block is of one group then, the first cell of which gives the task its id.
        group = self.context.groups[self.shared["groups"][task]]
        return choice.with_replacement(self._scores(group, cells), uniforms, len(cells))

    def _offers(self, cells: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.int32], FloatArray]]:
        """Names and scores of the candidates of one cell of any group after the other."""
        numbers = self.shared["groups"][cells]
        present = np.unique(numbers).tolist()
        names: dict[int, NDArray[np.int32]] = {}
        rows: dict[int, Iterator[FloatArray]] = {}
        for number in present:
            group = self.context.groups[number]
            names[number] = self.shared["candidates"][group.candidates]
            # The groups take turns, so that the arrays of all are held at once.
            scores = self._scores(group, cells[numbers == number], AT_ONCE // len(present))
            rows[number] = chain.from_iterable(scores)
        for number in numbers.tolist():
            yield names[number], next(rows[number])

    def _scores(
        self, group: Group, cells: NDArray[np.int64], at_once: int = AT_ONCE
    ) -> Iterator[FloatArray]:
        """Scores of cells of a group."""
        y_um, bounds_um = self.shared["y_um"][cells], self.shared["bounds_um"][cells]
        return self.scorer(group).of(y_um, bounds_um, at_once)

    def scorer(self, group: Group) -> Scorer:
        """Scores of the candidates of a group."""
        return Scorer(
            rules=group.rules,
            columns={layer: column for column, layer in enumerate(self.context.layers)},
            y_min_um=group.limits(self.shared["y_min_um"]),
            y_max_um=group.limits(self.shared["y_max_um"]),
        )
