"""One property of all nodes: a code for each node, and the values that the codes stand for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.sonata_file import invalid

if TYPE_CHECKING:
    import h5py


@dataclass(frozen=True)
class NodeProperty:
    """Values of a property; ten million nodes of few types cost four bytes each."""

    codes: NDArray[np.int32]
    """(n_nodes,), row of `values`."""
    values: NDArray[Any]
    """Ascending and distinct: numbers as stored, or an object array of str. Some may have no node
    where the file lists values apart (`@library`, node types)."""

    @property
    def is_text(self) -> bool:
        """Whether the values are texts."""
        return self.values.dtype.kind == "O"


def property_of_rows(rows: NDArray[Any], values: NDArray[Any]) -> NodeProperty:
    """A property whose values are listed apart.

    Args:
        rows: (n_nodes,) integers, row of `values`.
        values: in any order, equal ones allowed.
    """
    distinct, rank = np.unique(values, return_inverse=True)
    return NodeProperty(rank.reshape(-1).astype(np.int32)[rows], distinct)


def read_property(path: Path, column: h5py.Dataset, library: h5py.Dataset | None) -> NodeProperty:
    """Read a property of a SONATA nodes file.

    Args:
        path: of the file, for the messages.
        column: one number or text a node; row numbers of `library` where there is one.
        library: texts or numbers.

    Raises:
        InvalidInputError: the values are of another kind, or a row number has no row.
    """
    import h5py

    for dataset in (column, library):
        if dataset is not None and (dataset.shape is None or len(dataset.shape) != 1):
            raise invalid(path, "nodes", f"'{dataset.name}' must have one value a row")
    if library is not None:
        rows = _rows(path, column, library)
        listed = _distinct(path, library)
        return property_of_rows(listed.codes[rows], listed.values)
    is_text = h5py.check_string_dtype(column.dtype) is not None
    if column.dtype.kind not in "iufb" and not is_text:
        raise invalid(
            path, "nodes", f"'{column.name}' holds neither numbers nor texts ({column.dtype})"
        )
    return _distinct(path, column)


def _rows(path: Path, column: h5py.Dataset, library: h5py.Dataset) -> NDArray[Any]:
    if column.dtype.kind not in "iu":
        raise invalid(path, "nodes", f"'{column.name}' must hold row numbers of '{library.name}'")
    rows: NDArray[Any] = column[()]
    wrong = np.flatnonzero((rows < 0) | (rows >= len(library)))
    if len(wrong):
        raise invalid(
            path,
            "nodes",
            f"'{column.name}' of node {wrong[0]} is {rows[wrong[0]]}, but '{library.name}' has "
            f"{len(library)} value(s)",
        )
    return rows


def _distinct(path: Path, column: h5py.Dataset) -> NodeProperty:
    import h5py

    stored = column[()]
    if h5py.check_string_dtype(column.dtype) is None:
        distinct, codes = np.unique(
            stored.astype(column.dtype.newbyteorder("=")), return_inverse=True
        )
        return NodeProperty(codes.reshape(-1).astype(np.int32), distinct)
    # By hash: sorting ten million Python texts would take a minute.
    found: dict[Any, int] = {}
    codes = np.fromiter(
        (found.setdefault(text, len(found)) for text in stored), np.int32, len(stored)
    )
    texts = np.empty(len(found), dtype=object)
    for row, text in enumerate(found):
        try:
            texts[row] = text.decode() if isinstance(text, bytes) else str(text)
        except UnicodeDecodeError as error:
            raise invalid(path, "nodes", f"'{column.name}' holds {text!r}, no UTF-8") from error
    return property_of_rows(codes, texts)
