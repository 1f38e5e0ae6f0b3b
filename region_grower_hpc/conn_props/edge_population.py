"""One population of edges of a circuit, its nodes, and which of its properties are measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from region_grower_hpc.conn_props.circuit_config import read_circuit
from region_grower_hpc.conn_props.first_reading import try_files
from region_grower_hpc.conn_props.known_names import instead_of
from region_grower_hpc.conn_props.node_population import NodePopulation, open_nodes
from region_grower_hpc.conn_props.sonata_file import (
    DYNAMICS_PREFIX,
    check_columns,
    datasets,
    invalid,
    library_of,
    opened,
    population_group,
    properties_of,
)
from region_grower_hpc.conn_props.statistics import N_SYN
from region_grower_hpc.errors import InvalidInputError

if TYPE_CHECKING:
    import h5py

SOURCE_IDS, TARGET_IDS = "source_node_id", "target_node_id"
#: Types of columns that can be measured, in any byte order.
MEASURED = frozenset(np.dtype(one) for one in ("f4", "f8", *(k + n for k in "iu" for n in "1248")))
#: Parts of names that the default selection leaves out.
NOT_BY_DEFAULT = ("@", "delay", "afferent", "efferent", "spine_length")


@dataclass(frozen=True)
class EdgePopulation:
    """A population whose file was checked; no column is read."""

    name: str
    path: Path
    n_edges: int
    source: NodePopulation
    target: NodePopulation
    columns: dict[str, np.dtype[Any]]
    """Numeric properties in the order of the file, with their dtype in the machine's byte order."""
    non_numeric: list[str]
    """Other properties: texts (also by `@library`), several values an edge and the like."""
    config_path: Path

    def dataset(self, column: str) -> str:
        """Path inside the file: of a property, or of `source_node_id` and `target_node_id`."""
        if column in (SOURCE_IDS, TARGET_IDS):
            return f"/edges/{self.name}/{column}"
        name = column.removeprefix(DYNAMICS_PREFIX)
        folder = "0" if name == column else "0/dynamics_params"
        return f"/edges/{self.name}/{folder}/{name}"

    def inputs(self) -> dict[str, Path]:
        """All files that the results depend on, by what they are."""
        files = {
            "circuit config": self.config_path,
            "node sets": self.source.node_sets_path,
            "source nodes": self.source.path,
            "target nodes": self.target.path,
            "source node types": self.source.types_path,
            "target node types": self.target.types_path,
            "edges": self.path,
        }
        return {role: path for role, path in files.items() if path is not None and path.is_file()}


def find_edges(circuit: Path | str | object, name: str | None = None) -> EdgePopulation:
    """Find an edge population of a circuit and check its files.

    Ids beyond the nodes are not looked for: that would read the columns.

    Args:
        circuit: path of the circuit config, or a bluepysnap Circuit.
        name: None for the only population, else `default__default__chemical`, else `default`.

    Raises:
        InvalidInputError: the config, the population or one of the files is not as it should be.
    """
    config = read_circuit(circuit)
    place = config.edge_population(name)
    # Often all nodes lie in one file, and one child process tries both.
    nodes_files = {one.path for one in config.nodes.values()}
    try_files([place.path, *(nodes_files if len(nodes_files) == 1 else ())])
    with opened(place.path, "edges") as file:
        group = population_group(file, place.path, "edges", place.name)
        ids = [_ids(place.path, group, one) for one in (SOURCE_IDS, TARGET_IDS)]
        sides = [_node_population(place.path, one) for one in ids]
        members = properties_of(group)
        n_edges = check_columns(place.path, "edges", [*ids, *members.values()])
        library = library_of(group)
        columns = {
            key: column.dtype.newbyteorder("=")
            for key, column in members.items()
            if key not in library and _is_measured(column)
        }
        non_numeric = [key for key in members if key not in columns]
    if len(nodes_files) > 1:
        try_files(config.node_population(side).path for side in sides)
    source = open_nodes(config.node_population(sides[0]), config.node_sets_path)
    one = sides[0] == sides[1]
    target = source if one else open_nodes(config.node_population(sides[1]), config.node_sets_path)
    return EdgePopulation(
        name=place.name,
        path=place.path,
        n_edges=n_edges,
        source=source,
        target=target,
        columns=columns,
        non_numeric=non_numeric,
        config_path=config.path,
    )


def chosen_properties(
    population: EdgePopulation, sel_props: Sequence[str] | None
) -> tuple[list[str], list[str]]:
    """Names of the properties to measure, and those of the default ones that hold no numbers.

    Args:
        population: of edges.
        sel_props: names, whose order is kept; empty or `[""]` for none. None for the default: all
            numeric ones whose name contains none of `NOT_BY_DEFAULT`, ascending.

    Raises:
        InvalidInputError: a name is unknown, twice, or that of a property without numbers.
    """
    if sel_props is None:
        known = sorted((*population.columns, *population.non_numeric))
        kept = [
            one for one in known if one != N_SYN and not any(part in one for part in NOT_BY_DEFAULT)
        ]
        names = [one for one in kept if one in population.columns]
        return names, [one for one in kept if one not in population.columns]
    if isinstance(sel_props, str):
        raise _problem(population, f"give a list of properties, not the text '{sel_props}'")
    names = [str(one) for one in sel_props]
    if names == [""]:
        return [], []
    for row, name in enumerate(names):
        if name in population.non_numeric:
            raise _problem(
                population, f"property '{name}' does not hold one number an edge: leave it out"
            )
        if name not in population.columns:
            words = instead_of(name, population.columns)
            raise _problem(population, f"property '{name}' is unknown {words}")
        if name == N_SYN:
            raise _problem(population, f"property '{name}' has the name of what is counted here")
        if name in names[:row]:
            raise _problem(population, f"property '{name}' is chosen twice: name it once")
    return names, []


def _problem(population: EdgePopulation, text: str) -> InvalidInputError:
    return invalid(population.path, "edges", f"population '{population.name}': {text}")


def _ids(path: Path, group: h5py.Group, name: str) -> h5py.Dataset:
    ids = datasets(group).get(name)
    if ids is None:
        raise invalid(
            path, "edges", f"'{group.name}/{name}' is missing: is it a SONATA edges file?"
        )
    if ids.shape is None or len(ids.shape) != 1 or ids.dtype.kind not in "iu":
        raise invalid(
            path, "edges", f"'{ids.name}' must be a list of integers, not {ids.dtype}{ids.shape}"
        )
    return ids


def _node_population(path: Path, ids: h5py.Dataset) -> str:
    name = ids.attrs.get("node_population")
    name = name.decode(errors="replace") if isinstance(name, bytes) else name
    if not isinstance(name, str):
        raise invalid(
            path, "edges", f"'{ids.name}' must have an attribute 'node_population' that is a text"
        )
    return name


def _is_measured(column: h5py.Dataset) -> bool:
    return len(column.shape) == 1 and column.dtype.newbyteorder("=") in MEASURED
