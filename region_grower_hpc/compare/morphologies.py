"""Many morphologies read one by one by name, from a folder of files or from a container."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import h5py
from h5py import h5o

from region_grower_hpc.compare.morphology_file import (
    MEMBERS,
    arrays_of,
    is_container,
    open_hdf5,
    read_morphology,
)
from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.hdf5_errors import HDF5_ERRORS
from region_grower_hpc.formats.hdf5_links import member
from region_grower_hpc.formats.morphology import MorphologyArrays

#: Formats in the order in which they are preferred.
FORMATS = ("h5", "asc", "swc")


class Morphologies(Protocol):
    """Named morphologies; `contextlib.closing` closes them."""

    path: Path

    def names(self) -> list[str]:
        """Sorted names."""

    def formats(self, name: str) -> list[str]:
        """Formats that a morphology is in; none where there is no such morphology."""

    def read(self, name: str, extension: str) -> MorphologyArrays:
        """Read one morphology in one of its formats."""

    def close(self) -> None:
        """Close the files."""


class MorphologyFolder:
    """Files `<name>.<format>` in a folder and its sub-folders; containers among them are no files.

    Args:
        path: the folder.
        formats: those that count.
    """

    def __init__(self, path: Path, formats: Sequence[str] = FORMATS) -> None:
        self.path = path
        self._formats = formats

    def names(self) -> list[str]:
        """Sorted paths below the folder, without extension."""
        return sorted(set(self._walk()))

    def is_empty(self) -> bool:
        """Whether there is no such file."""
        return next(self._walk(), None) is None

    def _walk(self) -> Iterator[str]:
        for folder, below, files in os.walk(self.path):
            below[:] = [name for name in below if not name.startswith(".")]
            prefix = Path(folder).relative_to(self.path)
            for file in files:
                name, _, extension = file.rpartition(".")
                if not name or name.startswith(".") or extension not in self._formats:
                    continue
                if extension != "h5" or not is_container(Path(folder, file)):
                    yield (prefix / name).as_posix()

    def formats(self, name: str) -> list[str]:
        """Formats that this morphology is in; none where there is no such morphology."""
        return [item for item in self._formats if self._file(name, item).is_file()]

    def read(self, name: str, extension: str) -> MorphologyArrays:
        """Read one morphology.

        Raises:
            InvalidInputError: the file is missing or damaged.
        """
        return read_morphology(self._file(name, extension))

    def close(self) -> None:
        """There is nothing to close."""

    def _file(self, name: str, extension: str) -> Path:
        return self.path / f"{name}.{extension}"


class MorphologyContainer:
    """The groups of an HDF5 container, merged or of links to others, by name.

    Raises:
        InvalidInputError: no HDF5 file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = open_hdf5(path)

    def names(self) -> list[str]:
        """Sorted names of the groups that hold a morphology.

        Raises:
            InvalidInputError: there is something else in the file, and no morphology.
        """
        try:
            found = sorted(_names(self._file))
        except HDF5_ERRORS as error:
            raise InvalidInputError(f"container '{self.path}' is damaged: {error}") from error
        if not found and len(self._file):
            raise InvalidInputError(
                f"'{self.path}' holds no morphology: neither points and structure, nor groups with "
                "them, nor cells"
            )
        return found

    def formats(self, name: str) -> list[str]:
        """["h5"], or none where there is no such morphology."""
        try:
            return ["h5"] if self._file.get(name, getlink=True) is not None else []
        except HDF5_ERRORS as error:
            raise InvalidInputError(
                f"container '{self.path}' is damaged where '{name}' should be: {error}"
            ) from error

    def read(self, name: str, _extension: str) -> MorphologyArrays:
        """Read one morphology.

        Raises:
            InvalidInputError: the morphology is damaged, the file that a link leads to is gone, or
                it is not in the folder of the container.
        """
        try:
            arrays = arrays_of(member(self._file, name, self.path))
        except HDF5_ERRORS as error:
            raise InvalidInputError(
                f"morphology '{name}' of container '{self.path}' cannot be read: {error}"
            ) from error
        if arrays is None:
            raise InvalidInputError(
                f"'{name}' of container '{self.path}' is no morphology: it must hold points (N, 4) "
                "and structure (M, 3) whose row 0 is the soma"
            )
        return arrays

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def open_morphologies(path: Path, formats: Sequence[str] = FORMATS) -> Morphologies:
    """Open a folder or a container; a folder that holds one container and no files is that one.

    Raises:
        InvalidInputError: there is nothing at the path, or no HDF5 file.
    """
    if not path.is_dir():
        return MorphologyContainer(path)
    files = MorphologyFolder(path, formats)
    container = sole_container(path)
    if container is not None and files.is_empty():
        return MorphologyContainer(container)
    return files


def sole_container(folder: Path) -> Path | None:
    """The container that lies in a folder as the only .h5 file, if that is so."""
    files = sorted(folder.glob("*.h5"))
    return files[0] if len(files) == 1 and is_container(files[0]) else None


def _names(file: h5py.File) -> Iterator[str]:
    """Names of the groups that hold a morphology; a group of groups is entered once."""
    entered: set[int] = set()
    waiting: list[tuple[str, h5py.Group]] = [("", file)]
    while waiting:
        prefix, group = waiting.pop()
        for name in group:
            link = group.get(name, getlink=True)
            if isinstance(link, h5py.ExternalLink):
                yield prefix + name
            elif isinstance(item := group.get(name), h5py.Group):
                if MEMBERS[0] in item:
                    yield prefix + name
                elif (address := h5o.get_info(item.id).addr) not in entered:
                    entered.add(address)
                    waiting.append((f"{prefix}{name}/", item))
