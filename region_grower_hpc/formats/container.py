"""Containers: one HDF5 file of many morphologies, read by `morphio.Collection`.

A container has one group a morphology, under the morphology's name, with the members of a MorphIO
HDF5 v1.3 file. A name may hold slashes (`hashed/ab/abcd`): its groups are nested.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from types import TracebackType

import h5py
from h5py import h5f, h5g, h5o

from region_grower_hpc.formats.hdf5_members import (
    GROUP_PROPERTIES,
    PERIMETERS,
    MemberWriter,
    read_family,
    replacing_hdf5,
    write_metadata,
)
from region_grower_hpc.formats.morphology import MorphologyArrays, check_storable


class ContainerWriter:
    """Writes a container, which appears under its path when the `with` block ends well.

    All morphologies of a cell family share one metadata group by hard links. The bytes depend on
    the names, the arrays and their order alone.
    """

    def __init__(self, path: Path) -> None:
        self._open = replacing_hdf5(Path(path))
        self._members = MemberWriter()
        #: cell family -> the group that all of it share
        self._metadata: dict[int, h5g.GroupID] = {}

    def __enter__(self) -> ContainerWriter:
        self._folders = _Folders(self._open.__enter__())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._open.__exit__(kind, error, traceback)

    def add(self, name: str, arrays: MorphologyArrays) -> None:
        """Write one morphology.

        Raises:
            ValueError: the name is taken, or MorphIO could not read the morphology back.
        """
        check_storable(arrays)
        self._members.write(self._new_group(name, arrays.family), arrays)

    def copy(self, name: str, source: h5f.FileID) -> None:
        """Copy one morphology from another open container, its datasets as they are (H5Ocopy).

        Raises:
            KeyError: the other container has no such morphology.
        """
        try:
            original = h5g.open(source, name.encode())
        except (KeyError, ValueError) as error:
            file = os.fsdecode(h5f.get_name(source))
            raise KeyError(f"container '{file}' holds no morphology '{name}'") from error
        group = self._new_group(name, read_family(original))
        for member in (b"points", b"structure"):
            h5o.copy(original, member, group, member)
        if original.links.exists(PERIMETERS):
            h5o.copy(original, PERIMETERS, group, PERIMETERS)

    def _new_group(self, name: str, family: int) -> h5g.GroupID:
        group = self._folders.new_group(name)
        metadata = self._metadata.get(family)
        if metadata is None:
            self._metadata[family] = write_metadata(group, family)
        else:
            group.links.create_hard(b"metadata", metadata, b".")
        return group


class _Folders:
    """The groups between a container's root and its morphologies, made when first needed.

    HDF5 can make them itself, but then gives them a time stamp.
    """

    def __init__(self, file: h5f.FileID) -> None:
        self._groups: dict[str, h5g.GroupID] = {"": h5g.open(file, b"/")}

    def new_group(self, name: str) -> h5g.GroupID:
        """Make the group of a morphology.

        Raises:
            ValueError: the name is taken.
        """
        parent, last = self._place_of(name)
        try:
            return h5g.create(parent, last, gcpl=GROUP_PROPERTIES)
        except Exception as error:
            _refuse_taken(name, parent, last, error)
            raise

    def new_link(self, name: str, file: bytes) -> None:
        """Make a link to the morphology of the same name in another container.

        Raises:
            ValueError: the name is taken.
        """
        parent, last = self._place_of(name)
        try:
            parent.links.create_external(last, file, name.encode())
        except Exception as error:
            _refuse_taken(name, parent, last, error)
            raise

    def _place_of(self, name: str) -> tuple[h5g.GroupID, bytes]:
        """The open group above a morphology, and the last part of its name."""
        folder, _, last = name.rpartition("/")
        group = self._groups.get(folder)
        if group is None:
            group = self._groups[folder] = self.new_group(folder)
        return group, last.encode()


def _refuse_taken(name: str, parent: h5g.GroupID, last: bytes, error: Exception) -> None:
    """Explain why a link was not made; to ask before each would cost more than making it."""
    if parent.links.exists(last):
        raise ValueError(f"the container already holds '{name}'") from error


def write_links(path: Path, shards: Iterable[tuple[Path, Iterable[str]]]) -> None:
    """Write a container of external links into shards: (shard, names of its morphologies).

    The shards are named relative to the container: the folder can be moved as a whole.

    Raises:
        ValueError: a name occurs twice.
    """
    path = Path(path)
    with replacing_hdf5(path) as file:
        folders = _Folders(file)
        for shard, names in shards:
            target = os.fsencode(os.path.relpath(shard, path.parent))
            for name in names:
                folders.new_link(name, target)


def merge(path: Path, shards: Iterable[tuple[Path, Iterable[str]]]) -> None:
    """Copy the named morphologies of shards, in the given order, into one container.

    Raises:
        FileNotFoundError: a shard does not exist.
        KeyError: a shard lacks a morphology.
        ValueError: a name occurs twice.
    """
    with ContainerWriter(path) as writer:
        for shard, names in shards:
            source = h5f.open(os.fsencode(shard), h5f.ACC_RDONLY)
            try:
                for name in names:
                    writer.copy(name, source)
            finally:
                source.close()


def join(
    path: Path, folder: Path, shards: Iterable[tuple[Path, Iterable[str]]], keep: bool
) -> None:
    """Make one container of shards: by links where they stay, else by copies, and they go.

    It may be called again after a kill.

    Args:
        path: of the container.
        folder: of the shards; it may be absent where there are none.
        shards: file and names of the morphologies of each.
        keep: leave the shards where they are.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if keep:
        write_links(path, shards)
        return
    merged = folder.with_name(f"{folder.name}.merged")
    found = iter(shards)
    first = next(found, None)
    if first is None:
        merge(path, ())
    elif folder.exists():
        merge(path, chain((first,), found))
        # In one step: shards of which a kill left a part could not be merged again.
        shutil.rmtree(merged, ignore_errors=True)
        folder.rename(merged)
    shutil.rmtree(merged, ignore_errors=True)


def load(file: h5py.File, name: str) -> MorphologyArrays:
    """Read one morphology of an open container.

    Raises:
        KeyError: the container has no such morphology, or a link of it leads nowhere.
    """
    group = file[name]
    perimeters = group["perimeters"][()] if "perimeters" in group else None
    return MorphologyArrays(
        group["points"][()], group["structure"][()], perimeters, read_family(group.id)
    )
