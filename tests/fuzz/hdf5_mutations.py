"""Damage to the objects of HDF5 files: types, shapes, links, storage, attributes."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from typing import Any

import h5py
import numpy as np

from tests.fuzz.byte_mutations import Mutation

_NAMES = ("a", "0", "1", "../x", "é", "..", "x" * 300, "default", "metadata", "points", "structure")
_HUGE = ((2**40,), (2**31, 4), (2**31 + 1,), (2**20, 2**20), (2**62,))


def change_objects(draw: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """One to three objects changed with HDF5's own means; a damaged file stays as it is."""
    store = io.BytesIO(data)
    try:
        with h5py.File(store, "r+") as file:
            for _ in range(draw.choice((1, 1, 2, 3))):
                _change(draw, file)
    except Exception:  # h5py's and the library's own
        return data
    return store.getvalue()


def _change(draw: random.Random, file: h5py.File) -> None:
    names: list[str] = []
    file.visit(names.append)
    if not names:
        return
    name = draw.choice(names)
    kinds = [_retype, _retype, _retype, _reshape, _reshape, _revalue, _revalue, _relink, _relink]
    kinds += [_restore, _rename, _swap, _attribute, _remove, _add]
    draw.choice(kinds)(draw, file, name)


def _remove(draw: random.Random, file: h5py.File, name: str) -> None:
    """The object and, as likely as not, what is beside it."""
    parent = file[name].parent
    del file[name]
    if len(parent) and draw.random() < 0.5:
        del parent[draw.choice(list(parent))]


def _add(draw: random.Random, file: h5py.File, name: str) -> None:
    """One more member beside an object, or in a group."""
    parent = file[name] if isinstance(file[name], h5py.Group) else file[name].parent
    draw.choice((parent.create_group, lambda new: parent.create_dataset(new, data=[1])))(
        draw.choice(_NAMES)
    )


def _rename(draw: random.Random, file: h5py.File, name: str) -> None:
    parent = file[name].parent
    last = name.rpartition("/")[2]
    new = draw.choice((*_NAMES, *parent))
    if new in parent:
        del parent[new]
    parent.move(last, new)


def _swap(draw: random.Random, file: h5py.File, name: str) -> None:
    """Another object of the file in its place."""
    names: list[str] = []
    file.visit(names.append)
    other = draw.choice(names)
    copied = f"copy{draw.random()}"
    file.copy(other, copied)
    del file[name]
    file.move(copied, name)


def _datasets(draw: random.Random, file: h5py.File, name: str) -> h5py.Dataset | None:
    """The object, or a dataset below it."""
    found = file[name]
    if isinstance(found, h5py.Dataset):
        return found
    below: list[str] = []
    found.visititems(
        lambda key, item: below.append(key) if isinstance(item, h5py.Dataset) else None
    )
    return found[draw.choice(below)] if below else None


def _replace(dataset: h5py.Dataset, values: Any = None, **keywords: Any) -> None:
    parent, last = dataset.parent, dataset.name.rpartition("/")[2]
    del parent[last]
    parent.create_dataset(last, data=values, **keywords)


def _retype(draw: random.Random, file: h5py.File, name: str) -> None:
    """Values of another type."""
    dataset = _datasets(draw, file, name)
    if dataset is None:
        return
    shape = dataset.shape or ()
    count = int(np.prod(shape))
    compound = np.dtype([("a", "i4"), ("b", "f8")])
    kinds: list[Any] = [
        *(
            "i1",
            "u1",
            "i2",
            "u4",
            "i8",
            "u8",
            "f2",
            "f4",
            "f8",
            ">i4",
            ">f8",
            "c16",
            "?",
            "S1",
            "S30",
        ),
        *(compound, np.dtype(("f4", (3,))), h5py.string_dtype(), h5py.string_dtype("ascii", 5)),
        *(h5py.vlen_dtype("f4"), h5py.ref_dtype, h5py.regionref_dtype, "V7"),
        *(h5py.enum_dtype({"A": 0, "B": 1}), np.dtype("M8[s]")),
    ]
    kind = draw.choice(kinds)
    if h5py.check_string_dtype(np.dtype(kind)) and np.dtype(kind).kind == "O":
        words = ["", "a", "nan", "1", "../x", "O0", "L1_DAC", "\udc80\udcff"]
        values = np.array([draw.choice(words) for _ in range(count)], dtype=object)
        _replace(dataset, values.reshape(shape), dtype=kind)
    else:
        _replace(dataset, shape=shape, dtype=kind)


