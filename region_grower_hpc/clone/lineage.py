"""Of what each morphology of a run is made: the tasks, as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.clone.names import clone_name, scaled_name
from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.neurondb import NeuronDbRow

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
        InvalidInputError: two morphologies would have the same name.
    """
    parents = [(base, scale) for base in used_bases for scale in range(NONE, len(y_scales))]
    in_database = {row.name for row in rows}
    entries: list[tuple[str, Ancestry]] = []
    places: dict[str, tuple[int, int]] = {}
    for base, scale in parents:
        bare = Ancestry(base, scale, NONE, NONE, NONE, False)
        name = name_of(bare, base_names, y_scales)
        places[name] = base, scale
        entries.append((name, bare._replace(in_clones=name in in_database)))
    mtype_codes = {mtype: code for code, mtype in enumerate(mtypes)}
    layer_codes = {layer: code for code, layer in enumerate(layers)}
    numbers: dict[str, int] = {}
    for row, count in zip(rows, clones.tolist(), strict=True):
        first = numbers.get(row.name, 0)
        codes = mtype_codes[row.full_type], layer_codes[row.layer]
        for number in range(first, first + count):
            ancestry = Ancestry(*places[row.name], number, *codes, True)
            entries.append((clone_name(row.name, number), ancestry))
        numbers[row.name] = first + count
    entries.sort(key=lambda entry: entry[0])
    for (name, _), (following, _) in pairwise(entries):
        if name == following:
            raise InvalidInputError(
                f"two morphologies would be called '{name}': rename the morphology of the data "
                "set whose name is that of a graft, a scaled copy or a clone of another"
            )
    columns = np.array([ancestry for _, ancestry in entries], dtype=np.int64)
    columns = columns.reshape(-1, len(Ancestry._fields))
    kinds = (np.int32, np.int16, np.int32, np.int32, np.int32, np.bool_)
    return Lineage(*(columns[:, at].astype(kind) for at, kind in enumerate(kinds)))
