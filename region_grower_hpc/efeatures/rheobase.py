"""The rheobase of each cell: the smallest current that makes it spike."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, TypeGuard

from region_grower_hpc.efeatures.named_few import named_few
from region_grower_hpc.efeatures.rheobase_settings import settings_problems
from region_grower_hpc.efeatures.rheobase_strategies import (
    absolute,
    flush,
    interpolation,
    majority,
    peer_interpolation,
    peer_majority,
)
from region_grower_hpc.efeatures.sweeps import SUSPICIOUS_AMP_NA, suspicious_files, sweeps_of
from region_grower_hpc.errors import InvalidInputError

logger = logging.getLogger(__name__)

_FUNCTIONS: Mapping[str, Callable[..., float | None]] = {
    **{"absolute": absolute, "majority": majority},
    **{"flush": flush, "interpolation": interpolation},
}
#: Those that differ for bluepyefe's numbers; silent sweeps, which it leaves out, are not there.
_AS_PEER = {"majority": peer_majority, "interpolation": peer_interpolation}


def is_rheobase(value: float | None) -> TypeGuard[float]:
    """Whether amplitudes can be told relative to it."""
    return value is not None and math.isfinite(value) and value != 0


def compute_rheobase(
    cells: Iterable[Any],
    protocols_rheobase: Collection[str] | str,
    rheobase_strategy: str = "absolute",
    rheobase_settings: Mapping[str, Any] | None = None,
    compat: bool = False,
    quiet: bool = False,
) -> None:
    """Find the rheobase (nA) of each cell and the relative amplitudes of its recordings, in place.

    Args:
        cells: each with `name`, `recordings` (of which `protocol_name`, `amp`, `spikecount` and
            `files` are read), a writable `rheobase` and `compute_relative_amp()`.
        protocols_rheobase: exact names of the protocols whose sweeps tell it, or one name.
        rheobase_strategy: absolute, majority, flush or interpolation.
        rheobase_settings: keywords of the strategy.
        compat: bluepyefe's numbers: silent sweeps vanish, and majority tells the bin above.
        quiet: without warnings of cells without a rheobase, and of spikes at no current.

    Raises:
        InvalidInputError: no such strategy or setting.

    Source: `bluepyefe.extract.compute_rheobase`.
    """
    settings = {} if rheobase_settings is None else rheobase_settings
    problems = list(settings_problems(rheobase_strategy, settings))
    if problems:
        raise InvalidInputError("\n".join(f"rheobase settings: {one}" for one in problems))
    if isinstance(protocols_rheobase, str):
        protocols_rheobase = (protocols_rheobase,)
    strategy = _FUNCTIONS[rheobase_strategy]
    if compat:
        strategy = _AS_PEER.get(rheobase_strategy, strategy)
    without: list[str] = []
    suspicious: list[str] = []
    for cell in cells:
        cell.rheobase = strategy(sweeps_of(cell, protocols_rheobase, compat), **settings)
        if not is_rheobase(cell.rheobase):
            cell.rheobase = None
            without.append(str(cell.name))
        cell.compute_relative_amp()
        suspicious += suspicious_files(cell, protocols_rheobase)
    if suspicious and not quiet:
        logger.warning(
            "spikes at less than %g nA, check ton and toff: %s",
            *(SUSPICIOUS_AMP_NA, named_few(suspicious)),
        )
    if without and not quiet:
        logger.warning(
            "no rheobase, and so no relative amplitudes, for %d cells: %s",
            *(len(without), named_few(without)),
        )
