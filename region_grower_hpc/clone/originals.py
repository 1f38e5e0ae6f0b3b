"""The repaired morphologies that a run begins with, and those that it cannot use."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from region_grower_hpc.clone.annotating import limits
from region_grower_hpc.clone.annotation import Annotation, read_annotation
from region_grower_hpc.clone.dataset import DatasetRow
from region_grower_hpc.clone.repaired import read_repaired
from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.morphology import MorphologyArrays
from region_grower_hpc.formats.neurondb import NeuronDbRow

LOGGER = logging.getLogger(__name__)

#: Kind of the rows of failures.csv that tell of rows of the data set.
ROW_KIND = "row"


@dataclass(frozen=True)
class Original:
    """One usable row of the data set that the database names.

    Attributes:
        row: of the data set.
        neuron: in the order of the file, its soma as a contour.
        is_h5: the file is one, and is copied as it is.
        annotation: of the user, or the limits as measured.
    """

    row: DatasetRow
    neuron: MorphologyArrays
    is_h5: bool
    annotation: Annotation

    @property
    def name(self) -> str:
        """Of the morphology."""
        return self.row.name


@dataclass(frozen=True)
class Refused:
    """A row of failures.csv that the plan knows of."""

    kind: str
    name: str
    reason: str


def collect(
    rows: Sequence[DatasetRow], annotations: Mapping[str, Path]
) -> tuple[list[Original], list[Refused]]:
    """Read the morphologies of usable rows and give each its annotation.

    Args:
        rows: of the data set.
        annotations: {name: file} of those that have one.

    Returns:
        The originals and the failed rows, both in the order of the data set.

    Raises:
        InvalidInputError: an annotation is damaged.
    """
    originals, refused = [], []
    for row in rows:
        if row.problem is not None:
            refused.append(Refused(ROW_KIND, row.name, row.problem))
            continue
        try:
            repaired = read_repaired(row.path)
        except InvalidInputError as error:
            refused.append(Refused(ROW_KIND, row.name, str(error)))
            continue
        path = annotations.get(row.name)
        annotation = limits(repaired.arrays) if path is None else read_annotation(path)
        originals.append(Original(row, repaired.arrays, repaired.is_h5, annotation))
    return originals, refused


def annotation_files(folder: Path | None, names: Sequence[str]) -> dict[str, Path]:
    """The annotations that a folder has of some morphologies.

    Raises:
        InvalidInputError: the folder does not exist.
    """
    if folder is None:
        return {}
    if not folder.is_dir():
        raise InvalidInputError(f"--annotations '{folder}' is no folder: check the path")
    paths = {name: folder / f"{name}.xml" for name in names}
    return {name: path for name, path in paths.items() if path.is_file()}


def usable_rows(
    database: Sequence[NeuronDbRow], names: Sequence[str], path: Path
) -> list[NeuronDbRow]:
    """The rows of the database whose morphologies can be used, each key once, without etypes.

    Args:
        database: rows in the order of the file.
        names: of the originals.
        path: of the database, for messages.
    """
    known = set(names)
    strangers = sorted({row.name for row in database} - known)
    if strangers:
        LOGGER.warning(
            "morphology database '%s' names %d morphologies that the data set lacks or that "
            "cannot be used; their rows are left out: %s%s",
            path,
            len(strangers),
            ", ".join(strangers[:5]),
            " ..." if len(strangers) > 5 else "",
        )
    by_key = {row.key: row for row in reversed(database) if row.name in known}
    unique = [row for row in database if by_key.get(row.key) is row]
    repeated = sum(row.name in known for row in database) - len(unique)
    if repeated:
        LOGGER.warning(
            "morphology database '%s': %d rows repeat the name, type and layer of another one; "
            "the first counts",
            path,
            repeated,
        )
    # Clones have no etype, and all rows of a .dat file are to have the same columns.
    return [replace(row, etype=None) for row in unique]
