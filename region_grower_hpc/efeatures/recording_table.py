"""The table of recordings in recordings.h5 and efeatures.h5: one dataset a column."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import h5py
import numpy as np

from region_grower_hpc.efeatures.cell import Cell
from region_grower_hpc.efeatures.failures import FailureRow
from region_grower_hpc.efeatures.kept_failures import keep_failures
from region_grower_hpc.efeatures.own_tables import opened_table, texts_in_turn, texts_of
from region_grower_hpc.efeatures.recording import Recording
from region_grower_hpc.efeatures.recording_text import from_json, to_json
from region_grower_hpc.efeatures.table_columns import write_reals, write_texts
from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.atomic import replacing

#: Columns of text.
_TEXTS: dict[str, Callable[[Recording], str]] = {
    "cell": lambda one: one.cell_name,
    "protocol": lambda one: one.protocol_name,
    "files": lambda one: json.dumps(one.files),
    "id": lambda one: one.id or "",
    "repetition": lambda one: "" if one.repetition is None else json.dumps(one.repetition),
    "ecode": lambda one: one.stimulus.name,
    "status": lambda one: one.status,
}
#: Columns of whole numbers: position of the entry within cell and protocol, of the recording within
#: its entry, samples of each trace.
_NUMBERS = ("index", "number", "n_samples")
#: Columns of the stimulus: ms, nA, % of the rheobase; NaN where there is no such thing.
_PARAMETERS = ("dt", "ton", "toff", "tend", "amp", "amp2", "hypamp", "delta")
_RELATIVE = ("amp_rel", "amp2_rel", "hypamp_rel")
#: All of a recording, from which it is made again.
_WHOLE = "json"


def write_recordings(
    path: Path, cells: Sequence[Cell], failures: Sequence[FailureRow] = ()
) -> None:
    """Write recordings.h5.

    Args:
        path: of the file.
        cells: those without a recording are in it by name.
        failures: what could not be read.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    recordings = [recording for cell in cells for recording in cell.recordings]
    with replacing(path) as temporary, h5py.File(temporary, "w") as file:
        write_texts(file.create_group("cells"), "name", [cell.name for cell in cells])
        table = file.create_group("recordings")
        write_columns(table, recordings)
        write_texts(table, _WHOLE, [json.dumps(to_json(one)) for one in recordings])
        keep_failures(file, failures)


def read_recordings(path: Path) -> list[Cell]:
    """The cells of recordings.h5, without traces.

    Raises:
        InvalidInputError: it is not such a file.
    """
    try:
        with opened_table(path) as file:
            cells = {name: Cell(name) for name in texts_of(file["cells/name"])}
            for texts in texts_in_turn(file[f"recordings/{_WHOLE}"]):
                # Not one by one: the names of their keys are held once only.
                for recording in map(from_json, json.loads(f"[{','.join(texts)}]")):
                    cells[recording.cell_name].recordings.append(recording)
    except (OSError, KeyError, ValueError, TypeError, AttributeError, RuntimeError) as error:
        raise InvalidInputError(
            f"{path} is not what reading has written ({error}): use --overwrite to read the "
            "recordings again"
        ) from error
    return list(cells.values())


def write_columns(group: h5py.Group, recordings: Sequence[Recording]) -> None:
    """Write the columns of a table, equally long, in the order of the metadata."""
    for name, text in _TEXTS.items():
        write_texts(group, name, [text(one) for one in recordings])
    for name in _NUMBERS:
        group[name] = np.array([getattr(one, name) for one in recordings], dtype=np.int64)
    for name in _PARAMETERS:
        write_reals(group, name, [one.values.get(name) for one in recordings])
    for name in _RELATIVE:
        write_reals(group, name, [one.relative.get(name) for one in recordings])
    write_reals(group, "spikecount", [one.spikecount for one in recordings])
    write_reals(group, "auto_threshold", [one.auto_threshold for one in recordings])
