"""Scalar products and lengths of many vectors, with the bits of the product of two vectors.

Barcodes and trunk angles of the reference are made of `numpy.dot` of single float32 vectors, whose
last bit differs from that of sums along an axis. A stacked matrix product of vectors calls the
same routine.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.floating[Any]]


def row_dots(first: Rows, second: Rows) -> Rows:
    """``numpy.dot`` of each row of `first` with that of `second`: (n, k) and (n, k) to (n,)."""
    products: Rows = (first[:, None, :] @ second[:, :, None])[:, 0, 0]
    return products


def row_lengths(rows: Rows) -> Rows:
    """Euclidean length of each row: (n, k) to (n,), of the type of `rows`."""
    lengths: Rows = np.sqrt(row_dots(rows, rows))
    return lengths
