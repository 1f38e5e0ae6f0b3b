"""The commands whose calls fail: the engine's toy, synthesis in two ways, and the others."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.clone.small_dataset import SmallDataset
from tests.conn_props.random_circuit import EDGES, RandomCircuit
from tests.efeatures.small_recordings import SmallRecordings
from tests.synthesis.full_column import all_outputs
from tests.synthesis.small_column import SmallColumn, make_small_column

MTYPES = ("L1_DAC", "L2_TPC:A", "L1_DAC", "L1_DAC")
OUTSIDE = (5000.0, 0.0, 0.0)


class Toy:
    """16 numbers in three shards, and a table."""

    name = "toy"

    def command(self, out: Path, seed: int) -> list[str]:
        """Module, function and words of the command."""
        words = [str(out), "--n-tasks", "16", "--seed", str(seed)]
        return ["tests.engine.toy", "toy", *words]


@dataclass(frozen=True)
class Shards:
    """Three cells in a container of links to a shard, apical points, and a cell that fails."""

    column: SmallColumn
    name = "shards"

    def command(self, out: Path, seed: int) -> list[str]:
        """Module, function and words of the command."""
        words = self.column.arguments(out, *self.more(out), "--max-failed-ratio", "0.3")
        # No parent that starts the interpreter's words again: they are those of the server.
        words += ["--nb-processes", "0", "--seed", str(seed)]
        return ["region_grower_hpc.cli", "main", *words]

    def more(self, out: Path) -> list[str]:
        """Options by which the systems differ."""
        return ["--container", "shards"]


class EveryOutput(Shards):
    """The same cells as files of two formats, in one container, and all that describes them."""

    name = "every-output"

    def more(self, out: Path) -> list[str]:
        """Options by which the systems differ."""
        return all_outputs(out)


@dataclass(frozen=True)
class Clones:
    """A few morphologies of each step as files, with two formats of the release."""

    data: SmallDataset
    name = "clones"

    def command(self, out: Path, seed: int) -> list[str]:
        """Module, function and words of the command."""
        more = ("--release-ext", "asc", "--release-ext", "h5", "--nb-processes", "0")
        words = self.data.arguments(out, *more, "--seed", str(seed))
        return ["region_grower_hpc.cli", "main", *words]


@dataclass(frozen=True)
class Efeatures:
    """Recordings that are read and measured, with all documents."""

    data: SmallRecordings
    name = "efeatures"

    def command(self, out: Path, seed: int) -> list[str]:
        """Module, function and words of the command."""
        settings = f'{{"interp_step": 0.025, "Threshold": {-20 - seed}}}'
        more = ("--extract-per-cell", "--pickle-cells", "--nb-processes", "0")
        words = self.data.arguments(out, *more, "--efel-settings", settings)
        return ["region_grower_hpc.cli", "main", *words]


@dataclass(frozen=True)
class ConnProps:
    """Edges in no order, of which some are used: six passes, of which one sorts."""

    circuit: RandomCircuit
    name = "conn-props"

    def command(self, out: Path, seed: int) -> list[str]:
        """Module, function and words of the command."""
        more = ("--edges-popul-name", EDGES, "--max-sample-size-per-group", "16")
        more += ("--chunk-edges", "800", "--nb-processes", "0")
        words = self.circuit.extract(out, *more, "--seed", str(seed))
        return ["region_grower_hpc.cli", "main", *words]


def small_population(folder: Path) -> SmallColumn:
    """Inputs of four cells, of which one lies outside the atlas."""
    column = make_small_column(folder, MTYPES)
    column.move_cell(3, OUTSIDE)
    return column
