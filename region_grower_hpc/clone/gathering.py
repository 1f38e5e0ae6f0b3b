"""What describes the whole of a run, written on rank 0: databases, annotations, failures."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import numpy as np

from region_grower_hpc.clone import outputs
from region_grower_hpc.clone.failures import write_failures
from region_grower_hpc.clone.lineage import NONE, Lineage
from region_grower_hpc.clone.settings import CloneSettings
from region_grower_hpc.clone.stages import scaled_rows
from region_grower_hpc.engine.job import Failure, Plan, StoredResult
from region_grower_hpc.formats import atomic, container
from region_grower_hpc.formats.neurondb import (
    NeuronDbRow,
    write_neurondb_dat,
    write_neurondb_xml,
)

LOGGER = logging.getLogger(__name__)

#: Warnings of tasks that are told one by one.
TOLD = 20


def gather(
    settings: CloneSettings,
    plan: Plan,
    failures: Sequence[Failure],
    kept: Iterable[StoredResult],
) -> None:
    """Write what describes the whole.

    Args:
        settings: what to write and where.
        plan: of the run.
        failures: in task order.
        kept: the notes of all morphologies that were made, in task order, which is that of names.
    """
    names = outputs.Names(settings, plan)
    failed = [(failure.kind, names[failure.task], failure.message) for failure in failures]
    unmade = {name for _, name, _ in failed}
    lineage = Lineage.from_arrays(plan.shared)
    outputs.make_folders(settings, plan.context)
    unreleased = _write_annotations(settings, names, kept)
    _write_databases(settings, plan, lineage, unmade)
    if not settings.writes_files:
        _write_container(settings, plan, names, lineage, unmade)
    refused = [(row.kind, row.name, row.reason) for row in plan.context.refused]
    write_failures(settings.failures_csv, None, [*refused, *failed, *unreleased])


def _write_annotations(
    settings: CloneSettings,
    names: Sequence[str],
    kept: Iterable[StoredResult],
) -> list[tuple[str, str, str]]:
    """Write the annotations of clone/ as one JSON file; return the failures of the release."""
    unreleased: list[tuple[str, str, str]] = []
    warnings: dict[str, None] = {}

    def entries() -> Iterator[bytes]:
        for result in kept:
            entry, told = (result.arrays[key].tobytes() for key in outputs.KEPT)
            if told:
                notes = json.loads(told)
                name = names[result.task]
                unreleased.extend(
                    (outputs.RELEASE_KIND, f"{name}.{extension}", reason)
                    for extension, reason in notes["unreleased"].items()
                )
                warnings.update(dict.fromkeys(notes["warnings"]))
            if entry:
                yield entry

    path = settings.clone_dir / "annotations" / outputs.ANNOTATIONS_JSON
    with atomic.replacing(path) as temporary, temporary.open("wb") as file:
        opening = b"{\n"
        for entry in entries():
            file.write(opening)
            file.write(entry)
            opening = b",\n"
        file.write(b"{}" if opening == b"{\n" else b"\n}")
    for warning in list(warnings)[:TOLD]:
        LOGGER.warning("%s", warning)
    if len(warnings) > TOLD:
        LOGGER.warning("%d more warnings of this kind", len(warnings) - TOLD)
    return unreleased


def _write_databases(
    settings: CloneSettings, plan: Plan, lineage: Lineage, unmade: set[str]
) -> None:
    """Write neuronDB.xml and .dat of each step, without the morphologies that could not be made."""
    context = plan.context
    before = context.rows_before_cloning(settings.y_scales)

    def rows_of(step: str) -> Iterator[NeuronDbRow]:
        """One at a time: there may be millions of clones."""
        if step == outputs.GRAFTING:
            rows: Iterable[NeuronDbRow] = context.rows
        elif step == outputs.SCALING:
            rows = scaled_rows(context.rows, settings.y_scales)
        elif step == outputs.TRANSFORM_RULES:
            rows = before
        else:
            rows = chain(before, _clone_rows(settings, plan, lineage))
        return (row for row in rows if row.name not in unmade)

    for step in outputs.whole_steps(settings, context):
        folder = settings.out_dir / step
        write_neurondb_xml(folder / "neuronDB.xml", rows_of(step))
        write_neurondb_dat(folder / "neuronDB.dat", rows_of(step))
    for extension in settings.release_extensions:
        released = settings.release_dir(extension) / "neurondb.xml"
        write_neurondb_xml(released, rows_of(outputs.CLONE))


def _clone_rows(settings: CloneSettings, plan: Plan, lineage: Lineage) -> Iterator[NeuronDbRow]:
    """A row for each clone, by name of the parent and number."""
    context, names = plan.context, outputs.Names(settings, plan)
    parents: dict[tuple[int, int], int] = {}
    for task in np.flatnonzero(lineage.clone == NONE).tolist():
        # Tasks are in order of name.
        parents[int(lineage.base[task]), int(lineage.scale[task])] = len(parents)
    clones = np.flatnonzero(lineage.clone != NONE)
    pairs = zip(lineage.base[clones].tolist(), lineage.scale[clones].tolist(), strict=True)
    places = np.array([parents[pair] for pair in pairs], dtype=np.int64)
    order = np.lexsort((lineage.clone[clones], places))
    for task in clones[order].tolist():
        ancestry = lineage[task]
        yield NeuronDbRow(
            names[task], context.mtypes[ancestry.mtype], context.layers[ancestry.layer]
        )


def _write_container(
    settings: CloneSettings,
    plan: Plan,
    names: Sequence[str],
    lineage: Lineage,
    unmade: set[str],
) -> None:
    """Join the shards: by links where they stay, else by copying them and removing them."""

    def of_shard(shard: int) -> list[str]:
        span = plan.shard(shard)
        tasks = span.start + np.flatnonzero(lineage.in_clones[span])
        return [name for name in (names[task] for task in tasks.tolist()) if name not in unmade]

    shards = (
        (settings.shards_dir / outputs.shard_name(shard), of_shard(shard))
        for shard in range(plan.n_shards)
    )
    keep = settings.container == "shards"
    container.join(settings.container_file, settings.shards_dir, shards, keep=keep)
