"""A small circuit to place clones in: cells in a column of three layers, clones, rules."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import voxcell
from click.testing import CliRunner, Result

from region_grower_hpc.clone.failures import read_failures
from region_grower_hpc.clone.placement.job import PlacementJob
from region_grower_hpc.clone.placement.settings import PlacementSettings
from region_grower_hpc.engine.job import StoredResult
from tests.clone.placement.run_placement import place_clones

LAYERS = {"1": (800.0, 1200.0), "2": (400.0, 800.0), "3": (0.0, 400.0)}
TOP_UM = 1200.0
VOXEL_UM = 40.0
RULES = """<placement_rules>
 <global_rule_set>
  <rule id="top" type="below" segment_type="axon" y_layer="1" y_fraction="1.0"/>
 </global_rule_set>
 <mtype_rule_set mtype="AAC|BTC">
  <rule id="in 1" type="region_target" segment_type="axon" y_min_layer="1" y_min_fraction="0"
        y_max_layer="1" y_max_fraction="1"/>
  <rule id="in 2" type="region_occupy" segment_type="dendrite" y_min_layer="2" y_min_fraction="0"
        y_max_layer="2" y_max_fraction="1"/>
 </mtype_rule_set>
</placement_rules>
"""


@dataclass(frozen=True)
class SmallCircuit:
    """Input files of a run, all below `folder`."""

    folder: Path

    def settings(self, out: Path, **changes: Any) -> PlacementSettings:
        """Settings of a run whose outputs are all below `out`."""
        plain = PlacementSettings(
            cells=self.folder / "cells.h5",
            atlas=self.folder / "atlas",
            out_cells=out / "nodes.h5",
            placement_rules=self.folder / "rules.xml",
            database=self.folder / "neuronDB.dat",
            annotations=self.folder / "clone_annotations.json",
            failures_csv=out / "failures.csv",
            max_drop_ratio=1.0,
        )
        return replace(plain, **changes)

    def arguments(self, out: Path, **changes: Any) -> list[str]:
        """The same as words of the command line."""
        words: list[str] = []
        for name, value in vars(self.settings(out, **changes)).items():
            option = "--" + name.replace("_", "-")
            words += [option] * value if isinstance(value, bool) else [option, str(value)]
        return words

    def run(self, out: Path, *more: str, **changes: Any) -> Result:
        """The program in this process."""
        return CliRunner().invoke(place_clones, [*self.arguments(out, **changes), *more])

    def edit_cells(self, change: Callable[[voxcell.CellCollection], None]) -> None:
        """Change the cells in place."""
        path = self.folder / "cells.h5"
        cells = voxcell.CellCollection.load_sonata(path)
        change(cells)
        path.unlink()
        cells.save_sonata(path)

    def edit_voxels(self, name: str, change: Callable[[Any], None]) -> None:
        """Change the values of a volume in place."""
        path = self.folder / "atlas" / f"{name}.nrrd"
        volume = voxcell.VoxelData.load_nrrd(path)
        change(volume.raw)
        volume.save_nrrd(path)

    def annotate(self, annotations: Mapping[str, Any]) -> None:
        """Replace the annotations."""
        (self.folder / "clone_annotations.json").write_text(json.dumps(annotations))

    def offer(self, rows: Sequence[tuple[str, ...]]) -> None:
        """Replace the database: name, layer, mtype and perhaps more."""
        text = "".join(" ".join(row) + "\n" for row in rows)
        (self.folder / "neuronDB.dat").write_text(text)


def make_small_circuit(folder: Path, n_cells: int = 60, n_clones: int = 8) -> SmallCircuit:
    """Write the inputs: cells of two mtypes all over the column, clones of both in each layer."""
    circuit = SmallCircuit(folder)
    (folder / "atlas").mkdir(parents=True)
    _write_atlas(folder / "atlas")
    random = np.random.default_rng(0)
    (folder / "rules.xml").write_text(RULES)
    names = [f"clone_{number}" for number in range(n_clones)]
    rows = [(name, layer, mtype) for mtype in ("AAC", "PC") for layer in LAYERS for name in names]
    circuit.offer([(f"{mtype}_{name}", layer, mtype) for name, layer, mtype in rows])
    circuit.annotate(
        {
            f"{mtype}_{name}": {rule: _extent(random) for rule in ("top", "in 1", "in 2")}
            for mtype in ("AAC", "PC")
            for name in names
        }
    )
    cells = voxcell.CellCollection("column")
    heights = random.uniform(0, TOP_UM, n_cells)
    cells.positions = np.stack([heights * 0 + 30.0, heights, heights * 0 + 30.0], axis=1)
    layers = np.array(["3", "2", "1"])[(heights // 400).astype(int)]
    mtypes = random.choice(["AAC", "PC"], n_cells)
    cells.properties = pd.DataFrame({"layer": layers, "mtype": mtypes, "number": range(n_cells)})
    cells.save_sonata(folder / "cells.h5")
    return circuit


def _extent(random: np.random.Generator) -> dict[str, str]:
    low, high = np.sort(random.uniform(-400, 500, 2))
    return {"y_min": f"{low:.3f}", "y_max": f"{high:.3f}"}


def _write_atlas(folder: Path) -> None:
    shape = (2, int(TOP_UM / VOXEL_UM), 2)
    heights = np.broadcast_to(((np.arange(shape[1]) + 0.5) * VOXEL_UM)[:, np.newaxis], shape)
    volumes = {"brain_regions": np.ones(shape, dtype=np.int32), "[PH]y": heights.astype("f4")}
    for layer, bounds in LAYERS.items():
        volumes[f"[PH]{layer}"] = np.tile(np.array(bounds, dtype="f4"), (*shape, 1))
    for name, values in volumes.items():
        volume = voxcell.VoxelData(values.copy(), (VOXEL_UM,) * 3)
        volume.save_nrrd(str(folder / f"{name}.nrrd"))


def choices(settings: PlacementSettings) -> tuple[list[StoredResult], Any, Any]:
    """Results of all blocks, plan and rank state, without the engine."""
    job = PlacementJob(settings)
    plan = job.plan()
    state = job.setup(plan)
    results = []
    for task in plan.tasks.tolist():
        result = job.run(state, task)
        row = np.array([result.row], dtype=plan.row_dtype)[0]
        results.append(StoredResult(task, row, result.arrays))
    return results, plan, state


def placed(out: Path) -> dict[int, str]:
    """The clone of each cell, by its property `number`."""
    properties = voxcell.CellCollection.load_sonata(out / "nodes.h5").properties
    return dict(zip(properties["number"], properties["morphology"].astype(str), strict=True))


def left_out(out: Path) -> dict[int, str]:
    """Reasons by cell, of a run's own list."""
    return {int(name): reason for _, name, reason in read_failures(out / "nodes.failures.csv")}
