"""The database after each step: scaled copies, and clones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from region_grower_hpc.clone.names import scaled_name
from region_grower_hpc.formats.neurondb import NeuronDbRow


def scaled_rows(rows: Sequence[NeuronDbRow], y_scales: Sequence[float]) -> list[NeuronDbRow]:
    """The rows of scaling/: those of grafting/, and a copy of each of them at each scale."""
    copies = [
        NeuronDbRow(scaled_name(row.name, y_scale), row.full_type, row.layer)
        for row in rows
        for y_scale in y_scales
    ]
    return sorted([*rows, *copies], key=lambda row: row.name)


def names_of(rows: Iterable[NeuronDbRow]) -> list[str]:
    """Each name once, in the order of the rows."""
    return list(dict.fromkeys(row.name for row in rows))
