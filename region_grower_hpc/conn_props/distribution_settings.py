"""What the user says of a model: types, data types, bounds and sharing of each property."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from region_grower_hpc.conn_props.distribution import is_number
from region_grower_hpc.conn_props.distributions import DISTRIBUTIONS
from region_grower_hpc.conn_props.failure_rows import FailureRow
from region_grower_hpc.conn_props.known_names import instead_of
from region_grower_hpc.errors import InvalidInputError

#: Type of distribution where none is given.
DEFAULT_TYPE = "normal"
#: Instead of a type: the one that describes the data best.
AUTO = "auto"


@dataclass(frozen=True)
class DistributionSettings:
    """Checked settings, by property; what is not given is absent.

    Attributes:
        types: of distribution, or `AUTO`; one for every property.
        defaulted: properties without a given type.
        data_types: of drawn values, as numpy names them.
        bounds: (lower, upper) of drawn values; None = open.
        shared: whether the synapses of a connection share a value, whatever the data say.
    """

    types: dict[str, str]
    defaulted: list[str]
    data_types: dict[str, str]
    bounds: dict[str, tuple[float | None, float | None]]
    shared: dict[str, bool]


def checked_settings(
    names: Sequence[str],
    distr_types: Mapping[str, Any] | str,
    data_types: Mapping[str, Any],
    data_bounds: Mapping[str, Any],
    shared_within: Mapping[str, Any],
) -> tuple[DistributionSettings, list[FailureRow]]:
    """Settings of the named properties, and a row for each name that is not among them.

    Args:
        names: of the properties and n_syn_per_conn.
        distr_types: type of each property, or `AUTO` for all of them.
        data_types: numpy's name of a type of numbers; None = not given, here and below.
        data_bounds: two numbers, the lower not above the upper; None and infinity = open.
        shared_within: true or false.

    Raises:
        InvalidInputError: a value is none of these; it names setting, property and value.
    """
    if distr_types == AUTO:
        distr_types = dict.fromkeys(names, AUTO)
    given: dict[str, Mapping[str, Any]] = {}
    for setting, values in (
        ("distr_types", distr_types),
        ("data_types", data_types),
        ("data_bounds", data_bounds),
        ("shared_within", shared_within),
    ):
        if not isinstance(values, Mapping):
            raise InvalidInputError(
                f"{setting} is {values!r}: give an object of one value a property"
            )
        given[setting] = values
    chosen = {
        setting: {name: values[name] for name in names if values.get(name) is not None}
        for setting, values in given.items()
    }
    types = {name: _type(name, value) for name, value in chosen["distr_types"].items()}
    settings = DistributionSettings(
        types={name: types.get(name, DEFAULT_TYPE) for name in names},
        defaulted=[name for name in names if name not in types],
        data_types={name: _data_type(name, value) for name, value in chosen["data_types"].items()},
        bounds={name: _bounds(name, value) for name, value in chosen["data_bounds"].items()},
        shared={name: _shared(name, value) for name, value in chosen["shared_within"].items()},
    )
    return settings, list(_unknown(names, given))


def _type(name: str, value: Any) -> str:
    if value == AUTO or (isinstance(value, str) and value in DISTRIBUTIONS):
        return str(value)
    raise InvalidInputError(
        f"distr_types: {name}: {value!r} is no type of distribution "
        f"{instead_of(str(value), [*DISTRIBUTIONS, AUTO])}"
    )


def _data_type(name: str, value: Any) -> str:
    try:
        kind = np.dtype(value).kind
    except (TypeError, ValueError, SyntaxError):
        kind = ""
    if kind not in tuple("biuf"):
        raise InvalidInputError(
            f"data_types: {name}: {value!r} is no type of numbers that numpy knows; give one as "
            "'int', 'float' or 'float32'"
        )
    return value if isinstance(value, str) else str(np.dtype(value).name)


def _bounds(name: str, value: Any) -> tuple[float | None, float | None]:
    is_list = isinstance(value, Sequence | np.ndarray) and not isinstance(value, str)
    if not is_list or len(value) != 2:
        raise InvalidInputError(
            f"data_bounds: {name}: {value!r} is not two bounds; give [lower, upper], null = open"
        )
    lower, upper = (_bound(name, one, end) for one, end in zip(value, (-1, 1), strict=True))
    if lower is not None and upper is not None and lower > upper:
        raise InvalidInputError(
            f"data_bounds: {name}: the lower bound {lower} is above the upper one, {upper}"
        )
    return lower, upper


def _bound(name: str, value: Any, end: int) -> float | None:
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value == end * math.inf:
        return None
    if isinstance(value, bool) or not is_number(value) or not math.isfinite(value):
        raise InvalidInputError(
            f"data_bounds: {name}: {value!r} is no bound; give a number, or null = open"
        )
    number: float = value  # a whole number stays one
    return number


def _shared(name: str, value: Any) -> bool:
    if not isinstance(value, bool | np.bool_):
        raise InvalidInputError(f"shared_within: {name}: {value!r}: give true or false")
    return bool(value)


def _unknown(names: Sequence[str], given: Mapping[str, Mapping[str, Any]]) -> Iterator[FailureRow]:
    for setting, values in given.items():
        for name in values:
            if name not in names:
                yield FailureRow(
                    "build",
                    "",
                    "",
                    str(name),
                    "unknown_key",
                    f"{setting}: '{name}' is not in the data {instead_of(str(name), names)}",
                )
