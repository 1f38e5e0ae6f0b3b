"""Which features eFEL computes before a feature, and a list of them that computes nothing twice.

eFEL's list names, for each feature, those that it needs; all of them, and the interpolation of the
traces, are computed anew whenever a feature is asked for. The flat list made here names no
dependencies: who uses it asks for them in the same order, each once. The interpolation, which
cannot be asked for by itself, is left with one feature, the trigger. The trigger needs another
feature, so that straight after a trace was loaded it does no more than to interpolate.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

INTERPOLATION = "BasicFeatures:interpolate"
#: Feature that no other one is made of.
TRIGGER = "is_not_stuck"

_ENTRY = re.compile(r"\w+:\w+")


@dataclass(frozen=True)
class Dependencies:
    """A flat list, and the order that it leaves to its user.

    Attributes:
        before: features that are computed before each feature, in this order.
        flat_list: text of a dependency file.
    """

    before: Mapping[str, tuple[str, ...]]
    flat_list: str


def flattened(text: str) -> Dependencies | None:
    """The flat list of a dependency file.

    Args:
        text: of eFEL's list, lines of `Library:feature #Library:feature ...`.

    Returns:
        None if the list is not of the form that we understand: then eFEL has to use its own.
    """
    needs: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        entry, *needed = "".join(line.split()).split("#")
        if not entry and not needed:
            continue
        if entry in needs or not all(_ENTRY.fullmatch(one) for one in (entry, *needed)):
            return None
        needs[entry] = tuple(needed)
    names = [entry.split(":")[1] for entry in needs]
    if len(set(names)) != len(names) or needs.get(INTERPOLATION) != ():
        return None
    if any(one not in needs for needed in needs.values() for one in needed):
        return None
    try:
        begins = {entry: _resolved(entry, needs)[0] for entry in needs}
    except RecursionError:
        return None
    # A feature that is computed before the interpolation would not see the same traces here.
    if set(begins.values()) != {INTERPOLATION}:
        return None
    trigger = [entry for entry in needs if entry.endswith(f":{TRIGGER}")]
    if not trigger or not _is_trigger(trigger[0], needs):
        return None
    lines = [f"{one}#{INTERPOLATION}" if one == trigger[0] else one for one in needs]
    return Dependencies({one.split(":")[1]: _before(needs[one]) for one in needs}, _joined(lines))


def _resolved(entry: str, needs: Mapping[str, tuple[str, ...]]) -> list[str]:
    """A feature behind all that it needs, in eFEL's order."""
    order: dict[str, None] = {}

    def visit(one: str) -> None:
        for needed in needs[one]:
            visit(needed)
        order[one] = None

    visit(entry)
    return list(order)


def _is_trigger(entry: str, needs: Mapping[str, tuple[str, ...]]) -> bool:
    is_needed = any(entry in needed for needed in needs.values())
    return not is_needed and bool(_before(needs[entry]))


def _before(needed: Iterable[str]) -> tuple[str, ...]:
    return tuple(one.split(":")[1] for one in needed if one != INTERPOLATION)


def _joined(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
