"""Counts differences while cells come one by one; memory does not grow with their number."""

from __future__ import annotations

from dataclasses import replace

from region_grower_hpc.compare.neurons import NeuronComparison, NumberCount
from region_grower_hpc.compare.report import Difference, Extreme, Report
from region_grower_hpc.compare.tolerance import Tolerance

MISSING = "missing"


class Tally:
    """Collects outcomes and makes the report.

    Args:
        tolerance: that of the comparison.
        max_shown: how many differences are kept; all are counted.
    """

    def __init__(self, tolerance: Tolerance, max_shown: int) -> None:
        self.tolerance = tolerance
        self._max_shown = max_shown
        self._compared = self._identical = self._different = 0
        self._only = {"A": 0, "B": 0}
        self._coordinates, self._diameters = Extreme(), Extreme()
        self._parts: dict[str, int] = {}
        self._shown: list[Difference] = []
        self._n_differences = 0

    def add_common(self, part: str, text: str) -> None:
        """Note a difference that is not one cell's."""
        self._note(Difference("", part, text))

    def add_only(self, where: str, cell: str) -> None:
        """Note a cell that only A, or only B, has."""
        self._only[where] += 1
        self._note(Difference(cell, MISSING, f"only in {where}"))

    def add(self, cell: str, part: str, text: str, *, identical: bool) -> None:
        """Note a cell that both have; `part` is empty where it does not differ."""
        self._compared += 1
        self._identical += identical
        if part:
            self._different += 1
            self._note(Difference(cell, part, text))

    def count_numbers(self, cell: str, neurons: NeuronComparison) -> None:
        """Add the numbers of two neurons to those counted."""
        self._coordinates = _joined(self._coordinates, cell, neurons.coordinates)
        self._diameters = _joined(self._diameters, cell, neurons.diameters)

    def report(self, a: str, b: str, unit: str, matched_by: str) -> Report:
        """Sum up; the arguments are those of the report."""
        return Report(
            a=a,
            b=b,
            unit=unit,
            matched_by=matched_by,
            atol=self.tolerance.atol,
            rtol=self.tolerance.rtol,
            compared=self._compared,
            identical=self._identical,
            within_tolerance=self._compared - self._identical - self._different,
            different=self._different,
            only_in_a=self._only["A"],
            only_in_b=self._only["B"],
            coordinates=self._coordinates,
            diameters=self._diameters,
            parts=dict(self._parts),
            differences=tuple(self._shown),
            n_differences=self._n_differences,
        )

    def _note(self, difference: Difference) -> None:
        self._n_differences += 1
        self._parts[difference.part] = self._parts.get(difference.part, 0) + 1
        if len(self._shown) < self._max_shown:
            self._shown.append(difference)


def _joined(before: Extreme, cell: str, numbers: NumberCount) -> Extreme:
    counted = replace(
        before,
        total=before.total + numbers.total,
        differing=before.differing + numbers.differing,
    )
    if numbers.largest > before.largest:
        return replace(counted, largest=numbers.largest, cell=cell)
    return counted
