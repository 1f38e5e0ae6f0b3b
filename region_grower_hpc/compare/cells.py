"""Compare two cells files and the morphologies that they name."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from region_grower_hpc.compare.cell_properties import RowDifferences, compare_rows
from region_grower_hpc.compare.cell_rows import MatchedRows, match_rows, morphology_names
from region_grower_hpc.compare.morphologies import Morphologies, open_morphologies
from region_grower_hpc.compare.morphology_pairs import compare_named
from region_grower_hpc.compare.morphology_place import find_morphologies
from region_grower_hpc.compare.neurons import NeuronComparison
from region_grower_hpc.compare.tally import MISSING, Tally
from region_grower_hpc.formats.safe_name import check_relative_name
from region_grower_hpc.formats.sonata import load_cells

if TYPE_CHECKING:
    import voxcell


@dataclass(frozen=True)
class CellsChoices:
    """What of two cells files is compared, and where their morphologies are."""

    morphologies_a: Path | None = None
    """Folder or container of A's morphologies; None: to be found beside the file."""
    morphologies_b: Path | None = None
    formats: Sequence[str] = ()
    """Formats of morphology files that count."""
    ignore_order: bool = False
    """Whether the same cells in another order are the same."""
    cells_only: bool = False
    """Leave the morphologies out."""


def compare_cells(a: Path, b: Path, choices: CellsChoices, tally: Tally) -> tuple[str, str, str]:
    """Compare cell by cell, in the order of A.

    Returns:
        What was compared as A and as B, and by what cells were matched, in words.

    Raises:
        InvalidInputError: a file cannot be read, or morphologies are not found.
    """
    cells_a, cells_b = load_cells(a), load_cells(b)
    names_a, names_b = _names(cells_a, a), _names(cells_b, b)
    rows = match_rows(cells_a, cells_b)
    with ExitStack() as stack:
        sources: list[Morphologies | None] = []
        told = []
        for path, names, given in (
            (a, names_a, choices.morphologies_a),
            (b, names_b, choices.morphologies_b),
        ):
            source: Morphologies | None = None
            if not choices.cells_only and (given or any(map(_is_name, names))):
                first = next(filter(_is_name, names), "")
                place = given or find_morphologies(path, first)
                source = stack.enter_context(closing(open_morphologies(place, choices.formats)))
            sources.append(source)
            told.append(f"{path}, morphologies: {source.path if source else 'none'}")
        if rows.first_moved and not choices.ignore_order:
            gid_a, gid_b = rows.first_moved
            tally.add_common(
                "order", f"cells come in another order: first gid {gid_a} in A, {gid_b} in B"
            )
        found = compare_rows(cells_a, cells_b, rows, tally.tolerance)
        for part, text in found.common:
            tally.add_common(part, text)
        _compare_matched(rows, found, (names_a, names_b), (sources[0], sources[1]), tally)
    for where, gids, names in (("A", rows.only_a, names_a), ("B", rows.only_b, names_b)):
        for gid in gids.tolist():
            tally.add_only(where, _label(gid, gid, names))
    return told[0], told[1], "morphology" if rows.by_name else "gid"


def _compare_matched(
    rows: MatchedRows,
    found: RowDifferences,
    names: tuple[list[Any], list[Any]],
    sources: tuple[Morphologies | None, Morphologies | None],
    tally: Tally,
) -> None:
    for index, (gid_a, gid_b) in enumerate(zip(rows.a.tolist(), rows.b.tolist(), strict=True)):
        cell = _label(gid_a, gid_b, names[0])
        part, text = found.first.get(index, ("", ""))
        identical = bool(found.identical[index])
        if sources[0] is not None and sources[1] is not None:
            pair = (sources[0], names[0][gid_a]), (sources[1], names[1][gid_b])
            neurons = _compare_morphologies(*pair, tally)
            tally.count_numbers(cell, neurons)
            identical &= neurons.identical
            # A missing morphology counts before all else, the parts of a neuron after all else.
            if not part or neurons.part == MISSING:
                part, text = neurons.part, neurons.text
        tally.add(cell, part, text, identical=identical)


def _compare_morphologies(
    a: tuple[Morphologies, Any], b: tuple[Morphologies, Any], tally: Tally
) -> NeuronComparison:
    formats_a, formats_b = (
        source.formats(name) if _is_name(name) else [] for source, name in (a, b)
    )
    if formats_a and formats_b:
        return compare_named((*a, formats_a), (*b, formats_b), tally.tolerance)
    if not _is_name(a[1]) and not _is_name(b[1]):
        return NeuronComparison(identical=True)
    absent = [where for where, formats in (("A", formats_a), ("B", formats_b)) if not formats]
    return NeuronComparison(False, MISSING, f"no morphology in {' and in '.join(absent)}")


def _names(cells: voxcell.CellCollection, path: Path) -> list[Any]:
    """Names of the morphologies, row by row, which lie below their folder; None without one."""
    names = morphology_names(cells) or [None] * len(cells.properties)
    for gid, name in enumerate(names):
        if _is_name(name):
            check_relative_name(name, f"cells file '{path}', gid {gid}")
    return names


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _label(gid_a: int, gid_b: int, names: list[Any]) -> str:
    gid = f"gid {gid_a}" if gid_a == gid_b else f"gid {gid_a} (in B {gid_b})"
    name = names[gid_a] if gid_a < len(names) else None
    return f"{gid} {name}" if _is_name(name) else gid
