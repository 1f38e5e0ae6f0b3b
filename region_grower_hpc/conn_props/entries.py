"""Entries of a model: the distribution of one property in each pathway."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.distribution_settings import DistributionSettings
from region_grower_hpc.conn_props.distributions import DISTRIBUTIONS
from region_grower_hpc.conn_props.failure_rows import FailureRow
from region_grower_hpc.conn_props.known_names import named_few
from region_grower_hpc.conn_props.statistics import LISTS, MAX_UNIQUE, N_SYN, Lists, Quantity
from region_grower_hpc.errors import InvalidInputError

Mask = NDArray[np.bool_]
Entry = dict[str, Any]

#: What an entry becomes where the numbers do not suit its type.
FALLBACK = "truncnorm"
#: Type -> smallest mean, whether it is itself allowed, and how users are told.
_LEAST_MEANS = {
    "gamma": (0.0, False, "a mean above 0"),
    "poisson": (0.0, True, "a mean of at least 0"),
    "ztpoisson": (1.0, True, "a mean of at least 1"),
}


@dataclass(frozen=True)
class PropertyEntries:
    """Distributions of one property.

    Attributes:
        name: of the property.
        kind: type that was asked for.
        fell_back: (S, T) pathways that have `FALLBACK` instead.
        flat: entries of all pathways, row by row.
    """

    name: str
    kind: str
    fell_back: Mask
    flat: list[Entry]

    def rows(self) -> list[list[Entry]]:
        """Entries by source type."""
        n_targets = self.fell_back.shape[1]
        return [self.flat[k : k + n_targets] for k in range(0, len(self.flat), n_targets)]

    def kinds(self) -> Iterator[tuple[str, Mask]]:
        """Types that occur, and (S, T) where."""
        for kind, places in ((self.kind, ~self.fell_back), (FALLBACK, self.fell_back)):
            if places.any():
                yield kind, places


def entries_of(
    quantity: Quantity,
    settings: DistributionSettings,
    m_types: tuple[Sequence[Any], Sequence[Any]],
) -> tuple[PropertyEntries, list[FailureRow]]:
    """Distributions of a property, and a row for each pathway that does not suit its type.

    Args:
        quantity: without gaps.
        settings: of which the type is not `auto`.
        m_types: names of source and target types.

    Raises:
        InvalidInputError: a statistic that the type needs is absent or not finite.
    """
    name, kind = quantity.name, settings.types[quantity.name]
    shape = len(m_types[0]), len(m_types[1])
    pathways = [(str(source), str(target)) for source in m_types[0] for target in m_types[1]]
    fell_back, why = _unsuited(quantity, kind, shape)
    extra = _limits(name, settings)
    shared = _shared(quantity, kind, settings, pathways)
    flat: list[Entry] = [{} for _ in pathways]
    for one, places in ((kind, ~fell_back), (FALLBACK, fell_back)):
        chosen = np.flatnonzero(places)
        keys = DISTRIBUTIONS[one].attributes if len(chosen) else ()
        columns = [_column(quantity, key, one, chosen, pathways) for key in keys]
        for row, k in enumerate(chosen.tolist()):
            entry = flat[k]
            entry["type"] = one
            for key, column in zip(keys, columns, strict=True):
                entry[key] = column[row]
            if shared is not None:
                entry["shared_within"] = shared[k]
            entry.update(extra)
            if one != kind:
                entry["fallback_from"] = kind
    rows = [
        FailureRow("build", source, target, name, "distribution_fallback", why(k))
        for k in np.flatnonzero(fell_back).tolist()
        for source, target in [pathways[k]]
    ]
    return PropertyEntries(name, kind, fell_back, flat), rows


def _unsuited(
    quantity: Quantity, kind: str, shape: tuple[int, int]
) -> tuple[Mask, Callable[[int], str]]:
    """(S, T) pathways that cannot have the type, and a function that tells why for a number."""
    if kind == "discrete":
        lengths = np.diff(_known(quantity, "val", kind).offsets)
        return (
            (lengths == 0).reshape(shape),
            lambda _: (
                f"{kind} needs a list of values, and there are more than {MAX_UNIQUE} different "
                f"ones, or none that occurs twice: {FALLBACK} instead"
            ),
        )
    if kind not in _LEAST_MEANS:
        return np.zeros(shape, dtype=np.bool_), str
    least, is_allowed, words = _LEAST_MEANS[kind]
    means = _known(quantity, "mean", kind)
    is_unsuited = means < least if is_allowed else means <= least
    return (
        is_unsuited,
        lambda k: f"{kind} needs {words}, and it is {float(means.flat[k])!r}: {FALLBACK} instead",
    )


def _known(quantity: Quantity, key: str, kind: str) -> Any:
    values = getattr(quantity, key)
    if values is None:
        raise InvalidInputError(
            f"{quantity.name}: {key} is missing in the data, and {kind} needs it; give it, or "
            "choose another type of distribution"
        )
    return values


def _column(
    quantity: Quantity,
    key: str,
    kind: str,
    chosen: NDArray[np.intp],
    pathways: Sequence[tuple[str, str]],
) -> list[Any]:
    """Values of an attribute in the chosen pathways, as plain numbers."""
    values = _known(quantity, key, kind)
    if key in LISTS:
        return _plain_lists(values, key, quantity.dtype, chosen)
    numbers = np.asarray(values, dtype=np.float64).ravel()[chosen]
    _check_finite(quantity.name, key, numbers, chosen, pathways, f"a {kind}")
    column: list[Any] = numbers.tolist()
    return column


def _plain_lists(
    lists: Lists, key: str, dtype: np.dtype[Any] | None, chosen: NDArray[np.intp]
) -> list[Any]:
    is_whole = key == "val" and dtype is not None and dtype.kind in "iub"
    values: list[Any] = lists.values.tolist()
    if is_whole:
        values = [int(value) for value in values]
    starts, stops = lists.offsets[:-1].tolist(), lists.offsets[1:].tolist()
    return [values[starts[k] : stops[k]] for k in chosen.tolist()]


def _shared(
    quantity: Quantity,
    kind: str,
    settings: DistributionSettings,
    pathways: Sequence[tuple[str, str]],
) -> list[bool] | None:
    """shared_within of all pathways; None: n_syn_per_conn has none."""
    if quantity.name in settings.shared:
        return [settings.shared[quantity.name]] * len(pathways)
    if kind == "zero":
        return [False] * len(pathways)
    if quantity.name == N_SYN:
        return None
    values = np.asarray(_known(quantity, "shared_within", kind), dtype=np.float64).ravel()
    every = np.arange(len(pathways))
    _check_finite(quantity.name, "shared_within", values, every, pathways, "it")
    flags: list[bool] = (values != 0).tolist()
    return flags


def _check_finite(
    name: str,
    key: str,
    numbers: NDArray[np.float64],
    chosen: NDArray[np.intp],
    pathways: Sequence[tuple[str, str]],
    purpose: str,
) -> None:
    bad = np.flatnonzero(~np.isfinite(numbers))
    if len(bad):
        few = named_few(" -> ".join(pathways[k]) for k in chosen[bad].tolist())
        raise InvalidInputError(
            f"{name}: {key} is not finite for {few}, and {purpose} needs it; leave the property "
            "out, give it the type zero, or repair the data"
        )


def _limits(name: str, settings: DistributionSettings) -> Mapping[str, Any]:
    """Data type and bounds: the same in all entries of a property."""
    limits: Entry = {}
    if name in settings.data_types:
        limits["dtype"] = settings.data_types[name]
    for key, bound in zip(
        ("lower_bound", "upper_bound"), settings.bounds.get(name, (None, None)), strict=True
    ):
        if bound is not None:
            limits[key] = bound
    return limits
