"""The rheobase of each cell: the smallest current that makes it spike."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, TypeGuard

from region_grower_hpc.efeatures.near_names import near
from region_grower_hpc.efeatures.rheobase_strategies import (
    absolute,
    flush,
    interpolation,
    majority,
)
from region_grower_hpc.efeatures.sweeps import sweeps_of
from region_grower_hpc.efeatures.value_checks import is_count, is_number, shown
from region_grower_hpc.errors import InvalidInputError

_Check = tuple[Callable[[Any], bool], str]
_NUMBER: _Check = (is_number, "give a finite number")
_COUNT: _Check = (is_count, "give an integer of 0 or more")
_STEP: _Check = (lambda value: is_number(value) and value > 0, "give a current in nA above 0")
_BOUND: _Check = (
    lambda value: value is None or is_number(value),
    "give a number, or null for none",
)

#: Each strategy with its function, and its settings with what they must be.
STRATEGIES: Mapping[str, tuple[Callable[..., float | None], Mapping[str, _Check]]] = {
    "absolute": (absolute, {"spike_threshold": _NUMBER}),
    "majority": (majority, {"min_step": _STEP, "majority": _NUMBER}),
    "flush": (flush, {"flush_length": _COUNT, "upper_bound_spikecount": _BOUND}),
    "interpolation": (interpolation, {}),
}


def settings_problems(strategy: str, settings: Any) -> Iterator[str]:
    """What is wrong with a strategy and its settings: key, value, way out."""
    if strategy not in STRATEGIES:
        yield (
            f"rheobase_strategy {shown(strategy)} is none{near(str(strategy), STRATEGIES)}; "
            f"there are {', '.join(STRATEGIES)}"
        )
        return
    if not isinstance(settings, Mapping):
        yield f"{shown(settings)} must be an object of settings of {strategy}"
        return
    checks = STRATEGIES[strategy][1]
    for key, value in settings.items():
        if key not in checks:
            known = f"it has {', '.join(checks)}" if checks else "it has none"
            yield f"{shown(key)} is no setting of {strategy}{near(str(key), checks)}; {known}"
        elif not checks[key][0](value):
            yield f"{key} {shown(value)}: {checks[key][1]}"


def is_rheobase(value: float | None) -> TypeGuard[float]:
    """Whether amplitudes can be told relative to it."""
    return value is not None and math.isfinite(value) and value != 0


def compute_rheobase(
    cells: Iterable[Any],
    protocols_rheobase: Collection[str],
    rheobase_strategy: str = "absolute",
    rheobase_settings: Mapping[str, Any] | None = None,
    compat: bool = False,
) -> None:
    """Find the rheobase (nA) of each cell and the relative amplitudes of its recordings, in place.

    Args:
        cells: each with `name`, `recordings` (of which `protocol_name`, `amp`, `spikecount` and
            `files` are read), a writable `rheobase` and `compute_relative_amp()`, which warns
            where there is no rheobase.
        protocols_rheobase: exact names of the protocols whose sweeps tell it.
        rheobase_strategy: absolute, majority, flush or interpolation.
        rheobase_settings: keywords of the strategy.
        compat: bluepyefe's numbers: silent sweeps vanish, and majority tells the bin above.

    Raises:
        InvalidInputError: no such strategy or setting.

    Source: `bluepyefe.extract.compute_rheobase`.
    """
    settings = {} if rheobase_settings is None else rheobase_settings
    problems = list(settings_problems(rheobase_strategy, settings))
    if problems:
        raise InvalidInputError("\n".join(f"rheobase settings: {one}" for one in problems))
    strategy = STRATEGIES[rheobase_strategy][0]
    for cell in cells:
        cell.rheobase = strategy(sweeps_of(cell, protocols_rheobase, compat), compat, **settings)
        cell.compute_relative_amp()
