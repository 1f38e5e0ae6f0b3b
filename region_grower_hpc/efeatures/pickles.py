"""cells.pkl and protocols.pkl, for programs that go on in Python."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from pathlib import Path

from region_grower_hpc.efeatures.cell import Cell
from region_grower_hpc.efeatures.output_names import CELLS_PICKLE, PROTOCOLS_PICKLE
from region_grower_hpc.efeatures.protocol import Protocol
from region_grower_hpc.formats.atomic import replacing

#: The same bytes for all versions of Python.
PROTOCOL = 5


def write_pickles(folder: Path, cells: Sequence[Cell], protocols: Sequence[Protocol]) -> None:
    """Write both files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in ((CELLS_PICKLE, list(cells)), (PROTOCOLS_PICKLE, list(protocols))):
        with replacing(folder / name) as temporary, temporary.open("wb") as file:
            pickle.dump(content, file, protocol=PROTOCOL)
