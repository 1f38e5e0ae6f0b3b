"""Objects that a deep copy does not duplicate."""

from __future__ import annotations

from typing import Any, TypeVar

Self = TypeVar("Self")


class Uncopied:
    """Only read: a deep copy is the object itself.

    NeuroTS makes a deep copy of its whole context for every section.
    """

    def __deepcopy__(self: Self, memo: dict[int, Any]) -> Self:
        return self


class UncopiedList(Uncopied, list[Any]):
    """A list that only is read."""


class UncopiedDict(Uncopied, dict[str, Any]):
    """A mapping that only is read."""
