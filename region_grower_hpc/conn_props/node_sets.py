"""Node sets of a circuit: named selections in a JSON file, resolved by libsonata as in the peer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.known_names import instead_of
from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.json_file import read_json

if TYPE_CHECKING:
    from region_grower_hpc.conn_props.node_population import NodePopulation


def nodes_of_set(nodes: NodePopulation, name: str) -> NDArray[np.bool_]:
    """Mask of the nodes of a set, (n_nodes,); a set may be made of others.

    A set of another population has no node here.

    Raises:
        InvalidInputError: the circuit has no such set, or the set cannot be resolved, for example
            because it asks for a property that the nodes lack.
    """
    import libsonata

    path = nodes.node_sets_path
    if path is None:
        raise nodes.problem(
            f"node set '{name}' is asked for, but the circuit config names no node_sets_file"
        )
    if not path.is_file():
        raise InvalidInputError(
            f"node sets file '{path}' does not exist: check 'node_sets_file' in the circuit config"
        )
    try:
        content = read_json(path)
    except InvalidInputError as error:
        raise InvalidInputError(f"node sets file {error}") from error
    if not isinstance(content, dict):
        raise InvalidInputError(f"node sets file '{path}' is not a JSON object")
    if name not in content:
        raise InvalidInputError(
            f"node sets file '{path}': node set '{name}' is unknown {instead_of(name, content)}"
        )
    mask = np.zeros(nodes.n_nodes, dtype=bool)
    try:
        population = libsonata.NodeStorage(str(nodes.path)).open_population(nodes.name)
        found = libsonata.NodeSets.from_file(str(path)).materialize(name, population)
    # libsonata.SonataError is no subclass of RuntimeError in every version.
    except (libsonata.SonataError, RuntimeError, ValueError) as error:
        raise InvalidInputError(
            f"node sets file '{path}': node set '{name}' cannot be resolved for population "
            f"'{nodes.name}' of '{nodes.path}': {error}"
        ) from error
    for first, stop in found.ranges:
        mask[first:stop] = True
    return mask
