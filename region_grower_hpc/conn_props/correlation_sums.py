"""Sums of products of properties over blocks, and the correlations that come from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.double_double import add_pairs
from region_grower_hpc.conn_props.statistics import Correlations, Reals

_ROWS = ("all", "first")


@dataclass
class CorrelationSums:
    """Of one part.

    Attributes:
        n_pathways: of it.
        n_properties: of the columns.
    """

    n_pathways: int
    n_properties: int
    _sums: dict[str, NDArray[Any]] = field(init=False)

    def __post_init__(self) -> None:
        n, p = self.n_pathways, self.n_properties
        self._sums = {}
        for rows in _ROWS:
            self._sums[f"{rows}/count"] = np.zeros(n, dtype=np.int64)
            for name, shape in (("sums", (n, p)), ("products", (n, p, p))):
                for low in ("", "_low"):
                    self._sums[f"{rows}/{name}{low}"] = np.zeros(shape)

    def add(self, block: Mapping[str, NDArray[Any]]) -> None:
        """Add the sums of a block."""
        present = block["present"]
        for rows in _ROWS:
            self._sums[f"{rows}/count"][present] += block[f"cross/{rows}/count"]
            for name in (f"{rows}/sums", f"{rows}/products"):
                high, low = self._sums[name], self._sums[f"{name}_low"]
                high[present], low[present] = add_pairs(
                    *(high[present], low[present]),
                    *(block[f"cross/{name}"], block[f"cross/{name}_low"]),
                )

    def correlations(self, shape: tuple[int, int]) -> Correlations:
        """Pearson correlations of each pathway."""
        matrices = {
            rows: self._matrices(rows).reshape(*shape, self.n_properties, self.n_properties)
            for rows in _ROWS
        }
        return Correlations(per_connection=matrices["first"], per_synapse=matrices["all"])

    def _matrices(self, rows: str) -> Reals:
        """NaN where a property has one value, or there is no row."""
        n = self._sums[f"{rows}/count"].astype(np.float64)[:, None, None]
        # The spare digits of the sums are what is left after the means are taken away.
        high, low = (self._sums[f"{rows}/sums{part}"].astype(np.longdouble) for part in _PARTS)
        sums = high + low
        high, low = (self._sums[f"{rows}/products{part}"].astype(np.longdouble) for part in _PARTS)
        with np.errstate(invalid="ignore", divide="ignore"):
            covariance = (high + low) - sums[:, :, None] * sums[:, None, :] / n
            scale = np.sqrt(np.einsum("kii->ki", covariance))
            noise = 1e-15 * np.abs(np.einsum("kii->ki", high))
            scale = np.where(scale * scale > noise, scale, np.nan)
            result = (covariance / (scale[:, :, None] * scale[:, None, :])).astype(np.float64)
        return np.asarray(np.clip(result, -1.0, 1.0))


_PARTS = ("", "_low")
