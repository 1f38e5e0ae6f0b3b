"""The connections that are used of pathways which have more than are asked for.

Random numbers are drawn as connectome_manipulator does: one choice a pathway that is too large, in
row-major order, from one stream of a part. Connections are numbered by source, then target; blocks
hold them by target, so the choice among all is brought to the blocks by counts of each source.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.inputs import Inputs
from region_grower_hpc.conn_props.own_file import opened
from region_grower_hpc.conn_props.parts import Part
from region_grower_hpc.conn_props.settings import ExtractSettings
from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.hdf5_file import replacing_file
from region_grower_hpc.native.connections import Connections

Int64s = NDArray[np.int64]


@dataclass(frozen=True)
class Sample:
    """What a block uses of pathways that are too large.

    Attributes:
        too_large: (n_pathways,) pathways of which some connections are used; of others all are.
        key, place: of each connection that is used: target type * n_sources + source, and its
            number among those of the block with this key, by target; ascending.
    """

    too_large: NDArray[np.bool_]
    key: Int64s
    place: Int64s

    def check(self, n_pathways: int) -> None:
        """Refuse what cannot be a sample.

        Raises:
            InvalidInputError: lengths or types are not those of a sample.
        """
        both = (self.key, self.place)
        if self.too_large.shape != (n_pathways,) or len(self.key) != len(self.place):
            raise _other_edges("lengths do not fit")
        if any(array.ndim != 1 or array.dtype != np.int64 for array in both):
            raise _other_edges("it holds other than integers")

    def used(
        self, connections: Connections, numbers: Int64s, target_type: NDArray[np.int32], n: int
    ) -> NDArray[np.bool_]:
        """Which connections of the block count.

        Args:
            connections: of the block, by target.
            numbers: of the pathway of each; -1: left out.
            target_type: of each.
            n: number of source nodes.

        Raises:
            InvalidInputError: the sample names connections that are not there.
        """
        used = numbers >= 0
        asked = np.flatnonzero(used)[self.too_large[numbers[used]]]
        keys = target_type[asked].astype(np.int64) * n + connections.source[asked]
        order = np.argsort(keys, kind="stable")
        is_wanted = np.zeros(len(order), dtype=bool)
        rows = np.searchsorted(keys[order], self.key) + self.place
        if np.any((rows < 0) | (rows >= len(order))) or np.any(keys[order[rows]] != self.key):
            raise _other_edges("it names connections that are not there")
        is_wanted[rows] = True
        used[asked[order]] = is_wanted
        return used


def _other_edges(problem: str) -> InvalidInputError:
    return InvalidInputError(
        f"sample.h5 was not chosen of these edges: {problem}: start again with --overwrite"
    )


def read_sample(file: h5py.File, part: int, block: int) -> Sample:
    """The sample of a block."""
    group = file[f"{part}"]
    first, last = group["block"][block : block + 2].tolist()
    return Sample(
        group["too_large"][()].astype(bool), group["key"][first:last], group["place"][first:last]
    )


def write_sample(settings: ExtractSettings, inputs: Inputs, n_blocks: int) -> None:
    """Choose the connections of all parts, and write them by block (rank 0)."""
    n_sources = inputs.population.source.n_nodes
    with (
        opened(settings.counts_file) as counts,
        replacing_file(settings.sample_file) as file,
    ):
        for k, part in enumerate(inputs.parts):
            blocks = _Counts(counts, k, n_blocks, n_sources, inputs.population.n_edges)
            n_connections, limits = _counted(blocks, part)
            chosen = _chosen_numbers(n_connections, part, settings, inputs)
            rows = _by_block(blocks, limits, part, chosen)
            group = file.create_group(f"{k}")
            n_pathways = len(part.source.types) * len(part.target.types)
            group["too_large"] = np.isin(np.arange(n_pathways), list(chosen)).astype(np.uint8)
            group["block"] = np.concatenate(([0], np.cumsum([len(key) for key, _ in rows])))
            group["key"] = np.concatenate([np.empty(0, np.int64), *(key for key, _ in rows)])
            group["place"] = np.concatenate([np.empty(0, np.int64), *(place for _, place in rows)])


@dataclass(frozen=True)
class _Counts:
    """Connections of each source with each target type, by block, in a file."""

    file: h5py.File
    part: int
    n_blocks: int
    n_sources: int
    n_edges: int

    def all(self) -> Iterator[tuple[Int64s, Int64s]]:
        """Keys, ascending, and counts of each block.

        Raises:
            ValueError: these are no counts of so many edges.
        """
        for block in range(self.n_blocks):
            group = self.file[f"{block}/{self.part}"]
            key, count = group["key"][()], group["count"][()]
            if key.ndim != 1 or key.shape != count.shape:
                raise ValueError(f"{group.name}: keys and counts do not fit")
            if key.dtype != np.int64 or count.dtype != np.int32 or np.any(np.diff(key) <= 0):
                raise ValueError(f"{group.name}: keys do not ascend, or are no integers")
            if np.any(count < 1) or count.sum(dtype=np.int64) > self.n_edges or np.any(key < 0):
                raise ValueError(f"{group.name}: no counts of {self.n_edges} edges")
            yield key, count.astype(np.int64)

    def of_type(self, target_type: int, limits: Int64s) -> Iterator[tuple[Int64s, Int64s]]:
        """Sources, ascending, and counts of each block, of one target type.

        Args:
            target_type: its number.
            limits: (blocks, types + 1) where the keys of each type begin.
        """
        for block in range(self.n_blocks):
            first, last = limits[block, target_type : target_type + 2].tolist()
            group = self.file[f"{block}/{self.part}"]
            sources = group["key"][first:last] - target_type * self.n_sources
            yield sources, group["count"][first:last].astype(np.int64)


def stream(settings: ExtractSettings, part: Part, inputs: Inputs) -> Any:
    """The random numbers of a part, where its folds have been drawn: 2.6 of the specification.

    Without a seed these are those of numpy's global stream, of which folds have been drawn already.
    """
    if settings.seed is None:
        return np.random
    rng = np.random.RandomState(settings.seed)
    if part.fold is not None:
        population = inputs.population
        for nodes, selection in (
            (population.source, settings.sel_src),
            (population.target, settings.sel_dest),
        ):
            rng.shuffle(np.arange(np.count_nonzero(nodes.select(selection))))
    return rng


def _counted(blocks: _Counts, part: Part) -> tuple[Int64s, Int64s]:
    """Connections of each pathway, and where the keys of each target type begin in each block."""
    n_target_types = len(part.target.types)
    n_connections = np.zeros(len(part.source.types) * n_target_types, dtype=np.int64)
    first_keys = np.arange(n_target_types + 1) * blocks.n_sources
    limits = np.zeros((blocks.n_blocks, n_target_types + 1), dtype=np.int64)
    for block, (key, count) in enumerate(blocks.all()):
        source_type = part.source.codes[key % blocks.n_sources].astype(np.int64)
        np.add.at(n_connections, source_type * n_target_types + key // blocks.n_sources, count)
        limits[block] = np.searchsorted(key, first_keys)
    return n_connections, limits


def _chosen_numbers(
    n_connections: Int64s, part: Part, settings: ExtractSettings, inputs: Inputs
) -> dict[int, Int64s]:
    """Pathway that is too large -> numbers, ascending, of the connections that are used."""
    most, least = settings.max_sample_size_per_group or 0, settings.min_sample_size_per_group or 0
    rng = stream(settings, part, inputs)
    return {
        int(number): np.sort(rng.permutation(int(n_connections[number]))[:most])
        for number in np.flatnonzero((n_connections > most) & (n_connections >= least))
    }


def _by_block(
    blocks: _Counts, limits: Int64s, part: Part, chosen: dict[int, Int64s]
) -> list[tuple[Int64s, Int64s]]:
    """Key and place of the connections that each block uses of pathways that are too large."""
    n_target_types = len(part.target.types)
    rows: list[list[tuple[Int64s, Int64s]]] = [[] for _ in range(blocks.n_blocks)]
    for target_type in range(n_target_types):
        of_type = {
            number // n_target_types: numbers
            for number, numbers in chosen.items()
            if number % n_target_types == target_type
        }
        if not of_type:
            continue
        pieces = list(blocks.of_type(target_type, limits))
        source, place = _of_sources(pieces, blocks.n_sources, part, of_type)
        # Of each chosen connection: its number among those of the source from this block on.
        local = place.copy()
        for block, (sources, count) in enumerate(pieces):
            row = np.searchsorted(sources, source)
            row[row == len(sources)] = 0
            here = np.zeros(len(source), dtype=np.int64)
            if len(sources):
                here = np.where(sources[row] == source, count[row], 0)
            held = (local >= 0) & (local < here)
            rows[block].append((target_type * blocks.n_sources + source[held], local[held]))
            local -= here
    empty = np.empty(0, dtype=np.int64)
    return [
        (
            np.concatenate([empty, *(key for key, _ in block)]),
            np.concatenate([empty, *(place for _, place in block)]),
        )
        for block in rows
    ]


def _of_sources(
    pieces: Sequence[tuple[Int64s, Int64s]], n_sources: int, part: Part, of_type: dict[int, Int64s]
) -> tuple[Int64s, Int64s]:
    """Source of each chosen connection, and its number among those of the source, by target."""
    total = np.zeros(n_sources, dtype=np.int64)
    for sources, count in pieces:
        total[sources] += count
    found: list[tuple[Int64s, Int64s]] = []
    for source_type, numbers in of_type.items():
        sources = np.flatnonzero(part.source.codes == source_type)
        ends = np.cumsum(total[sources])
        row = np.searchsorted(ends, numbers, side="right")
        found.append((sources[row], numbers - (ends[row] - total[sources[row]])))
    source = np.concatenate([one for one, _ in found])
    place = np.concatenate([one for _, one in found])
    order = np.lexsort((place, source))
    return source[order], place[order]
