"""Placement rules: which part of a neuron must lie where, for all types and for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from region_grower_hpc.clone.annotation import read_number
from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.safe_name import name_problem
from region_grower_hpc.formats.xml_file import XmlElement, read_xml

#: Types of rules that have a score; others only say which entries of an annotation are measured.
BELOW, REGION_TARGET, REGION_OCCUPY = "below", "region_target", "region_occupy"
AXON, DENDRITE = "axon", "dendrite"
DEFAULT_TOLERANCE_UM = 30.0

#: Numbers and layers that a scored rule needs.
_FRACTIONS = {
    BELOW: ("y_fraction",),
    REGION_TARGET: ("y_min_fraction", "y_max_fraction"),
    REGION_OCCUPY: ("y_min_fraction", "y_max_fraction"),
}
_LAYERS = {
    BELOW: ("y_layer",),
    REGION_TARGET: ("y_min_layer", "y_max_layer"),
    REGION_OCCUPY: ("y_min_layer", "y_max_layer"),
}


@dataclass(frozen=True)
class PlacementRule:
    """One rule. What its type has no use for is empty, 0 or the default.

    Attributes:
        id: by which annotations name it.
        type: BELOW, REGION_TARGET, REGION_OCCUPY, or one without score.
        segment_type: AXON or DENDRITE; None, only of a rule without score, for neither.
        line: of the file.
        y_layer, y_fraction: a height of a layer, 0 at its bottom and 1 at its top.
        tolerance: um above the limit at which the score is 0, positive.
        y_min_layer, y_min_fraction: lower end of a region.
        y_max_layer, y_max_fraction: upper end of a region.
    """

    id: str
    type: str
    segment_type: str | None
    line: int
    y_layer: str = ""
    y_fraction: float = 0.0
    tolerance: float = DEFAULT_TOLERANCE_UM
    y_min_layer: str = ""
    y_min_fraction: float = 0.0
    y_max_layer: str = ""
    y_max_fraction: float = 0.0

    @property
    def is_scored(self) -> bool:
        """Whether the rule has a part in the choice of morphologies."""
        return self.type in _LAYERS

    @property
    def layers(self) -> tuple[str, ...]:
        """Layers whose heights its score needs."""
        return tuple(getattr(self, name) for name in _LAYERS.get(self.type, ()))


@dataclass(frozen=True)
class PlacementRules:
    """The rules of a file by id, in its order.

    Attributes:
        of_all: the global set.
        by_type: full type -> its own set.
        warnings: one text for each rule of an unknown type.
    """

    of_all: Mapping[str, PlacementRule] = field(default_factory=dict)
    by_type: Mapping[str, Mapping[str, PlacementRule]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @classmethod
    def read(cls, path: Path) -> PlacementRules:
        """Read a file of placement rules.

        Raises:
            InvalidInputError: naming file, line and rule: malformed, something missing, a rule, a
                type or the global set twice, an unknown segment type, or a number that is none.
        """
        return _Reader(path).read()

    def of_type(self, full_type: str) -> Mapping[str, PlacementRule]:
        """The type's own set, scored or not; empty where it has none."""
        return self.by_type.get(full_type, {})

    def for_placement(self, full_type: str) -> dict[str, PlacementRule]:
        """Scored rules of a type: its own and those of all, which win where both have an id."""
        both = (self.of_type(full_type), self.of_all)
        return {id_: rule for rules in both for id_, rule in rules.items() if rule.is_scored}

    def layers(self, full_types: Iterable[str]) -> list[str]:
        """Layers that the scores of some types need, sorted."""
        rules = (rule for type_ in set(full_types) for rule in self.for_placement(type_).values())
        return sorted({layer for rule in rules for layer in rule.layers})


class _Reader:
    """Reads one file, collecting warnings."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._warnings: dict[str, None] = {}

    def read(self) -> PlacementRules:
        root = read_xml(self._path)
        if root.tag != "placement_rules":
            raise InvalidInputError(
                f"placement rules '{self._path}': the root is '{root.tag}', not 'placement_rules'"
            )
        of_all: dict[str, PlacementRule] | None = None
        by_type: dict[str, Mapping[str, PlacementRule]] = {}
        for child in root.children:
            if child.tag == "global_rule_set":
                if of_all is not None:
                    raise self._error(child, "a second 'global_rule_set': make them one")
                of_all = self._rules(child)
            elif child.tag == "mtype_rule_set":
                rules = self._rules(child)
                for full_type in self._needed(child, "mtype").split("|"):
                    if not full_type:
                        raise self._error(child, "'mtype' has an empty type: remove the bar")
                    if full_type in by_type:
                        raise self._error(
                            child, f"type '{full_type}' has a set already: make them one"
                        )
                    by_type[full_type] = rules
        return PlacementRules(of_all or {}, by_type, tuple(self._warnings))

    def _rules(self, rule_set: XmlElement) -> dict[str, PlacementRule]:
        rules: dict[str, PlacementRule] = {}
        for element in rule_set.all("rule"):
            rule = self._rule(element)
            if rule.id in rules:
                raise self._error(
                    element, f"rule '{rule.id}' is twice in its set: remove or rename one of them"
                )
            rules[rule.id] = rule
        return rules

    def _rule(self, element: XmlElement) -> PlacementRule:
        id_, type_ = (self._needed(element, name) for name in ("id", "type"))
        segment_type = element.attributes.get("segment_type")
        rule = f"rule '{id_}'"
        if type_ not in _LAYERS:
            self._warnings[
                f"placement rules '{self._path}': {rule} is of type '{type_}', which is unknown: "
                "it has no score"
            ] = None
        elif segment_type is None:
            raise self._error(element, f"{rule} has no 'segment_type': add it")
        if segment_type not in (AXON, DENDRITE, None):
            raise self._error(
                element, f"{rule}: 'segment_type' is '{segment_type}': write {AXON} or {DENDRITE}"
            )
        rest: dict[str, Any] = self._tolerance(element, type_, rule)
        rest |= {name: self._layer(element, name, rule) for name in _LAYERS.get(type_, ())}
        rest |= {name: self._number(element, name, rule) for name in _FRACTIONS.get(type_, ())}
        return PlacementRule(id_, type_, segment_type, element.line, **rest)

    def _tolerance(self, element: XmlElement, type_: str, rule: str) -> dict[str, float]:
        if type_ != BELOW or "tolerance" not in element.attributes:
            return {}
        tolerance = self._number(element, "tolerance", rule)
        if tolerance <= 0:
            raise self._error(element, f"{rule}: 'tolerance' is {tolerance:g}: it must be positive")
        return {"tolerance": tolerance}

    def _layer(self, element: XmlElement, name: str, rule: str) -> str:
        layer = self._needed(element, name, rule)
        if (problem := name_problem(layer)) is not None:
            raise self._error(
                element, f"{rule}: '{name}' {problem}: it cannot name a volume of the atlas"
            )
        return layer

    def _number(self, element: XmlElement, name: str, rule: str) -> float:
        text = self._needed(element, name, rule)
        return read_number(text, f"{self._where(element)}: {rule}: '{name}'")

    def _needed(self, element: XmlElement, name: str, of: str = "") -> str:
        value = element.attributes.get(name)
        if not value:
            raise self._error(element, f"{of or f'the {element.tag!r}'} has no '{name}': add it")
        return value

    def _where(self, element: XmlElement) -> str:
        return f"placement rules '{self._path}', line {element.line}"

    def _error(self, element: XmlElement, problem: str) -> InvalidInputError:
        return InvalidInputError(f"{self._where(element)}: {problem}")
