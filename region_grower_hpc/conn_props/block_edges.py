"""The edges of one block of targets, from the file or from its sorted copy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.blocks import Blocks
from region_grower_hpc.conn_props.edge_population import SOURCE_IDS, TARGET_IDS
from region_grower_hpc.conn_props.edge_reader import Columns, EdgeReader, as_ids, check_ids
from region_grower_hpc.conn_props.own_file import opened
from region_grower_hpc.conn_props.run_context import RunContext
from region_grower_hpc.formats.atomic import replacing

OFFSETS = "offsets"


@dataclass
class BlockEdges:
    """Reads blocks; the edges file stays open.

    Attributes:
        context: of the run.
        blocks: the block table.
        sorted_folder: where the sorted copy lies, if there is one.
    """

    context: RunContext
    blocks: Blocks
    sorted_folder: Path
    _reader: EdgeReader = field(init=False)

    def __post_init__(self) -> None:
        self._reader = EdgeReader(self.context.path, self.context.datasets)

    def read(self, block: int, names: Sequence[str]) -> Columns:
        """Ids, as signed integers, and columns of the edges of a block, in the order of edge ids.

        Raises:
            InvalidInputError: the file is damaged, or an id has no node.
        """
        wanted = [SOURCE_IDS, TARGET_IDS, *names]
        if self.blocks.is_sorted:
            first, last = self.blocks.first_edge[block : block + 2].tolist()
            columns = self._reader.read(wanted, first, last)
        else:
            first = 0
            pieces = list(self._pieces(block, wanted))
            columns = {name: np.concatenate([one[name] for one in pieces]) for name in wanted}
        for name, n_nodes in zip((SOURCE_IDS, TARGET_IDS), self.context.n_nodes, strict=True):
            columns[name] = as_ids(columns[name])
            check_ids(columns[name], n_nodes, name, first, self.context.path)
        return columns

    def _pieces(self, block: int, names: Sequence[str]) -> Iterator[Columns]:
        for number in range(self.blocks.n_chunks):
            with opened(sorted_piece(self.sorted_folder, number)) as file:
                first, last = file[OFFSETS][block : block + 2].tolist()
                yield {name: file[name][first:last] for name in names}


def sorted_piece(folder: Path, number: int) -> Path:
    """File of a sorted piece of the edges."""
    return folder / f"{number:06d}.h5"


def write_piece(path: Path, columns: Columns, offsets: NDArray[np.int64]) -> None:
    """Write one."""
    with replacing(path) as temporary, h5py.File(temporary, "w") as file:
        for name, values in columns.items():
            file[name] = values
        file[OFFSETS] = offsets
