"""One file of a user and what reads it; damage of each format."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.byte_mutations import BYTE_MUTATIONS, Mutation
from tests.fuzz.hdf5_mutations import HDF5_MUTATIONS
from tests.fuzz.nrrd_mutations import NRRD_MUTATIONS
from tests.fuzz.text_mutations import TEXT_MUTATIONS
from tests.fuzz.tree_mutations import JSON_MUTATIONS, YAML_MUTATIONS
from tests.fuzz.xml_mutations import XML_MUTATIONS

#: Damage that makes a file longer than this is cut: reading it would take its time.
MOST_BYTES = 8 * 2**20

#: Mutations of each format by group; a group is drawn first.
FORMATS: dict[str, tuple[tuple[Mutation, ...], ...]] = {
    "HDF5": (BYTE_MUTATIONS, HDF5_MUTATIONS, HDF5_MUTATIONS),
    "SWC": (BYTE_MUTATIONS, TEXT_MUTATIONS, TEXT_MUTATIONS),
    "ASC": (BYTE_MUTATIONS, TEXT_MUTATIONS, TEXT_MUTATIONS),
    "JSON": (BYTE_MUTATIONS, TEXT_MUTATIONS, JSON_MUTATIONS, JSON_MUTATIONS),
    "YAML": (BYTE_MUTATIONS, TEXT_MUTATIONS, YAML_MUTATIONS, YAML_MUTATIONS),
    "TOML": (BYTE_MUTATIONS, TEXT_MUTATIONS),
    "NRRD": (BYTE_MUTATIONS, NRRD_MUTATIONS, NRRD_MUTATIONS),
    "table": (BYTE_MUTATIONS, TEXT_MUTATIONS),
    "XML": (BYTE_MUTATIONS, TEXT_MUTATIONS, XML_MUTATIONS),
    "mesh": (BYTE_MUTATIONS, TEXT_MUTATIONS),
    "Igor": (BYTE_MUTATIONS,),
    "Axon": (BYTE_MUTATIONS,),
    "MATLAB": (BYTE_MUTATIONS,),
    "NWB": (BYTE_MUTATIONS, HDF5_MUTATIONS, HDF5_MUTATIONS),
}


@dataclass(frozen=True)
class Target:
    """One file of a user and what reads it.

    Attributes:
        name: of the target.
        format: a key of `FORMATS`.
        file: the file that is damaged, below the folder of good files.
        arguments: words of the command line by which the file is read, for a folder of files.
        options: `command --option` or `command ARGUMENT` that this target tries; `*` is any
            command.
        quick: the same reader without the rest of the command; None: the command is quick itself.
        others: good files of the format, to splice with.
        told_as: what an error may name instead of the file.
    """

    name: str
    format: str
    file: str
    arguments: Callable[[Path], list[str]]
    options: tuple[str, ...] = ()
    quick: Callable[[Path], None] | None = None
    others: tuple[str, ...] = ()
    told_as: tuple[str, ...] = ()

    def is_named(self, told: str) -> bool:
        """Whether an error names the file, or what it calls by name."""
        # An entry that no cell could have is missing, whichever file misspells it.
        names = (Path(self.file).name, "Missing distributions", "Missing parameters")
        return any(name in told for name in (*names, *self.told_as))

    def damaged(self, seed: int, number: int, folder: Path) -> bytes:
        """The content of one damaged file, the same each time."""
        draw = random.Random(f"{seed}/{self.name}/{number}")
        others = [(folder / other).read_bytes() for other in self.others]
        good = data = (folder / self.file).read_bytes()
        groups = FORMATS[self.format]
        chosen = [draw.choice(draw.choice(groups)) for _ in range(draw.choice((1, 1, 1, 2)))]
        # Objects of a torn HDF5 file cannot be changed without a crash of the library here.
        chosen.sort(key=lambda mutation: mutation in BYTE_MUTATIONS)
        for mutation in chosen:
            data = mutation(draw, data, others)[:MOST_BYTES]
        while data == good:
            data = draw.choice(BYTE_MUTATIONS)(draw, data, others)
        return data
