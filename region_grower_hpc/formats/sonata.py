"""Cell collections: SONATA node files of one population, and MVD3 files.

Row i (from 0) of a collection is the cell of gid i.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.atomic import replacing
from region_grower_hpc.formats.hdf5_errors import HDF5_ERRORS
from region_grower_hpc.formats.hdf5_links import check_self_contained
from region_grower_hpc.formats.hdf5_sizes import size_problem
from region_grower_hpc.formats.noted_errors import noting_errors

if TYPE_CHECKING:
    import voxcell

DYNAMICS_PREFIX = "@dynamics:"
POSITION = ("x", "y", "z")
ORIENTATION = (
    *("orientation_x", "orientation_y", "orientation_z", "orientation_w"),
    *("rotation_angle_xaxis", "rotation_angle_yaxis", "rotation_angle_zaxis"),
)
#: Columns whose values are used as numbers; the last two are those of MVD3.
MUST_BE_NUMBERS = frozenset((*POSITION, *ORIENTATION, "positions", "orientations"))
#: Datasets of MVD3 with a row of so many values a cell; all others have one value a cell.
VECTORS = {"/cells/positions": 3, "/cells/orientations": 4}


def load_cells(path: Path, required: Sequence[str] = ()) -> voxcell.CellCollection:
    """Read all cells of a file: MVD3 where it ends in .mvd3, else SONATA.

    The properties come in the order of the file, dynamics parameters (`@dynamics:` + name) last.

    Args:
        path: the file; a SONATA file has one population with the single group 0.
        required: properties that must be there.

    Raises:
        InvalidInputError: the file is missing or of another layout, a required property is
            missing, or lengths disagree; the message names file and key.
    """
    import voxcell

    path = Path(path)
    with _opened(path) as file:
        layout = _layout(path, file)
        _check(path, layout, required)
        check_self_contained(file, path)
        names, count = list(layout.properties), layout.count or 0
    collection = voxcell.CellCollection
    load = collection.load_mvd3 if _is_mvd3(path) else collection.load_sonata
    try:
        cells = load(path)
    except Exception as error:
        raise InvalidInputError(f"cells file '{path}' cannot be read: {error}") from error
    # voxcell reads the properties in an order that changes from process to process.
    cells.properties = cells.properties[names].reindex(range(count))
    for name in required:
        _check_texts(path, name, cells.properties[name])
    return cells


def save_cells(cells: voxcell.CellCollection, path: Path) -> None:
    """Write all cells: MVD3 where `path` ends in .mvd3, else SONATA; the same bytes each time.

    NaN is kept in positions and floating-point properties.

    Raises:
        InvalidInputError: a property of another type has empty values, or a type that HDF5 lacks.
        voxcell.VoxcellError: the lengths of properties, positions and orientations disagree.
    """
    path = Path(path)
    for name, values in cells.properties.items():
        empty = np.flatnonzero(values.isnull())
        if len(empty) and values.dtype.kind != "f":
            raise InvalidInputError(
                f"property '{name}' of cell {empty[0]} is empty and cannot be saved to '{path}': "
                "give it a value or leave the cell out"
            )
    # Not `cells.save`, which refuses NaN also where the format holds it.
    save = cells.save_mvd3 if _is_mvd3(path) else cells.save_sonata
    with replacing(path) as temporary, noting_errors(temporary) as file:
        try:
            save(file)
        except TypeError as error:
            raise InvalidInputError(
                f"cells cannot be saved to '{path}': a property holds neither numbers nor strings "
                f"({error})"
            ) from error


def count_cells(path: Path) -> int | None:
    """Return the number of cells, at the cost of opening the file; None where it cannot tell."""
    path = Path(path)
    try:
        with _opened(path) as file:
            return _layout(path, file).count
    except InvalidInputError:
        return None


@dataclass(frozen=True)
class _Layout:
    """The datasets of a cells file that have one entry a cell."""

    count: int | None
    """Number of cells; None where no dataset tells."""
    columns: tuple[h5py.Dataset, ...]
    """All of them."""
    properties: dict[str, h5py.Dataset]
    """Those that hold a property, by its name."""
    library: dict[str, h5py.Dataset]
    """The values of properties that hold row numbers, by the property's name; no column."""


def _layout(path: Path, file: h5py.File) -> _Layout:
    return _mvd3_layout(path, file) if _is_mvd3(path) else _sonata_layout(path, file)


def _mvd3_layout(path: Path, file: h5py.File) -> _Layout:
    cells = file.get("cells")
    if not isinstance(cells, h5py.Group):
        raise _invalid(path, "there is no group '/cells': is it an MVD3 file?")
    properties = _datasets(cells.get("properties"))
    columns = (*_datasets(cells).values(), *properties.values())
    return _Layout(_length(columns), columns, properties, _datasets(file.get("library")))


