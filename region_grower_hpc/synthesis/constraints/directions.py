"""Directions of a region, applied to its cells."""

from __future__ import annotations

from region_grower_hpc.native.constraints import OrientationField, direction_rule
from region_grower_hpc.synthesis.cell_environment import CellInputs
from region_grower_hpc.synthesis.constraints.entries import PARALLEL, Direction
from region_grower_hpc.synthesis.constraints.in_force import ConstraintInForce
from region_grower_hpc.synthesis.constraints.pia import towards_pia


class DirectionOfRegion:
    """Makes the constraint of each cell; without layers it is the same one for all.

    Args:
        direction: the entry.
        field: orientations of the atlas.
    """

    def __init__(self, direction: Direction, field: OrientationField) -> None:
        self._direction = direction
        self._field = field
        self._of_all = None if direction.layers else self._make(None)

    def for_cell(self, cell: CellInputs) -> ConstraintInForce:
        """The constraint of a cell.

        Raises:
            TaskFailure: kind `input`, NaN in orientation.nrrd at the soma of a cell whose layers
                count.
        """
        return self._of_all or self._make(cell)

    def _make(self, cell: CellInputs | None) -> ConstraintInForce:
        direction, soma, slabs_um = self._direction, None, []
        if cell is not None:
            soma = cell.position_um, cell.depth_um, towards_pia(cell)
            depths_um = cell.layer_depths_um or ()
            slabs_um = [(depths_um[layer - 1], depths_um[layer]) for layer in direction.layers]
        rule = direction_rule(
            self._field,
            direction.vector,
            is_across=direction.mode != PARALLEL,
            power=direction.power,
            slabs_um=slabs_um,
            soma=soma,
        )
        return ConstraintInForce(direction, section_rule=rule)
