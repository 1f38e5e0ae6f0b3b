"""Valid files of every format, small, to be damaged; all below one folder."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import morphio
import numpy as np
import voxcell
import yaml

from region_grower_hpc.formats.container import ContainerWriter
from region_grower_hpc.formats.morphology import from_morphio
from region_grower_hpc.formats.sonata import load_cells, save_cells
from tests.clone.small_dataset import make_small_dataset, write_cells
from tests.fuzz.conn_props_files import make_conn_props_files
from tests.fuzz.recording_files import make_recording_files
from tests.synthesis.full_column import add_axons, add_constraints
from tests.synthesis.small_column import REGION, SmallColumn, make_small_column
from tests.synthesis.small_neuron import donor

MTYPE = "L1_DAC"
#: Voxels that are kept on both sides of the cells along x and z.
MARGIN = 1


def make_good_files(folder: Path) -> None:
    """Write all files; their content is the same each time."""
    column = make_small_column(folder, [MTYPE, MTYPE])
    _crop_atlas(column)
    _shorten_tmd_files(column)
    add_axons(column, ["0 one 1.0", "1 two N/A"])
    add_constraints(column)
    _write_more_cells(column)
    _write_morphologies(folder)
    _write_settings(folder)
    (folder / "gids.txt").write_text("0\n1:2\n")
    (folder / "costs.json").write_text(json.dumps({f"{REGION}/{MTYPE}": 0.25}))
    (folder / "diametrizer.json").write_text(
        json.dumps({"models": ["simpler"], "neurite_types": ["basal_dendrite", "apical_dendrite"]})
    )
    templates = json.loads(column.parameters.read_text())[REGION]
    (folder / "templates.json").write_text(json.dumps(templates))
    _write_reference(folder)
    _write_clones(folder / "clone")
    make_recording_files(folder / "efeatures")
    make_conn_props_files(folder / "conn_props")


def _crop_atlas(column: SmallColumn) -> None:
    """Keep the columns of voxels around the cells: plans are then made in milliseconds."""
    positions = voxcell.CellCollection.load_sonata(column.cells).positions
    for path in column.atlas.glob("*.nrrd"):
        volume = voxcell.VoxelData.load_nrrd(path)
        indices = volume.positions_to_indices(positions)
        first = np.maximum(indices.min(axis=0) - MARGIN, 0)
        last = indices.max(axis=0) + MARGIN
        first[1], last[1] = 0, volume.shape[1]
        raw = volume.raw[tuple(map(slice, first, last + 1))]
        offset = volume.offset + first * volume.voxel_dimensions
        voxcell.VoxelData(raw, volume.voxel_dimensions, offset).save_nrrd(path)


def _shorten_tmd_files(column: SmallColumn) -> None:
    for path in (column.parameters, column.distributions):
        entry = json.loads(path.read_text())[REGION][MTYPE]
        for values in entry.values():
            if isinstance(values, dict) and "persistence_diagram" in values:
                values["persistence_diagram"] = [
                    diagram[:12] for diagram in values["persistence_diagram"][:2]
                ]
        path.write_text(json.dumps({REGION: {MTYPE: entry}}, indent=1))


def _write_more_cells(column: SmallColumn) -> None:
    """MVD3, and SONATA with a library, dynamics parameters and orientations."""
    cells = load_cells(column.cells)
    save_cells(cells, column.folder / "cells.mvd3")
    cells.properties["mclass"] = ["INT", "INT"]
    cells.properties["@dynamics:threshold"] = [0.5, 1.5]
    cells.properties["morphology"] = ["one", "hashed/two"]
    cells.orientations = np.stack([np.eye(3)] * 2)
    save_cells(cells, column.folder / "rich.h5")


def _write_morphologies(folder: Path) -> None:
    neuron = donor()
    single = donor()
    single.soma.points, single.soma.diameters = [[0, 0, 0]], [10]
    single.soma.type = morphio.SomaType.SOMA_SINGLE_POINT
    for group in ("h5", "swc", "asc"):
        (folder / group).mkdir()
        for name in ("one", "two"):
            (single if group == "swc" else neuron).write(folder / group / f"{name}.{group}")
    (folder / "list.dat").write_text("name layer mtype\none 1 L1_DAC\ntwo 1 L1_DAC\n")
    (folder / "neurondb.xml").write_text(
        '<?xml version="1.0" encoding="utf-8"?>\n<neurondb>\n<listing>\n'
        + "".join(
            f"<morphology>\n<name>{name}</name>\n<mtype>L1_DAC</mtype>\n<msubtype/>\n"
            "<layer>1</layer>\n<repair>\n<use_axon>true</use_axon>\n<axon_sources>\n"
            "<axonsource>one</axonsource>\n</axon_sources>\n</repair>\n</morphology>\n"
            for name in ("one", "two")
        )
        + "</listing>\n</neurondb>\n"
    )
    arrays = from_morphio(morphio.mut.Morphology(neuron))
    with ContainerWriter(folder / "container.h5") as container:
        for name in ("one", "hashed/two"):
            container.add(name, arrays)
    (folder / "other.h5").write_bytes((folder / "cells.h5").read_bytes())


def _write_settings(folder: Path) -> None:
    (folder / "settings.toml").write_text(
        'seed = 7\nskip-write = true\nmin_depth = 20.5\nout-morph-ext = ["h5", "swc"]\n'
        '[synthesize-morphologies]\nmax-depth = 4000\ntask-timeout = 60\nlog-level = "error"\n'
    )
    values = {"seed": 7, "skip-write": True, "min_depth": 20.5, "out-morph-ext": ["h5", "swc"]}
    own = {"max-depth": 4000, "task-timeout": 60, "log-level": "error"}
    text = yaml.safe_dump({**values, "synthesize-morphologies": own}, sort_keys=False)
    (folder / "settings.yaml").write_text(text)
    (folder / "apical.yaml").write_text("one: [1.5, -2.0, 3.25]\ntwo: null\nthree: [1, 2, 3]\n")
    for name in ("settings.toml", "settings.yaml", "apical.yaml"):
        shutil.copy(folder / name, folder / f"good.{name}")


def _write_clones(folder: Path) -> None:
    """A data set with morphologies of each format, for a few clones, and cells that get them."""
    make_small_dataset(folder, n_recipe_cells=6, n_sections=3)
    (folder / "cells.h5").unlink()
    write_cells(folder / "cells.h5", count=4)


def _write_reference(folder: Path) -> None:
    """Good copies, which damaged files are compared with."""
    for name in ("rich.h5", "cells.mvd3", "container.h5"):
        shutil.copy(folder / name, folder / f"good.{name}")
    for name in ("h5/one.h5", "swc/one.swc", "asc/one.asc"):
        shutil.copy(folder / name, folder / name.replace("/one", "/good"))
