"""One population of nodes of a circuit: its properties and the selection of nodes by them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.circuit_config import PopulationFile
from region_grower_hpc.conn_props.known_names import instead_of
from region_grower_hpc.conn_props.node_property import NodeProperty, read_property
from region_grower_hpc.conn_props.node_selection import selected_nodes
from region_grower_hpc.conn_props.node_types_csv import ID, joined_property, read_node_types
from region_grower_hpc.conn_props.sonata_file import (
    check_columns,
    datasets,
    invalid,
    library_of,
    opened,
    population_group,
    properties_of,
)
from region_grower_hpc.errors import InvalidInputError


@dataclass(frozen=True)
class NodePopulation:
    """A population whose file was checked; properties are read when they are asked for."""

    name: str
    path: Path
    types_path: Path | None
    node_sets_path: Path | None
    n_nodes: int
    stored_names: tuple[str, ...]
    """Properties of the nodes file, in its order; dynamics parameters as `@dynamics:` + name."""

    @property
    def property_names(self) -> list[str]:
        """Properties of the nodes file, then further columns of the node types file."""
        path = self._types_file()
        types = read_node_types(path) if path is not None else {}
        names = [name for name in types if name != ID and name not in self.stored_names]
        return [*self.stored_names, *names]

    def property_of(self, name: str) -> NodeProperty:
        """A property as codes and distinct values.

        Raises:
            InvalidInputError: there is no such property, or the file does not hold sound values.
        """
        if name in self.stored_names:
            with opened(self.path, "nodes") as file:
                group = population_group(file, self.path, "nodes", self.name)
                column = properties_of(group)[name]
                return read_property(self.path, column, library_of(group).get(name))
        path = self._types_file()
        if path is None or name not in self.property_names:
            absent = path is None and self.types_path is not None
            note = f"; its node types file '{self.types_path}' does not exist" if absent else ""
            if path is not None:
                note = f"; neither it nor its node types file '{path}' has it"
            raise self.problem(
                f"property '{name}' is unknown {instead_of(name, self.property_names)}{note}"
            )
        return joined_property(path, name, self._type_ids())

    def select(self, selection: Any) -> NDArray[np.bool_]:
        """Mask of the selected nodes, (n_nodes,); see `selected_nodes`.

        Raises:
            InvalidInputError: the selection names what is not there, or selects nothing.
        """
        return selected_nodes(self, selection)

    def problem(self, text: str) -> InvalidInputError:
        """The error that names file and population."""
        return invalid(self.path, "nodes", f"population '{self.name}': {text}")

    def _types_file(self) -> Path | None:
        """The node types file; None where there is none, which matters only if it is needed."""
        path = self.types_path
        return path if path is not None and path.is_file() else None

    def _type_ids(self) -> NDArray[np.int64]:
        with opened(self.path, "nodes") as file:
            group = population_group(file, self.path, "nodes", self.name)
            if ID not in datasets(group):
                raise self.problem(f"there is no '{ID}' to join the node types file by")
            ids = group[ID]
            if len(ids.shape) != 1 or ids.dtype.kind not in "iu":
                raise self.problem(f"'{ID}' must be a list of integers, not {ids.dtype}{ids.shape}")
            return np.asarray(ids[()]).astype(np.int64)


def open_nodes(place: PopulationFile, node_sets_path: Path | None) -> NodePopulation:
    """Open and check the nodes file of a population; no property is read.

    Raises:
        InvalidInputError: the file is missing, damaged or of another layout; lengths disagree.
    """
    with opened(place.path, "nodes") as file:
        group = population_group(file, place.path, "nodes", place.name)
        stored = properties_of(group)
        for library in library_of(group).values():
            check_columns(place.path, "nodes", [library])
        n_nodes = check_columns(place.path, "nodes", [*datasets(group).values(), *stored.values()])
        names = tuple(stored)
    if n_nodes == 0:
        raise invalid(place.path, "nodes", f"population '{place.name}' has no nodes")
    return NodePopulation(
        name=place.name,
        path=place.path,
        types_path=place.types_path,
        node_sets_path=node_sets_path,
        n_nodes=n_nodes,
        stored_names=names,
    )
