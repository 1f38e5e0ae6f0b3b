"""clone_annotations.json: how far the candidates reach, as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.clone.annotation import read_number
from region_grower_hpc.clone.placement_rules import BELOW, PlacementRule
from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.json_file import read_json

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Annotations:
    """The annotations of a file.

    Attributes:
        path: of the file.
        by_name: name -> rule -> attribute -> text or number.
    """

    path: Path
    by_name: Mapping[str, Mapping[str, Any]]

    @classmethod
    def read(cls, path: Path) -> Annotations:
        """Read a file of {name: {rule: {attribute: number}}}; numbers are looked at in `limits`.

        Raises:
            InvalidInputError: malformed, or a name twice.
        """
        content = read_json(path, unique_keys=True)
        if not isinstance(content, dict):
            raise _invalid(path, "holds no object of names")
        for name, annotation in content.items():
            if not isinstance(annotation, dict):
                raise _invalid(path, f"'{name}' is no object of rules")
        return cls(path, content)

    def limits(
        self, names: Sequence[str], rules: Sequence[PlacementRule]
    ) -> tuple[FloatArray, FloatArray]:
        """Limits of candidates about their somas.

        Args:
            names: C of them, all in the file.
            rules: R of them.

        Returns:
            (R, C) lower and upper limits, µm, NaN where an annotation lacks the rule. The lower
            limits of rules of type `below`, which need none, are NaN. A lower limit above the
            upper one, which leaves nothing that could overlap a region, becomes the upper one.

        Raises:
            InvalidInputError: an entry lacks a limit that its rule needs, or it is no finite
                number.
        """
        y_min = np.full((len(rules), len(names)), np.nan)
        y_max = y_min.copy()
        for row, rule in enumerate(rules):
            for column, name in enumerate(names):
                if rule.id not in self.by_name[name]:
                    continue
                entry = self.by_name[name][rule.id]
                y_max[row, column] = self._number(entry, "y_max", name, rule)
                if rule.type != BELOW:
                    lowest = self._number(entry, "y_min", name, rule)
                    y_min[row, column] = min(lowest, y_max[row, column])
        return y_min, y_max

    def _number(self, entry: Any, key: str, name: str, rule: PlacementRule) -> float:
        if not isinstance(entry, dict):
            raise _invalid(self.path, f"rule '{rule.id}' of '{name}' is no object of numbers")
        value = entry.get(key)
        where = f"annotations '{self.path}': '{key}' of rule '{rule.id}' of '{name}'"
        if value is None:
            raise InvalidInputError(f"{where} is missing: add it, or remove the rule")
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise InvalidInputError(f"{where} is {str(value)[:40]!r}: write a finite number")
        return read_number(str(value), where)


def _invalid(path: Path, problem: str) -> InvalidInputError:
    return InvalidInputError(f"annotations '{path}': {problem}: write {{name: {{rule: {{}}}}}}")
