"""Placement annotations: how far along y the parts of a morphology reach, by placement rule.

They stay as texts from file to file: a number that nobody changes is written as it was read.
"""

from __future__ import annotations

import math
import re
from json.encoder import encode_basestring_ascii as _quoted
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.xml_file import XmlElement, read_xml

#: Rule id -> attribute -> text as it stands in the XML; rules in the order of the file.
Annotation = dict[str, dict[str, str]]

#: Rules of the limits that are measured on each morphology.
AXON_LIMIT, DENDRITE_LIMIT = "L1_axon_hard_limit", "L1_hard_limit"
#: Rule by which scaled morphologies tell their scale.
SCALE_BIAS = "ScaleBias"
#: Attributes that are numbers; others may be any text.
NUMBERS = ("y_min", "y_max", "y_change", "percentage")

#: Numbers of users stay below it, so that products of two of them are finite.
LARGEST = 1e100
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_IN_ATTRIBUTES = {'"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
_TO_ESCAPE = re.compile(f"[&<>{''.join(_IN_ATTRIBUTES)}]")


def number_text(value: float) -> str:
    """The shortest decimal text that gives a float64 back; JSON and XML readers take it.

    Raises:
        ValueError: the number is infinite or NaN, which no annotation may hold.
    """
    value = float(value)
    if not math.isfinite(value):
        raise ValueError(f"an annotation cannot hold {value}")
    return repr(value)


def coordinate_text(value_um: float) -> str:
    """The shortest decimal text that gives a coordinate back, which is a float32.

    Raises:
        ValueError: the coordinate is infinite or NaN, which no annotation may hold.
    """
    return number_text(float(str(np.float32(value_um))))


def read_number(text: str, where: str) -> float:
    """The number that a user's attribute holds, in decimal digits.

    Args:
        text: of the attribute.
        where: file, line and attribute, for the message.

    Raises:
        InvalidInputError: no number, not finite, or beyond `LARGEST`.
    """
    shown = repr(text if len(text) <= 40 else f"{text[:36]}...")
    if _NUMBER.fullmatch(text.strip()) is None:
        raise InvalidInputError(f"{where} is {shown}: write a finite decimal number")
    value = float(text)
    if abs(value) > LARGEST:
        raise InvalidInputError(f"{where} is {shown}: write a number of at most {LARGEST:g}")
    return value


def read_annotation(path: Path) -> Annotation:
    """Read the annotation of one morphology.

    Elements other than `placement` are left out, and so is the name of the morphology: the file's
    name tells it.

    Raises:
        InvalidInputError: naming file and line: malformed, a placement without rule, a rule twice,
            or a number that is none.
    """
    root = read_xml(path)
    if root.tag != "annotations":
        raise InvalidInputError(f"annotation '{path}': its root is '{root.tag}', not 'annotations'")
    annotation: Annotation = {}
    for placement in root.all("placement"):
        where = f"annotation '{path}', line {placement.line}"
        rule = placement.attributes.get("rule")
        if rule is None:
            raise InvalidInputError(f"{where}: the placement has no 'rule': add it")
        if rule in annotation:
            raise InvalidInputError(f"{where}: rule '{rule}' is there twice: remove one of them")
        annotation[rule] = _entry(placement, f"{where}, rule '{rule}'")
    return annotation


def _entry(placement: XmlElement, where: str) -> dict[str, str]:
    entry = {key: text for key, text in placement.attributes.items() if key != "rule"}
    for key, text in entry.items():
        if key in NUMBERS:
            read_number(text, f"{where}: '{key}'")
        elif ":" in key or key == "xmlns":
            raise InvalidInputError(f"{where}: '{key}' is of a namespace: remove it")
    return entry


def annotation_xml(name: str, annotation: Annotation) -> bytes:
    """The XML file of an annotation, UTF-8.

    Args:
        name: of the morphology.
        annotation: its rules; their attributes become attributes beside `rule`.

    Source: the files of `morphology_workflows.clone.PlacementAnnotation`, which reads this.
    """
    lines = [f'<annotations morphology="{_in_attribute(name)}">']
    for rule, entry in annotation.items():
        attributes = "".join(f' {key}="{_in_attribute(text)}"' for key, text in entry.items())
        lines.append(f'<placement rule="{_in_attribute(rule)}"{attributes}/>')
    lines.append("</annotations>\n")
    return "\n".join(lines).encode()


def _in_attribute(text: str) -> str:
    """A text as it stands in an attribute; most need no change, which is quickly seen."""
    return escape(text, _IN_ATTRIBUTES) if _TO_ESCAPE.search(text) else text


def annotation_json_entry(name: str, annotation: Annotation) -> bytes:
    """The entry of one annotation in a JSON object with indent 2 and sorted keys, UTF-8.

    Args:
        name: of the morphology, the entry's key.
        annotation: its rules.
    """
    rules = []
    for rule in sorted(annotation):
        entry = annotation[rule]
        texts = ",\n".join(f"      {_quoted(key)}: {_quoted(entry[key])}" for key in sorted(entry))
        rules.append(
            f"    {_quoted(rule)}: {{\n{texts}\n    }}" if texts else f"    {_quoted(rule)}: {{}}"
        )
    held = ",\n".join(rules)
    text = f"  {_quoted(name)}: {{\n{held}\n  }}" if held else f"  {_quoted(name)}: {{}}"
    return text.encode()
