"""What there is, for messages about a name that is not among it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

#: Names that are told; the others are counted.
MOST_NAMED = 20
#: Names among which one that is alike is looked for, which costs some 50 µs each.
MOST_COMPARED = 10_000


def named_few(names: Iterable[str]) -> str:
    """The first names, and how many more there are; `none` without any."""
    names = list(names)
    told = ", ".join(names[:MOST_NAMED]) or "none"
    return told if len(names) <= MOST_NAMED else f"{told} and {len(names) - MOST_NAMED} more"


def instead_of(name: str, known: Iterable[str]) -> str:
    """Words that list the known names, and ask for the nearest where one is alike."""
    by_lower = {one.lower(): one for one in known}
    compared = list(by_lower)[:MOST_COMPARED]
    near = difflib.get_close_matches(name.lower(), compared, n=1, cutoff=0.6)
    question = f"; do you mean '{by_lower[near[0]]}'?" if near else ""
    return f"(there are: {named_few(by_lower.values())}){question}"
