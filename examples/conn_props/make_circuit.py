"""Make a small piece of cortex as a SONATA circuit: neurons of 12 m-types, and their synapses.

    python make_circuit.py OUT [--edges 100000] [--cells 600] [--seed 0]

Writes OUT/circuit_config.json, node_sets.json, nodes.h5 and edges.h5, sorted by target neuron. All
numbers are made up, but of the size that is known of rat somatosensory cortex. Files that would be
the same are left alone: a run over them that was interrupted can continue.
"""

from __future__ import annotations

import argparse
import filecmp
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray
from synapses import draw_synapses, synapses_per_connection

NODES, EDGES = "cortex", "cortex__cortex__chemical"
#: m-type, layer, synapse class, share of the neurons.
M_TYPES = (
    ("L1_NGC-DA", "1", "INH", 0.02),
    ("L2_IPC", "2", "EXC", 0.12),
    ("L3_LBC", "3", "INH", 0.05),
    ("L3_MC", "3", "INH", 0.03),
    ("L3_TPC:A", "3", "EXC", 0.18),
    ("L4_LBC", "4", "INH", 0.05),
    ("L4_SSC", "4", "EXC", 0.1),
    ("L4_TPC", "4", "EXC", 0.14),
    ("L5_LBC", "5", "INH", 0.03),
    ("L5_MC", "5", "INH", 0.03),
    ("L5_TPC:A", "5", "EXC", 0.14),
    ("L6_TPC:A", "6", "EXC", 0.11),
)
LAYERS = np.array([int(layer) for _, layer, _, _ in M_TYPES])
IS_EXCITATORY = np.array([kind == "EXC" for _, _, kind, _ in M_TYPES])
#: Inhibitory axons end in layers that are no further away.
INHIBITORY_REACH_LAYERS = 2

Ids = NDArray[np.int64]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("out", type=Path, help="folder of the circuit")
    parser.add_argument("--edges", type=int, default=100_000, help="synapses, about (100000)")
    parser.add_argument("--cells", type=int, default=600, help="neurons (600)")
    parser.add_argument("--seed", type=int, default=0, help="(0)")
    arguments = parser.parse_args()
    if arguments.cells < 50 or arguments.edges < 1000:
        parser.error("a circuit needs --cells of 50 or more, and --edges of 1000 or more")
    random = np.random.default_rng(arguments.seed)
    arguments.out.mkdir(parents=True, exist_ok=True)
    types = types_of_cells(arguments.cells, random)
    write_nodes(arguments.out / "nodes.h5", types, random)
    sources, targets = connections(types, arguments.edges, random)
    n_synapses = synapses_per_connection(types[sources], types[targets], IS_EXCITATORY, random)
    owners = np.repeat(np.arange(len(sources)), n_synapses)
    excitatory = IS_EXCITATORY[types[sources]]
    columns = draw_synapses(excitatory, LAYERS[types[targets]], owners, random)
    write_edges(arguments.out / "edges.h5", sources[owners], targets[owners], columns, len(types))
    write_json(arguments.out / "node_sets.json", node_sets())
    write_json(arguments.out / "circuit_config.json", circuit_config())
    print(
        f"{len(owners)} synapses of {len(sources)} connections between {len(types)} neurons of "
        f"{len(M_TYPES)} m-types: {arguments.out / 'circuit_config.json'}"
    )


def types_of_cells(n_cells: int, random: np.random.Generator) -> Ids:
    """Number of the m-type of each neuron, layer by layer; one of each type at least."""
    shares = np.array([share for _, _, _, share in M_TYPES])
    others = random.choice(len(M_TYPES), size=max(n_cells - len(M_TYPES), 0), p=shares)
    return np.sort(np.concatenate((np.arange(len(M_TYPES)), others)))


def connection_odds() -> NDArray[np.float64]:
    """(types, types) how probable connections are against each other, source by target.

    They get rarer with the distance of the layers; layer 4 sends much to layers 2 and 3; Martinotti
    cells reach layer 1.
    """
    distance = np.abs(LAYERS[:, None] - LAYERS[None, :])
    odds: NDArray[np.float64] = np.exp(-distance / 1.5)
    odds[np.ix_(LAYERS == 4, LAYERS < 4)] *= 1.5
    odds[~IS_EXCITATORY] *= 2
    odds[~IS_EXCITATORY[:, None] & (distance > INHIBITORY_REACH_LAYERS)] = 0
    is_martinotti = np.array([name.endswith("_MC") for name, *_ in M_TYPES])
    odds[np.ix_(is_martinotti, LAYERS == 1)] = 0.5
    return odds


