"""SONATA files of nodes or edges: opened, and checked before anything of them is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from region_grower_hpc.conn_props.known_names import instead_of, named_few
from region_grower_hpc.errors import InvalidInputError

if TYPE_CHECKING:
    import h5py

DYNAMICS_PREFIX = "@dynamics:"
LIBRARY = "@library"


def invalid(path: Path, kind: str, problem: str) -> InvalidInputError:
    """The error of a file of `kind` nodes or edges."""
    return InvalidInputError(f"{kind} file '{path}': {problem}")


@contextmanager
def opened(path: Path, kind: str) -> Iterator[h5py.File]:
    """Open a file for reading; whatever HDF5 stumbles over inside the block names the file.

    Args:
        path: of the file.
        kind: `nodes` or `edges`, for the messages.

    Raises:
        InvalidInputError: the file is missing, no HDF5 file or damaged.
    """
    import h5py

    from region_grower_hpc.formats.hdf5_errors import HDF5_ERRORS

    if not path.is_file():
        raise invalid(path, kind, "does not exist: check the path in the circuit config")
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        raise invalid(path, kind, f"is no HDF5 file or is damaged ({error})") from error
    with file:
        try:
            yield file
        except HDF5_ERRORS as error:
            raise invalid(
                path, kind, f"is damaged ({type(error).__name__}: {error}): replace it"
            ) from error


def population_names(path: Path, kind: str) -> list[str]:
    """The populations of a file.

    Raises:
        InvalidInputError: see `opened`; or there is no group `/nodes` or `/edges`.
    """
    with opened(path, kind) as file:
        return list(_members(file, path, kind))


def population_group(file: h5py.File, path: Path, kind: str, name: str) -> h5py.Group:
    """The group of a population, in a file of which nothing lies elsewhere.

    Raises:
        InvalidInputError: there is no such population, it has several groups of properties, or a
            part of the file lies in another file.
    """
    import h5py

    from region_grower_hpc.formats.hdf5_links import check_self_contained

    check_self_contained(file, path)
    members = _members(file, path, kind)
    if name not in members:
        raise invalid(path, kind, f"population '{name}' is missing {instead_of(name, members)}")
    group = members[name]
    if not isinstance(group, h5py.Group):
        raise invalid(path, kind, f"'{group.name}' is no population: it must be a group")
    groups = [one for one in group if one.isdecimal()]
    if groups not in ([], ["0"]):
        raise invalid(
            path, kind, f"'{group.name}' must have the single group 0 (found: {named_few(groups)})"
        )
    return group


def properties_of(population: h5py.Group) -> dict[str, h5py.Dataset]:
    """The datasets of group 0 by name; those of `dynamics_params` with the prefix `@dynamics:`."""
    members = population.get("0")
    dynamics = datasets(datasets_group(members, "dynamics_params"))
    return datasets(members) | {DYNAMICS_PREFIX + name: one for name, one in dynamics.items()}


def library_of(population: h5py.Group) -> dict[str, h5py.Dataset]:
    """The texts of properties that hold row numbers, by the name of the property."""
    return datasets(datasets_group(population.get("0"), LIBRARY))


def datasets_group(group: h5py.Group | None, name: str) -> h5py.Group | None:
    """A member of a group that may itself be absent."""
    return None if group is None else group.get(name)


def datasets(group: h5py.Group | None) -> dict[str, h5py.Dataset]:
    """The datasets of a group, in the order of the file; none without a group."""
    import h5py

    if not isinstance(group, h5py.Group):
        return {}
    return {name: item for name, item in group.items() if isinstance(item, h5py.Dataset)}


def check_columns(path: Path, kind: str, columns: Sequence[h5py.Dataset]) -> int:
    """The number of rows that all columns have; 0 without columns.

    Raises:
        InvalidInputError: lengths disagree, or a column claims more than the file can hold.
    """
    from region_grower_hpc.formats.hdf5_sizes import size_problem

    for column in columns:
        if not column.shape:
            raise invalid(path, kind, f"'{column.name}' has no rows, but a single value or none")
        if column.shape[0] != columns[0].shape[0]:
            raise invalid(
                path,
                kind,
                f"'{column.name}' has {column.shape[0]} row(s), but '{columns[0].name}' "
                f"{columns[0].shape[0]}",
            )
        problem = size_problem(column)
        if problem is not None:
            raise invalid(path, kind, f"'{column.name}' {problem}")
    return int(columns[0].shape[0]) if columns else 0


def _members(file: h5py.File, path: Path, kind: str) -> h5py.Group:
    import h5py

    members = file.get(kind)
    if not isinstance(members, h5py.Group):
        raise invalid(path, kind, f"there is no group '/{kind}': is it a SONATA {kind} file?")
    return members
