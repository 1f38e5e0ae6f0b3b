"""The files of each morphology: in the folders of all steps, in the release, in containers."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from region_grower_hpc.clone.crossing import GRAFT_KIND
from region_grower_hpc.clone.failures import CELL, read_failures
from region_grower_hpc.clone.lineage import NONE, Ancestry, Lineage, name_of
from region_grower_hpc.clone.originals import ROW_KIND
from region_grower_hpc.clone.settings import CloneSettings
from region_grower_hpc.engine.job import Plan, Written
from region_grower_hpc.errors import InvalidInputError

if TYPE_CHECKING:
    from region_grower_hpc.clone.context import CloneContext

#: Kind of the rows of failures.csv that tell of a format that cannot hold a morphology.
RELEASE_KIND = "release"
#: Kinds of rows that tell of no morphology that is made here.
NO_MORPHOLOGY = (ROW_KIND, GRAFT_KIND, RELEASE_KIND, CELL)
#: Texts of a result that rank 0 needs too: the entry of clone_annotations.json, and notes.
KEPT = ("json", "notes")
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


def check_apart(settings: CloneSettings, inputs: Mapping[str, Path]) -> None:
    """Refuse inputs in folders that are written, and that `clear` would remove.

    Args:
        settings: of the run.
        inputs: {role: file}.

    Raises:
        InvalidInputError: naming the first one.
    """
    written = {(settings.out_dir / step).resolve() for step in STEPS}
    folders: dict[Path, Path | None] = {}
    for role, path in inputs.items():
        if path.parent not in folders:
            above = {path.parent.resolve(), *path.parent.resolve().parents}
            folders[path.parent] = next(iter(written & above), None)
        if (folder := folders[path.parent]) is not None:
            raise InvalidInputError(
                f"{role} '{path}' lies in '{folder}', which this run writes: give another --out-dir"
            )


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
    failures = read_failures(settings.failures_csv)
    unmade = {name for kind, name, _ in failures if kind not in NO_MORPHOLOGY}
    unreleased = {name for kind, name, _ in failures if kind == RELEASE_KIND}
    there = _Folders()
    for path in expected(settings, plan, unmade, unreleased):
        if path not in there:
            return path
    return None


def expected(
    settings: CloneSettings, plan: Plan, unmade: set[str], unreleased: set[str]
) -> Iterator[Path]:
    """All files of a complete run.

    Args:
        settings: of the run.
        plan: of the run.
        unmade: morphologies that failed.
        unreleased: files of the release that cannot be.
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
        if name not in unmade:
            for path in files_of(settings, plan.context, lineage[task], name):
                if path.name not in unreleased or path.parent.parent.name != RELEASE:
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
    """Remove what a run of another plan has written.

    Raises:
        OSError: something of it cannot be removed, and would pass for an output of this plan.
    """
    for step in STEPS:
        if (settings.out_dir / step).exists():
            shutil.rmtree(settings.out_dir / step)
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
