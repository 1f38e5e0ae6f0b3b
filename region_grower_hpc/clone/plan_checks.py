"""What is refused, and what a user is told, before any morphology is made."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from region_grower_hpc.clone.context import CloneContext
from region_grower_hpc.clone.counts import CloneCounts
from region_grower_hpc.clone.originals import Original
from region_grower_hpc.clone.placement.annotations import annotation_problem
from region_grower_hpc.clone.placement.preparation import Places
from region_grower_hpc.clone.settings import CloneSettings
from region_grower_hpc.clone.stages import scaled_rows
from region_grower_hpc.clone.transform_rules import exclusion_warnings
from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.neurondb import NeuronDbRow, row_problem

LOGGER = logging.getLogger(__name__)


def check_rows(rows: Sequence[NeuronDbRow], settings: CloneSettings, database: Path) -> None:
    """Refuse what one of the two forms of the database could not hold."""
    rules = settings.transform_rules
    source = f"morphology database '{database}'{f' and rules {str(rules)!r}' if rules else ''}"
    for row in rows:
        if (problem := row_problem(row)) is not None:
            raise InvalidInputError(f"{source}: the row of '{row.name}' {problem}")


def check_annotations(
    places: Places,
    files: Mapping[str, Path],
    originals: Sequence[Original],
    rows: Sequence[NeuronDbRow],
) -> None:
    """Refuse annotations of the user by which cells could not be scored.

    Args:
        places: cells and rules.
        files: of the annotations, by name.
        originals: with their annotations.
        rows: of the database that is cloned: for which types each name serves.
    """
    wanted = {key[1] for key in places.cells.keys}
    types: dict[str, dict[str, None]] = {}
    for row in rows:
        if row.name in files and row.full_type in wanted:
            types.setdefault(row.name, {})[row.full_type] = None
    for original in originals:
        for full_type in types.get(original.name, ()):
            rules = places.rules.for_placement(full_type)
            if (problem := annotation_problem(original.annotation, rules)) is not None:
                raise InvalidInputError(
                    f"annotation '{files[original.name]}', for cells of type '{full_type}': "
                    f"{problem}"
                )


def tell(context: CloneContext, settings: CloneSettings, counts: CloneCounts) -> None:
    """Log what a user should know of rules and numbers of clones."""
    warnings = [] if context.rules is None else list(context.rules.warnings)
    if context.transform_rules is not None:
        scaled = scaled_rows(context.rows, settings.y_scales)
        warnings += exclusion_warnings(scaled, context.transform_rules)
    for line in (*warnings, *counts.warnings):
        LOGGER.warning("%s", line)
    for line in counts.notes:
        LOGGER.info("%s", line)
