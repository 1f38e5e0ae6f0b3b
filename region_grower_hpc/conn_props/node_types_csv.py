"""The CSV file of node types: properties that all nodes of one `node_type_id` share."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.node_property import NodeProperty, property_of_rows
from region_grower_hpc.errors import InvalidInputError

ID = "node_type_id"


def read_node_types(path: Path) -> dict[str, list[str]]:
    """Read a node types file: column name -> its values, as texts.

    Columns are separated by spaces, as SONATA says; by commas or tabs where the first line has no
    space.

    Raises:
        InvalidInputError: the file cannot be read, has no `node_type_id`, or a row has another
            number of values than the first line.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise _invalid(path, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise _invalid(path, f"is not UTF-8 text: {error}") from error
    head = lines[0].strip() if lines else ""
    delimiter = next((one for one in " \t," if one in head), " ")
    numbered = [(row, line.strip()) for row, line in enumerate(lines, 1) if line.strip()]
    try:
        rows = list(
            csv.reader((line for _, line in numbered), delimiter=delimiter, skipinitialspace=True)
        )
    except csv.Error as error:
        raise _invalid(path, f"is no CSV: {error}") from error
    if not rows or ID not in rows[0]:
        raise _invalid(path, f"has no column '{ID}' in its first line")
    for (number, _), row in zip(numbered, rows, strict=False):
        if len(row) != len(rows[0]):
            raise _invalid(
                path, f"line {number} has {len(row)} value(s), but the first line {len(rows[0])}"
            )
    return {name: [row[k] for row in rows[1:]] for k, name in enumerate(rows[0])}


def joined_property(path: Path, name: str, type_ids: NDArray[Any]) -> NodeProperty:
    """A column of a node types file, for each node.

    Args:
        path: of the CSV file.
        name: of the column; numbers where all its values are.
        type_ids: (n_nodes,) integers, the type of each node.

    Raises:
        InvalidInputError: see `read_node_types`; or an id is no integer, twice, or missing.
    """
    columns = read_node_types(path)
    try:
        listed = np.array([int(one) for one in columns[ID]], dtype=np.int64)
    except (ValueError, OverflowError) as error:
        raise _invalid(path, f"column '{ID}' holds other than integers: {error}") from error
    order = np.argsort(listed, kind="stable")
    ascending = listed[order]
    twice = np.flatnonzero(np.diff(ascending) == 0)
    if len(twice):
        raise _invalid(path, f"{ID} {ascending[twice[0]]} is there twice")
    place = np.searchsorted(ascending, type_ids)
    inside = np.minimum(place, max(len(ascending) - 1, 0))
    missing = (
        np.flatnonzero(ascending[inside] != type_ids) if len(ascending) else np.arange(len(place))
    )
    if len(missing):
        raise _invalid(
            path, f"there is no {ID} {type_ids[missing[0]]}, which node {missing[0]} has"
        )
    return property_of_rows(order[inside], _values(columns[name]))


def _values(texts: list[str]) -> NDArray[Any]:
    """Integers or other numbers where all are such, else texts."""
    for kind, dtype in ((int, np.int64), (float, np.float64)):
        try:
            return np.array([kind(text) for text in texts], dtype=dtype)
        except (ValueError, OverflowError):
            continue
    return np.array(texts, dtype=object)


def _invalid(path: Path, problem: str) -> InvalidInputError:
    return InvalidInputError(f"node types file '{path}': {problem}")
