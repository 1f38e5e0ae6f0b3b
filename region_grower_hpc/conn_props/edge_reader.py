"""Pieces of an edge population, read in the order in which they lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.hdf5_errors import HDF5_ERRORS

Columns = dict[str, NDArray[Any]]


class EdgeReader:
    """An edges file that stays open."""

    def __init__(self, path: Path, datasets: Mapping[str, str]) -> None:
        """Open nothing yet.

        Args:
            path: of the file.
            datasets: column -> path inside the file.
        """
        self.path, self.datasets = path, datasets
        self._stack = ExitStack()
        self._file: h5py.File | None = None

    def __enter__(self) -> EdgeReader:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()
        self._file = None

    def read(self, names: Sequence[str], first: int, last: int) -> Columns:
        """Columns of the edges [first, last), ids among them.

        Raises:
            InvalidInputError: the file is damaged there.
        """
        try:
            if self._file is None:
                self._file = self._stack.enter_context(h5py.File(self.path, "r"))
            return {name: self._file[self.datasets[name]][first:last] for name in names}
        except HDF5_ERRORS as error:
            raise InvalidInputError(
                f"edges file '{self.path}', edges {first} to {last - 1}: cannot be read "
                f"({type(error).__name__}: {error}): replace the file"
            ) from error


def as_ids(values: NDArray[Any]) -> NDArray[np.int64]:
    """Ids as signed integers; one that is too large for that becomes negative."""
    if values.dtype == np.uint64:
        return values.view(np.int64)
    return values.astype(np.int64, copy=False)


def check_ids(ids: NDArray[np.int64], n_nodes: int, name: str, first_edge: int, path: Path) -> None:
    """Refuse ids without a node.

    Raises:
        InvalidInputError: naming file, edge and id.
    """
    if len(ids) and (ids.min() < 0 or ids.max() >= n_nodes):
        wrong = int(np.flatnonzero((ids < 0) | (ids >= n_nodes))[0])
        raise InvalidInputError(
            f"edges file '{path}': '{name}' of edge {first_edge + wrong} is {ids[wrong]}, but "
            f"there are {n_nodes} nodes: are these the nodes of these edges?"
        )
