"""The plan of a run: every input checked, every morphology that will be made listed."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.clone import outputs
from region_grower_hpc.clone.context import CloneContext, OriginalInfo
from region_grower_hpc.clone.counts import CloneCounts, clone_counts
from region_grower_hpc.clone.crossing import Graft, cross, grafted_rows
from region_grower_hpc.clone.dataset import Dataset, read_dataset
from region_grower_hpc.clone.lineage import Lineage, trace
from region_grower_hpc.clone.originals import (
    Original,
    annotation_files,
    collect,
    usable_rows,
)
from region_grower_hpc.clone.parents import pack
from region_grower_hpc.clone.placement.preparation import read_places
from region_grower_hpc.clone.placement_inputs import placement_settings
from region_grower_hpc.clone.placement_rules import PlacementRules
from region_grower_hpc.clone.plan_checks import check_annotations, check_rows, tell
from region_grower_hpc.clone.recipe import read_recipe
from region_grower_hpc.clone.repaired import TRIED_BY
from region_grower_hpc.clone.settings import OF_CELLS, CloneSettings
from region_grower_hpc.clone.stages import names_of
from region_grower_hpc.clone.transform_rules import read_transform_rules
from region_grower_hpc.engine.job import Plan
from region_grower_hpc.engine.trial import Trial
from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.neurondb import NeuronDbRow, read_neurondb

LOGGER = logging.getLogger(__name__)

ROW = np.dtype([("n_points", "i4"), ("n_sections", "i4")])
#: Seconds of a morphology, and of each of its points: only their proportion matters.
SECONDS, SECONDS_A_POINT = 5e-4, 3e-7
#: So little less a later clone is said to cost, to come later.
SLIGHTLY = 1e-10
#: Bytes of a point and of a section in memory and files; of an annotation and what surrounds it.
POINT_BYTES, SECTION_BYTES, SURROUNDING_BYTES = 16, 12, 3000


def make_plan(settings: CloneSettings) -> Plan:
    """Check all inputs, read the morphologies and list what is made of them."""
    # The second pass reads them again; what is wrong with them is told before any cloning.
    places = read_places(placement_settings(settings)) if settings.places_cells else None
    dataset = read_dataset(settings.dataset, settings.morph_path_col, settings.morph_db_col)
    cells = read_recipe(settings.recipe)
    rules = None
    if settings.placement_rules is not None:
        rules = PlacementRules.read(settings.placement_rules)
    transform_rules = None
    if settings.transform_rules is not None:
        transform_rules = read_transform_rules(settings.transform_rules)
    files = [row.path for row in dataset.rows if row.problem is None]
    with Trial(TRIED_BY, files) as trial:
        database = read_neurondb(dataset.database)
        usable = [row.name for row in dataset.usable]
        annotations = annotation_files(settings.annotations, usable)
        trial.check()
        found, refused = collect(dataset.rows, annotations)
    named = {row.name for row in database}
    originals = [original for original in found if original.name in named]
    rows = usable_rows(database, [original.name for original in originals], dataset.database)
    grafts, ungrafted = cross(originals, rows, settings.cross_mtypes)
    context = CloneContext(
        originals=tuple(_info(original) for original in originals),
        grafts=tuple(grafts),
        rows=tuple(grafted_rows(originals, rows, grafts)),
        rules=rules,
        transform_rules=transform_rules,
        mtypes=(),
        layers=(),
        refused=(*refused, *ungrafted),
    )
    before = context.rows_before_cloning(settings.y_scales)
    check_rows(before, settings, dataset.database)
    if places is not None:
        check_annotations(places, annotations, originals, before)
    source = f"recipe '{settings.recipe}'"
    counts = clone_counts(before, cells, settings.clone_multiplier, settings.exact_counts, source)
    tell(context, settings, counts)
    context = _with_codes(context, before)
    lineage = _lineage(settings, context, before, counts)
    sizes = _sizes(originals, grafts)
    return _plan(settings, dataset, annotations, context, lineage, sizes, pack(originals))


def _info(original: Original) -> OriginalInfo:
    return OriginalInfo(
        original.name,
        original.neuron.family,
        original.annotation,
        original.row.path.absolute() if original.is_h5 else None,
    )


def _with_codes(context: CloneContext, rows: Sequence[NeuronDbRow]) -> CloneContext:
    return replace(
        context,
        mtypes=tuple(sorted({row.full_type for row in rows})),
        layers=tuple(sorted({row.layer for row in rows})),
    )


def _lineage(
    settings: CloneSettings,
    context: CloneContext,
    rows: Sequence[NeuronDbRow],
    counts: CloneCounts,
) -> Lineage:
    names = context.base_names
    numbers = {name: number for number, name in enumerate(names)}
    used = [numbers[name] for name in names_of(context.rows)]
    scales, codes = settings.y_scales, (context.mtypes, context.layers)
    try:
        return trace(used, names, scales, rows, counts.of_rows, *codes)
    except InvalidInputError as error:
        raise InvalidInputError(f"data set '{settings.dataset}': {error}") from error


def _sizes(originals: Sequence[Original], grafts: Sequence[Graft]) -> NDArray[np.int64]:
    """(b, 2) points and sections of each base; of a graft about those of its recipient."""
    own = [(len(each.neuron.points), len(each.neuron.structure)) for each in originals]
    rows = [*own, *(own[graft.recipient] for graft in grafts)]
    return np.array(rows, dtype=np.int64).reshape(-1, 2)


def _plan(
    settings: CloneSettings,
    dataset: Dataset,
    annotations: Mapping[str, Path],
    context: CloneContext,
    lineage: Lineage,
    sizes: NDArray[np.int64],
    neurons: Mapping[str, NDArray[Any]],
) -> Plan:
    n_tasks = len(lineage)
    costs_s = SECONDS + SECONDS_A_POINT * sizes[lineage.base, 0]
    if settings.random_stream == "sequential":
        # Successive clones draw on where the last one left off: hand them out in this order.
        costs_s *= 1.0 - SLIGHTLY * np.maximum(lineage.clone, 0)
    n_files = max(len(settings.release_extensions), 1) + settings.writes_files
    base_bytes = POINT_BYTES * sizes[:, 0] + SECTION_BYTES * sizes[:, 1] + SURROUNDING_BYTES
    inputs = _inputs(settings, dataset, annotations, context)
    outputs.check_apart(settings, inputs)
    return Plan(
        tasks=np.arange(n_tasks, dtype=np.int64),
        costs_s=costs_s,
        row_dtype=ROW,
        options=_options(settings),
        inputs=inputs,
        outputs=outputs.paths(settings, context.transform_rules is not None),
        shared={**neurons, **lineage.arrays},
        context=context,
        cost_groups=lineage.base.astype(np.int64),
        cost_group_names=context.base_names,
        group_bytes=base_bytes.tolist(),
        written_ratio=float(n_files),
        files_a_task=n_files + 1,
        kept=outputs.KEPT,
        settings=settings.to_json(),
    )


def _options(settings: CloneSettings) -> dict[str, Any]:
    """Every choice that changes what is written."""
    paths = {"dataset", "recipe", "out_dir", "placement_rules", "transform_rules", "annotations"}
    values = settings.to_json()
    return {name: values[name] for name in values if name not in paths | OF_CELLS}


def _inputs(
    settings: CloneSettings,
    dataset: Dataset,
    annotations: Mapping[str, Path],
    context: CloneContext,
) -> dict[str, Path]:
    """Files whose content changes results, by their role."""
    optional = {
        "--placement-rules": settings.placement_rules,
        "--transform-rules": settings.transform_rules,
    }
    used = {original.name for original in context.originals}
    return {
        "--dataset": settings.dataset,
        "the morphology database": dataset.database,
        "--recipe": settings.recipe,
        **{role: path for role, path in optional.items() if path is not None},
        **{f"morphology {row.name}": row.path for row in dataset.rows if row.name in used},
        **{f"annotation {name}": path for name, path in annotations.items() if name in used},
    }
