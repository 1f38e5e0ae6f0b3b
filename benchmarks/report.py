"""Measured values, as a table to read and as JSON to keep."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

HEADINGS = ("", "unit", "ours", "peer", "peer/ours", "goal")


@dataclass(frozen=True)
class Measure:
    """One row of the table.

    Attributes:
        group: heading below which the row stands.
        what: is measured.
        unit: of the samples; empty for a pure number.
        ours, peer: samples, empty where there is nothing to compare.
        goal: of the median of ours: ("<=", 0.3), None where only the number is wanted.
        ratio_goal: the same of the ratio peer/ours.
        stretch: a ratio peer/ours that is wished for, beside the goal.
    """

    group: str
    what: str
    unit: str
    ours: Sequence[float] = ()
    peer: Sequence[float] = ()
    goal: tuple[str, float] | None = None
    ratio_goal: tuple[str, float] | None = None
    stretch: float | None = None

    @property
    def ratio(self) -> float | None:
        """Median of the peer's over median of ours: how many times less ours needs."""
        if not self.ours or not self.peer or statistics.median(self.ours) == 0:
            return None
        return statistics.median(self.peer) / statistics.median(self.ours)

    def verdict(self) -> str:
        """The goal and whether it is met; empty without a goal or a value."""
        value = statistics.median(self.ours) if self.ours else None
        stretch = None if self.stretch is None else (">=", self.stretch)
        pairs = [
            ("", self.goal, value),
            ("ratio ", self.ratio_goal, self.ratio),
            ("wish ", stretch, self.ratio),
        ]
        return ", ".join(
            f"{name}{goal[0]} {goal[1]:g}: {'met' if _holds(goal, value) else 'MISSED'}"
            for name, goal, value in pairs
            if goal is not None and value is not None
        )

    def as_json(self) -> dict[str, Any]:
        """For the file of results."""
        medians = {
            name: statistics.median(samples) if samples else None
            for name, samples in (("ours", self.ours), ("peer", self.peer))
        }
        return {
            **asdict(self),
            "median": medians,
            "peer/ours": self.ratio,
            "verdict": self.verdict(),
        }


def _holds(goal: tuple[str, float], value: float) -> bool:
    return value <= goal[1] if goal[0] == "<=" else value >= goal[1]


def table(measures: Sequence[Measure]) -> str:
    """Rows under their groups: the median, and the smallest and largest sample in brackets."""
    lines: list[tuple[str, ...]] = [HEADINGS]
    group = None
    for measure in measures:
        if measure.group != group:
            group = measure.group
            lines += [("",), (group,)]
        ratio = "" if measure.ratio is None else _number(measure.ratio)
        cells = (_samples(measure.ours), _samples(measure.peer), ratio, measure.verdict())
        lines.append(("  " + measure.what, measure.unit, *cells))
    rows = [line for line in lines if len(line) > 1]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=False)).rstrip()
        for line in lines
    )


def _samples(samples: Sequence[float]) -> str:
    if not samples:
        return "-"
    middle = _number(statistics.median(samples))
    if len(samples) == 1:
        return middle
    return f"{middle} [{_number(min(samples))} - {_number(max(samples))}]"


def _number(value: float) -> str:
    """Three significant digits, no exponent."""
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3g}"


def write_json(path: Path, about: Mapping[str, Any], measures: Sequence[Measure]) -> None:
    """Keep all samples, with what they were measured on."""
    content = {**about, "measures": [measure.as_json() for measure in measures]}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
