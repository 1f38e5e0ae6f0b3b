"""Types of the nodes of one side of the pathways, with their class and layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.known_names import named_few
from region_grower_hpc.conn_props.node_population import NodePopulation
from region_grower_hpc.conn_props.node_property import NodeProperty
from region_grower_hpc.errors import InvalidInputError

SYNAPSE_CLASS, LAYER = "synapse_class", "layer"
#: The value of all types where the nodes have no class, or no layer.
NO_VALUE = ""


@dataclass(frozen=True)
class Side:
    """Source or target side: which node is of which type."""

    types: list[str]
    """Ascending by the values of the grouping property."""
    codes: NDArray[np.int32]
    """(n_nodes,), row of `types`; -1 for nodes that are not selected."""
    classes: list[Any]
    """Synapse class of each type: a text or number, as stored."""
    layers: list[Any]
    """Layer of each type, likewise."""
    warnings: list[str]


@dataclass(frozen=True)
class GroupedNodes:
    """A population with the properties that make its types, read once for any number of sides."""

    nodes: NodePopulation
    group_by: str
    types: NodeProperty
    attributes: dict[str, NodeProperty | None]
    """Class and layer; None where the nodes have no such property."""

    def side(self, mask: NDArray[np.bool_]) -> Side:
        """The types of the nodes of a mask, (n_nodes,); types without such a node are absent.

        Raises:
            InvalidInputError: a selected node has no usable type (not a number, control
                characters).
        """
        ids = np.flatnonzero(mask)
        codes = self.types.codes[ids]
        present = np.flatnonzero(np.bincount(codes, minlength=len(self.types.values)))
        types = [self._name(row, codes, ids) for row in present]
        dense = np.full(len(self.types.values), -1, dtype=np.int32)
        dense[present] = np.arange(len(present), dtype=np.int32)
        rows = dense[codes]
        side_codes = np.full(len(mask), -1, dtype=np.int32)
        side_codes[ids] = rows
        # Written from the highest id to the lowest, which stays.
        lowest = np.zeros(len(present), dtype=np.int64)
        lowest[rows[::-1]] = ids[::-1]
        warnings: list[str] = []
        values = {
            name: self._of_types(name, types, rows, ids, lowest, warnings)
            for name in (SYNAPSE_CLASS, LAYER)
        }
        return Side(types, side_codes, values[SYNAPSE_CLASS], values[LAYER], warnings)

    def _name(self, row: np.intp, codes: NDArray[np.int32], ids: NDArray[np.int64]) -> str:
        value = self.types.values[row]
        name = str(value)
        is_nan = bool(value != value)
        if not is_nan and name.isprintable():
            return name
        first = ids[np.argmax(codes == row)]
        raise self.nodes.problem(
            f"property '{self.group_by}' of node {first} is {name!r}, which cannot name a type"
        )

    def _of_types(
        self,
        name: str,
        types: list[str],
        rows: NDArray[np.int32],
        ids: NDArray[np.int64],
        lowest: NDArray[np.int64],
        warnings: list[str],
    ) -> list[Any]:
        """The value that the node with the lowest id of each type has."""
        found = self.attributes[name]
        population = f"nodes of population '{self.nodes.name}'"
        if found is None:
            warnings.append(
                f"{population} have no property '{name}': all types count as of the same {name}"
            )
            return [NO_VALUE] * len(types)
        pairs = np.unique(rows * np.int64(len(found.values)) + found.codes[ids])
        several = np.flatnonzero(np.bincount(pairs // len(found.values)) > 1)
        if len(several):
            warnings.append(
                f"{population} of one {self.group_by} have several values of '{name}', of which "
                f"that of the lowest node id counts: {named_few([types[k] for k in several])}"
            )
        values: list[Any] = found.values[found.codes[lowest]].tolist()
        return values


def group_nodes(nodes: NodePopulation, group_by: str = "mtype") -> GroupedNodes:
    """Read what `GroupedNodes.side` needs.

    Raises:
        InvalidInputError: the nodes have no property `group_by`.
    """
    known = nodes.property_names
    attributes = {
        name: nodes.property_of(name) if name in known else None for name in (SYNAPSE_CLASS, LAYER)
    }
    try:
        types = nodes.property_of(group_by)
    except InvalidInputError as error:
        if group_by in known:
            raise
        raise InvalidInputError(f"{error}: choose what to group by (--group-by)") from error
    return GroupedNodes(nodes, group_by, types, attributes)
