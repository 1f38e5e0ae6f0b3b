"""What a user asks of the choice of clones for cells."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from region_grower_hpc.errors import InvalidInputError

RANDOM_STREAMS = ("independent", "sequential")
_PATHS = frozenset(
    {
        *("cells", "atlas", "out_cells", "placement_rules"),
        *("database", "annotations", "failures_csv"),
    }
)


@dataclass(frozen=True)
class PlacementSettings:
    """Inputs, outputs and choices; all but paths and `max_drop_ratio` may change results.

    Attributes:
        cells: SONATA or MVD3 file of the cells.
        atlas: folder of nrrd volumes.
        out_cells: SONATA or MVD3 file to write.
        placement_rules: XML file.
        database: neuronDB of the clones: .xml or .dat.
        annotations: clone_annotations.json.
        failures_csv: of the clones; gets a row for each cell without a clone, in place of those of
            a former choice. Rows of other kinds stay.
        seed: of the random numbers.
        random_stream: independent, or sequential as the peer's.
        max_drop_ratio: cells without a clone / cells of an mtype that is allowed.
        without_replacement: a clone serves one cell where counts allow.
    """

    cells: Path
    atlas: Path
    out_cells: Path
    placement_rules: Path
    database: Path
    annotations: Path
    failures_csv: Path
    seed: int = 0
    random_stream: str = "independent"
    max_drop_ratio: float = 0.0
    without_replacement: bool = False

    @property
    def left_out_csv(self) -> Path:
        """List of the cells without a clone, of these settings alone, beside the other cells."""
        return self.out_cells.with_suffix(".failures.csv")

    def to_json(self) -> dict[str, Any]:
        """JSON values, paths made absolute: a later command may start elsewhere."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: str(Path(value).absolute()) if name in _PATHS else value
            for name, value in values.items()
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> PlacementSettings:
        """Inverse of `to_json`."""
        known: dict[str, Any] = {
            name: Path(value) if name in _PATHS else value for name, value in values.items()
        }
        return cls(**known)

    def moved(self, out_cells: Path) -> PlacementSettings:
        """The same settings for outputs that were moved.

        What cloning has made is where the same move has put it, if it is there, and else where it
        was.

        Args:
            out_cells: where the cells are now; their file has its old name.
        """
        old, new = (Path(os.path.normpath(path)) for path in (self.out_cells, out_cells))
        while old != new and old.name == new.name:
            old, new = old.parent, new.parent

        def now(path: Path) -> Path:
            former = Path(os.path.normpath(path))
            if not former.is_relative_to(old):
                return path
            moved = new / former.relative_to(old)
            return moved if moved.exists() else path

        return replace(
            self,
            out_cells=out_cells,
            database=now(self.database),
            annotations=now(self.annotations),
            failures_csv=now(self.failures_csv),
        )

    def check(self) -> None:
        """Refuse numbers that no run could use, and outputs that would replace an input.

        Raises:
            InvalidInputError: naming option and value.
        """
        if not math.isfinite(self.max_drop_ratio) or not 0 <= self.max_drop_ratio <= 1:
            raise InvalidInputError(f"--max-drop-ratio {self.max_drop_ratio:g}: give 0 to 1")
        if self.random_stream not in RANDOM_STREAMS:
            raise InvalidInputError(
                f"--random-stream '{self.random_stream}': give {' or '.join(RANDOM_STREAMS)}"
            )
        if self.seed < 0:
            raise InvalidInputError(f"--seed {self.seed}: give 0 or more")
        taken = {path.resolve(): what for what, path in self._inputs()}
        for what, path in self._outputs():
            former = taken.setdefault(path.resolve(), what)
            if former != what:
                raise InvalidInputError(
                    f"{what} and {former} are both '{path}': give {what} another path"
                )
            _check_writable(what, path)

    def _outputs(self) -> Iterator[tuple[str, Path]]:
        yield "--out-cells", self.out_cells
        yield "the list of cells left out", self.left_out_csv
        yield "failures.csv", self.failures_csv

    def _inputs(self) -> Iterator[tuple[str, Path]]:
        yield "--cells", self.cells
        yield "--atlas", self.atlas
        yield "--placement-rules", self.placement_rules
        yield "the database of the clones", self.database
        yield "the annotations of the clones", self.annotations


def _check_writable(what: str, path: Path) -> None:
    if path.is_dir():
        raise InvalidInputError(f"{what} '{path}' is a folder: give the path of a file")
    above = path.resolve().parent
    while not above.exists():
        above = above.parent
    if not above.is_dir():
        raise InvalidInputError(f"{what} '{path}': '{above}' is a file, not a folder")
    if not os.access(above, os.W_OK | os.X_OK):
        raise InvalidInputError(f"{what} '{path}': the folder '{above}' may not be written to")
