"""The window of a target: the amplitudes that are near to its own."""

from __future__ import annotations

from typing import overload

import numpy as np
from numpy.typing import NDArray


@overload
def inside(effective: float, amplitude: float, tolerance: float) -> np.bool_: ...
@overload
def inside(
    effective: NDArray[np.float64], amplitude: float, tolerance: float
) -> NDArray[np.bool_]: ...
def inside(
    effective: float | NDArray[np.float64], amplitude: float, tolerance: float
) -> np.bool_ | NDArray[np.bool_]:
    """Whether amplitudes are nearer to that of a target than its tolerance; NaN is not."""
    with np.errstate(invalid="ignore"):
        is_inside: np.bool_ | NDArray[np.bool_] = np.abs(amplitude - effective) < tolerance
    return is_inside
