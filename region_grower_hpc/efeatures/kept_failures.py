"""The failures of a pass in the HDF5 file that it leaves, for the lists of later passes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import astuple
from pathlib import Path

import h5py

from region_grower_hpc.efeatures.failures import FailureRow
from region_grower_hpc.efeatures.own_tables import opened_table, texts_of
from region_grower_hpc.efeatures.table_columns import write_texts
from region_grower_hpc.errors import InvalidInputError

_DATASET = "failures"


def keep_failures(file: h5py.File, rows: Iterable[FailureRow]) -> None:
    """Write the rows, each as JSON text."""
    write_texts(file, _DATASET, [json.dumps(astuple(row)) for row in rows])


def kept_failures(path: Path) -> list[FailureRow]:
    """The rows of a pass.

    Raises:
        InvalidInputError: it is not a file of a pass.
    """
    try:
        with opened_table(path) as file:
            return [FailureRow(*json.loads(text)) for text in texts_of(file[_DATASET])]
    except (OSError, KeyError, ValueError, TypeError, AttributeError, RuntimeError) as error:
        raise InvalidInputError(
            f"{path} is not what a former pass has written ({error}): --overwrite writes it again"
        ) from error
