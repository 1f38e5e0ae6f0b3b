"""efeatures.h5: the recordings, their features and the statistics of the targets."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from region_grower_hpc import __version__
from region_grower_hpc.efeatures.cell import Cell
from region_grower_hpc.efeatures.columns import Columns, matrix_of
from region_grower_hpc.efeatures.failures import FailureRow
from region_grower_hpc.efeatures.kept_failures import keep_failures
from region_grower_hpc.efeatures.own_tables import opened_table, texts_of, values_of
from region_grower_hpc.efeatures.recording_table import write_columns
from region_grower_hpc.efeatures.table_columns import write_reals, write_texts
from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.atomic import replacing

#: Columns of the table of targets.
_TEXTS, _REALS = ("protocol", "efeature_name"), ("amplitude", "tolerance", "mean", "std")


def write_feature_file(
    path: Path,
    cells: Sequence[Cell],
    columns: Columns,
    holding_current_na: Mapping[str, float],
    statistics: Sequence[Mapping[str, Any]],
    attributes: Mapping[str, Any],
    failures: Sequence[FailureRow] = (),
) -> None:
    """Write efeatures.h5.

    Args:
        path: of the file.
        cells: with recordings, whose features are measured.
        columns: of the matrix of features.
        holding_current_na: of each cell that has recordings.
        statistics: of each target: protocol, amplitude, tolerance, efeature_name, mean, std, n.
        attributes: of the file: what the numbers depend on.
        failures: what could not be measured.
    """
    recordings = [recording for cell in cells for recording in cell.recordings]
    with replacing(path) as temporary, h5py.File(temporary, "w") as file:
        file.attrs["package"] = f"region-grower-hpc {__version__}"
        file.attrs["efel"] = version("efel")
        for name, value in attributes.items():
            file.attrs[name] = value
        group = file.create_group("cells")
        write_texts(group, "name", [cell.name for cell in cells])
        write_reals(group, "rheobase", [cell.rheobase for cell in cells])
        write_reals(group, "holding_current", [holding_current_na.get(cell.name) for cell in cells])
        write_columns(file.create_group("recordings"), recordings)
        features = file.create_group("features")
        write_texts(features, "names", columns.names)
        write_texts(features, "efeature", [request.efeature for request in columns.requests])
        write_texts(
            features,
            "settings",
            [json.dumps(dict(request.settings)) for request in columns.requests],
        )
        features["values"] = matrix_of(recordings, columns)
        targets = file.create_group("targets")
        for name in _TEXTS:
            write_texts(targets, name, [one[name] for one in statistics])
        for name in _REALS:
            write_reals(targets, name, [one[name] for one in statistics])
        keep_failures(file, failures)
        targets["n"] = np.array([one["n"] for one in statistics], dtype=np.int64)


def read_feature_file(path: Path) -> tuple[NDArray[np.float64], list[dict[str, Any]]]:
    """The matrix of features and the statistics of the targets, as they were written.

    Raises:
        InvalidInputError: it is not such a file.
    """
    try:
        with opened_table(path) as file:
            values = np.asarray(values_of(file["features/values"]), dtype=np.float64)
            if values.ndim != 2:
                raise ValueError(f"features/values has shape {values.shape}")
            table = file["targets"]
            targets: dict[str, list[Any]] = {name: texts_of(table[name]) for name in _TEXTS}
            for name in _REALS:
                targets[name] = np.asarray(values_of(table[name]), dtype=np.float64).tolist()
            targets["n"] = np.asarray(values_of(table["n"]), dtype=np.int64).tolist()
            if any(table[name].ndim != 1 for name in targets):
                raise ValueError("a column of targets is no row")
        rows = [*zip(*targets.values(), strict=True)]
    except (OSError, KeyError, ValueError, TypeError, AttributeError, RuntimeError) as error:
        raise InvalidInputError(
            f"{path} is not what measuring has written ({error}): use --overwrite to write it again"
        ) from error
    return values, [dict(zip(targets, row, strict=True)) for row in rows]


def cells_of_feature_file(path: Path) -> list[str]:
    """Names of the cells of a file; none of one that is absent or damaged."""
    try:
        with opened_table(path) as file:
            return texts_of(file["cells/name"])
    except (OSError, KeyError, ValueError, TypeError, AttributeError, RuntimeError):
        return []


def rows_of_entry(path: Path, cell: str, protocol: str, index: int) -> NDArray[np.float64]:
    """The features of the recordings of an entry of the metadata, (recordings, columns).

    Raises:
        InvalidInputError: it is not what measuring has written.
    """
    values, _ = read_feature_file(path)
    with h5py.File(path, "r") as file:
        table = file["recordings"]
        is_meant = np.asarray(table["cell"][:] == cell.encode())
        is_meant &= np.asarray(table["protocol"][:] == protocol.encode())
        is_meant &= np.asarray(table["index"][:] == index)
    found: NDArray[np.float64] = values[is_meant]
    return found
