"""Circuits of measured extractions: made up, of any size, the same for both tools.

Edges are drawn and written a block of targets at a time, so that 10^8 need little memory.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
from clone_tools import MEMORY
from conn_props_edges import PROPERTIES, Columns, Ints, draw_blocks, draw_wiring

N_TYPES, QUICK_N_TYPES = 20, 3
NODES, EDGES = "neurons", "neurons__neurons__chemical"
SOURCE_IDS, TARGET_IDS = "source_node_id", "target_node_id"
#: Values that HDF5 keeps together, as writers that append do.
HDF5_CHUNK = 65_536
#: Bytes of memory that must be free, an edge and in all: files take a third of that.
ROOM_PER_EDGE, ROOM = 250, 1 << 30


@dataclass(frozen=True)
class ConnPropsCase:
    """A circuit.

    Attributes:
        folder: of its files.
        n_edges: exactly.
    """

    folder: Path
    n_edges: int

    @property
    def config(self) -> Path:
        """The circuit's config."""
        return self.folder / "circuit_config.json"

    @property
    def edges(self) -> Path:
        """File of the edges."""
        return self.folder / "edges.h5"


@contextmanager
def folder_for(work: Path, n_edges: int) -> Iterator[Path]:
    """A new folder for circuits of so many edges and their data, removed afterwards.

    It lies in memory where there is room, for both tools: what a disk costs at the moment is not
    what is compared. Else below the folder `work`.
    """
    has_room = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM_PER_EDGE * n_edges + ROOM
    with tempfile.TemporaryDirectory(
        prefix="conn-props-", dir=MEMORY if has_room else work
    ) as made:
        yield Path(made)


def write_case(
    folder: Path,
    n_edges: int,
    *,
    quick: bool = False,
    has_index: bool = True,
    is_sorted: bool = True,
) -> ConnPropsCase:
    """Write a circuit.

    Args:
        folder: new folder.
        n_edges: about.
        quick: neurons of few types only.
        has_index: with the indices of SONATA, which the peer needs and ours does not; takes 24
            bytes of memory an edge.
        is_sorted: by target and source; else in random order, without indices, held in memory.
    """
    folder.mkdir()
    n_types = QUICK_N_TYPES if quick else N_TYPES
    random = np.random.default_rng(0)
    # The more neurons, the rarer connections are.
    n_nodes = max(3 * n_types, round(4500 * (n_edges / 1e6) ** 0.62))
    types = random.choice(n_types, n_nodes, p=random.dirichlet(np.full(n_types, 8.0)))
    types[:n_types] = np.arange(n_types)
    _write_nodes(folder / "nodes.h5", types, n_types)
    wiring = draw_wiring(types, n_types, n_edges, random)
    blocks = draw_blocks(wiring, random)
    if not is_sorted:
        blocks = _shuffled(blocks, random)
    n_written = _write_edges(folder / "edges.h5", blocks)
    if has_index and is_sorted:
        _write_indices(folder / "edges.h5", n_nodes)
    (folder / "circuit_config.json").write_text(json.dumps(_config()), encoding="utf-8")
    return ConnPropsCase(folder, n_written)


def _write_nodes(path: Path, types: Ints, n_types: int) -> None:
    kinds = [("EXC", "INH")[kind % 4 // 2] for kind in range(n_types)]
    layers = [str(1 + kind // 4) for kind in range(n_types)]
    names = [
        f"L{layer}_{kind}_{'ab'[number % 2]}"
        for number, (layer, kind) in enumerate(zip(layers, kinds, strict=True))
    ]
    with h5py.File(path, "w") as file:
        _mark_as_sonata(file)
        population = file.create_group(f"nodes/{NODES}")
        population["node_type_id"] = np.full(len(types), -1)
        for name, texts in (("mtype", names), ("synapse_class", kinds), ("layer", layers)):
            listed, codes = np.unique(texts, return_inverse=True)
            library = listed.astype(object)
            population.create_dataset(f"0/@library/{name}", data=library, dtype=h5py.string_dtype())
            population[f"0/{name}"] = codes.astype(np.uint32)[types]


def _shuffled(
    blocks: Iterator[tuple[Ints, Ints, Columns]], random: np.random.Generator
) -> Iterator[tuple[Ints, Ints, Columns]]:
    sources, targets, columns = zip(*blocks, strict=True)
    order = random.permutation(sum(map(len, sources)))
    yield (
        np.concatenate(sources)[order],
        np.concatenate(targets)[order],
        {name: np.concatenate([one[name] for one in columns])[order] for name in PROPERTIES},
    )


def _write_edges(path: Path, blocks: Iterator[tuple[Ints, Ints, Columns]]) -> int:
    with h5py.File(path, "w") as file:
        _mark_as_sonata(file)
        population = file.create_group(f"edges/{EDGES}")
        dtypes = {
            SOURCE_IDS: np.uint64,
            TARGET_IDS: np.uint64,
            **{f"0/{name}": dtype for name, dtype in PROPERTIES.items()},
        }
        datasets = {
            name: population.create_dataset(
                name, (0,), dtype, maxshape=(None,), chunks=(HDF5_CHUNK,)
            )
            for name, dtype in dtypes.items()
        }
        for name in (SOURCE_IDS, TARGET_IDS):
            datasets[name].attrs["node_population"] = NODES
        n_edges = 0
        for sources, targets, columns in blocks:
            first, n_edges = n_edges, n_edges + len(sources)
            values = {
                SOURCE_IDS: sources,
                TARGET_IDS: targets,
                **{f"0/{name}": column for name, column in columns.items()},
            }
            for name, dataset in datasets.items():
                dataset.resize((n_edges,))
                dataset[first:] = values[name]
        # Without a place on the disk, as all values are the same.
        population.create_dataset("edge_type_id", (n_edges,), np.int64, chunks=True, fillvalue=-1)
        return n_edges


def _write_indices(path: Path, n_nodes: int) -> None:
    """Write where the edges of each neuron are: runs of edges, and which runs are whose."""
    with h5py.File(path, "r+") as file:
        population = file[f"edges/{EDGES}"]
        for name, column in (("source_to_target", SOURCE_IDS), ("target_to_source", TARGET_IDS)):
            ids = population[column][:].astype(np.int64)
            starts = np.flatnonzero(np.diff(ids, prepend=-1))
            runs = np.column_stack((starts, np.append(starts[1:], len(ids))))
            owners = ids[starts]
            last = np.cumsum(np.bincount(owners, minlength=n_nodes))
            group = population.create_group(f"indices/{name}")
            group["node_id_to_ranges"] = np.column_stack((np.append(0, last[:-1]), last)).astype(
                np.uint64
            )
            group["range_to_edge_id"] = runs[np.argsort(owners, kind="stable")].astype(np.uint64)


def _mark_as_sonata(file: h5py.File) -> None:
    file.attrs["magic"] = np.uint32(0x0A7A)
    file.attrs["version"] = np.array([0, 1], dtype=np.uint32)


def _config() -> dict[str, object]:
    # No morphologies: connection properties need none.
    nodes = {"type": "biophysical", "morphologies_dir": ".", "biophysical_neuron_models_dir": "."}
    edges = {"type": "chemical"}
    return {
        "version": 2,
        "manifest": {"$BASE_DIR": "."},
        "networks": {
            "nodes": [{"nodes_file": "$BASE_DIR/nodes.h5", "populations": {NODES: nodes}}],
            "edges": [{"edges_file": "$BASE_DIR/edges.h5", "populations": {EDGES: edges}}],
        },
    }
