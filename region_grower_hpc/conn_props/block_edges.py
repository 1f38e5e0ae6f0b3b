"""The edges of one block of targets, from the file or from its sorted copy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.blocks import Blocks
from region_grower_hpc.conn_props.edge_population import MEASURED, SOURCE_IDS, TARGET_IDS
from region_grower_hpc.conn_props.edge_reader import Columns, EdgeReader, as_ids, check_ids
from region_grower_hpc.conn_props.own_file import opened
from region_grower_hpc.conn_props.run_context import RunContext
from region_grower_hpc.formats.hdf5_file import replacing_file
from region_grower_hpc.formats.hdf5_links import check_own_values
from region_grower_hpc.formats.hdf5_sizes import size_problem

#: In a sorted piece: where each block begins. Columns are numbered as `RunContext.datasets` names
#: them: properties may have any name.
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
        path = self.context.path if self.blocks.is_sorted else self.sorted_folder
        if self.blocks.is_sorted:
            first, last = self.blocks.first_edge[block : block + 2].tolist()
            columns = self._reader.read(wanted, first, last)
        else:
            first = 0
            pieces = list(self._pieces(block, wanted))
            columns = {name: np.concatenate([one[name] for one in pieces]) for name in wanted}
        for name, n_nodes in zip((SOURCE_IDS, TARGET_IDS), self.context.n_nodes, strict=True):
            columns[name] = as_ids(columns[name])
            check_ids(columns[name], n_nodes, name, first, path)
        return columns

    def _pieces(self, block: int, names: Sequence[str]) -> Iterator[Columns]:
        columns = {name: f"{k}" for k, name in enumerate(self.context.datasets)}
        for number in range(self.blocks.n_chunks):
            # Each block opens all pieces.
            path = sorted_piece(self.sorted_folder, number)
            with opened(path, is_small=False) as file:
                datasets = {name: file[columns[name]] for name in names}
                for dataset in (file[OFFSETS], *datasets.values()):
                    _check(dataset, path)
                if any(datasets[one].dtype.kind == "f" for one in (SOURCE_IDS, TARGET_IDS)):
                    raise ValueError("ids are no integers")
                first, last = file[OFFSETS][block : block + 2].tolist()
                piece = {name: dataset[first:last] for name, dataset in datasets.items()}
                if any(len(values) != last - first for values in piece.values()):
                    raise ValueError(f"{OFFSETS} and columns do not fit")
                yield piece


def _check(dataset: h5py.Dataset, path: Path) -> None:
    """Refuse what no piece has, before HDF5 reads it.

    Raises:
        InvalidInputError: its values lie in another file.
        ValueError: it is no list of numbers, or of more than the file can hold.
    """
    if not isinstance(dataset, h5py.Dataset) or dataset.ndim != 1:
        raise ValueError(f"{dataset.name} is no list")
    if dataset.dtype.newbyteorder("=") not in MEASURED:
        raise ValueError(f"{dataset.name} holds {dataset.dtype}")
    check_own_values(dataset, path)
    if (problem := size_problem(dataset)) is not None:
        raise ValueError(f"{dataset.name} {problem}")


def sorted_piece(folder: Path, number: int) -> Path:
    """File of a sorted piece of the edges."""
    return folder / f"{number:06d}.h5"


def write_piece(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write one."""
    with replacing_file(path) as file:
        for name, values in arrays.items():
            file[name] = values
