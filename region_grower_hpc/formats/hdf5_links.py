"""HDF5 files whose members lie in other files: what users' files may name, and what they may not.

An external link, a dataset with external storage and a virtual dataset name other files by any
path; HDF5 opens them without asking.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
from h5py import h5d, h5o

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.safe_name import lies_within

#: Shards, which `--container-path` may put elsewhere than the container of links to them.
_SHARD = re.compile(r"/shards/[0-9]{5,}\.h5$")
#: What h5py raises for damaged files.
_DAMAGED = (OSError, RuntimeError, KeyError, ValueError, TypeError, AttributeError)


def check_self_contained(file: h5py.File, path: Path) -> None:
    """Refuse a file of which anything lies in another file.

    Args:
        file: open.
        path: of it.

    Raises:
        InvalidInputError: naming the file and the member.
    """
    for dataset in own_datasets(file, path):
        check_own_values(dataset, path)


def own_datasets(file: h5py.File, path: Path) -> Iterator[h5py.Dataset]:
    """All datasets of a file, each once; what is damaged is passed over.

    Raises:
        InvalidInputError: there is a link into another file.
    """
    seen: set[int] = set()
    groups: list[h5py.Group] = [file]
    while groups:
        group = groups.pop()
        for name in _names(group):
            try:
                link = group.get(name, getlink=True)
                if isinstance(link, h5py.ExternalLink):
                    place = f"{group.name.rstrip('/')}/{name}"
                    raise _invalid(path, place, f"is a link into another file, '{link.filename}'")
                item = group.get(name)
                address = h5o.get_info(item.id).addr if isinstance(link, h5py.HardLink) else None
            except _DAMAGED:
                continue
            # A soft link leads to what has a hard link elsewhere in the file.
            if address is None or address in seen:
                continue
            seen.add(address)
            if isinstance(item, h5py.Dataset):
                yield item
            elif isinstance(item, h5py.Group):
                groups.append(item)


def _names(group: h5py.Group) -> Iterator[str]:
    """Names of the members, as far as they can be listed."""
    try:
        yield from group
    except _DAMAGED:
        return


def check_own_values(dataset: h5py.Dataset, path: Path) -> None:
    """Refuse a dataset whose values lie in other files.

    Raises:
        InvalidInputError: naming the file and the dataset.
    """
    properties = dataset.id.get_create_plist()
    if properties.get_layout() == h5d.VIRTUAL:
        raise _invalid(path, dataset.name, "is a virtual dataset, whose values lie elsewhere")
    if properties.get_external_count():
        target = os.fsdecode(properties.get_external(0)[0])
        raise _invalid(path, dataset.name, f"has its values in another file, '{target}'")


def member(file: h5py.File, name: str, path: Path) -> Any:
    """Open a member of a container; links may lead into files in or below its folder, or shards.

    Args:
        file: the open container.
        name: of the member, with `/` between its parts.
        path: of the container.

    Raises:
        InvalidInputError: the member, or a dataset right below it, lies elsewhere.
        KeyError: there is no such member, or a link of it leads nowhere.
    """
    folder = path.resolve().parent
    parts = name.split("/")
    for n_parts in range(1, len(parts) + 1):
        place = "/".join(parts[:n_parts])
        link = file.get(place, getlink=True)
        if isinstance(link, h5py.ExternalLink) and not _may_hold(folder / link.filename, folder):
            raise _outside(path, place, link.filename)
        if isinstance(link, h5py.ExternalLink):
            break
    item = file[name]
    # The end of a chain of links, whatever they are.
    if not _may_hold(Path(item.file.filename), folder):
        raise _outside(path, name, item.file.filename)
    members = item.values() if isinstance(item, h5py.Group) else (item,)
    for dataset in members:
        if isinstance(dataset, h5py.Dataset):
            if not _may_hold(Path(dataset.file.filename), folder):
                raise _outside(path, name, dataset.file.filename)
            check_own_values(dataset, Path(dataset.file.filename))
    return item


def _may_hold(target: Path, folder: Path) -> bool:
    """Whether a file may hold members of a container in a folder."""
    return lies_within(target, folder) or _SHARD.search(str(target.resolve())) is not None


def _outside(path: Path, name: str, target: str) -> InvalidInputError:
    return _invalid(
        path, name, f"is a link to '{target}', which is not in the folder of the container"
    )


def _invalid(path: Path, name: str, problem: str) -> InvalidInputError:
    return InvalidInputError(
        f"HDF5 file '{path}': '{name}' {problem}: write a file that holds its own content"
    )
