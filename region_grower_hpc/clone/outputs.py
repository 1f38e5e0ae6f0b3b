"""The files of each morphology: in the folders of all steps, in the release, in containers."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from region_grower_hpc.clone.annotation import annotation_xml
from region_grower_hpc.clone.failures import read_failures
from region_grower_hpc.clone.lineage import NONE, Ancestry, Lineage, name_of
from region_grower_hpc.clone.release import released
from region_grower_hpc.clone.settings import CloneSettings
from region_grower_hpc.engine.job import Plan, StoredResult, Written
from region_grower_hpc.formats import atomic, container, morphology
from region_grower_hpc.formats.morphology import MorphologyArrays

if TYPE_CHECKING:
    from region_grower_hpc.clone.context import CloneContext

#: Arrays of a result that rank 0 needs too.
KEPT = ("notes",)
GRAFTING, SCALING, TRANSFORM_RULES, CLONE, RELEASE = STEPS = (
    "grafting",
    "scaling",
    "transform_rules",
    "clone",
    "release",
)
ANNOTATIONS_JSON = "clone_annotations.json"


def paths(settings: CloneSettings, transforms: bool) -> list[Path]:
    """Files and folders that a complete run has written."""
    steps = [GRAFTING, SCALING, CLONE]
    steps += [TRANSFORM_RULES] * transforms + [RELEASE] * bool(settings.release_extensions)
    return [*(settings.out_dir / step for step in steps), settings.failures_csv]


def write_shard(
    settings: CloneSettings, plan: Plan, shard: int, results: Iterable[StoredResult]
) -> None:
    """Write all files of the morphologies of one shard; on return they are on the disk."""
    lineage, names = Lineage.from_arrays(plan.shared), Names(settings, plan)
    make_folders(settings, plan.context)
    contained: list[tuple[str, MorphologyArrays]] = []
    with atomic.ReplacedTogether() as together:
        for result in results:
            ancestry, name = lineage[result.task], names[result.task]
            neuron = _neuron(result, plan.context.family_of(ancestry.base))
            notes = json.loads(result.arrays["notes"].tobytes())
            for folder in steps_of(ancestry):
                path = settings.out_dir / folder
                if folder == GRAFTING:
                    _write_original(path / f"{name}.h5", result, neuron, together)
                elif folder == SCALING or settings.writes_files:
                    morphology.write(neuron, path / f"{name}.h5", together.replacing)
                else:
                    contained.append((name, neuron))
                if notes["annotation"] is not None:
                    text = annotation_xml(name, notes["annotation"])
                    with together.replacing(path / "annotations" / f"{name}.xml") as file:
                        file.write_bytes(text)
            if ancestry.in_clones:
                for extension in settings.release_extensions:
                    if extension not in notes.get("unreleased", ()):
                        path = settings.release_dir(extension) / f"{name}.{extension}"
                        morphology.write(released(neuron, extension), path, together.replacing)
    if not settings.writes_files:
        settings.shards_dir.mkdir(exist_ok=True)
        with container.ContainerWriter(settings.shards_dir / shard_name(shard)) as writer:
            for name, neuron in contained:
                writer.add(name, neuron)


def make_folders(settings: CloneSettings, context: CloneContext) -> None:
    """Make the folders of all steps."""
    folders = [settings.out_dir / step for step in whole_steps(settings, context)]
    annotated = [folder for folder in folders if folder.name != TRANSFORM_RULES]
    for folder in (
        *folders,
        *(folder / "annotations" for folder in annotated),
        *(settings.release_dir(extension) for extension in settings.release_extensions),
    ):
        folder.mkdir(parents=True, exist_ok=True)


def steps_of(ancestry: Ancestry) -> list[str]:
    """The folders in which a morphology lies, the release aside."""
    folders = []
    if ancestry.clone == NONE:
        folders = [GRAFTING, SCALING] if ancestry.scale == NONE else [SCALING]
    return [*folders, CLONE] if ancestry.in_clones else folders


def shard_name(shard: int) -> str:
    """File name of the container of one shard."""
    return f"{shard:05d}.h5"


def lost(settings: CloneSettings, plan: Plan) -> Path | None:
    """A file that a complete run should have and that is not there."""
    failed = {name for _, name, _ in read_failures(settings.failures_csv)}
    there = _Folders()
    for path in expected(settings, plan, failed):
        if path not in there:
            return path
    return None


def expected(settings: CloneSettings, plan: Plan, failed: set[str]) -> Iterator[Path]:
    """All files of a complete run.

    Args:
        settings: of the run.
        plan: of the run.
        failed: names in failures.csv: morphologies, and files of the release.
    """
    yield settings.failures_csv
    for step in whole_steps(settings, plan.context):
        yield settings.out_dir / step / "neuronDB.xml"
        yield settings.out_dir / step / "neuronDB.dat"
    yield settings.clone_dir / "annotations" / ANNOTATIONS_JSON
    for extension in settings.release_extensions:
        yield settings.release_dir(extension) / "neurondb.xml"
    if not settings.writes_files:
        yield settings.container_file
        if settings.container == "shards":
            yield from (settings.shards_dir / shard_name(at) for at in range(plan.n_shards))
    lineage, names = Lineage.from_arrays(plan.shared), Names(settings, plan)
    for task in range(len(lineage)):
        name = names[task]
        if name not in failed:
            for path in files_of(settings, plan.context, lineage[task], name):
                if path.name not in failed:
                    yield path


def files_of(
    settings: CloneSettings, context: CloneContext, ancestry: Ancestry, name: str
) -> Iterator[Path]:
    """The files of one morphology, containers aside."""
    is_annotated = ancestry.clone == NONE or context.rules is not None
    for step in steps_of(ancestry):
        if step != CLONE or settings.writes_files:
            yield settings.out_dir / step / f"{name}.h5"
        if is_annotated:
            yield settings.out_dir / step / "annotations" / f"{name}.xml"
    if ancestry.in_clones:
        for extension in settings.release_extensions:
            yield settings.release_dir(extension) / f"{name}.{extension}"


def whole_steps(settings: CloneSettings, context: CloneContext) -> list[str]:
    """The steps that have a database."""
    between = [TRANSFORM_RULES] if context.transform_rules is not None else []
    return [GRAFTING, SCALING, *between, CLONE]


def written(settings: CloneSettings, plan: Plan, task: int) -> list[Written]:
    """The files of one morphology, as far as they are there."""
    ancestry, name = Lineage.from_arrays(plan.shared)[task], Names(settings, plan)[task]
    found = []
    for path in files_of(settings, plan.context, ancestry, name):
        with suppress(OSError):
            content = path.read_bytes()
            found.append(Written(str(path.relative_to(settings.out_dir)), path, content))
    return found


def clear(settings: CloneSettings) -> None:
    """Remove what a run of another plan has written."""
    for step in STEPS:
        shutil.rmtree(settings.out_dir / step, ignore_errors=True)
    settings.failures_csv.unlink(missing_ok=True)


class Names(Sequence[str]):
    """Names of the morphologies of all tasks, made when asked for."""

    def __init__(self, settings: CloneSettings, plan: Plan) -> None:
        self._lineage = Lineage.from_arrays(plan.shared)
        self._bases, self._y_scales = plan.context.base_names, settings.y_scales

    def __getitem__(self, task: Any) -> Any:
        return name_of(self._lineage[task], self._bases, self._y_scales)

    def __len__(self) -> int:
        return len(self._lineage)


class _Folders:
    """Which files there are; each folder is listed once."""

    def __init__(self) -> None:
        self._listed: dict[Path, frozenset[str]] = {}

    def __contains__(self, path: Path) -> bool:
        if path.parent not in self._listed:
            found: frozenset[str] = frozenset()
            with suppress(OSError):
                found = frozenset(entry.name for entry in os.scandir(path.parent))
            self._listed[path.parent] = found
        return path.name in self._listed[path.parent]


def _write_original(
    path: Path,
    result: StoredResult,
    neuron: MorphologyArrays,
    together: atomic.ReplacedTogether,
) -> None:
    """An original as it was given, brought to HDF5 if it was not; a graft in NEURON's order."""
    arrays = result.arrays
    if "file" in arrays:
        with together.replacing(path) as file:
            file.write_bytes(arrays["file"].tobytes())
    elif "original_points" in arrays:
        original = MorphologyArrays(
            arrays["original_points"],
            arrays["original_structure"],
            perimeters=arrays.get("original_perimeters"),
            family=neuron.family,
        )
        morphology.write(original, path, together.replacing)
    else:
        morphology.write(neuron, path, together.replacing)


def _neuron(result: StoredResult, family: int) -> MorphologyArrays:
    arrays = result.arrays
    return MorphologyArrays(
        arrays["points"],
        arrays["structure"],
        perimeters=arrays.get("perimeters"),
        family=family,
    )
