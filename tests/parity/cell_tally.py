"""Sums over the comparisons of many cells."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field

from tests.parity.cell_comparison import CellComparison

#: Float32 numbers that may differ, by the last place of a float64 before rounding.
TOLERATED_PER_50_MILLION = 10

NAMES = {
    "topology": "cells with other topology",
    "state": "cells with another state of the generator",
    "records": "cells with other records of the scaling",
    "failure": "cells with other failures",
}


@dataclass
class Tally:
    """What a number of cells added up to.

    Attributes:
        n_cells: compared, including those that failed alike.
        n_failed_alike: of them.
        n_points, n_numbers, n_differing: sums.
        largest_um: difference of two numbers.
        differing: seeds of the cells in which it differs, by what differs.
        given_up: seeds of the cells that took NeuroTS too long.
        native_s, neurots_s: CPU seconds of the growth.
    """

    n_cells: int = 0
    n_failed_alike: int = 0
    n_points: int = 0
    n_numbers: int = 0
    n_differing: int = 0
    largest_um: float = 0.0
    differing: dict[str, list[int]] = field(default_factory=lambda: {name: [] for name in NAMES})
    given_up: list[int] = field(default_factory=list)
    native_s: float = 0.0
    neurots_s: float = 0.0

    def add(self, cell: CellComparison) -> None:
        """Count one cell."""
        if cell.is_given_up:
            self.given_up.append(cell.seed)
            return
        self.n_cells += 1
        self.n_failed_alike += cell.failure is not None
        self.n_points += cell.n_points
        self.n_numbers += cell.n_numbers
        self.n_differing += cell.n_differing
        self.largest_um = max(self.largest_um, cell.largest_um)
        for name in cell.differences:
            self.differing[name].append(cell.seed)
        self.native_s += cell.native_s
        self.neurots_s += cell.neurots_s

    @property
    def n_tolerated(self) -> int:
        """Of the numbers compared, how many may differ."""
        return math.ceil(self.n_numbers * TOLERATED_PER_50_MILLION / 50e6)

    @property
    def is_equal(self) -> bool:
        """Whether only so many numbers differ, and nothing else."""
        return self.n_differing <= self.n_tolerated and not any(self.differing.values())

    @property
    def ratio(self) -> float:
        """Of the CPU seconds of NeuroTS to those of the kernel."""
        return self.neurots_s / self.native_s if self.native_s else math.nan

    def lines(self) -> list[str]:
        """For people."""
        differing = f"{self.n_differing} (the largest by {self.largest_um:g} µm)"
        return [
            f"cells compared: {self.n_cells}",
            f"  of them failing alike: {self.n_failed_alike}",
            f"points: {self.n_points}",
            f"float32 numbers compared: {self.n_numbers}",
            f"  of them differing: {differing if self.n_differing else 0}",
            *(_with_seeds(NAMES[name], seeds) for name, seeds in self.differing.items()),
            _with_seeds("cells given up, since NeuroTS takes too long", self.given_up),
            f"CPU seconds of NeuroTS: {self.neurots_s:.1f}",
            f"CPU seconds of the kernel: {self.native_s:.3f}",
            f"ratio: {self.ratio:.0f}",
        ]

    def row(self, name: str) -> str:
        """Of a Markdown table with the columns of HEADER."""
        others = sum(len(seeds) for seeds in self.differing.values())
        numbers = (self.n_points, self.n_numbers, self.n_differing, others, len(self.given_up))
        return f"| {name} | {self.n_cells} | {' | '.join(map(str, numbers))} | {self.ratio:.0f} |"

    def as_json(self) -> dict[str, object]:
        """For a file in which campaigns accumulate."""
        return asdict(self)


HEADER = (
    "| recipes | cells | points | numbers | differing | otherwise different | given up | ratio |\n"
    "|---|---|---|---|---|---|---|---|"
)


def _with_seeds(text: str, seeds: list[int]) -> str:
    named = f" (seeds {', '.join(map(str, seeds[:20]))})" if seeds else ""
    return f"{text}: {len(seeds)}{named}"
