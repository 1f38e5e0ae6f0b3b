"""Checks of the entries of a model when it is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from numbers import Real
from typing import Any

from region_grower_hpc.conn_props.distribution import Spec
from region_grower_hpc.conn_props.distributions import DISTRIBUTIONS
from region_grower_hpc.conn_props.known_names import instead_of
from region_grower_hpc.conn_props.value_limits import limits_problem
from region_grower_hpc.errors import InvalidInputError


def pathway(src_type: Any, tgt_type: Any) -> str:
    """Words that name a pathway."""
    return f"pathway '{src_type}' to '{tgt_type}'"


def checked_types(types: Any, key: str) -> list[Any]:
    """The types of one side.

    Raises:
        InvalidInputError: not a list, empty, or a type that is twice, or no text or number.
    """
    if not isinstance(types, list) or not types:
        raise InvalidInputError(f"'{key}' of a model must be a list of types, not {types!r}")
    for at, one in enumerate(types):
        if not isinstance(one, str | Real):
            raise InvalidInputError(f"'{key}' of a model: {one!r:.80} is no name of a type")
        if one in types[:at]:
            raise InvalidInputError(f"'{key}' of a model lists '{one}' twice: remove one of them")
    return types


def check_entries(prop_stats: Any, src_types: Sequence[Any], tgt_types: Sequence[Any]) -> None:
    """Check that every property has a well-formed entry for each pathway.

    Values that are well-formed, but define no distribution (a gamma of negative mean), are told
    when they are drawn from, as by the peer.

    Raises:
        InvalidInputError: naming property and pathway.
    """
    if not isinstance(prop_stats, Mapping):
        raise InvalidInputError(
            f"'prop_stats' of a model must be a dictionary property -> source type -> target type "
            f"-> entry, not {type(prop_stats).__name__}"
        )
    for name, by_source in prop_stats.items():
        for src_type, tgt_type, spec in _entries(name, by_source, src_types, tgt_types):
            wrong = _malformed(spec)
            if wrong is not None:
                raise InvalidInputError(
                    f"property '{name}', {pathway(src_type, tgt_type)}: {wrong}"
                )


def _entries(
    name: str, by_source: Any, src_types: Sequence[Any], tgt_types: Sequence[Any]
) -> Iterator[tuple[Any, Any, Any]]:
    for src_type in src_types:
        by_target = _member(by_source, src_type, f"property '{name}'", "source type")
        for tgt_type in tgt_types:
            where = f"property '{name}', source type '{src_type}'"
            yield src_type, tgt_type, _member(by_target, tgt_type, where, "target type")


def _member(values: Any, key: Any, where: str, kind: str) -> Any:
    if isinstance(values, Mapping) and key in values:
        return values[key]
    raise InvalidInputError(f"{where}: no entry for the {kind} '{key}' in 'prop_stats': add it")


def _malformed(spec: Any) -> str | None:
    if not isinstance(spec, Mapping):
        return f"an entry must be a dictionary, not {spec!r}"
    return type_problem(spec) or DISTRIBUTIONS[spec["type"]].malformed(spec) or limits_problem(spec)


def type_problem(spec: Spec) -> str | None:
    """What is wrong with the type of an entry; None if there is such a distribution."""
    if "type" not in spec:
        return f"the entry has no 'type' {instead_of('', DISTRIBUTIONS)}"
    if not isinstance(spec["type"], str) or spec["type"] not in DISTRIBUTIONS:
        return f"unknown type '{spec['type']}' {instead_of(str(spec['type']), DISTRIBUTIONS)}"
    return None
