"""What a user may have meant by a name that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def near(name: str, known: Iterable[str]) -> str:
    """Words that ask `do you mean A or B?` for names that are alike, else an empty text."""
    by_lower = {one.lower(): one for one in known}
    found = difflib.get_close_matches(name.lower(), by_lower, n=3, cutoff=0.7)
    return f"; do you mean {' or '.join(by_lower[one] for one in found)}?" if found else ""
