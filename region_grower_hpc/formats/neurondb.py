"""Morphology databases (neuronDB): which morphology is of which type and layer.

The XML form has flags of repair too, the text form (`.dat`) name, layer, type and, where there is
one, etype alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from xml.sax.saxutils import escape

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.atomic import replacing
from region_grower_hpc.formats.safe_name import check_name
from region_grower_hpc.formats.xml_file import XmlElement, read_xml

FLAGS = (
    "use_axon",
    "use_dendrites",
    "axon_repair",
    "dendrite_repair",
    "basal_dendrite_repair",
    "tuft_dendrite_repair",
    "oblique_dendrite_repair",
    "unravel",
    "use_for_stats",
)
#: Characters that no XML file may hold.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: Flags of a row that tells none.
ALL_TRUE: Mapping[str, bool] = dict.fromkeys(FLAGS, True)
_FLAG_TEXTS = {"": True, "true": True, "True": True, "false": False, "False": False}


@dataclass(frozen=True)
class NeuronDbRow:
    """One row; `key` tells it from others, one name may have several rows.

    Attributes:
        name: of the morphology, fit for the name of a file.
        full_type: `mtype`, or `mtype:msubtype`.
        layer: a text, a number as a rule.
        flags: by the names of `FLAGS`, all of them.
        axon_sources: names of morphologies.
        etype: electrical type, of databases that tell which one a morphology serves; else None.
    """

    name: str
    full_type: str
    layer: str
    flags: Mapping[str, bool] = field(default_factory=lambda: ALL_TRUE)
    axon_sources: tuple[str, ...] = ()
    etype: str | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """Name, full type and layer."""
        return self.name, self.full_type, self.layer


def read_neurondb(path: Path) -> list[NeuronDbRow]:
    """Read a morphology database in the order of the file: XML by its suffix, else text.

    Raises:
        InvalidInputError: naming file and line: malformed, a row without name, type or layer, a
            flag that is neither true nor false, or a name that would leave its folder.
    """
    return _read_xml(path) if path.suffix.lower() == ".xml" else _read_dat(path)


def _read_xml(path: Path) -> list[NeuronDbRow]:
    root = read_xml(path)
    if root.tag != "neurondb":
        raise InvalidInputError(
            f"morphology database '{path}': its root is '{root.tag}', not 'neurondb'"
        )
    return [
        _row(row, f"morphology database '{path}', line {row.line}")
        for listing in root.all("listing")
        for row in listing.all("morphology")
    ]


def _row(row: XmlElement, where: str) -> NeuronDbRow:
    mtype, subtype, layer = (row.text_of(tag) for tag in ("mtype", "msubtype", "layer"))
    for tag, value in (("mtype", mtype), ("layer", layer)):
        if not value:
            raise InvalidInputError(f"{where}: the morphology has no '{tag}': add it")
    repair = row.first("repair")
    sources = None if repair is None else repair.first("axon_sources")
    return NeuronDbRow(
        name=check_name(row.text_of("name"), where),
        full_type=f"{mtype}:{subtype}" if subtype else mtype,
        layer=layer,
        flags={flag: _flag(repair, flag, where) for flag in FLAGS},
        axon_sources=()
        if sources is None
        else tuple(check_name(source.text, where) for source in sources.all("axoninput")),
        etype=row.text_of("etype") or None,
    )


def _flag(repair: XmlElement | None, name: str, where: str) -> bool:
    text = "" if repair is None else repair.text_of(name)
    if text not in _FLAG_TEXTS:
        raise InvalidInputError(f"{where}: '{name}' is '{text}': write true or false")
    return _FLAG_TEXTS[text]


def _read_dat(path: Path) -> list[NeuronDbRow]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise InvalidInputError(
            f"morphology database '{path}' cannot be read: {error.strerror}"
        ) from error
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"morphology database '{path}' is no text: {error}") from error
    rows = []
    for number, line in enumerate(lines, start=1):
        columns = line.split()
        if not columns:
            continue
        where = f"morphology database '{path}', line {number}"
        if len(columns) not in (3, 4):
            raise InvalidInputError(
                f"{where}: {len(columns)} column(s) instead of name, layer and mtype, and etype at "
                "most"
            )
        name, layer, full_type = check_name(columns[0], where), *columns[1:3]
        if _NOT_IN_XML.search(line):
            raise InvalidInputError(f"{where}: it has a control character: remove it")
        etype = columns[3] if len(columns) == 4 else None
        rows.append(NeuronDbRow(name, full_type, layer, etype=etype))
    return rows


def row_problem(row: NeuronDbRow) -> str | None:
    """Why the two forms of a database cannot both hold a row; None where they can."""
    for what, text in (("name", row.name), ("layer", row.layer), ("type", row.full_type)):
        if (problem := _text_problem(text)) is not None:
            return f"its {what} {text!r} {problem}"
    if row.etype is not None and (problem := _text_problem(row.etype)) is not None:
        return f"its etype {row.etype!r} {problem}"
    return None


def _text_problem(text: str) -> str | None:
    if text.split() != [text]:
        return "contains a blank, which the text form separates by" if text else "is empty"
    return "contains a control character" if _NOT_IN_XML.search(text) else None


def write_neurondb_xml(path: Path, rows: Iterable[NeuronDbRow]) -> None:
    """Write a database with all flags and axon sources, row by row; replaces the file.

    Raises:
        InvalidInputError: naming file and row: a character that XML cannot hold.
        OSError: it cannot be written.
    """
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        file.write('<?xml version="1.0" encoding="utf-8"?>\n<neurondb>\n\t<listing>\n')
        file.writelines(_xml_of_rows(path, rows))
        file.write("\t</listing>\n</neurondb>\n")


def write_neurondb_dat(path: Path, rows: Iterable[NeuronDbRow]) -> None:
    """Write name, layer, type and, where there is one, etype of each row; replaces the file.

    Raises:
        InvalidInputError: naming file and row: `row_problem` has found something.
        OSError: it cannot be written.
    """
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        file.writelines(_lines_of_rows(path, rows))


def _lines_of_rows(path: Path, rows: Iterable[NeuronDbRow]) -> Iterator[str]:
    for number, row in enumerate(rows, start=1):
        if (problem := row_problem(row)) is not None:
            raise _unwritable(path, number, row, problem)
        etype = "" if row.etype is None else f" {row.etype}"
        yield f"{row.name} {row.layer} {row.full_type}{etype}\n"


def _xml_of_rows(path: Path, rows: Iterable[NeuronDbRow]) -> Iterator[str]:
    for number, row in enumerate(rows, start=1):
        xml = _xml_of_row(row)
        if _NOT_IN_XML.search(xml):
            raise _unwritable(path, number, row, "a text of it contains a control character")
        yield xml


def _unwritable(path: Path, number: int, row: NeuronDbRow, problem: str) -> InvalidInputError:
    return InvalidInputError(
        f"morphology database '{path}' cannot be written: row {number}, '{row.name}': {problem}: "
        "rename it"
    )


def _xml_of_row(row: NeuronDbRow) -> str:
    mtype, separator, subtype = row.full_type.partition(":")
    if not mtype or not subtype:  # a separator that separates nothing is read as it stands
        mtype, subtype = mtype + separator + subtype, ""
    etype = "" if row.etype is None else _element(3, "etype", row.etype)
    sources = "".join(_element(5, "axoninput", name) for name in row.axon_sources)
    return (
        "\t\t<morphology>\n"
        + _element(3, "name", row.name)
        + _element(3, "mtype", mtype)
        + _element(3, "msubtype", subtype)
        + _element(3, "layer", row.layer)
        + f"{etype}\t\t\t<repair>\n"
        + _xml_of_flags(tuple(row.flags.get(flag, True) for flag in FLAGS))
        + f"\t\t\t\t<axon_sources>\n{sources}\t\t\t\t</axon_sources>\n"
        + "\t\t\t</repair>\n\t\t</morphology>\n"
    )


@lru_cache(512)
def _xml_of_flags(values: tuple[bool, ...]) -> str:
    return "".join(
        _element(4, flag, "true" if value else "false")
        for flag, value in zip(FLAGS, values, strict=True)
    )


def _element(depth: int, tag: str, text: str) -> str:
    return "\t" * depth + f"<{tag}>{escape(text)}</{tag}>\n"
