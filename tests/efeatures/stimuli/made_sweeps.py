"""Sweeps made of a current, for tests of what is found in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.efeatures.raw_trace import RawTrace
from region_grower_hpc.efeatures.stimuli import ECODES, Interpretation
from region_grower_hpc.efeatures.trace import standardised

UNITS = {"i_unit": "nA", "v_unit": "mV", "t_unit": "ms"}


def interpreted(
    name: str,
    current: NDArray[Any],
    dt_ms: float,
    metadata: Mapping[str, Any] | None = None,
    compat: bool = False,
    **raw_values: Any,
) -> Interpretation:
    """What a class of stimuli finds in a current (nA)."""
    raw = RawTrace(np.full(len(current), -70.0), current, dt=dt_ms, **raw_values)
    given = UNITS | dict(metadata or {})
    return ECODES[name].interpret(given, raw, standardised(raw, given), compat)
