"""What a comparison found, for people and for programs."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Difference:
    """One cell that differs, or one difference that concerns all of them (`cell` is empty)."""

    cell: str
    """gid and name of the morphology, or the name alone."""
    part: str
    """What differs first: missing, property, position, orientation, sections, points ..."""
    text: str
    """In words, with the value in A and the value in B."""

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.cell, self.part, self.text)))


@dataclass(frozen=True)
class Extreme:
    """The largest difference of one kind of numbers, over all cells."""

    largest: float = 0.0
    """µm; infinite where a NaN stands against a number."""
    cell: str = ""
    """Where it is; empty where all are equal."""
    total: int = 0
    """Numbers compared: those of neurons with equal structure."""
    differing: int = 0
    """Numbers that are not equal, tolerated or not."""


@dataclass(frozen=True)
class Report:
    """Outcome of a comparison of A and B."""

    a: str
    """What was compared, in words."""
    b: str
    unit: str
    """What was compared one by one: cells, morphologies or entries."""
    matched_by: str
    """What tells the same cell in A and B: name, morphology or gid."""
    atol: float
    rtol: float
    compared: int
    """Present in both."""
    identical: int
    """Equal in every bit."""
    within_tolerance: int
    """Not identical, but nowhere beyond the tolerance."""
    different: int
    only_in_a: int
    only_in_b: int
    coordinates: Extreme
    diameters: Extreme
    parts: dict[str, int]
    """How many differ first in what."""
    differences: tuple[Difference, ...]
    """The first ones; `n_differences` counts all."""
    n_differences: int

    @property
    def equal(self) -> bool:
        """Whether A and B agree within the tolerance, and nothing is missing in one of them."""
        return self.n_differences == 0

    def as_json(self) -> dict[str, Any]:
        """Everything as JSON values; infinite differences as the text "Infinity"."""
        content = {"equal": self.equal, **asdict(self)}
        for name in ("coordinates", "diameters"):
            if content[name]["largest"] == float("inf"):
                content[name]["largest"] = "Infinity"
        return content

    def text(self) -> str:
        """Lines for people: the differences, then the summary."""
        lines = [f"A: {self.a}", f"B: {self.b}", ""]
        lines += [f"  {difference}" for difference in self.differences]
        hidden = self.n_differences - len(self.differences)
        if hidden:
            lines.append(f"  ... and {hidden} more (--max-shown)")
        if self.n_differences:
            lines.append("")
        lines.append(
            f"{self.unit} compared: {self.compared}, matched by {self.matched_by} "
            f"({self._verdicts()})"
        )
        if self.only_in_a or self.only_in_b:
            lines.append(f"only in A: {self.only_in_a}, only in B: {self.only_in_b}")
        if self.parts:
            found = ", ".join(f"{name} {count}" for name, count in self.parts.items())
            lines.append(f"what differs first: {found}")
        lines += [
            _extreme_text(name, extreme)
            for name, extreme in (("coordinates", self.coordinates), ("diameters", self.diameters))
            if extreme.total
        ]
        lines.append("EQUAL" + self._tolerance() if self.equal else "DIFFERENT")
        return "\n".join(lines)

    def _verdicts(self) -> str:
        parts = [f"{self.identical} equal in every bit"]
        if self.within_tolerance or self.atol or self.rtol:
            parts.append(f"{self.within_tolerance} within the tolerance")
        return ", ".join([*parts, f"{self.different} different"])

    def _tolerance(self) -> str:
        if not (self.atol or self.rtol):
            return ""
        return f" within atol {self.atol:g} µm, rtol {self.rtol:g}"


def _extreme_text(name: str, extreme: Extreme) -> str:
    if not extreme.differing:
        return f"{name}: all {extreme.total} equal"
    return (
        f"{name}: {extreme.differing} of {extreme.total} differ, by up to {extreme.largest:.3g} µm "
        f"({extreme.cell})"
    )
