"""Cells without a clone are left out; how many of an mtype may be is the user's choice."""

from __future__ import annotations

from collections import Counter

from region_grower_hpc.clone.placement.cells import mtypes_of
from region_grower_hpc.clone.placement.settings import PlacementSettings
from region_grower_hpc.errors import TooManyFailuresError

#: Mtypes that a message names.
SHOWN = 10


def too_many_drops(settings: PlacementSettings) -> TooManyFailuresError | None:
    """What the cells that are left out mean for a complete run; None where they are allowed.

    They are counted in the files of cells, so that a later look at a run, with another ratio,
    judges as the run itself did.
    """
    cells = Counter(mtypes_of(settings.cells))
    placed = Counter(mtypes_of(settings.out_cells))
    worst = [
        f"{mtype}: {count - placed[mtype]} of {count}"
        for mtype, count in sorted(cells.items())
        # Divided, as a decimal ratio times the count may come out below the whole number it is.
        if (count - placed[mtype]) / count > settings.max_drop_ratio
    ]
    if not worst:
        return None
    shown = ", ".join(worst[:SHOWN])
    more = f" and {len(worst) - SHOWN} more" if len(worst) > SHOWN else ""
    return TooManyFailuresError(
        f"cells have no clone, more than --max-drop-ratio {settings.max_drop_ratio:g} allows: "
        f"{shown}{more}; they are left out of '{settings.out_cells}', see '{settings.left_out_csv}'"
    )