def _reshape(draw: random.Random, file: h5py.File, name: str) -> None:
    """Another number of values or of axes; also more than any memory holds, none of it stored."""
    dataset = _datasets(draw, file, name)
    if dataset is None:
        return
    count = (dataset.shape or (0,))[0] if dataset.shape else 0
    shapes = [
        (),
        (0,),
        (1,),
        (max(0, count - 1),),
        (count + 1,),
        (count, 1),
        (1, count),
        (count, 4),
    ]
    shapes += [(0, 4), (0, 3), (count, 3), (count, 0), (2, 2, 2)]
    kind = draw.randrange(4)
    if kind == 0:
        huge = draw.choice(_HUGE)
        chunks = tuple(min(1024, size) for size in huge)
        _replace(dataset, shape=huge, dtype=dataset.dtype, chunks=chunks)
    elif kind == 1:
        _replace(dataset, h5py.Empty(dataset.dtype))
    else:
        _replace(dataset, shape=draw.choice(shapes), dtype=dataset.dtype)


def _revalue(draw: random.Random, file: h5py.File, name: str) -> None:
    """Some values at the end of their range, not finite, or no text."""
    dataset = _datasets(draw, file, name)
    if dataset is None or not dataset.shape or not dataset.size:
        return
    if dataset.dtype.kind == "O":
        raw = [
            b"\xff\xfe",
            b"",
            b"../x",
            b"a/b",
            b"O0",
            b"x" * 5000,
            b"nan",
            b"\xed\xa0\x80",
            b"@.*",
        ]
        values = dataset[()].ravel()
        values[draw.randrange(len(values))] = draw.choice(raw)
        dataset[()] = values.reshape(dataset.shape)
        return
    values = np.array(dataset[()])
    flat = values.reshape(-1)
    numbers: Sequence[Any] = (np.nan, np.inf, -np.inf, 1e38, -1e38, 0.0, 1e-45)
    if values.dtype.kind in "iu":
        limits = np.iinfo(values.dtype)
        numbers = (limits.min, limits.max, 0, 1, min(limits.max, 1000), 2, 3)
    elif values.dtype.kind != "f":
        return
    for _ in range(draw.choice((1, 3))):
        start = draw.randrange(len(flat))
        with np.errstate(over="ignore"):
            flat[start : start + draw.choice((1, 1, len(flat)))] = draw.choice(numbers)
    dataset[()] = values


def _relink(draw: random.Random, file: h5py.File, name: str) -> None:
    """A link to nowhere, to itself, to a parent, or out of the file."""
    link = draw.choice(
        (
            h5py.SoftLink("/nowhere"),
            h5py.SoftLink("/"),
            h5py.SoftLink("/" + name),
            h5py.SoftLink("/" + name.partition("/")[0]),
            h5py.ExternalLink("/etc/passwd", "/"),
            h5py.ExternalLink("nowhere.h5", "/"),
            h5py.ExternalLink("other.h5", "/" + name),
            h5py.ExternalLink("../other.h5", "/" + name),
            h5py.ExternalLink("", "/"),
            file["/"],
            file[name].parent,
            np.dtype("f4"),
        )
    )
    if draw.random() < 0.6:
        del file[name]
        file[name] = link
    else:
        file[f"{name.rpartition('/')[0]}/link"] = link


def _restore(draw: random.Random, file: h5py.File, name: str) -> None:
    """The values stored in another way, or in another file."""
    dataset = _datasets(draw, file, name)
    if dataset is None or not dataset.shape or dataset.dtype.kind == "O":
        return
    values, kind = dataset[()], draw.randrange(5)
    if kind == 0:
        outside = draw.choice(("/etc/passwd", "nowhere", "../x"))
        _replace(
            dataset,
            shape=dataset.shape,
            dtype=dataset.dtype,
            external=[(outside, 0, dataset.nbytes)],
        )
    elif kind == 1:
        layout = h5py.VirtualLayout(dataset.shape, dataset.dtype)
        inside = draw.choice(("other.h5", ".", "/etc/passwd"))
        layout[...] = h5py.VirtualSource(inside, dataset.name, dataset.shape)
        parent, last = dataset.parent, dataset.name.rpartition("/")[2]
        del parent[last]
        parent.create_virtual_dataset(last, layout)
    else:
        how = (
            {"compression": "gzip"},
            {"fletcher32": True},
            {"shuffle": True},
            {"compression": "lzf"},
        )
        _replace(dataset, values, chunks=True, **draw.choice(how))


def _attribute(draw: random.Random, file: h5py.File, name: str) -> None:
    """Attributes of other types, or none."""
    owner = draw.choice((file, file[name]))
    names = list(owner.attrs) or ["version", "cell_family", "comment", "magic"]
    chosen = draw.choice(names)
    if draw.random() < 0.3 and chosen in owner.attrs:
        del owner.attrs[chosen]
        return
    values = (
        "",
        "a",
        1,
        -1,
        2**40,
        np.nan,
        [1, 2],
        [9, 9],
        [1.5, 2],
        np.zeros((2, 2)),
        h5py.Empty("i4"),
    )
    owner.attrs[chosen] = draw.choice(values)


HDF5_MUTATIONS: tuple[Mutation, ...] = (*([change_objects] * 20),)
