"""All documents of a run, checked together before any recording is opened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from region_grower_hpc.efeatures.auto_target_checks import auto_target_problems
from region_grower_hpc.efeatures.auto_targets import PRESET_TARGETS, AutoTarget
from region_grower_hpc.efeatures.file_identity import file_identity
from region_grower_hpc.efeatures.metadata import Entry, entries_of
from region_grower_hpc.efeatures.metadata_checks import metadata_problems
from region_grower_hpc.efeatures.rheobase_settings import settings_problems
from region_grower_hpc.efeatures.settings import PRESET, EfeatureSettings
from region_grower_hpc.efeatures.target_checks import efel_settings_problems, target_problems
from region_grower_hpc.efeatures.targets import Target, targets_of
from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.json_file import read_json


@dataclass(frozen=True)
class Inputs:
    """What the documents say.

    Attributes:
        cell_names: of all cells, those without an entry too.
        entries: of the metadata, in their order.
        targets: None where they are to be found by `auto_targets`.
        auto_targets: what to look for.
    """

    cell_names: tuple[str, ...]
    entries: tuple[Entry, ...]
    targets: tuple[Target, ...] | None
    auto_targets: tuple[AutoTarget, ...]


#: The last ones: each pass of a command asks for them again.
_read: list[tuple[EfeatureSettings, tuple[tuple[int, ...], ...], Inputs]] = []


def read_inputs(settings: EfeatureSettings) -> Inputs:
    """Read and check the documents, unless this process has just done so.

    Raises:
        InvalidInputError: all that is wrong with all of them, a line each: file, place, key, value.
    """
    files = tuple(map(file_identity, _files(settings)))
    if _read and _read[0][:2] == (settings, files):
        return _read[0][2]
    inputs = _inputs(settings)
    _read[:] = [(settings, files, inputs)]
    return inputs


def _files(settings: EfeatureSettings) -> list[Path]:
    automatic = None if settings.auto_targets == PRESET else Path(settings.auto_targets)
    named = (settings.files_metadata, settings.targets, automatic)
    return [path for path in named if path is not None and path.exists()]


def _inputs(settings: EfeatureSettings) -> Inputs:
    path = settings.files_metadata
    metadata = read_json(path, unique_keys=True)
    problems = [f"{path}: {problem}" for problem in metadata_problems(metadata, path.parent)]
    problems += _setting_problems(settings)
    targets, auto_targets = _targets(settings, problems)
    if problems:
        raise InvalidInputError("\n".join(problems))
    entries = tuple(entries_of(metadata, path.parent))
    return Inputs(tuple(metadata), entries, targets, auto_targets)


def _targets(
    settings: EfeatureSettings, problems: list[str]
) -> tuple[tuple[Target, ...] | None, tuple[AutoTarget, ...]]:
    """Targets and automatic targets; what is wrong with them is added to the problems."""
    if settings.targets is not None:
        document = read_json(settings.targets)
        found = target_problems(document, str(settings.targets))
        problems += found
        return (() if found else tuple(targets_of(document))), ()
    if settings.auto_targets == PRESET:
        return None, tuple(PRESET_TARGETS)
    path = Path(settings.auto_targets)
    document = read_json(path)
    found = auto_target_problems(document, str(path))
    problems += found
    return None, (() if found else tuple(AutoTarget(**one) for one in document))


def _setting_problems(settings: EfeatureSettings) -> Iterator[str]:
    """What is wrong with the options whose values are documents."""
    for problem in efel_settings_problems(settings.efel_settings):
        yield f"--efel-settings: {problem}"
    for problem in settings_problems(settings.rheobase_strategy, settings.rheobase_settings):
        yield f"--rheobase-settings: {problem}"
