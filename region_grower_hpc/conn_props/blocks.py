"""Blocks of target neurons: where their edges lie, and how they are read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.own_file import opened
from region_grower_hpc.conn_props.run_context import RunContext
from region_grower_hpc.formats.hdf5_file import replacing_file

#: Groups of consecutive targets that are told apart where edges are to be sorted: at least so
#: many, and so many for a chunk of edges.
LEAST_BINS, BINS_A_CHUNK = 4096, 8


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


def bin_width(n_targets: int, n_chunks: int) -> int:
    """Targets of a bin, such that a bin has a small part of the edges of a chunk."""
    return max(1, n_targets // max(LEAST_BINS, BINS_A_CHUNK * n_chunks))


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
    with replacing_file(path) as file:
        for name, value in vars(blocks).items():
            file[name] = value


def read_blocks(path: Path, context: RunContext) -> Blocks:
    """Read the table of the edges that a run reads.

    Raises:
        InvalidInputError: it is missing or damaged.
    """
    with opened(path) as file:
        values: dict[str, Any] = {name: file[name][()] for name in Blocks.__dataclass_fields__}
        for name in ("n_edges", "chunk_edges", "bin_width"):
            values[name] = int(values[name])
        values["is_sorted"] = bool(values["is_sorted"])
        blocks = Blocks(**values)
        _check(blocks, context)
        return blocks


def _check(blocks: Blocks, context: RunContext) -> None:
    """Refuse a table that does not cover all edges, or all targets, one after the other.

    Raises:
        ValueError: what is wrong.
    """
    width = bin_width(context.n_nodes[1], blocks.n_chunks if blocks.chunk_edges > 0 else 0)
    if blocks.is_sorted:
        name, limits, last = "first_edge", blocks.first_edge, context.n_edges
    else:
        name, limits, last = "first_bin", blocks.first_bin, -(-context.n_nodes[1] // width)
    if (blocks.n_edges, blocks.bin_width) != (context.n_edges, width) or blocks.chunk_edges < 1:
        raise ValueError("n_edges, chunk_edges or bin_width is that of other edges")
    if limits.ndim != 1 or limits.dtype != np.int64 or not len(limits) or limits[-1] != last:
        raise ValueError(f"{name} does not lead to the end")
    if limits[0] != (0 if len(limits) > 1 else last) or np.any(limits[1:] < limits[:-1]):
        raise ValueError(f"{name} does not ascend from 0")
