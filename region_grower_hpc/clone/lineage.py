"""Of what each morphology of a run is made: the tasks, as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.clone.names import clone_name, scaled_name
from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.neurondb import NeuronDbRow
from region_grower_hpc.formats.safe_name import name_problem

#: In place of a scale, a clone's number or a type, where there is none.
NONE = -1


class Ancestry(NamedTuple):
    """Of what one morphology is made; `NONE` where a step is left out.

    Attributes:
        base: number of the original, or of the graft after all originals.
        scale: number of the factor along y.
        clone: number of the clone of its parent.
        mtype, layer: codes of the row of the database that asked for the clone.
        in_clones: the database of clone/ names it.
    """

    base: int
    scale: int
    clone: int
    mtype: int
    layer: int
    in_clones: bool


@dataclass(frozen=True)
class Lineage:
    """Ancestries of all morphologies in order of name: entry i is task i.

    Attributes:
        base, scale, clone, mtype, layer, in_clones: (n,) as in `Ancestry`.
    """

    base: NDArray[np.int32]
    scale: NDArray[np.int16]
    clone: NDArray[np.int32]
    mtype: NDArray[np.int32]
    layer: NDArray[np.int32]
    in_clones: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.base)

    def __getitem__(self, task: int) -> Ancestry:
        return Ancestry(
            base=int(self.base[task]),
            scale=int(self.scale[task]),
            clone=int(self.clone[task]),
            mtype=int(self.mtype[task]),
            layer=int(self.layer[task]),
            in_clones=bool(self.in_clones[task]),
        )

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """By name, for all ranks."""
        return {f"lineage_{name}": getattr(self, name) for name in Ancestry._fields}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Lineage:
        """Inverse of `arrays`."""
        return cls(*(arrays[f"lineage_{name}"] for name in Ancestry._fields))


def name_of(ancestry: Ancestry, base_names: Sequence[str], y_scales: Sequence[float]) -> str:
    """Name of a morphology."""
    parent = parent_name(ancestry, base_names, y_scales)
    return parent if ancestry.clone == NONE else clone_name(parent, ancestry.clone)


def parent_name(ancestry: Ancestry, base_names: Sequence[str], y_scales: Sequence[float]) -> str:
    """Name of the morphology that a clone is made of; of another one its own."""
    base = base_names[ancestry.base]
    return base if ancestry.scale == NONE else scaled_name(base, y_scales[ancestry.scale])


def trace(
    used_bases: Sequence[int],
    base_names: Sequence[str],
    y_scales: Sequence[float],
    rows: Sequence[NeuronDbRow],
    clones: NDArray[np.int64],
    mtypes: Sequence[str],
    layers: Sequence[str],
) -> Lineage:
    """The lineage of all morphologies that a run makes.

    Args:
        used_bases: numbers of the morphologies of grafting/.
        base_names: of all originals and grafts.
        y_scales: factors of the scaled copies.
        rows: of the database before cloning, those of a name next to each other.
        clones: (n,) clones that each row asks for.
        mtypes: whose numbers are the codes.
        layers: likewise.

    Raises:
        InvalidInputError: two morphologies would have the same name, or a name that is too long.
    """
    mtype_codes = {mtype: code for code, mtype in enumerate(mtypes)}
    layer_codes = {layer: code for code, layer in enumerate(layers)}
    rows_of: dict[str, list[tuple[int, int, int]]] = {}
    for row, count in zip(rows, clones.tolist(), strict=True):
        codes = mtype_codes[row.full_type], layer_codes[row.layer]
        rows_of.setdefault(row.name, []).append((count, *codes))
    # Names in order: a parent, and all clones of a parent, which begin alike.
    blocks: list[tuple[str, _Block]] = []
    for base in used_bases:
        for scale in range(NONE, len(y_scales)):
            bare = Ancestry(base, scale, NONE, NONE, NONE, False)
            name = name_of(bare, base_names, y_scales)
            parent = bare._replace(in_clones=name in rows_of)
            blocks.append((name, _Block(parent, ())))
            asked = tuple(row for row in rows_of.get(name, ()) if row[0])
            if asked:
                last = clone_name(name, sum(count for count, *_ in asked) - 1)
                _check_length(last)
                blocks.append((clone_name(name, ""), _Block(parent, asked)))
            _check_length(name)
    blocks.sort(key=lambda block: block[0])
    _check_different(sorted(base_names))
    _check_different([name for name, _ in blocks])
    for (name, block), (following, _) in pairwise(blocks):
        if block.rows and following.startswith(name):
            raise InvalidInputError(
                f"the morphology '{following}' has the name of a clone of another: rename it"
            )
    columns = [_columns(block) for _, block in blocks]
    return Lineage(
        *(
            np.concatenate([np.empty(0, kind), *(each[at] for each in columns)]).astype(kind)
            for at, kind in enumerate(_KINDS)
        )
    )


#: Of the columns of a lineage.
_KINDS = (np.int32, np.int16, np.int32, np.int32, np.int32, np.bool_)


@dataclass(frozen=True)
class _Block:
    """A parent, or all of its clones: number of clones, mtype and layer of each row."""

    parent: Ancestry
    rows: tuple[tuple[int, int, int], ...]


def _columns(block: _Block) -> list[NDArray[Any]]:
    """The columns of a lineage, in order of name."""
    if not block.rows:
        columns = [np.array([value]) for value in block.parent]
    else:
        counts, mtypes, layers = np.array(block.rows, dtype=np.int64).T
        order = _as_texts(int(counts.sum()))
        columns = [
            np.full(len(order), block.parent.base),
            np.full(len(order), block.parent.scale),
            order,
            np.repeat(mtypes, counts)[order],
            np.repeat(layers, counts)[order],
            np.ones(len(order), dtype=np.bool_),
        ]
    return [column.astype(kind) for column, kind in zip(columns, _KINDS, strict=True)]


@lru_cache(maxsize=1)
def _as_texts(count: int) -> NDArray[np.intp]:
    """The numbers below a count in the order of their texts: 0, 1, 10, 2."""
    return np.argsort(np.arange(count).astype(str), kind="stable")


def _check_length(name: str) -> None:
    if (problem := name_problem(name)) is not None:
        raise InvalidInputError(
            f"a morphology would be called '{name}', which {problem}: rename those of the data set "
            "that it is made of"
        )


def _check_different(in_order: Sequence[str]) -> None:
    """Refuse a name that is there twice among sorted ones."""
    for name, following in pairwise(in_order):
        if name == following:
            raise InvalidInputError(
                f"two morphologies would be called '{name}': rename the morphology of the data "
                "set whose name is that of a graft, a scaled copy or a clone of another"
            )
