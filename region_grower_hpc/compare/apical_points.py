"""Compare two YAML files of apical points, or of NEURON sections: {morphology: numbers or null}."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from region_grower_hpc.compare.neurons import NeuronComparison, NumberCount
from region_grower_hpc.compare.tally import Tally
from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.yaml_file import read_yaml

AXES = ("x", "y", "z")
#: Of a whole number, so that it can become a float.
MAX_BITS = 1000


def compare_apical_points(a: Path, b: Path, tally: Tally) -> None:
    """Compare entry by entry, in the order of the names."""
    entries_a, entries_b = _read(a), _read(b)
    for name in sorted(entries_a | entries_b):
        if name not in entries_b:
            tally.add_only("A", name)
        elif name not in entries_a:
            tally.add_only("B", name)
        else:
            _compare(name, entries_a[name], entries_b[name], tally)


def _compare(
    name: str, a: list[float | None] | None, b: list[float | None] | None, tally: Tally
) -> None:
    part = "apical point"
    if a is None or b is None:
        text = "" if a is b else f"{_shown(a)} in A, {_shown(b)} in B"
        tally.add(name, part if text else "", text, identical=a is b)
        return
    if len(a) != len(b):
        tally.add(name, part, f"{len(a)} numbers in A, {len(b)} in B", identical=False)
        return
    found = tally.tolerance.deviations(_numbers(a), _numbers(b))
    count = NumberCount(len(a), found.n_differing, found.largest)
    tally.count_numbers(name, NeuronComparison(False, coordinates=count))
    if not found.too_far.any():
        tally.add(name, "", "", identical=not found.n_differing)
        return
    index = int(np.argmax(found.too_far))
    axis = f"{AXES[index]} " if len(a) == len(AXES) else ""
    text = f"{axis}{_shown(a[index])} in A, {_shown(b[index])} in B"
    tally.add(name, part, text, identical=False)


def _numbers(values: list[float | None]) -> list[float]:
    return [np.nan if value is None else float(value) for value in values]


def _shown(value: Any) -> str:
    return "null" if value is None else str(value)


def _read(path: Path) -> dict[str, list[float | None] | None]:
    content = read_yaml(path, fast=True) or {}
    if not isinstance(content, dict) or not all(map(_is_entry, content.values())):
        raise InvalidInputError(
            f"'{path}' holds no apical points: it must map each morphology to a list of numbers, "
            "or to null"
        )
    return {str(name): value for name, value in content.items()}


def _is_entry(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(map(_is_number, value)))


def _is_number(value: Any) -> bool:
    """Whether it is null or a number that a float can hold."""
    if isinstance(value, int):
        return value.bit_length() < MAX_BITS
    return value is None or isinstance(value, float)
