"""Compare two results of any kind."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from region_grower_hpc.compare import kinds
from region_grower_hpc.compare.apical_points import compare_apical_points
from region_grower_hpc.compare.cells import CellsChoices, compare_cells
from region_grower_hpc.compare.morphologies import FORMATS, open_morphologies
from region_grower_hpc.compare.morphology_file import TRIED_BY
from region_grower_hpc.compare.morphology_pairs import compare_collections, compare_files
from region_grower_hpc.compare.report import Report
from region_grower_hpc.compare.tally import Tally
from region_grower_hpc.compare.tolerance import Tolerance
from region_grower_hpc.engine.trial import Trial
from region_grower_hpc.errors import InvalidInputError

UNITS = {
    kinds.CELLS: "cells",
    kinds.APICAL: "entries",
    kinds.MORPHOLOGY: "morphologies",
    kinds.MORPHOLOGIES: "morphologies",
}


def compare(
    a: Path | str,
    b: Path | str,
    *,
    atol_um: float = 0.0,
    rtol: float = 0.0,
    max_shown: int = 20,
    ignore_order: bool = False,
    cells_only: bool = False,
    extension: str | None = None,
    morph_dir_a: Path | str | None = None,
    morph_dir_b: Path | str | None = None,
) -> Report:
    """Compare two cells files, sets of morphologies, morphologies, or files of apical points.

    Args:
        a: SONATA or MVD3 cells; a folder of morphologies or an HDF5 container; a .h5, .swc or .asc
            morphology; a YAML file of apical points or NEURON sections.
        b: another of the same kind.
        atol_um: numbers agree where |a - b| <= atol + rtol |b|; by default where they are equal.
        rtol: see atol_um.
        max_shown: how many differences the report lists; it counts all.
        ignore_order: whether the same cells in another order are the same.
        cells_only: of cells files, leave the morphologies out.
        extension: h5, asc or swc, of the morphology files to read; None: the first of these three
            that both have.
        morph_dir_a: folder or container of the morphologies of cells file A; None: it is looked
            for beside the file.
        morph_dir_b: the same for B.

    Raises:
        InvalidInputError: a file is missing or damaged, or A and B are of different kinds.
    """
    a, b = Path(a), Path(b)
    with Trial(TRIED_BY, (path for path in (a, b) if path.suffix != ".yaml")) as trial:
        trial.check()
    kind, other = kinds.kind_of(a), kinds.kind_of(b)
    if kind != other:
        raise InvalidInputError(
            f"'{a}' is a {kind}, but '{b}' is a {other}: give two of the same kind"
        )
    if kind != kinds.CELLS and (morph_dir_a or morph_dir_b):
        raise InvalidInputError(f"--morph-dir-a and -b are for cells files; '{a}' is a {kind}")
    tally = Tally(Tolerance(atol_um, rtol), max_shown)
    formats = FORMATS if extension is None else (extension,)
    told = str(a), str(b), UNITS[kind], "name"
    if kind == kinds.CELLS:
        choices = CellsChoices(
            morphologies_a=None if morph_dir_a is None else Path(morph_dir_a),
            morphologies_b=None if morph_dir_b is None else Path(morph_dir_b),
            formats=formats,
            ignore_order=ignore_order,
            cells_only=cells_only,
        )
        told_a, told_b, matched_by = compare_cells(a, b, choices, tally)
        told = told_a, told_b, UNITS[kind], matched_by
    elif kind == kinds.APICAL:
        compare_apical_points(a, b, tally)
    elif kind == kinds.MORPHOLOGY:
        compare_files(a, b, tally)
    else:
        with (
            closing(open_morphologies(a, formats)) as one,
            closing(open_morphologies(b, formats)) as two,
        ):
            compare_collections(one, two, tally)
            told = str(one.path), str(two.path), UNITS[kind], "name"
    return tally.report(*told)
