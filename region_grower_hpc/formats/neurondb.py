"""Morphology databases (neuronDB): which morphology is of which type and layer.

The XML form has flags of repair too, the text form (`.dat`) name, layer and type alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from region_grower_hpc.errors import InvalidInputError
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
    """

    name: str
    full_type: str
    layer: str
    flags: Mapping[str, bool] = field(default_factory=lambda: dict.fromkeys(FLAGS, True))
    axon_sources: tuple[str, ...] = ()

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
    )


def _flag(repair: XmlElement | None, name: str, where: str) -> bool:
    text = "" if repair is None else repair.text_of(name)
    if text not in _FLAG_TEXTS:
        raise InvalidInputError(f"{where}: '{name}' is '{text}': write true or false")
    return _FLAG_TEXTS[text]


def _read_dat(path: Path) -> list[NeuronDbRow]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
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
        if len(columns) != 3:
            raise InvalidInputError(
                f"{where}: {len(columns)} column(s) instead of name, layer and mtype"
            )
        name, layer, full_type = columns
        rows.append(NeuronDbRow(check_name(name, where), full_type, layer))
    return rows
