"""Columns of HDF5 tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import h5py
import numpy as np


def write_texts(group: h5py.Group, name: str, texts: Sequence[str]) -> None:
    """Write a dataset of UTF-8 text."""
    group.create_dataset(name, data=[text.encode() for text in texts], dtype=h5py.string_dtype())


def write_reals(group: h5py.Group, name: str, numbers: Sequence[Any]) -> None:
    """Write a dataset of numbers, NaN for None."""
    values = [np.nan if number is None else float(number) for number in numbers]
    group[name] = np.array(values, dtype=np.float64)
