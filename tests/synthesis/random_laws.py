"""Random laws that numbers are drawn from, in all forms that both TMD files know."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator


def random_law(rng: Generator, mean: float, std: float) -> dict[str, Any]:
    """A law of about this mean and spread."""
    kind = str(rng.choice(["norm", "uniform", "expon", "data"], p=[0.5, 0.2, 0.1, 0.2]))
    if kind == "norm":
        return {"norm": {"mean": mean, "std": std}}
    if kind == "uniform":
        return {"uniform": {"min": mean - std, "max": mean + std}}
    if kind == "expon":
        return {"expon": {"loc": mean, "lambda": 1.0 / std}}
    bins = (mean + std * np.linspace(-1, 1, 5)).tolist()
    return {"data": {"bins": bins, "weights": rng.integers(1, 9, 5).tolist()}}
