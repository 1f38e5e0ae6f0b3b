"""A few made-up repaired morphologies with recipe, rules, annotations, atlas and cells."""

from __future__ import annotations

import argparse
import csv
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from click.testing import CliRunner, Result

from region_grower_hpc.cli import main
from region_grower_hpc.clone.job import CloneJob
from region_grower_hpc.clone.settings import CloneSettings
from region_grower_hpc.formats import morphology
from region_grower_hpc.formats.morphology import SOMA_ROW, MorphologyArrays

#: name, type, layer, extension; D has no axon, E is not to be used whole, F has perimeters.
MORPHOLOGIES = (
    ("A", "L1_DAC", "1", "h5"),
    ("B", "L1_DAC", "1", "asc"),
    ("C", "L2_TPC:A", "2", "h5"),
    ("D", "L1_DAC", "1", "swc"),
    ("E", "L2_TPC:A", "2", "h5"),
    ("F", "L1_DAC", "1", "h5"),
)
WITHOUT_AXON, NOT_WHOLE, WITH_PERIMETERS = "D", "E", "F"
COLUMNS = (
    *("morph_name", "repair_release_morph_path_h5", "mtype", "has_axon", "has_basal"),
    *("has_apical", "repair_morph_db_path_h5"),
)
RECIPE = """<?xml version="1.0" encoding="iso-8859-1"?>
<blueColumn><NeuronTypes totalNeurons="{cells}">
  <Layer id="1" percentage="50"><StructuralType id="L1_DAC" percentage="100"/></Layer>
  <Layer id="2" percentage="50"><StructuralType id="L2_TPC:A" percentage="60"/>
    <StructuralType id="L2_XX" percentage="40"/></Layer>
</NeuronTypes></blueColumn>
"""
PLACEMENT_RULES = """<placement_rules>
  <global_rule_set>
    <rule id="L1_hard_limit" type="below" segment_type="dendrite" y_layer="1" y_fraction="1.0"/>
    <rule id="L1_axon_hard_limit" type="below" segment_type="axon" y_layer="1" y_fraction="1.0"/>
    <rule id="ScaleBias" type="prefer_unscaled" sigma="3.5"/>
  </global_rule_set>
  <mtype_rule_set mtype="L1_DAC|L2_TPC:A">
    <rule id="dendrites" type="region_target" segment_type="dendrite" y_min_layer="2"
      y_min_fraction="0.0" y_max_layer="1" y_max_fraction="1.0"/>
  </mtype_rule_set>
</placement_rules>
"""
TRANSFORM_RULES = """<rules>
  <exclude name="B_-_Scale_x1.000_y1.100_z1.000"/>
  <substitute from="L1_DAC" to="L2_XX"/>
  <mtype_copy_to_layer mtype="L1_DAC" src_layer="1" dst_layer="2"/>
</rules>
"""
ANNOTATION = """<annotations morphology="A">
  <placement rule="dendrites" y_min="-60.0" y_max="60.0"/>
  <placement rule="L1_hard_limit" y_min="-70.0" y_max="90.0"/>
</annotations>
"""
LAYER_UM = 100.0


def made_up(seed: int, with_axon: bool = True, n_sections: int = 7) -> MorphologyArrays:
    """A neuron of binary trees: an axon, two basal dendrites and an apical one."""
    rng = np.random.default_rng(seed)
    angles = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    soma = np.stack([5 * np.cos(angles), 5 * np.sin(angles), 0 * angles, 0 * angles], axis=1)
    points, structure = [*soma], [SOMA_ROW]
    for kind in (2,) * with_axon + (3, 3, 4):
        root = len(structure)
        ends: dict[int, Any] = {}
        start = np.append(5 * _direction(rng), 2.0)
        for number in range(n_sections):
            parent = _depth_first_parent(number)
            begin = start if parent < 0 else ends[parent]
            structure.append((len(points), kind, 0 if parent < 0 else root + parent))
            steps = 8 * _direction(rng) + rng.normal(0, 2, (6, 3))
            xyz = begin[:3] + np.vstack([np.zeros(3), np.cumsum(steps, axis=0)])
            section = np.column_stack([xyz, np.linspace(begin[3], 0.9 * begin[3], len(xyz))])
            points += [*section]
            ends[number] = section[-1]
    return MorphologyArrays(np.array(points, np.float32), np.array(structure, np.int32))


