"""Lists of names in messages, which stay short for a thousand cells."""

from __future__ import annotations

from collections.abc import Sequence

#: Names that are told; the others are counted.
MOST_NAMED = 20


def named_few(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    told = ", ".join(names[:MOST_NAMED])
    return told if len(names) <= MOST_NAMED else f"{told} and {len(names) - MOST_NAMED} more"
