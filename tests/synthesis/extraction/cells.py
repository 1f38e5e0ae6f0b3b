"""Small cells for the tests of extraction: hand-made trees, and random ones as SWC text."""

from __future__ import annotations

from typing import Any

import morphio
import numpy as np


def swc(*rows: str) -> str:
    """Rows without their numbers: "type x y z radius parent"; the first is number 1."""
    return "".join(f"{number} {row}\n" for number, row in enumerate(rows, start=1))


def morphology(text: str) -> Any:
    return morphio.Morphology(text, "swc")


#: 10 up, then 5 to the left and 10 to the right; the soma is a sphere around the origin.
Y_SHAPE = swc(
    "1 0 -5 0 5 -1",
    "3 0 0 0 1 1",
    "3 0 10 0 1 2",
    "3 -3 14 0 0.5 3",
    "3 4 13 0 0.5 3",
    "3 8 16 0 0.5 5",
)


def random_cell(seed: int, with_apical: bool = True) -> str:
    """SWC text of a cell with somata, forks and diameters of all kinds, some on a grid."""
    rng = np.random.default_rng(seed)
    rows: list[str] = []
    on_grid = seed % 3 == 0

    def add(swc_type: int, at: Any, radius: float, parent: int) -> int:
        at = np.round(at) if on_grid and swc_type != 1 else at
        rows.append(f"{swc_type} {at[0]} {at[1]} {at[2]} {radius:.3f} {parent}")
        return len(rows)

    def grow(parent: int, at: Any, direction: Any, radius: float, depth: int, kind: int) -> None:
        for _ in range(rng.integers(1, 5)):
            at = at + direction * rng.uniform(4, 12) + rng.normal(size=3)
            radius = max(0.1, radius * rng.uniform(0.8, 1.02))
            parent = add(kind, at, radius, parent)
        if depth < 2 or (depth < 5 and rng.random() < 0.5):
            for _ in range(rng.choice([2, 3], p=[0.9, 0.1])):
                turned = direction + rng.normal(size=3) * 0.6
                turned /= np.linalg.norm(turned)
                grow(parent, at, turned, radius * 0.8, depth + 1, kind)

    center, radius = rng.normal(size=3) * 20, rng.uniform(3, 9)
    add(1, center, radius, -1)
    if seed % 2:
        offset = np.array([0, radius, 0]) if seed % 4 == 1 else rng.normal(size=3) * 3
        add(1, center - offset, radius, 1)
        add(1, center + offset, radius, 1)
    for kind in (3, 3, 2, 3, *((4,) if with_apical else ())):
        direction = rng.normal(size=3)
        direction /= np.linalg.norm(direction)
        start = center + direction * (radius + 3)
        grow(add(kind, start, 1.5, 1), start, direction, 1.5, 0, kind)
    return swc(*rows)
