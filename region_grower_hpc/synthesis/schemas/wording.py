"""What a broken rule of a schema means for the author of the file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any

KINDS = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "null",
    "number": "a number",
    "object": "an object {...}",
    "string": "a text",
}
MAX_SHOWN = 60


def problem_in_words(error: Any) -> tuple[str, str]:
    """Key and message of a `jsonschema.ValidationError`.

    The key of an object's rule is the key below it that is missing, or that should not be there.
    """
    key = "/".join(map(str, error.absolute_path))
    describe = _DESCRIPTIONS.get(error.validator)
    if describe is None:
        return key, str(error.message)
    below, message = describe(error.instance, error.validator_value, error.schema)
    return "/".join(part for part in (key, below) if part), message


def none_of(value: Any, known: Iterable[Any]) -> str:
    """That a value is none of the known ones, with the one that may have been meant."""
    known = list(known)
    return f"{shown(value)} is none of {', '.join(map(shown, known))}{did_you_mean(value, known)}"


def did_you_mean(value: Any, known: Iterable[Any]) -> str:
    """The question after a misspelt word; empty where no known word is near."""
    if not isinstance(value, str) or not value:
        return ""
    names = [name for name in known if isinstance(name, str)]
    near = get_close_matches(value, names, n=1) or [n for n in names if n.startswith(value)]
    return f": did you mean '{near[0]}'?" if near else ""


def shown(value: Any) -> str:
    """A value as JSON would have it, shortened where it is long."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, dict) and value:
        return f"an object with the keys {', '.join(map(repr, list(value)[:5]))}"
    text = repr(value)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}..."


Described = tuple[str, str]


def _of_other_type(instance: Any, expected: Any, _: Any) -> Described:
    kinds = [KINDS[kind] for kind in ([expected] if isinstance(expected, str) else expected)]
    return "", f"must be {' or '.join(kinds)}, but is {shown(instance)}"


def _missing(instance: Mapping[str, Any], expected: list[str], _: Any) -> Described:
    return next(name for name in expected if name not in instance), "is missing: add it"


def _unknown(instance: Mapping[str, Any], _: Any, schema: Mapping[str, Any]) -> Described:
    known = list(schema.get("properties", {}))
    key = next(name for name in instance if name not in known)
    near = did_you_mean(key, [name for name in known if name not in instance])
    listed = ", ".join(known)
    return key, f"is no key of this object{near or f': remove it, or use one of {listed}'}"


def _not_among(instance: Any, expected: list[Any], _: Any) -> Described:
    return "", none_of(instance, expected)


def _too_small(instance: Any, expected: Any, _: Any) -> Described:
    return "", f"must be at least {expected}, but is {shown(instance)}"


def _too_large(instance: Any, expected: Any, _: Any) -> Described:
    return "", f"must be at most {expected}, but is {shown(instance)}"


def _of_other_length(instance: Any, expected: Any, _: Any) -> Described:
    return "", f"must have {expected} items, but has {len(instance)}"


def _empty(_instance: Any, _: Any, schema: Mapping[str, Any]) -> Described:
    return "", f"is empty: use null, or one of the keys {', '.join(schema['properties'])}"


def _conflicting(instance: Mapping[str, Any], _: Any, __: Any) -> Described:
    return "", f"has keys that exclude each other: {', '.join(instance)}"


_DESCRIPTIONS: dict[str, Callable[[Any, Any, Any], Described]] = {
    "additionalProperties": _unknown,
    "enum": _not_among,
    "maxItems": _of_other_length,
    "maxProperties": _conflicting,
    "maximum": _too_large,
    "minItems": _of_other_length,
    "minProperties": _empty,
    "minimum": _too_small,
    "required": _missing,
    "type": _of_other_type,
}
