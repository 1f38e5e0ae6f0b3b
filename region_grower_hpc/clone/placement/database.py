"""The clones that a database offers: which are of which layer, mtype and etype."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.neurondb import read_neurondb
from region_grower_hpc.formats.safe_name import check_name

#: Columns of a text database: name, layer, mtype, etype, and the name of an electrical model.
EXTENDED = (4, 5)


@dataclass(frozen=True)
class OfferedClone:
    """One row.

    Attributes:
        name: of the morphology.
        layer: a text.
        mtype: full type.
        etype: None where the database has none.
    """

    name: str
    layer: str
    mtype: str
    etype: str | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """Layer, mtype, and etype if there is one."""
        return (self.layer, self.mtype, *([] if self.etype is None else [self.etype]))


def read_offered(path: Path) -> list[OfferedClone]:
    """Read a database in the order of the file: XML, `.dat`, or extended `.dat` with etypes.

    Raises:
        InvalidInputError: naming file and line.
    """
    columns = _extended_rows(path) if path.suffix.lower() != ".xml" else None
    if columns is not None:
        return columns
    return [OfferedClone(row.name, row.layer, row.full_type) for row in read_neurondb(path)]


def _extended_rows(path: Path) -> list[OfferedClone] | None:
    """Rows of a text that has etypes; None of one that has none, or cannot be read."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    rows = [(number, line.split()) for number, line in enumerate(lines, start=1) if line.strip()]
    if not rows or len(rows[0][1]) not in EXTENDED:
        return None
    n_columns = len(rows[0][1])
    found = []
    for number, words in rows:
        where = f"morphology database '{path}', line {number}"
        if len(words) != n_columns:
            raise InvalidInputError(
                f"{where}: {len(words)} column(s), but {n_columns} in the first line"
            )
        name, layer, mtype, etype = words[:4]
        found.append(OfferedClone(check_name(name, where), layer, mtype, etype))
    return found
