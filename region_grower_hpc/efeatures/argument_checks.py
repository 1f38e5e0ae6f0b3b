"""Arguments of the Python functions: checked all at once, and made plain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from region_grower_hpc.efeatures.auto_target_checks import auto_target_problems
from region_grower_hpc.efeatures.auto_targets import (
    PRESET_TARGETS,
    AutoTarget,
    auto_targets_of,
)
from region_grower_hpc.efeatures.metadata import Entry, entries_of
from region_grower_hpc.efeatures.metadata_checks import metadata_problems
from region_grower_hpc.efeatures.rheobase_settings import settings_problems
from region_grower_hpc.efeatures.settings import (
    EFEL_SETTINGS,
    PROTOCOL_MODES,
    PROTOCOLS_RHEOBASE,
    EfeatureSettings,
)
from region_grower_hpc.efeatures.target_checks import efel_settings_problems, target_problems
from region_grower_hpc.efeatures.targets import Target, targets_of
from region_grower_hpc.efeatures.value_checks import (
    is_count,
    is_number,
    is_texts,
    plain_value,
    shown,
)
from region_grower_hpc.errors import InvalidInputError

#: Of a user of Python the metadata have no file that could be named.
METADATA = "files_metadata"


def checked_entries(files_metadata: Any, reader: Any) -> list[Entry]:
    """The entries of metadata; those for a reader of the user have keys of their own.

    Raises:
        InvalidInputError: all that is wrong with them, or the reader is no function.
    """
    if reader is not None and not callable(reader):
        raise InvalidInputError(f"recording_reader {shown(reader)}: give a function")
    with_files = reader is None
    problems = metadata_problems(files_metadata, None, with_files=with_files)
    raise_all(f"{METADATA}: {problem}" for problem in problems)
    return list(entries_of(files_metadata, is_plain=with_files))


def checked_mapper(map_function: Any) -> Any:
    """The function that spreads cells; None stands for `map`.

    Raises:
        InvalidInputError: it is no function.
    """
    if map_function is not None and not callable(map_function):
        raise InvalidInputError(f"map_function {shown(map_function)}: give a function like map")
    return map_function or map


def checked_efel_settings(efel_settings: Any) -> dict[str, Any]:
    """Settings of all features; None stands for none.

    Raises:
        InvalidInputError: all that is wrong with them.
    """
    given = {} if efel_settings is None else efel_settings
    raise_all(f"efel_settings: {problem}" for problem in efel_settings_problems(given))
    return {name: plain_value(value) for name, value in given.items()}


def checked_targets(targets: Any) -> list[Target]:
    """Targets of a list or of the older dictionary, their features compared with those of eFEL.

    Raises:
        InvalidInputError: all that is wrong with them.
    """
    raise_all(target_problems(targets, "targets"))
    return targets_of(targets)


def checked_auto_targets(auto_targets: Any) -> list[AutoTarget]:
    """Automatic targets; None stands for those we know.

    Raises:
        InvalidInputError: all that is wrong with them.
    """
    if auto_targets is None:
        return list(PRESET_TARGETS)
    listed = auto_targets
    if isinstance(auto_targets, list | tuple):
        listed = [vars(one) if isinstance(one, AutoTarget) else one for one in auto_targets]
    raise_all(auto_target_problems(listed, "auto_targets"))
    return auto_targets_of([dict(one) for one in listed])


def checked_settings(output_directory: str | Path, **given: Any) -> EfeatureSettings:
    """The settings of an extraction.

    Args:
        output_directory: of all files.
        given: attributes of the settings.

    Raises:
        InvalidInputError: all that is wrong with them.
    """
    if given["protocols_rheobase"] is None:
        given["protocols_rheobase"] = PROTOCOLS_RHEOBASE
    elif isinstance(given["protocols_rheobase"], str):
        given["protocols_rheobase"] = (given["protocols_rheobase"],)
    if given["efel_settings"] is None:
        given["efel_settings"] = EFEL_SETTINGS
    if given["rheobase_settings"] is None:
        given["rheobase_settings"] = {}
    if not isinstance(output_directory, str | Path):
        raise InvalidInputError(f"output_directory {shown(output_directory)}: give a path")
    raise_all(_problems(given))
    for name in ("efel_settings", "rheobase_settings"):
        given[name] = {key: plain_value(value) for key, value in given[name].items()}
    given["protocols_rheobase"] = tuple(given["protocols_rheobase"])
    return EfeatureSettings(Path(), Path(output_directory), **given)


def raise_all(problems: Any) -> None:
    """Raise InvalidInputError where there is a problem, a line for each."""
    found = list(problems)
    if found:
        raise InvalidInputError("\n".join(found))


def _problems(given: Mapping[str, Any]) -> Iterator[str]:
    name = "threshold_nvalue_save"
    if not is_count(given[name]):
        yield f"{name} {shown(given[name])}: give an integer of 0 or more"
    name = "default_std_value"
    if not is_number(given[name]) or given[name] < 0:
        yield f"{name} {shown(given[name])}: give a number of 0 or more"
    name = "protocols_rheobase"
    if not is_texts(given[name]):
        yield f"{name} {shown(given[name])}: give the names of protocols"
    name = "protocol_mode"
    if given[name] not in PROTOCOL_MODES:
        yield f"{name} {shown(given[name])}: give one of {', '.join(PROTOCOL_MODES)}"
    for problem in efel_settings_problems(given["efel_settings"]):
        yield f"efel_settings: {problem}"
    for problem in settings_problems(given["rheobase_strategy"], given["rheobase_settings"]):
        yield f"rheobase_settings: {problem}"
