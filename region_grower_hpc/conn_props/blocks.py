"""Blocks of target neurons: where their edges lie, and how they are read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.own_file import opened
from region_grower_hpc.formats.atomic import replacing

#: Groups of consecutive targets that are told apart where edges are to be sorted.
N_BINS = 4096


@dataclass(frozen=True)
class Blocks:
    """The block table of a file of edges.

    A connection lies in one block. Blocks depend on the file and on `chunk_edges` only, so sums
    over them are added in the same order for any number of ranks.

    Attributes:
        n_edges: of the population.
        chunk_edges: most edges that are read at a time, as far as single targets permit.
        is_sorted: the edges of each block lie together.
        first_edge: (n + 1,) where sorted: block k has the edges [first_edge[k], first_edge[k+1]).
        bin_width: targets of a bin, where not sorted.
        first_bin: (n + 1,) where not sorted: block k has the targets of these bins.
    """

    n_edges: int
    chunk_edges: int
    is_sorted: bool
    first_edge: NDArray[np.int64]
    bin_width: int
    first_bin: NDArray[np.int64]

    @property
    def n_blocks(self) -> int:
        """Number of blocks."""
        return len(self.first_edge if self.is_sorted else self.first_bin) - 1

    @property
    def n_chunks(self) -> int:
        """Number of pieces of the file that are sorted one by one."""
        return n_chunks(self.n_edges, self.chunk_edges)

    def chunk(self, number: int) -> tuple[int, int]:
        """Edges of a piece."""
        return chunk(number, self.n_edges, self.chunk_edges)

    def block_of(self, targets: NDArray[np.int64]) -> NDArray[np.int64]:
        """Block of each target, where edges are not sorted."""
        block_of_bin: NDArray[np.int64] = np.repeat(
            np.arange(self.n_blocks), np.diff(self.first_bin)
        )
        blocks: NDArray[np.int64] = block_of_bin[targets // self.bin_width]
        return blocks


def n_chunks(n_edges: int, chunk_edges: int) -> int:
    """Number of pieces of a file."""
    return -(-n_edges // chunk_edges)


def chunk(number: int, n_edges: int, chunk_edges: int) -> tuple[int, int]:
    """Edges [first, last) of a piece."""
    first = number * chunk_edges
    return first, min(first + chunk_edges, n_edges)


def bin_width(n_targets: int) -> int:
    """Targets of a bin."""
    return max(1, -(-n_targets // N_BINS))


def blocks_of_bins(edges_of_bin: NDArray[np.int64], chunk_edges: int) -> NDArray[np.int64]:
    """First bin of each block, and the number of bins: as many together as fit in a chunk."""
    firsts, held = [0], 0
    for number, count in enumerate(edges_of_bin.tolist()):
        if held and held + count > chunk_edges:
            firsts.append(number)
            held = 0
        held += count
    return np.array([*firsts, len(edges_of_bin)], dtype=np.int64)


def write_blocks(path: Path, blocks: Blocks) -> None:
    """Write the table."""
    with replacing(path) as temporary, h5py.File(temporary, "w") as file:
        for name, value in vars(blocks).items():
            file[name] = value


def read_blocks(path: Path) -> Blocks:
    """Read the table.

    Raises:
        InvalidInputError: it is missing or damaged.
    """
    with opened(path) as file:
        values: dict[str, Any] = {name: file[name][()] for name in Blocks.__dataclass_fields__}
        for name in ("n_edges", "chunk_edges", "bin_width"):
            values[name] = int(values[name])
        values["is_sorted"] = bool(values["is_sorted"])
        return Blocks(**values)
