"""Draw synthesized cells in their column: one picture for a slide.

    python draw_column.py NODES MORPHOLOGIES --atlas FOLDER --region-structure FILE --out column.png

NODES is the SONATA file of the cells; MORPHOLOGIES is an HDF5 container or a folder of morphology
files. Left all cells, seen along z, the farther the paler; right one typical cell of each mtype.
The column must stand upright, with the pia at the top of y. The same inputs give the same bytes.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
import morphio
import numpy as np
import yaml
from voxcell import CellCollection, VoxelData

mpl.use("Agg")

from matplotlib import pyplot as plt
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb

# Readable with the common colour vision deficiencies, from the pia downwards.
COLOURS = ("#D55E00", "#0072B2", "#009E73", "#C7609A", "#4B3F8F", "#B8860B", "#56B4E9", "#7A4A2B")
BAND_COLOURS = ("#F3F5F7", "#FFFFFF")
INK, FAINT_INK, LINE_INK = "#1F2733", "#6B7683", "#D5DAE0"
DOTS_PER_INCH = 200
PICTURE_HEIGHT_INCHES = 7.6  # of the panels; their width follows from the cells
MARGINS_INCHES = {"left": 0.85, "right": 0.35, "top": 1.45, "bottom": 0.6, "between": 0.3}
PROFILE_WIDTH_INCHES = 1.5
SIDE_MARGIN_UM = 60.0
NARROWEST_SLOT_UM = 330.0  # of a single cell, to leave room for its name
NAMES_HEIGHT_UM = 210.0  # free space for the names below the deepest neurite
PROFILE_BIN_UM = 25.0


@dataclass(frozen=True)
class Layer:
    """One layer of the column, depths measured from the pia."""

    name: str
    top_um: float
    bottom_um: float


@dataclass(frozen=True)
class Cell:
    """One cell, projected: x to the right, depth below the pia downwards, z towards the viewer."""

    mtype: str
    x_um: float
    depth_um: float
    z_um: float
    sections: tuple[Any, ...]  # (n, 2) arrays of x relative to the soma, and depth
    diameters_um: tuple[float, ...]  # mean of each section
    segment_depths_um: Any  # middle of each segment
    segment_lengths_um: Any  # in space, not projected
    point_count: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("nodes", type=Path, help="SONATA file of the cells")
    parser.add_argument("morphologies", type=Path, help="HDF5 container, or folder of morphologies")
    parser.add_argument("--atlas", type=Path, required=True)
    parser.add_argument("--region-structure", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("column.png"))
    arguments = parser.parse_args()
    layers, pia_um = read_layers(arguments.atlas, arguments.region_structure)
    cells = list(read_cells(arguments.nodes, arguments.morphologies, pia_um))
    if not cells:
        parser.error(f"{arguments.nodes} has no cells")
    draw(cells, layers, arguments.out)
    print(f"{len(cells)} cells drawn: {arguments.out}")


def read_layers(atlas: Path, region_structure: Path) -> tuple[list[Layer], float]:
    """Layers of the first region from the pia downwards, and the y of the pia."""
    structure = yaml.safe_load(region_structure.read_text(encoding="utf-8"))
    names = next(iter(structure.values()))["layers"]
    inside = VoxelData.load_nrrd(atlas / "brain_regions.nrrd").raw > 0
    bounds = [
        np.median(VoxelData.load_nrrd(atlas / f"[PH]{name}.nrrd").raw[inside], axis=0)
        for name in names
    ]
    pia_um = float(bounds[0][1])
    layers = [
        Layer(f"L{name}", pia_um - float(upper), pia_um - float(lower))
        for name, (lower, upper) in zip(names, bounds, strict=True)
    ]
    return layers, pia_um


def read_cells(nodes: Path, morphologies: Path, pia_um: float) -> Iterator[Cell]:
    """Cells in the order of the file."""
    table = CellCollection.load_sonata(nodes).as_dataframe()
    collection = morphio.Collection(morphologies)
    for row in table.itertuples():
        morphology = collection.load(str(row.morphology))
        soma_um = (row.x, pia_um - row.y, row.z)
        yield project(str(row.mtype), soma_um, [section for section in morphology.iter()])


def project(mtype: str, soma_um: tuple[float, float, float], sections: list[Any]) -> Cell:
    """A cell with its soma at x, depth and z, from the sections of its morphology."""
    points = [section.points.astype(float) for section in sections]
    depths = [soma_um[1] - array[:, 1] for array in points]
    return Cell(
        mtype,
        *soma_um,
        tuple(np.column_stack([array[:, 0], d]) for array, d in zip(points, depths, strict=True)),
        tuple(float(section.diameters.mean()) for section in sections),
        np.concatenate([(d[:-1] + d[1:]) / 2 for d in depths]),
        np.concatenate([np.linalg.norm(np.diff(array, axis=0), axis=1) for array in points]),
        sum(map(len, points)),
    )


def draw(cells: list[Cell], layers: list[Layer], path: Path) -> None:
    """Write the picture: all cells, where their dendrites lie, and one cell of each mtype."""
    mtypes = sorted(
        {cell.mtype for cell in cells},
        key=lambda mtype: float(np.median([c.depth_um for c in cells if c.mtype == mtype])),
    )
    colours = {mtype: COLOURS[rank % len(COLOURS)] for rank, mtype in enumerate(mtypes)}
    typical = [typical_cell(cells, mtype) for mtype in mtypes]
    slots_um = gallery_slots(typical)
    left_um, right_um = x_range(cells, [cell.x_um for cell in cells])
    deepest_um = max(float(points[:, 1].max()) for cell in cells for points in cell.sections)
    bottom_um = min(layers[-1].bottom_um, deepest_um + NAMES_HEIGHT_UM)

    plt.rcParams.update({"font.family": "DejaVu Sans", "text.color": INK})
    figure, (column, profile, gallery) = panels(
        bottom_um, right_um - left_um + 2 * SIDE_MARGIN_UM, slots_um[-1]
    )
    column.set_xlim(left_um - SIDE_MARGIN_UM, right_um + SIDE_MARGIN_UM)
    gallery.set_xlim(0, slots_um[-1])
    for axes in (column, profile, gallery):
        draw_layers(axes, layers, bottom_um)
    draw_all(column, cells, colours)
    draw_profile(profile, cells, colours)
    for cell, start_um, stop_um in zip(typical, slots_um, slots_um[1:], strict=False):
        left_um, right_um = x_range([cell], [0.0])
        x_um = (start_um + stop_um - left_um - right_um) / 2
        draw_neurites(gallery, cell, x_um, colours[cell.mtype], width_factor=1.5, order=3)
        draw_soma(gallery, cell, x_um, colours[cell.mtype], size_points=6.0)
        count = sum(other.mtype == cell.mtype for other in cells)
        gallery.text(
            (start_um + stop_um) / 2, bottom_um - 0.45 * NAMES_HEIGHT_UM,
            f"{cell.mtype}\n{count:,} cell{'s' if count > 1 else ''}", ha="center", va="center",
            fontsize=11, fontweight="bold", color=colours[cell.mtype], linespacing=1.5,
        )  # fmt: skip
    annotate(figure, column, profile, gallery, layers)
    points = sum(cell.point_count for cell in cells)
    title(
        figure, f"{len(cells):,} neurons of {len(typical)} morphological types, {points:,} points"
    )
    scale_bar(gallery)
    figure.savefig(path, dpi=DOTS_PER_INCH, metadata={"Software": None})
    plt.close(figure)


def panels(bottom_um: float, column_width_um: float, gallery_width_um: float) -> tuple[Any, Any]:
    """A figure with three panels of one scale: the µm are as long in x as in depth."""
    inches_per_um = PICTURE_HEIGHT_INCHES / bottom_um
    widths = (
        column_width_um * inches_per_um,
        PROFILE_WIDTH_INCHES,
        gallery_width_um * inches_per_um,
    )
    margins = MARGINS_INCHES
    width = sum(widths) + margins["left"] + margins["right"] + 2 * margins["between"]
    height = PICTURE_HEIGHT_INCHES + margins["top"] + margins["bottom"]
    figure = plt.figure(figsize=(width, height), facecolor="white")
    axes, edge = [], margins["left"]
    for panel_width in widths:
        box = (edge / width, margins["bottom"] / height, panel_width / width,
               PICTURE_HEIGHT_INCHES / height)  # fmt: skip
        axes.append(figure.add_axes(box, ylim=(bottom_um, 0.0)))
        edge += panel_width + margins["between"]
    return figure, axes


def typical_cell(cells: list[Cell], mtype: str) -> Cell:
    """The cell of an mtype with the median number of points (the lower one of two)."""
    ranked = sorted((c for c in cells if c.mtype == mtype), key=lambda cell: cell.point_count)
    return ranked[(len(ranked) - 1) // 2]


def x_range(cells: list[Cell], soma_x_um: list[float]) -> tuple[float, float]:
    """Least and greatest x of some cells with their somata at `soma_x_um`."""
    arrays = [
        points[:, 0] + x
        for cell, x in zip(cells, soma_x_um, strict=True)
        for points in cell.sections
    ]
    return min(float(x.min()) for x in arrays), max(float(x.max()) for x in arrays)


def gallery_slots(typical: list[Cell]) -> list[float]:
    """Borders of the slots of cells side by side, in µm."""
    borders = [0.0]
    for cell in typical:
        left, right = x_range([cell], [0.0])
        borders.append(borders[-1] + max(right - left + SIDE_MARGIN_UM, NARROWEST_SLOT_UM))
    return borders


def draw_layers(axes: Any, layers: list[Layer], bottom_um: float) -> None:
    """Bands for the layers, and lines for the pia and the white matter."""
    for rank, layer in enumerate(layers):
        axes.axhspan(layer.top_um, min(layer.bottom_um, bottom_um),
                     color=BAND_COLOURS[rank % 2], lw=0, zorder=0)  # fmt: skip
        axes.axhline(layer.top_um, color=LINE_INK, lw=0.6, zorder=1)
    axes.axhline(layers[0].top_um, color=INK, lw=2.4, zorder=6)


def draw_all(axes: Any, cells: list[Cell], colours: dict[str, str]) -> None:
    """All cells at their places, the far ones first and paler, their somata on top."""
    z = np.array([cell.z_um for cell in cells])
    nearness = (z - z.min()) / max(float(np.ptp(z)), 1.0)
    soma_points = 4.6 * min(1.0, 100 / len(cells)) ** 0.25
    for order, index in enumerate(np.argsort(z, kind="stable")):
        cell = cells[index]
        colour = paler(colours[cell.mtype], 0.55 * (1 - float(nearness[index])))
        draw_neurites(axes, cell, cell.x_um, colour, width_factor=0.8, order=2 + order / len(cells))
        draw_soma(axes, cell, cell.x_um, colours[cell.mtype], size_points=soma_points)


def draw_neurites(
    axes: Any, cell: Cell, x_um: float, colour: Any, width_factor: float, order: float
) -> None:
    """Neurites of a cell with its soma at `x_um`; drawn wider than they are, to be seen."""
    shift = np.array([x_um, 0.0])
    lines = [points + shift for points in cell.sections]
    widths = [width_factor * min(0.25 + 0.3 * diameter, 1.8) for diameter in cell.diameters_um]
    axes.add_collection(
        LineCollection(lines, colors=[colour], linewidths=widths, capstyle="round", zorder=order),
        autolim=False,
    )


def draw_soma(axes: Any, cell: Cell, x_um: float, colour: str, size_points: float) -> None:
    """Soma as a dot with a white rim."""
    axes.plot(x_um, cell.depth_um, "o", ms=size_points, mfc=colour, mec="white", mew=0.6, zorder=5)


def draw_profile(axes: Any, cells: list[Cell], colours: dict[str, str]) -> None:
    """Length of the neurites at each depth, stacked by mtype."""
    edges = np.arange(0.0, axes.get_ylim()[0] + PROFILE_BIN_UM, PROFILE_BIN_UM)
    base = np.zeros(len(edges) - 1)
    for mtype, colour in colours.items():
        top = base.copy()
        for cell in cells:
            if cell.mtype == mtype:
                weights = cell.segment_lengths_um / 1000
                top += np.histogram(cell.segment_depths_um, edges, weights=weights)[0]
        axes.stairs(top, edges, baseline=base, orientation="horizontal", fill=True, color=colour,
                    lw=0, alpha=0.85, zorder=3)  # fmt: skip
        base = top
    axes.set_xlim(0, 1.08 * max(float(base.max()), 1e-3))


def paler(colour: str, amount: float) -> Any:
    """A colour mixed with white."""
    return tuple(channel + (1 - channel) * amount for channel in to_rgb(colour))


def annotate(figure: Any, column: Any, profile: Any, gallery: Any, layers: list[Layer]) -> None:
    """Axes, names of the layers and headings of the panels."""
    for axes in (column, profile, gallery):
        axes.tick_params(length=0, labelsize=9, labelcolor=FAINT_INK)
        axes.set_yticks([])
        axes.spines[:].set_visible(False)
    column.set_xticks([])
    gallery.set_xticks([])
    bottom_um = column.get_ylim()[0]
    column.set_yticks(np.arange(0, bottom_um, 250))
    column.set_ylabel("depth below the pia (µm)", color=FAINT_INK, fontsize=10, labelpad=6)
    profile.locator_params(axis="x", nbins=3)
    profile.set_xlabel(f"mm per {PROFILE_BIN_UM:.0f} µm", color=FAINT_INK, fontsize=9, labelpad=3)
    for layer in layers:
        if layer.top_um < bottom_um:
            column.annotate(
                layer.name, (0, (layer.top_um + min(layer.bottom_um, bottom_um)) / 2), (8, 0),
                xycoords=column.get_yaxis_transform(), textcoords="offset points",
                va="center", fontsize=11, fontweight="bold", color=FAINT_INK, zorder=7,
            )  # fmt: skip
    headings = {
        column: "all cells",
        profile: "dendrite length",
        gallery: "a typical cell of each type",
    }
    for axes, heading in headings.items():
        axes.set_title(heading, fontsize=11, loc="left", pad=8)
    column.set_title("pia", fontsize=9, loc="right", color=FAINT_INK, pad=8)


def title(figure: Any, summary: str) -> None:
    """Title and what is seen, above the panels."""
    width, height = figure.get_size_inches()
    left = MARGINS_INCHES["left"] / width
    figure.text(left, 1 - 0.52 / height, "A synthesized cortical column", fontsize=21,
                fontweight="bold")  # fmt: skip
    figure.text(left, 1 - 0.84 / height, f"{summary}, grown in place by region-grower-hpc",
                fontsize=11.5, color=FAINT_INK)  # fmt: skip


def scale_bar(axes: Any, length_um: float = 200.0) -> None:
    """A bar of known length below the right end of the panel."""
    right = axes.get_xlim()[1]
    axes.annotate(
        f"{length_um:.0f} µm", (right - length_um / 2, 0), (0, -8), ha="center", va="top",
        xycoords=axes.get_xaxis_transform(), textcoords="offset points", fontsize=10,
    )  # fmt: skip
    axes.plot([right - length_um, right], [0, 0], color=INK, lw=2.4, solid_capstyle="butt",
              transform=axes.get_xaxis_transform(), clip_on=False, zorder=8)  # fmt: skip


if __name__ == "__main__":
    main()
