"""How far two numbers may be apart and still count as equal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Tolerance:
    """Numbers a and b agree where |a - b| <= atol + rtol |b|; both 0: where they are equal.

    NaN agrees with NaN, and with nothing else.
    """

    atol: float = 0.0
    """µm, or the unit of the number."""
    rtol: float = 0.0

    def deviations(self, a: npt.ArrayLike, b: npt.ArrayLike) -> Deviations:
        """Compare two arrays of one shape, in float64."""
        first, second = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
        same = (first == second) | (np.isnan(first) & np.isnan(second))
        with np.errstate(invalid="ignore"):
            sizes = np.where(same, 0.0, np.abs(first - second))
            allowed = self.atol + self.rtol * np.abs(second)
        sizes[np.isnan(sizes)] = np.inf
        return Deviations(sizes, ~same & ~(sizes <= allowed))


@dataclass(frozen=True)
class Deviations:
    """Two arrays of numbers, compared one by one."""

    sizes: FloatArray
    """|a - b|; infinite where one of them is NaN."""
    too_far: npt.NDArray[np.bool_]
    """Where the tolerance is exceeded."""

    @property
    def largest(self) -> float:
        """Largest |a - b|; 0 for none."""
        return float(self.sizes.max(initial=0.0))

    @property
    def n_differing(self) -> int:
        """How many are not equal, tolerated or not."""
        return int(np.count_nonzero(self.sizes))
