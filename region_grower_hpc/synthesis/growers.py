"""Programs that grow one neuron, behind one small face."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from region_grower_hpc.errors import TaskFailure
from region_grower_hpc.native._kernels import Neuron
from region_grower_hpc.synthesis.barcode_scaling import BarcodeScaling, ScalingRecord
from region_grower_hpc.synthesis.cell_environment import CellInputs
from region_grower_hpc.synthesis.constraints.cell_constraints import ConstraintsOfCell
from region_grower_hpc.synthesis.recipe import CellRecipe

NATIVE, NEUROTS = "native", "neurots"


@dataclass(frozen=True)
class GrowthRequest:
    """What the growth of one cell depends on, beside its random stream.

    Attributes:
        recipe: region, mtype and their parameters.
        cell: its place.
        scalings: of the barcodes, by grow type; of the others none.
        constraints: directions and boundaries that apply; None for none.
    """

    recipe: CellRecipe
    cell: CellInputs
    scalings: Mapping[str, BarcodeScaling]
    constraints: ConstraintsOfCell | None = None


@dataclass(frozen=True)
class GrownNeuron:
    """A neuron in atlas coordinates, with diameters.

    Attributes:
        neuron: sections depth first.
        apical_sections: for each apical tree the number of its section that ends at the apical
            point, None where the tree has none.
        records: what scaled the barcode of each tree.
    """

    neuron: Neuron
    apical_sections: tuple[int | None, ...]
    records: tuple[ScalingRecord, ...] = ()


class Grower(Protocol):
    """Grows a neuron; a pure function of its arguments and the state of `rng`."""

    def grow(
        self, request: GrowthRequest, rng: np.random.Generator, max_attempts: int
    ) -> GrownNeuron:
        """Grow one neuron and its diameters.

        Args:
            request: not changed.
            rng: its stream goes on from one attempt to the next.
            max_attempts: attempts that may lead nowhere.

        Raises:
            TaskFailure: kind `growth`, no attempt succeeded or can succeed.
        """


def too_many_attempts(error: str, message: str) -> TaskFailure:
    """The failure of a cell all of whose attempts ended in an error, the last in this one."""
    told = f"Too many attempts at synthesizing cell, the last one: {message or error}"
    return TaskFailure("growth", told, error)


def growth_failure(error: str, message: str) -> TaskFailure:
    """The failure of a cell that no further attempt can help."""
    if error == "KeyError":
        message = f"Growth asked for a section or bar that does not exist: {message}"
    return TaskFailure("growth", message, error)