def connections(types: Ids, n_edges: int, random: np.random.Generator) -> tuple[Ids, Ids]:
    """Source and target neuron of each connection, sorted by target, then source."""
    odds = connection_odds()
    cells = np.bincount(types, minlength=len(M_TYPES))
    a, b = np.meshgrid(np.arange(len(M_TYPES)), np.arange(len(M_TYPES)), indexing="ij")
    # The mean numbers of synapses, by drawing many.
    a, b = a.ravel().repeat(200), b.ravel().repeat(200)
    drawn = synapses_per_connection(a, b, IS_EXCITATORY, np.random.default_rng(0))
    mean_synapses = drawn.reshape(*odds.shape, 200).mean(axis=2)
    expected = (odds * mean_synapses * np.outer(cells, cells)).sum()
    probability = np.minimum(odds * n_edges / expected, 0.9)
    found = []
    for target, kind in enumerate(types):
        is_source = random.random(len(types)) < probability[types, kind]
        is_source[target] = False
        found.append(np.flatnonzero(is_source))
    targets = np.repeat(np.arange(len(types)), [len(one) for one in found])
    return np.concatenate(found), targets


def write_nodes(path: Path, types: Ids, random: np.random.Generator) -> None:
    """Write the neurons; texts as enumerations, as circuits of this kind have them."""
    columns = {
        "mtype": [name for name, _, _, _ in M_TYPES],
        "layer": [layer for _, layer, _, _ in M_TYPES],
        "synapse_class": [kind for _, _, kind, _ in M_TYPES],
    }
    with replacing(path) as part, h5py.File(part, "w") as file:
        mark_as_sonata(file)
        population = file.create_group(f"nodes/{NODES}")
        population["node_type_id"] = np.full(len(types), -1)
        group = population.create_group("0")
        for name, of_types in columns.items():
            values, codes = np.unique(of_types, return_inverse=True)
            group.create_dataset(
                f"@library/{name}", data=values.astype(object), dtype=h5py.string_dtype()
            )
            group[name] = codes.astype(np.uint32)[types]
        for name in ("x", "z"):
            group[name] = random.uniform(0, 200, len(types)).astype(np.float32)
        # Depth below the pia, um; layers of 330 um.
        depth_um = (LAYERS[types] - 1 + random.random(len(types))) * 330
        group["y"] = -depth_um.astype(np.float32)


def write_edges(
    path: Path, sources: Ids, targets: Ids, columns: dict[str, NDArray[np.generic]], n_cells: int
) -> None:
    """Write the synapses with both indices of SONATA."""
    with replacing(path) as part, h5py.File(part, "w") as file:
        mark_as_sonata(file)
        population = file.create_group(f"edges/{EDGES}")
        population["edge_type_id"] = np.full(len(sources), -1)
        for name, ids in (("source_node_id", sources), ("target_node_id", targets)):
            population[name] = ids.astype(np.uint64)
            population[name].attrs["node_population"] = NODES
        for name, values in columns.items():
            population[f"0/{name}"] = values
        write_index(population.create_group("indices/source_to_target"), sources, n_cells)
        write_index(population.create_group("indices/target_to_source"), targets, n_cells)


def write_index(group: h5py.Group, ids: Ids, n_cells: int) -> None:
    """Write where the edges of each neuron are: runs of edges, and which runs are whose."""
    starts = np.concatenate(([0], np.flatnonzero(np.diff(ids)) + 1))
    ends = np.append(starts[1:], len(ids))
    by_cell = np.argsort(ids[starts], kind="stable")
    last = np.cumsum(np.bincount(ids[starts], minlength=n_cells))
    first = np.concatenate(([0], last[:-1]))
    group["node_id_to_ranges"] = np.column_stack((first, last)).astype(np.uint64)
    group["range_to_edge_id"] = np.column_stack((starts, ends))[by_cell].astype(np.uint64)


def mark_as_sonata(file: h5py.File) -> None:
    file.attrs["magic"] = np.uint32(0x0A7A)
    file.attrs["version"] = np.array([0, 1], dtype=np.uint32)


def node_sets() -> dict[str, object]:
    return {
        "Excitatory": {"synapse_class": "EXC"},
        "Inhibitory": {"synapse_class": "INH"},
        "Upper": {"layer": ["1", "2", "3"]},
        "Layer4": {"layer": "4"},
        "UpperOrLayer4": ["Upper", "Layer4"],
    }


def circuit_config() -> dict[str, object]:
    # No morphologies: connection properties need none.
    nodes = {"type": "biophysical", "morphologies_dir": ".", "biophysical_neuron_models_dir": "."}
    return {
        "version": 2,
        "manifest": {"$BASE_DIR": "."},
        "node_sets_file": "$BASE_DIR/node_sets.json",
        "networks": {
            "nodes": [{"nodes_file": "$BASE_DIR/nodes.h5", "populations": {NODES: nodes}}],
            "edges": [
                {
                    "edges_file": "$BASE_DIR/edges.h5",
                    "populations": {EDGES: {"type": "chemical"}},
                }
            ],
        },
    }


def write_json(path: Path, value: object) -> None:
    with replacing(path) as part:
        part.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path; what is written there replaces `path` if it differs."""
    part = path.with_name(f".{path.name}.part")
    yield part
    if path.exists() and filecmp.cmp(part, path, shallow=False):
        part.unlink()
    else:
        part.replace(path)


if __name__ == "__main__":
    main()
