"""The direction of the pia, where a constraint needs it."""

from __future__ import annotations

import numpy as np

from region_grower_hpc.errors import TaskFailure
from region_grower_hpc.synthesis.cell_environment import CellInputs


def towards_pia(cell: CellInputs) -> list[float]:
    """Unit vector from the cell to the pia.

    Raises:
        TaskFailure: kind `input`, NaN in orientation.nrrd at the cell.
    """
    if np.isnan(cell.orientation).any():
        place = ", ".join(f"{value:g}" for value in cell.position_um)
        raise TaskFailure("input", f"NaN in orientation.nrrd at the cell's position ({place})")
    return cell.towards_pia
