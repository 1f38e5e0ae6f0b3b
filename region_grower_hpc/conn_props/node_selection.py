"""Selections of nodes, as users write them: ids, a node set, or values of properties."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.known_names import instead_of, named_few
from region_grower_hpc.conn_props.node_property import NodeProperty
from region_grower_hpc.conn_props.node_sets import nodes_of_set

if TYPE_CHECKING:
    from region_grower_hpc.conn_props.node_population import NodePopulation

#: The key of a selection that names a node set.
NODE_SET = "node_set"
#: What a list of alternatives may be; the API also takes more than JSON knows.
_LISTS = (list, tuple, set, frozenset, range, np.ndarray)


def selected_nodes(nodes: NodePopulation, selection: Any) -> NDArray[np.bool_]:
    """Mask of the selected nodes, (n_nodes,).

    Args:
        nodes: the population.
        selection: None or `{}`: all. A text: a node set. An integer or a list: ids. An object: all
            its properties must match, any value of a list; `node_set` is intersected with them.

    Raises:
        InvalidInputError: a property, value, node set or id is unknown, or no node is selected.
    """
    if selection is None:
        mask = np.ones(nodes.n_nodes, dtype=bool)
    elif isinstance(selection, str):
        mask = nodes_of_set(nodes, selection)
    elif isinstance(selection, Mapping):
        mask = np.ones(nodes.n_nodes, dtype=bool)
        for name, wanted in selection.items():
            mask &= _matching(nodes, str(name), wanted)
    elif isinstance(selection, (*_LISTS, int, np.integer)) and not isinstance(selection, bool):
        mask = _of_ids(nodes, selection)
    else:
        raise nodes.problem(
            f"selection {selection!r} is none of: a node set, an id, a list of ids, an object of "
            "properties"
        )
    if not mask.any():
        raise nodes.problem(f"selection {_told(selection)} selects no node: choose another one")
    return mask


def _matching(nodes: NodePopulation, name: str, wanted: Any) -> NDArray[np.bool_]:
    if name == NODE_SET:
        if wanted is None:
            return np.ones(nodes.n_nodes, dtype=bool)
        if not isinstance(wanted, str):
            raise nodes.problem(f"'{NODE_SET}' of the selection is {wanted!r}, but must be a text")
        return nodes_of_set(nodes, wanted)
    found = nodes.property_of(name)
    is_wanted = np.zeros(len(found.values), dtype=bool)
    for value in wanted if isinstance(wanted, _LISTS) else (wanted,):
        is_wanted[_row_of(nodes, name, found, value)] = True
    return is_wanted[found.codes]


def _row_of(nodes: NodePopulation, name: str, found: NodeProperty, value: Any) -> int:
    kind = found.values.dtype.kind
    if found.is_text:
        is_sound, advice = isinstance(value, str), "texts: write it in quotes"
    elif kind == "b":
        is_sound, advice = isinstance(value, bool | np.bool_), "true or false: write one of them"
    else:
        is_sound = isinstance(value, Real) and not isinstance(value, bool)
        advice = "numbers: write it without quotes"
    if not is_sound:
        raise nodes.problem(
            f"the selection asks for {value!r}, but property '{name}' holds {advice}"
        )
    stored = _as_stored(found.values.dtype, value)
    row = len(found.values) if stored is None else int(np.searchsorted(found.values, stored))
    if row < len(found.values) and found.values[row] == stored:
        return row
    if found.is_text:
        words = instead_of(value, found.values.tolist())
    else:
        words = f"(it has values from {found.values[0]} to {found.values[-1]})"
    raise nodes.problem(f"property '{name}' has no value {value!r} {words}")


def _as_stored(dtype: np.dtype[Any], value: Any) -> Any:
    """The value in the type of the column, so that 0.1 finds a float32; None if that lacks it."""
    if dtype.kind not in "iuf":
        return value
    try:
        with np.errstate(over="ignore"):
            stored = dtype.type(value if dtype.kind == "f" else int(value))
    except (OverflowError, ValueError):
        return None
    if dtype.kind in "iu" and int(stored) != value:
        return None
    return stored


def _of_ids(nodes: NodePopulation, selection: Any) -> NDArray[np.bool_]:
    if isinstance(selection, np.ndarray):
        selection = selection.tolist()
    members = list(selection) if isinstance(selection, _LISTS) else [selection]
    for one in members:
        if not isinstance(one, int | np.integer) or isinstance(one, bool):
            raise nodes.problem(f"selection: {one!r} is no node id; ids are integers")
        if not 0 <= one < nodes.n_nodes:
            raise nodes.problem(
                f"selection: there is no node {one} (ids: 0 to {nodes.n_nodes - 1})"
            )
    mask = np.zeros(nodes.n_nodes, dtype=bool)
    mask[np.array(members, dtype=np.int64)] = True
    return mask


def _told(selection: Any) -> str:
    if isinstance(selection, _LISTS) and len(selection):
        return f"[{named_few([str(one) for one in selection])}]"
    return repr(selection)
