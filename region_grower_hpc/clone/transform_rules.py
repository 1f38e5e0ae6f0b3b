"""Rules by which the database is rewritten before cloning: exclusions, substitutions, copies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.neurondb import NeuronDbRow
from region_grower_hpc.formats.xml_file import XmlElement, read_xml

#: Digits of layers in the names of types: L1_DAC, L23_PC.
LAYERS = "123456"
#: Rows that rules may ask for; they take about a gigabyte.
MOST_ROWS = 5_000_000
#: What stands between the parts of the names of grafts and scaled copies; see `names`.
_DENDRITES, _AXON, _SCALE = "dend-", "_axon-", "_-_Scale_"


@dataclass(frozen=True)
class TransformRules:
    """The rules of a file.

    Attributes:
        excluded: names of morphologies.
        substitutions: full type -> types that its morphologies serve for too, in file order.
        copies: (full type, layer) -> layers that its morphologies serve in too, in file order.
        source: the file, for messages.
    """

    excluded: frozenset[str] = frozenset()
    substitutions: Mapping[str, Sequence[str]] = field(default_factory=dict)
    copies: Mapping[tuple[str, str], Sequence[str]] = field(default_factory=dict)
    source: str = "transform rules"

    def excluded_origins(self, name: str) -> set[str]:
        """Excluded morphologies that a graft or a scaled copy is made of, by its name."""
        wholes = {name, *(name[:at] for at in _places(name, _SCALE))}
        parts = {
            part
            # Grafts are made of what is not scaled.
            for whole in wholes
            if _SCALE not in whole and whole.startswith(_DENDRITES)
            for at in _places(whole, _AXON)
            for part in (whole[len(_DENDRITES) : at], whole[at + len(_AXON) :])
        }
        return (wholes | parts) & self.excluded


def encoded_layers(full_type: str) -> tuple[str, ...]:
    """Layers that the name of a type tells; none where it has no digit from 1 to 6 there.

    Source: `morphology_workflows.clone.expand_mtype_to_layers`.
    """
    if full_type[1:2] not in tuple(LAYERS):
        return ()
    return (full_type[1], "3") if full_type[2:3] == "3" else (full_type[1],)


def read_transform_rules(path: Path) -> TransformRules:
    """Read a file of rules.

    Raises:
        InvalidInputError: naming file, line and rule: malformed, an attribute missing or of several
            words, or a substitute whose name tells no layer.
    """
    root = read_xml(path)
    if root.tag != "rules":
        raise InvalidInputError(f"transform rules '{path}': the root is '{root.tag}', not 'rules'")
    excluded = frozenset(_needed(path, rule, "name") for rule in root.all("exclude"))
    # Dicts as ordered sets: a rule that is there twice changes nothing.
    substitutions: dict[str, dict[str, None]] = {}
    for rule in root.all("substitute"):
        old, new = _needed(path, rule, "from"), _word(path, rule, "to")
        if not encoded_layers(new):
            raise _error(
                path,
                rule,
                f"'to' is '{new}', which tells no layer: its second character must be one of "
                f"{LAYERS}",
            )
        substitutions.setdefault(old, {})[new] = None
    copies: dict[tuple[str, str], dict[str, None]] = {}
    for rule in root.all("mtype_copy_to_layer"):
        key = _needed(path, rule, "mtype"), _needed(path, rule, "src_layer")
        copies.setdefault(key, {})[_word(path, rule, "dst_layer")] = None
    return TransformRules(
        excluded,
        {old: tuple(new) for old, new in substitutions.items()},
        {key: tuple(layers) for key, layers in copies.items()},
        f"transform rules '{path}'",
    )


def transformed(rows: Sequence[NeuronDbRow], rules: TransformRules) -> list[NeuronDbRow]:
    """Rewrite a database: rows of excluded names leave, substitutes and copies are added.

    Each (name, type, layer) is there once, as it comes first: rows of the given database as they
    are, others with all flags true. Sorted by name; ties as the rules give them, one row after the
    other.

    Raises:
        InvalidInputError: the rules ask for more than `MOST_ROWS` rows.

    Source: `morphology_workflows.tasks.clone.CloneMorphologies._transform_rules_step`.
    """
    made: dict[tuple[str, str, str], NeuronDbRow | None] = {}
    asked: dict[tuple[str, str], list[tuple[str, str]]] = {}
    n_asked = 0
    for row in rows:
        if row.name in rules.excluded:
            continue
        made.setdefault(row.key, row)
        place = row.full_type, row.layer
        if place not in asked:
            asked[place] = _places_of(*place, rules)
        for other in asked[place]:
            made.setdefault((row.name, *other), None)
        n_asked += len(asked[place])
        if n_asked > MOST_ROWS:
            raise _too_many_rows(rules)
    found = [row or NeuronDbRow(*key) for key, row in made.items()]
    return sorted(found, key=lambda row: row.name)


def kept_of_excluded(rows: Iterable[NeuronDbRow], rules: TransformRules) -> dict[str, list[str]]:
    """Grafts and scaled copies of excluded morphologies, which stay unless they are named too.

    Returns:
        excluded name -> names that stay, each once, in order of the rows.
    """
    kept: dict[str, list[str]] = {}
    for name in dict.fromkeys(row.name for row in rows):
        if name not in rules.excluded:
            for origin in sorted(rules.excluded_origins(name)):
                kept.setdefault(origin, []).append(name)
    return kept


def exclusion_warnings(rows: Iterable[NeuronDbRow], rules: TransformRules) -> list[str]:
    """One text for each excluded morphology of which grafts or scaled copies stay."""
    return [
        f"{rules.source}: '{origin}' is excluded, what is made of it stays: {', '.join(names)}"
        for origin, names in sorted(kept_of_excluded(rows, rules).items())
    ]


def _places_of(full_type: str, layer: str, rules: TransformRules) -> list[tuple[str, str]]:
    """Types and layers that a row of a type and layer serves; each once, its own first."""
    own = [(full_type, layer)]
    for substitute in rules.substitutions.get(full_type, ()):
        own.extend((substitute, encoded) for encoded in encoded_layers(substitute))
    all_: dict[tuple[str, str], None] = {}
    for place in own:
        all_[place] = None
        all_.update(((place[0], other), None) for other in rules.copies.get(place, ()))
        if len(all_) > MOST_ROWS:
            raise _too_many_rows(rules)
    return list(all_)


def _too_many_rows(rules: TransformRules) -> InvalidInputError:
    return InvalidInputError(
        f"{rules.source}: the rules make more than {MOST_ROWS} rows of the database: remove some"
    )


def _places(text: str, part: str) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


def _word(path: Path, rule: XmlElement, name: str) -> str:
    """An attribute that goes to the text form of databases, where blanks separate."""
    word = _needed(path, rule, name)
    if word.split() != [word]:
        raise _error(path, rule, f"'{name}' is '{word}': write it without blanks")
    return word


def _needed(path: Path, rule: XmlElement, name: str) -> str:
    value = rule.attributes.get(name)
    if not value:
        raise _error(path, rule, f"it has no '{name}': add it")
    return value


def _error(path: Path, rule: XmlElement, problem: str) -> InvalidInputError:
    return InvalidInputError(
        f"transform rules '{path}', line {rule.line}, rule '{rule.tag}': {problem}"
    )
