"""Draw placed clones in their column, and parents among their clones: one picture for a slide.

    python draw_clones.py NODES CLONES INPUTS --atlas FOLDER --region-structure FILE --out OUT.png

NODES is the SONATA file of the cells, CLONES the folder clone/ of the run, INPUTS what
make_inputs.py made. Left the cells, seen along z, the farther the paler, each with its clone; right
one parent of each type, and behind it, pale, its clones. The same inputs give the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import morphio

# What draws a column is the other example's.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "synthesis"))

import draw_column
from draw_column import Cell, Layer
from matplotlib import pyplot as plt

SHOWN_CLONES = 5  # behind a parent
PALENESS = 0.62


@dataclass(frozen=True)
class Family:
    """A parent and some clones of it, at the same place."""

    parent: Cell
    clones: tuple[Cell, ...]
    n_clones: int

    @property
    def everyone(self) -> tuple[Cell, ...]:
        """The parent and the clones shown."""
        return self.parent, *self.clones


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("nodes", type=Path, help="SONATA file of the cells with their clones")
    parser.add_argument("clones", type=Path, help="the folder clone/ of the run")
    parser.add_argument("inputs", type=Path, help="inputs of the run: dataset.csv")
    parser.add_argument("--atlas", type=Path, required=True)
    parser.add_argument("--region-structure", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("clones.png"))
    arguments = parser.parse_args()
    layers, pia_um = draw_column.read_layers(arguments.atlas, arguments.region_structure)
    morphologies = morphologies_of(arguments.clones)
    cells = list(draw_column.read_cells(arguments.nodes, morphologies, pia_um))
    if not cells:
        parser.error(f"{arguments.nodes} has no cells")
    mtypes = {cell.mtype for cell in cells}
    families = read_families(arguments.inputs, arguments.clones, mtypes, pia_um)
    draw(cells, families, layers, arguments.out)
    n_parents = len(read_parents(arguments.inputs))
    print(f"{len(cells)} cells with clones of {n_parents} parents drawn: {arguments.out}")


def morphologies_of(clones: Path) -> Path:
    """The container, or the folder itself, if each morphology is a file."""
    container = clones / "morphologies.h5"
    return container if container.exists() else clones


def read_families(inputs: Path, clones: Path, mtypes: set[str], pia_um: float) -> list[Family]:
    """The first parent of each type, where it was in its own column."""
    parents: dict[str, dict[str, str]] = {}
    for row in read_parents(inputs):
        parents.setdefault(row["mtype"], row)
    database = (clones / "neuronDB.dat").read_text(encoding="utf-8")
    names = {line.split(" ")[0] for line in database.splitlines()}
    collection = morphio.Collection(morphologies_of(clones))
    families = []
    for mtype in sorted(mtypes):
        parent = parents[mtype]["morph_name"]
        soma_um = (0.0, pia_um - float(parents[mtype]["soma_y_um"]), 0.0)
        count = sum(name.startswith(f"{parent}_-_Clone_") for name in names)
        shown = [parent, *(f"{parent}_-_Clone_{i}" for i in range(min(count, SHOWN_CLONES)))]
        first, *others = (
            draw_column.project(mtype, soma_um, list(collection.load(name).iter()))
            for name in shown
        )
        families.append(Family(first, tuple(others), count))
    return sorted(families, key=lambda family: family.parent.depth_um)


def read_parents(inputs: Path) -> list[dict[str, str]]:
    """Rows of the data set."""
    with (inputs / "dataset.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def draw(cells: list[Cell], families: Sequence[Family], layers: list[Layer], path: Path) -> None:
    """Write the picture: all cells, where their dendrites lie, and a family of each mtype."""
    colours = {
        family.parent.mtype: draw_column.COLOURS[rank % len(draw_column.COLOURS)]
        for rank, family in enumerate(families)
    }
    slots_um = family_slots(families)
    left_um, right_um = draw_column.x_range(cells, [cell.x_um for cell in cells])
    shown = [*cells, *(cell for family in families for cell in family.everyone)]
    deepest_um = max(float(points[:, 1].max()) for cell in shown for points in cell.sections)
    bottom_um = min(layers[-1].bottom_um, deepest_um + draw_column.NAMES_HEIGHT_UM)
    margin_um = draw_column.SIDE_MARGIN_UM

    plt.rcParams.update({"font.family": "DejaVu Sans", "text.color": draw_column.INK})
    figure, (column, profile, gallery) = draw_column.panels(
        bottom_um, right_um - left_um + 2 * margin_um, slots_um[-1]
    )
    column.set_xlim(left_um - margin_um, right_um + margin_um)
    gallery.set_xlim(0, slots_um[-1])
    for axes in (column, profile, gallery):
        draw_column.draw_layers(axes, layers, bottom_um)
    draw_column.draw_all(column, cells, colours)
    draw_column.draw_profile(profile, cells, colours)
    for family, start_um, stop_um in zip(families, slots_um, slots_um[1:], strict=False):
        draw_family(gallery, family, colours[family.parent.mtype], start_um, stop_um)
    draw_column.annotate(figure, column, profile, gallery, layers)
    column.set_title("cells with clones", fontsize=11, loc="left", pad=8)
    gallery.set_title(
        "a parent of each type, and some of its clones (pale)",
        fontsize=11, loc="left", pad=8,
    )  # fmt: skip
    title(figure, cells, len(families))
    draw_column.scale_bar(gallery)
    figure.savefig(path, dpi=draw_column.DOTS_PER_INCH, metadata={"Software": None})
    plt.close(figure)


def family_slots(families: Sequence[Family]) -> list[float]:
    """Borders of the slots of families side by side, in µm."""
    borders = [0.0]
    for family in families:
        left_um, right_um = range_of(family)
        width_um = right_um - left_um + draw_column.SIDE_MARGIN_UM
        borders.append(borders[-1] + max(width_um, draw_column.NARROWEST_SLOT_UM))
    return borders


def range_of(family: Family) -> tuple[float, float]:
    """Least and greatest x of a parent and its clones, with their somata at 0."""
    everyone = list(family.everyone)
    left_um, right_um = draw_column.x_range(everyone, [0.0] * len(everyone))
    return float(left_um), float(right_um)


def draw_family(axes: Any, family: Family, colour: str, start_um: float, stop_um: float) -> None:
    """A parent on top of its clones, in the middle of a slot, and their number below."""
    left_um, right_um = range_of(family)
    x_um = (start_um + stop_um - left_um - right_um) / 2
    pale = draw_column.paler(colour, PALENESS)
    for clone in family.clones:
        draw_column.draw_neurites(axes, clone, x_um, pale, width_factor=0.9, order=2)
    draw_column.draw_neurites(axes, family.parent, x_um, colour, width_factor=1.3, order=3)
    draw_column.draw_soma(axes, family.parent, x_um, colour, size_points=6.0)
    axes.text(
        (start_um + stop_um) / 2,
        axes.get_ylim()[0] - 0.45 * draw_column.NAMES_HEIGHT_UM,
        f"{family.parent.mtype}\n{family.n_clones:,} clones",
        ha="center", va="center", fontsize=11, fontweight="bold", color=colour, linespacing=1.5,
    )  # fmt: skip


def title(figure: Any, cells: list[Cell], n_mtypes: int) -> None:
    """Title and what is seen, above the panels."""
    width, height = figure.get_size_inches()
    left = draw_column.MARGINS_INCHES["left"] / width
    points = sum(cell.point_count for cell in cells)
    figure.text(left, 1 - 0.52 / height, "A column of clones", fontsize=21, fontweight="bold")
    figure.text(
        left, 1 - 0.84 / height,
        f"{len(cells):,} neurons of {n_mtypes} morphological types, {points:,} points, cloned and "
        "placed by region-grower-hpc",
        fontsize=11.5, color=draw_column.FAINT_INK,
    )  # fmt: skip


if __name__ == "__main__":
    main()
