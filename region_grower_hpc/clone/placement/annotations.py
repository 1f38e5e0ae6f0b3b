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
                if not isinstance(entry, dict):
                    raise _invalid(
                        self.path, f"rule '{rule.id}' of '{name}' is no object of numbers"
                    )
                place = f"annotations '{self.path}', '{name}': "
                y_min[row, column], y_max[row, column] = _limits(entry, rule, place)
        return y_min, y_max


def annotation_problem(
    annotation: Mapping[str, Mapping[str, Any]], rules: Mapping[str, PlacementRule]
) -> str | None:
    """Why rules could not score what has this annotation; None where they can.

    Args:
        annotation: rule -> attribute -> text or number.
        rules: by id, of the types that it may serve; those without score do not count.
    """
    for id_, rule in rules.items():
        if rule.is_scored and id_ in annotation:
            try:
                _limits(annotation[id_], rule, "")
            except InvalidInputError as error:
                return str(error)
    return None


def _limits(entry: Mapping[str, Any], rule: PlacementRule, place: str) -> tuple[float, float]:
    """Lower limit, NaN for a rule that needs none, and upper limit, not below it."""
    highest = _number(entry, "y_max", rule, place)
    if rule.type == BELOW:
        return np.nan, highest
    return min(_number(entry, "y_min", rule, place), highest), highest


def _number(entry: Mapping[str, Any], key: str, rule: PlacementRule, place: str) -> float:
    value = entry.get(key)
    where = f"{place}'{key}' of rule '{rule.id}'"
    if value is None:
        raise InvalidInputError(f"{where} is missing: add it, or remove the rule")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise InvalidInputError(f"{where} is {str(value)[:40]!r}: write a finite number")
    return read_number(str(value), where)


def _invalid(path: Path, problem: str) -> InvalidInputError:
    return InvalidInputError(f"annotations '{path}': {problem}: write {{name: {{rule: {{}}}}}}")
