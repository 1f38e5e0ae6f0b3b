"""Comparison of one mtype's entry with a schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from itertools import chain
from typing import Any, Literal

from region_grower_hpc.synthesis.schemas.wording import problem_in_words

SchemaName = Literal[
    "tmd_parameters", "tmd_distributions", "diameter_params", "context_constraints"
]


def schema_problem(name: SchemaName, entry: Mapping[str, Any]) -> tuple[str, str] | None:
    """The first place where an entry breaks a schema.

    Args:
        name: of the schema.
        entry: of one mtype, as read from JSON.

    Returns:
        (key, what is wrong with it and what to do), the key as a path of keys; None if all is well.
    """
    error = next(_validator(name).iter_errors(entry), None)
    return None if error is None else problem_in_words(error)


@cache
def _validator(name: SchemaName) -> Any:
    from jsonschema import Draft7Validator, validators

    file = resources.files(__package__) / f"{name}.json"
    schema = json.loads(file.read_text(encoding="utf-8"))
    slow_items = Draft7Validator.VALIDATORS["items"]

    def items(validator: Any, expected: Any, instance: Any, schema: Any) -> Iterator[Any]:
        # diagrams hold most of a file's numbers: one look at a list, not one at each number
        if not _holds_only_numbers(instance, _depth_of_numbers(expected)):
            yield from slow_items(validator, expected, instance, schema)

    return validators.extend(Draft7Validator, {"items": items})(schema)


def _depth_of_numbers(items: Any) -> int:
    """Levels of lists above plain numbers in a schema of items; 0 if it is of another kind."""
    if items == {"type": "number"}:
        return 1
    if isinstance(items, dict) and items.keys() == {"type", "items"} and items["type"] == "array":
        below = _depth_of_numbers(items["items"])
        return below + 1 if below else 0
    return 0


def _holds_only_numbers(values: Any, depth: int) -> bool:
    """Whether a value is lists of the given depth of numbers; False may also mean "not known"."""
    if depth == 0 or type(values) is not list:
        return False
    for _ in range(depth - 1):
        if set(map(type, values)) - {list}:
            return False
        values = list(chain.from_iterable(values))
    return set(map(type, values)) <= {int, float}
