"""Colours and markers of cells, the same in all figures of a run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# Readable with the common colour vision deficiencies. 7 colours with 8 markers: 56 pairs.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#C7609A", "#B8860B", "#4B3F8F", "#56B4E9")
# With the size that makes each as heavy as a circle.
_MARKERS = (
    ("o", 1.0),
    ("s", 0.9),
    ("^", 1.1),
    ("D", 0.8),
    ("v", 1.1),
    ("P", 1.1),
    ("X", 1.1),
    ("*", 1.5),
)


@dataclass(frozen=True)
class CellStyle:
    """How the points of a cell are drawn: a colour and a marker of matplotlib.

    The size is relative to that of a circle.
    """

    colour: str
    marker: str
    size: float = 1.0


def cell_styles(cell_names: Iterable[str]) -> dict[str, CellStyle]:
    """Styles of cells by their names, in their order; the 57th cell looks like the first."""
    return {
        name: CellStyle(_COLOURS[at % len(_COLOURS)], *_MARKERS[at % len(_MARKERS)])
        for at, name in enumerate(dict.fromkeys(cell_names))
    }
