"""What is wrong with a document of automatic targets, all of it at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from region_grower_hpc.efeatures.near_names import near
from region_grower_hpc.efeatures.value_checks import (
    are_numbers,
    is_count,
    is_number,
    is_texts,
    shown,
)

_REQUIRED = ("protocols", "amplitudes", "efeatures")
_COUNTS = ("min_recordings_per_amplitude", "preferred_number_protocols")
_KEYS = (*_REQUIRED, *_COUNTS, "tolerance")


def auto_target_problems(
    document: Any, name_of_file: str, compare_features: bool = True
) -> list[str]:
    """All that is wrong with automatic targets, a line each: file, target, key, value, way out.

    Args:
        document: any JSON value.
        name_of_file: how the document is named to the user.
        compare_features: with those that eFEL has.
    """
    if not isinstance(document, list | tuple):
        return [f"{name_of_file}: must be a list of automatic targets, not {shown(document)}"]
    problems = [
        f"{name_of_file}: target {index}: {problem}"
        for index, entry in enumerate(document)
        for problem in _problems(entry)
    ]
    if compare_features:
        problems += _efel_problems(document, name_of_file)
    return problems


def _problems(entry: Any) -> Iterator[str]:
    if not isinstance(entry, Mapping):
        yield f"must be an object, not {shown(entry)}"
        return
    for key in _REQUIRED:
        if key not in entry:
            yield f"{key} is missing"
    for key in entry:
        if key not in _KEYS:
            yield f"{shown(key)} is no key of an automatic target{near(str(key), _KEYS)}"
    for key in ("protocols", "efeatures"):
        if key in entry and not is_texts(entry[key]):
            yield f"{key} {shown(entry[key])}: give a list of names"
    amplitudes = entry.get("amplitudes", (0,))
    if not are_numbers(amplitudes) or not len(amplitudes):
        yield f"amplitudes {shown(amplitudes)}: give a list of finite numbers, % of the rheobase"
    for key in _COUNTS:
        if key in entry and not is_count(entry[key]):
            yield f"{key} {shown(entry[key])}: give an integer of 0 or more"
    if "tolerance" in entry and not is_number(entry["tolerance"]):
        yield f"tolerance {shown(entry['tolerance'])}: give a finite number, % of the rheobase"


def _efel_problems(document: list[Any] | tuple[Any, ...], name_of_file: str) -> list[str]:
    # eFEL is an extra and slow to import: only a document with names to compare needs it.
    from region_grower_hpc.efeatures.efel_names import feature_problem

    known = cache(feature_problem)
    return [
        f"{name_of_file}: target {index}: efeatures: {problem}"
        for index, entry in enumerate(document)
        if isinstance(entry, Mapping) and is_texts(entry.get("efeatures"))
        for name in entry["efeatures"]
        if (problem := known(name)) is not None
    ]