def _sonata_layout(path: Path, file: h5py.File) -> _Layout:
    nodes = file.get("nodes")
    names = list(nodes) if isinstance(nodes, h5py.Group) else []
    if not names:
        raise _invalid(path, "there is no population in '/nodes': is it a SONATA node file?")
    if len(names) > 1:
        raise _invalid(path, f"'/nodes' has several populations ({', '.join(names)}): keep one")
    population = nodes[names[0]]
    if not isinstance(population, h5py.Group):
        raise _invalid(path, f"'{population.name}' is no population: it must be a group")
    groups = [name for name in population if name.isdecimal()]
    if groups != ["0"]:
        found = ", ".join(groups) or "none"
        raise _invalid(path, f"'{population.name}' must have the single group 0 (found: {found})")

    group = population["0"]
    if not isinstance(group, h5py.Group):
        raise _invalid(path, f"'{group.name}' must be a group of the cells' properties")
    members = _datasets(group)
    absent = [name for name in POSITION if name not in members]
    if 0 < len(absent) < len(POSITION):
        raise _invalid(path, f"'{group.name}/{absent[0]}' is missing: a position is x, y and z")
    dynamics = _datasets(group.get("dynamics_params"))
    properties = {
        name: values for name, values in members.items() if name not in POSITION + ORIENTATION
    }
    properties |= {DYNAMICS_PREFIX + name: values for name, values in dynamics.items()}
    columns = (*_datasets(population).values(), *members.values(), *dynamics.values())
    return _Layout(_length(columns), columns, properties, _datasets(group.get("@library")))


def _datasets(group: h5py.Group | None) -> dict[str, h5py.Dataset]:
    """The datasets of a group by name, in the order of the file; none without a group."""
    if not isinstance(group, h5py.Group):
        return {}
    return {name: item for name, item in group.items() if isinstance(item, h5py.Dataset)}


def _length(columns: Sequence[h5py.Dataset]) -> int | None:
    return int(columns[0].shape[0]) if columns and columns[0].shape else None


def _check(path: Path, layout: _Layout, required: Sequence[str]) -> None:
    missing = [name for name in required if name not in layout.properties]
    if missing:
        raise _invalid(
            path,
            f"property {', '.join(map(repr, missing))} is missing "
            f"(there are: {', '.join(layout.properties) or 'none'}): add it to the cells",
        )
    for column in layout.columns:
        if not column.shape or column.shape[0] != layout.count:
            first, size = layout.columns[0].name, column.shape[0] if column.shape else "a single"
            raise _invalid(
                path, f"'{column.name}' has {size} value(s), but '{first}' {layout.count}"
            )
        _check_values(path, column)
    for name, values in layout.library.items():
        _check_values(path, values)
        rows = layout.properties.get(name)
        if rows is None:
            continue
        if rows.dtype.kind not in "iu":
            raise _invalid(path, f"'{rows.name}' must hold row numbers of '{values.name}'")
        wrong = np.flatnonzero((rows[()] < 0) | (rows[()] >= values.size))
        if len(wrong):
            raise _invalid(
                path,
                f"'{rows.name}' of cell {wrong[0]} is {rows[wrong[0]]}, "
                f"but '{values.name}' has {values.size} value(s)",
            )


def _check_values(path: Path, values: h5py.Dataset) -> None:
    """Refuse what is neither numbers nor texts, and sizes beyond what the file can hold."""
    width = VECTORS.get(values.name)
    if values.shape is not None and values.shape[1:] != (() if width is None else (width,)):
        wanted = "one value" if width is None else f"{width} values"
        raise _invalid(path, f"'{values.name}' must have {wanted} a cell, not {values.shape[1:]}")
    kind = values.dtype.kind
    is_text = h5py.check_string_dtype(values.dtype) is not None
    if values.name.rpartition("/")[2] in MUST_BE_NUMBERS:
        if kind not in "iuf":
            raise _invalid(path, f"'{values.name}' must hold numbers, not {values.dtype}")
    elif kind not in "iufb" and not is_text:
        raise _invalid(path, f"'{values.name}' holds neither numbers nor texts ({values.dtype})")
    problem = size_problem(values)
    if problem is not None:
        raise _invalid(path, f"'{values.name}' {problem}")


def _check_texts(path: Path, name: str, values: Any) -> None:
    """Refuse a required property that holds anything else than texts."""
    for value in values.unique():
        if not isinstance(value, str) or not value.isprintable():
            raise _invalid(path, f"property '{name}' must hold plain texts, but has {value!r}")


@contextmanager
def _opened(path: Path) -> Iterator[h5py.File]:
    if not path.is_file():
        raise InvalidInputError(f"cells file '{path}' does not exist: check the path")
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        raise InvalidInputError(
            f"cells file '{path}' is no HDF5 file or is damaged ({error}): give a SONATA node "
            "file, or an MVD3 file whose name ends in .mvd3"
        ) from error
    with file:
        try:
            yield file
        except HDF5_ERRORS as error:
            raise _invalid(
                path, f"the file is damaged ({type(error).__name__}: {error}): replace it"
            ) from error


def _is_mvd3(path: Path) -> bool:
    return path.suffix.lower() == ".mvd3"


def _invalid(path: Path, problem: str) -> InvalidInputError:
    return InvalidInputError(f"cells file '{path}': {problem}")