def _made(name: str, seed: int, n_sections: int) -> MorphologyArrays:
    """The morphology of a name: the soma of D is a point, F has perimeters and a single child."""
    neuron = made_up(seed, name != WITHOUT_AXON, n_sections)
    points, structure = neuron.points, neuron.structure
    if name == WITHOUT_AXON:
        structure = structure - np.array([neuron.soma_size - 1, 0, 0], dtype=np.int32)
        structure[0] = SOMA_ROW
        points = np.concatenate([[[0, 0, 0, 10]], points[neuron.soma_size :]])
        return MorphologyArrays(points.astype(np.float32), structure)
    if name != WITH_PERIMETERS:
        return neuron
    row = len(structure)
    structure = np.concatenate([structure, [(len(points), structure[-1, 1], row - 1)]])
    points = np.concatenate([points, points[-1:], np.add(points[-1:], (3, 4, 5, 0))])
    perimeters = np.linspace(0.0, 9.0, len(points), dtype=np.float32)
    perimeters[: neuron.soma_size] = 0.0
    points = points.astype(np.float32)
    return MorphologyArrays(points, structure.astype(np.int32), perimeters)


def _direction(rng: np.random.Generator) -> Any:
    vector = rng.normal(size=3)
    return vector / np.linalg.norm(vector)


def _depth_first_parent(number: int) -> int:
    """A comb of pairs: 0 has 1 and 2, 2 has 3 and 4, and so on."""
    return -1 if number == 0 else (number - 1) // 2 * 2


