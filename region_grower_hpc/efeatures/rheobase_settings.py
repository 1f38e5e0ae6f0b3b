"""The strategies that find a rheobase, and what their settings must be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from region_grower_hpc.efeatures.near_names import near
from region_grower_hpc.efeatures.value_checks import is_count, is_number, shown

_Check = tuple[Callable[[Any], bool], str]
_NUMBER: _Check = (is_number, "give a finite number")
_COUNT: _Check = (is_count, "give an integer of 0 or more")
_STEP: _Check = (lambda value: is_number(value) and value > 0, "give a current in nA above 0")
_BOUND: _Check = (
    lambda value: value is None or is_number(value),
    "give a number, or null for none",
)

#: Settings of each strategy, with what they must be.
STRATEGIES: Mapping[str, Mapping[str, _Check]] = {
    "absolute": {"spike_threshold": _NUMBER},
    "majority": {"min_step": _STEP, "majority": _NUMBER},
    "flush": {"flush_length": _COUNT, "upper_bound_spikecount": _BOUND},
    "interpolation": {},
}


def settings_problems(strategy: Any, settings: Any) -> Iterator[str]:
    """What is wrong with a strategy and its settings: key, value, way out."""
    if not isinstance(strategy, str) or strategy not in STRATEGIES:
        yield (
            f"rheobase_strategy {shown(strategy)} is none{near(str(strategy), STRATEGIES)}; "
            f"there are {', '.join(STRATEGIES)}"
        )
        return
    if not isinstance(settings, Mapping):
        yield f"{shown(settings)} must be an object of settings of {strategy}"
        return
    checks = STRATEGIES[strategy]
    for key, value in settings.items():
        if key not in checks:
            known = f"it has {', '.join(checks)}" if checks else "it has none"
            yield f"{shown(key)} is no setting of {strategy}{near(str(key), checks)}; {known}"
        elif not checks[key][0](value):
            yield f"{key} {shown(value)}: {checks[key][1]}"
