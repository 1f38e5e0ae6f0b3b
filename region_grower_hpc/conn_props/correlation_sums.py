"""Sums of products of properties over blocks, and the correlations that come from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.double_double import add_pairs, covariance
from region_grower_hpc.conn_props.statistics import Correlations, Reals

_ROWS = ("all", "first")
#: A variance below this part of the mean square may be rounding: sums over a block of a million
#: equal numbers are known to 1e-22.
_NOISE = 1e-18


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

    def correlations(self, shape: tuple[int, int], is_shared: NDArray[np.bool_]) -> Correlations:
        """Pearson correlations of each pathway.

        Args:
            shape: source and target types.
            is_shared: (S, T, P) properties with one value a connection; of others the first synapse
                of a connection means nothing.
        """
        matrices = {
            rows: self._matrices(rows).reshape(*shape, self.n_properties, self.n_properties)
            for rows in _ROWS
        }
        both = is_shared[..., :, None] & is_shared[..., None, :]
        per_connection = np.where(both, matrices["first"], np.nan)
        return Correlations(per_connection, per_synapse=matrices["all"])

    def _matrices(self, rows: str) -> Reals:
        """NaN where a property has one value, or there is no row."""
        sums, products = (
            (self._sums[f"{rows}/{name}"], self._sums[f"{rows}/{name}_low"])
            for name in ("sums", "products")
        )
        first = (sums[0][:, :, None], sums[1][:, :, None])
        second = (sums[0][:, None, :], sums[1][:, None, :])
        count = self._sums[f"{rows}/count"][:, None, None]
        covariances = covariance(count, first, second, products)
        variances = np.einsum("kii->ki", covariances)
        with np.errstate(invalid="ignore"):
            noise = _NOISE * np.einsum("kii->ki", products[0]) / count[:, :, 0]
            scale = np.sqrt(np.where(variances > noise, variances, np.nan))
            result: Reals = covariances / (scale[:, :, None] * scale[:, None, :])
        return np.clip(result, -1.0, 1.0)