@dataclass(frozen=True)
class SmallDataset:
    """Files of one folder."""

    folder: Path

    @property
    def dataset(self) -> Path:
        return self.folder / "dataset.csv"

    def path(self, name: str) -> Path:
        """Morphology of a name."""
        return next(path for path in self.folder.glob(f"repaired/{name}.*"))

    def copy(self, folder: Path) -> SmallDataset:
        """The same files elsewhere, to spoil."""
        shutil.copytree(self.folder, folder)
        return SmallDataset(folder)

    def arguments(
        self, out: Path, *more: str | Path, cells: bool = False, but: Sequence[str] = ()
    ) -> list[str]:
        """Words of the command; a later option of one value replaces an earlier one.

        Args:
            out: folder of all outputs.
            more: words at the end.
            cells: give clones to cells.
            but: options to leave out, all of their values.
        """
        options: list[tuple[str, str | Path]] = [
            ("--dataset", self.dataset),
            ("--recipe", self.folder / "recipe.xml"),
            ("--placement-rules", self.folder / "placement_rules.xml"),
            ("--transform-rules", self.folder / "transform_rules.xml"),
            ("--annotations", self.folder / "annotations"),
            *(("--cross-mtype", "L1_DAC"), ("--y-scale", "0.9"), ("--y-scale", "1.1")),
            ("--out-dir", out),
        ]
        if cells:
            options += [
                ("--cells", self.folder / "cells.h5"),
                ("--atlas", self.folder / "atlas"),
                ("--out-cells", out / "nodes.h5"),
            ]
        chosen = [word for option in options if option[0] not in but for word in option]
        return ["clone-morphologies", *map(str, [*chosen, *more])]

    def run(
        self, out: Path, *more: str | Path, cells: bool = False, but: Sequence[str] = ()
    ) -> Result:
        """The command in this process."""
        return CliRunner().invoke(main, self.arguments(out, *more, cells=cells, but=but))

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace a text in a file; it must be there."""
        path = self.folder / name
        text = path.read_text()
        assert old in text, f"{old!r} is not in {name}"
        path.write_text(text.replace(old, new))

    def add(
        self,
        name: str,
        neuron: MorphologyArrays,
        mtype: str = "L1_DAC",
        layer: str = "1",
        has: tuple[bool, bool, bool] = (True, True, True),
    ) -> None:
        """One more morphology, as .h5, in data set and database; `has` axon, basal, apical."""
        path = self.folder / "repaired" / f"{name}.h5"
        morphology.write(neuron, path)
        self.add_row(name, f"repaired/{path.name}", mtype, layer, has)

    def add_row(
        self,
        name: str,
        file: str,
        mtype: str = "L1_DAC",
        layer: str = "1",
        has: tuple[bool, bool, bool] = (True, True, True),
    ) -> None:
        """One more row of data set and database, whether or not there is a file."""
        with self.dataset.open("a", newline="") as table:
            csv.writer(table).writerow((name, file, mtype, *has, "neurondb.xml"))
        row = f"{_database_row(name, mtype, layer)}</listing>"
        self.edit("neurondb.xml", "</listing>", row)

    def settings(self, out: Path, **more: Any) -> CloneSettings:
        """The same as `arguments`."""
        return CloneSettings(
            **{
                "dataset": self.dataset,
                "recipe": self.folder / "recipe.xml",
                "placement_rules": self.folder / "placement_rules.xml",
                "transform_rules": self.folder / "transform_rules.xml",
                "annotations": self.folder / "annotations",
                "cross_mtypes": ("L1_DAC",),
                "y_scales": (0.9, 1.1),
                "out_dir": out,
                **more,
            }
        )

    def job(self, out: Path, **more: Any) -> CloneJob:
        """The job of these settings."""
        return CloneJob(self.settings(out, **more))


def make_small_dataset(folder: Path, n_recipe_cells: int = 40, n_sections: int = 7) -> SmallDataset:
    """Write all files."""
    for name in ("repaired", "annotations", "atlas"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    rows = []
    for seed, (name, mtype, _, extension) in enumerate(MORPHOLOGIES):
        has_axon = name != WITHOUT_AXON
        path = folder / "repaired" / f"{name}.{extension}"
        morphology.write(_made(name, seed, n_sections), path)
        rows.append((name, f"repaired/{path.name}", mtype, has_axon, True, True, "neurondb.xml"))
    with (folder / "dataset.csv").open("w", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    (folder / "neurondb.xml").write_text(_database())
    (folder / "recipe.xml").write_text(RECIPE.format(cells=n_recipe_cells))
    (folder / "placement_rules.xml").write_text(PLACEMENT_RULES)
    (folder / "transform_rules.xml").write_text(TRANSFORM_RULES)
    (folder / "annotations" / "A.xml").write_text(ANNOTATION)
    _write_atlas(folder / "atlas")
    write_cells(folder / "cells.h5")
    return SmallDataset(folder)


def _database() -> str:
    rows = [_database_row(name, mtype, layer) for name, mtype, layer, _ in MORPHOLOGIES]
    return f"<neurondb><listing>{''.join(rows)}</listing></neurondb>"


def _database_row(name: str, mtype: str, layer: str) -> str:
    own, _, sub = mtype.partition(":")
    repair = "<use_axon>false</use_axon>" if name == NOT_WHOLE else ""
    return (
        f"<morphology><name>{name}</name><mtype>{own}</mtype><msubtype>{sub}</msubtype>"
        f"<layer>{layer}</layer><repair>{repair}</repair></morphology>\n"
    )


def _write_atlas(folder: Path) -> None:
    """Layer 2 below layer 1, each `LAYER_UM` thick; y is the depth axis."""
    import voxcell

    shape, size = (4, 10, 4), (50.0, 2 * LAYER_UM / 10, 50.0)
    height = (np.arange(shape[1]) + 0.5) * size[1]
    y = np.broadcast_to(height[None, :, None], shape).astype(np.float32)
    for name, lower in (("[PH]2", 0.0), ("[PH]1", LAYER_UM)):
        bounds = np.empty((*shape, 2), dtype=np.float32)
        bounds[..., 0], bounds[..., 1] = lower, lower + LAYER_UM
        voxcell.VoxelData(bounds, size).save_nrrd(str(folder / f"{name}.nrrd"))
    voxcell.VoxelData(y, size).save_nrrd(str(folder / "[PH]y.nrrd"))
    regions = np.ones(shape, dtype=np.int32)
    voxcell.VoxelData(regions, size).save_nrrd(str(folder / "brain_regions.nrrd"))
    quaternions = np.zeros((*shape, 4), dtype=np.float32)
    quaternions[..., 0] = 1.0
    voxcell.VoxelData(quaternions, size).save_nrrd(str(folder / "orientation.nrrd"))
    (folder / "hierarchy.json").write_text('{"id": 1, "acronym": "root", "name": "root"}')


def write_cells(path: Path, types: Sequence[tuple[str, str]] = (), count: int = 20) -> None:
    """Cells of both types in both layers."""
    import pandas as pd
    import voxcell

    chosen = types or (("L1_DAC", "1"), ("L2_TPC:A", "2"))
    rng = np.random.default_rng(7)
    cells = voxcell.CellCollection("column")
    cells.properties = pd.DataFrame(
        {
            "mtype": [chosen[number % len(chosen)][0] for number in range(count)],
            "layer": [chosen[number % len(chosen)][1] for number in range(count)],
        }
    )
    heights = [
        LAYER_UM * (layer == "1") + rng.uniform(10, 60) for layer in cells.properties["layer"]
    ]
    places = rng.uniform(20, 180, (count, 2))
    cells.positions = np.column_stack([places[:, 0], heights, places[:, 1]])
    cells.save_sonata(str(path))


def write_files() -> None:
    """Write the files below a folder, for the kill campaign; one row has no morphology."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--recipe-cells", type=int, default=40)
    parser.add_argument("--sections", type=int, default=7)
    parser.add_argument("--cells", type=int, default=20)
    arguments = parser.parse_args()
    data = make_small_dataset(arguments.folder, arguments.recipe_cells, arguments.sections)
    data.add_row("absent", "repaired/absent.h5")
    (arguments.folder / "cells.h5").unlink()
    write_cells(arguments.folder / "cells.h5", count=arguments.cells)


if __name__ == "__main__":
    write_files()
