"""Parents of measured clone runs: real reconstructions, cells of the example's column, a toy.

The real ones are in the developers' data folder, and measured where it is there.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import h5py
import morphio
import numpy as np
from cases import SHARED_CASES, column_case
from settings import Settings
from timed_command import timed
from voxcell import CellCollection

SHARED_MORPHOLOGIES = SHARED_CASES.parent / "clone" / "example" / "repair_release"
#: file, type, layer; 48,200, 11,535, 4,566 and 4,947 points
REAL = (
    ("C060114A5.asc", "L5_TPC:A", "5"),
    ("C270106A.asc", "L1_DAC", "1"),
    ("nrn-order-already-sorted.h5", "L4_UPC", "4"),
    ("rp100427-123_idC.asc", "L4_UPC", "4"),
)
COLUMN_CELLS = 60
AXON, BASAL, APICAL = 2, 3, 4


@dataclass(frozen=True)
class Parent:
    """A repaired morphology."""

    name: str
    path: Path
    mtype: str
    layer: str


def real_parents() -> list[Parent]:
    """Reconstructions of the developers' data folder; none where it is absent."""
    found = [
        Parent(Path(name).stem, SHARED_MORPHOLOGIES / name, mtype, layer)
        for name, mtype, layer in REAL
    ]
    return found if all(parent.path.exists() for parent in found) else []


def column_parents(settings: Settings) -> list[Parent]:
    """Four cells of 3,000 to 6,000 points of the example's column, one basal tree made an axon.

    The peer stops at a morphology without an axon, and cells of the example have none.
    """
    folder = settings.work / "clone-parents"
    case = column_case(settings.work, COLUMN_CELLS)
    if not folder.exists():
        made = settings.work / "clone-column"
        made.mkdir()
        timed(settings.ours.synthesis(case, case.cells, made))
        folder.mkdir()
        for parent in _chosen(made):
            _with_axon(parent.path, folder / f"{parent.name}.h5")
            (folder / f"{parent.name}.txt").write_text(f"{parent.mtype} {parent.layer}")
        shutil.rmtree(made)
    found = []
    for path in sorted(folder.glob("*.h5")):
        mtype, layer = path.with_suffix(".txt").read_text().split()
        found.append(Parent(path.stem, path, mtype, layer))
    return found


def _chosen(made: Path) -> list[Parent]:
    """The largest cells of two types, and the two smallest of a third."""
    cells = CellCollection.load(made / "circuit.h5").as_dataframe()
    paths = {path.stem: path for path in (made / "morphologies").rglob("*.h5")}
    chosen = []
    for mtype, count, order in (("L2_TPC:A", 1, -1), ("L3_TPC:A", 1, -1), ("L4_UPC", 2, 1)):
        rows = list(cells[cells["mtype"] == mtype].itertuples())
        rows.sort(key=lambda row: order * len(morphio.Morphology(paths[row.morphology]).points))
        chosen += [
            Parent(f"{mtype.partition(':')[0]}_{index}", paths[row.morphology], mtype, row.layer)
            for index, row in enumerate(rows[:count])
        ]
    return chosen


def _with_axon(source: Path, target: Path) -> None:
    """Copy an h5 file; its basal tree with most points becomes an axon."""
    sections = morphio.Morphology(source)
    trees = [
        [section.id for section in root.iter()]
        for root in sections.root_sections
        if root.type == morphio.SectionType.basal_dendrite
    ]
    largest = max(trees, key=lambda ids: sum(len(sections.section(at).points) for at in ids))
    shutil.copy(source, target)
    with h5py.File(target, "r+") as file:
        structure = file["structure"][:]
        structure[np.array(largest) + 1, 1] = AXON
        file["structure"][...] = structure


def toy_parent(folder: Path) -> Parent:
    """A morphology of 21 points in 6 sections: a run with it is start-up."""
    points = [[-2.0, 0, 0, 1], [2.0, 0, 0, 1], [0.0, 0, 2, 1]]  # contour of the soma
    structure = [[0, 1, -1]]
    for kind, sign in ((AXON, -1.0), (BASAL, 1.0)):
        root = len(structure)
        ends = {0: (0.0, 10.0 * sign, 1.0), 1: (-5.0, 16.0 * sign, 3.0), 2: (5.0, 17.0 * sign, 0.0)}
        for index, end in ends.items():
            start = (0.0, 2.0 * sign, 0.0) if index == 0 else ends[0]
            middle = np.mean([start, end], axis=0)
            structure.append([len(points), kind, root if index else 0])
            points += [[*start, 1.0], [*middle, 1.0], [*end, 1.0]]
    path = folder / "toy.h5"
    with h5py.File(path, "w") as file:
        file["points"] = np.array(points, dtype=np.float32)
        file["structure"] = np.array(structure, dtype=np.int32)
        metadata = file.create_group("metadata")
        metadata.attrs["version"] = np.array([1, 3], dtype=np.uint32)
        metadata.attrs["cell_family"] = np.array([0], dtype=np.uint32)
    return Parent("toy", path, "L1_DAC", "1")
