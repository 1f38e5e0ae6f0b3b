"""Reading the keys of one direction or boundary of region_structure.yaml."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from region_grower_hpc.errors import InvalidInputError

LOGGER = logging.getLogger(__name__)


class Keys:
    """A mapping of the file that knows its place there and which of its keys were used.

    Args:
        content: keys and values.
        where: file, region and number of the entry, for messages.
        prefix: of the keys in messages, such as `params.`.
    """

    def __init__(self, content: Mapping[str, Any], where: str, prefix: str = "") -> None:
        self._content = content
        self._where = where
        self._prefix = prefix
        self._used: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self._content

    def use(self, *keys: str) -> None:
        """Count keys as known."""
        self._used.update(keys)

    def take(self, key: str, default: Any = None) -> Any:
        """The value as it is, or `default` without the key."""
        self.use(key)
        return self._content.get(key, default)

    def error(self, key: str, advice: str) -> InvalidInputError:
        """What to raise for the value of a key."""
        name = f"'{self._prefix}{key}'"
        found = f"is {self._content[key]!r}" if key in self._content else "is missing"
        return InvalidInputError(f"{self._where}: {name} {found}: {advice}")

    def warn(self, message: str) -> None:
        """Tell about an entry that is not refused."""
        LOGGER.warning("%s %s", self._where, message)

    def warn_of_unused(self) -> None:
        """Tell about keys that nothing has asked for."""
        unused = [f"'{self._prefix}{key}'" for key in self._content if key not in self._used]
        if unused:
            self.warn(f"has keys that mean nothing: {', '.join(unused)}")

    def mapping(self, key: str) -> Keys | None:
        """The mapping under a key, None without the key."""
        if key not in self._content:
            return None
        value = self.take(key)
        if not isinstance(value, dict):
            raise self.error(key, "give a mapping, {} for all defaults")
        return Keys(value, self._where, f"{self._prefix}{key}.")

    def number(self, key: str, default: Any) -> Any:
        """A finite number, in the type of the file, which decides last bits of powers."""
        value = self.take(key, default)
        if not _is_number(value):
            raise self.error(key, "give a finite number (1.0e+3, not 1e3, in YAML)")
        return value

    def vector(self, key: str) -> tuple[float, float, float]:
        """Three finite numbers, not all zero."""
        value = self.take(key)
        if not isinstance(value, list) or len(value) != 3 or not all(map(_is_number, value)):
            raise self.error(key, "give three finite numbers [x, y, z]")
        if not any(value):
            raise self.error(key, "a zero vector has no direction")
        length = math.hypot(*value)
        if not math.isclose(length, 1, rel_tol=1e-3):
            self.warn(
                f"'{self._prefix}{key}' has length {length:g}: probabilities are those of the "
                "angle only with a vector of length 1"
            )
        return value[0], value[1], value[2]

    def choice(self, key: str, default: str, allowed: Sequence[str]) -> str:
        """One of some words."""
        value = self.take(key, default)
        if value not in allowed:
            raise self.error(key, f"give one of {', '.join(allowed)}")
        return str(value)

    def names(self, key: str, default: Sequence[str] | None) -> Sequence[str] | None:
        """A list of names; one name alone stays text. Null is allowed where the default is None."""
        value = self.take(key, default)
        if value is None and default is None:
            return None
        if isinstance(value, str):
            return value
        if not isinstance(value, list | tuple) or not all(isinstance(name, str) for name in value):
            raise self.error(key, "give a list of names")
        return tuple(value)

    def path(self, key: str, base: Path) -> Path:
        """An existing file or folder; relative paths start from `base`."""
        value = self.take(key)
        if not isinstance(value, str) or not value:
            raise self.error(key, "give a mesh file or a folder of mesh files")
        path = (base / value).absolute()
        try:
            is_there = path.exists()
        except OSError as error:  # longer than the system takes
            reason = f"'{value[:60]}…' is no path: {error.strerror}"
            raise self.error(key, reason) from error
        if not is_there:
            raise self.error(key, f"'{path}' does not exist: relative paths start from '{base}'")
        return path


def _is_number(value: Any) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer beyond float64
        return False
