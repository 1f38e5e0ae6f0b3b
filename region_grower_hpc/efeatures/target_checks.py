"""What is wrong with a document of targets, all of it at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from region_grower_hpc.efeatures.value_checks import are_numbers, is_list, is_number, is_text, shown

#: Settings of a target that are no settings of eFEL but the window of the feature, ms.
WINDOW_KEYS = ("stim_start", "stim_end")

_REQUIRED: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "efeature": (is_text, "give the name of a feature of eFEL"),
    "protocol": (is_text, "give the name of a protocol of the metadata"),
    "amplitude": (is_number, "give a finite number: % of the rheobase, or nA"),
    "tolerance": (is_number, "give a finite number in the unit of the amplitude"),
}


def target_problems(document: Any, name_of_file: str) -> list[str]:
    """All that is wrong with targets, a line each: file, target, key, value, way out.

    Args:
        document: any JSON value: a list of targets, or the legacy form by protocol.
        name_of_file: how the document is named to the user.
    """
    problems = structure_problems(document, name_of_file)
    return problems + _efel_problems(document, name_of_file)


def structure_problems(document: Any, name_of_file: str) -> list[str]:
    """As `target_problems`, without comparing features and settings with those of eFEL."""
    if isinstance(document, Mapping):
        return legacy_problems(document, name_of_file)
    if not isinstance(document, list | tuple):
        return [f"{name_of_file}: must be a list of targets, not {shown(document)}"]
    return [
        f"{name_of_file}: target {index}: {problem}"
        for index, target in enumerate(map(_as_mapping, document))
        for problem in _target_problems(target)
    ]


def legacy_problems(document: Any, name_of_file: str) -> list[str]:
    """All that is wrong with targets of the legacy form, a line each."""
    if not isinstance(document, Mapping):
        return [f"{name_of_file}: must be {{protocol: {{...}}}}, not {shown(document)}"]
    return [
        f"{name_of_file}: protocol {shown(protocol)}: {problem}"
        for protocol, group in document.items()
        for problem in _group_problems(protocol, group)
    ]


def _target_problems(target: Any) -> Iterator[str]:
    if not isinstance(target, Mapping):
        yield f"must be an object, not {shown(target)}"
        return
    for key, (is_right, way_out) in _REQUIRED.items():
        if key not in target:
            yield f"{key} is missing: {way_out}"
        elif not is_right(target[key]):
            yield f"{key} {shown(target[key])}: {way_out}"
    for key in ("efeature_name", "location"):
        if target.get(key) is not None and not is_text(target[key]):
            yield f"{key} {shown(target[key])}: give a text or leave it out"
    yield from _settings_problems("efel_settings", target.get("efel_settings"))


def _group_problems(protocol: Any, group: Any) -> Iterator[str]:
    if not is_text(protocol):
        yield "give the name of a protocol of the metadata"
    if not isinstance(group, Mapping):
        yield f"must be {{amplitudes, tolerances, efeatures}}, not {shown(group)}"
        return
    for key in ("amplitudes", "tolerances", "efeatures"):
        if key not in group:
            yield f"{key} is missing"
    for key in ("amplitudes", "tolerances"):
        if key in group and not are_numbers(group[key]):
            yield f"{key} {shown(group[key])}: give a list of finite numbers"
    amplitudes, tolerances = group.get("amplitudes", 0), group.get("tolerances", 0)
    are_lists = are_numbers(amplitudes) and are_numbers(tolerances)
    if are_lists and len(tolerances) not in (1, len(amplitudes)):
        yield (
            f"tolerances {shown(tolerances)}: give one, or one for each of the "
            f"{len(amplitudes)} amplitudes"
        )
    yield from _features_problems(group.get("efeatures", ()))
    if group.get("location") is not None and not is_text(group["location"]):
        yield f"location {shown(group['location'])}: give a text or leave it out"


def _features_problems(efeatures: Any) -> Iterator[str]:
    if not isinstance(efeatures, Mapping) and not is_list(efeatures):
        yield f"efeatures {shown(efeatures)}: give a list, or the settings of each by its name"
        return
    for name in efeatures:
        if not is_text(name):
            yield f"efeatures {shown(name)}: give the name of a feature of eFEL"
    if isinstance(efeatures, Mapping):
        for name, settings in efeatures.items():
            yield from _settings_problems(f"efeatures {shown(name)}", settings)


def _settings_problems(place: str, settings: Any) -> Iterator[str]:
    if settings is None:
        return
    if not isinstance(settings, Mapping):
        yield f"{place} {shown(settings)}: give an object of settings of eFEL"
        return
    for key in settings:
        if not is_text(key):
            yield f"{place}: {shown(key)}: give the name of a setting of eFEL"
    for key in WINDOW_KEYS:
        if key in settings and not is_number(settings[key]):
            yield f"{place}: {key} {shown(settings[key])}: give a time in ms"
    if (problem := window_problem(settings)) is not None:
        yield f"{place}: {problem}"


def window_problem(settings: Mapping[str, Any]) -> str | None:
    """What is wrong with the window of settings, if they have a whole one."""
    begin, end = (settings.get(key) for key in WINDOW_KEYS)
    if is_number(begin) and is_number(end) and begin >= end:
        return f"stim_end {shown(end)} has to be after stim_start {shown(begin)}"
    return None


def efel_settings_problems(settings: Any) -> Iterator[str]:
    """What is wrong with settings of all features: name, value, way out."""
    from region_grower_hpc.efeatures.efel_names import setting_problem

    if not isinstance(settings, Mapping):
        yield f"{shown(settings)} must be an object of settings of eFEL"
        return
    for name, value in settings.items():
        if (problem := setting_problem(name, value)) is not None:
            yield problem
    if (problem := window_problem(settings)) is not None:
        yield problem


def _efel_problems(document: Any, name_of_file: str) -> list[str]:
    # eFEL is an extra and slow to import: only a document with names to compare needs it.
    from region_grower_hpc.efeatures.efel_names import feature_problem, setting_problem

    known = cache(feature_problem)
    problems: list[str] = []
    for place, efeature, settings in _asked(document):
        if is_text(efeature) and (problem := known(efeature)) is not None:
            problems.append(f"{name_of_file}: {place}: efeature: {problem}")
        if not isinstance(settings, Mapping):
            continue
        for key, value in settings.items():
            if key in WINDOW_KEYS or not is_text(key):
                continue
            if (problem := setting_problem(key, value)) is not None:
                problems.append(f"{name_of_file}: {place}: efel_settings: {problem}")
    return problems


def _asked(document: Any) -> Iterator[tuple[str, Any, Any]]:
    """Place, feature and settings of each request of a document of any shape."""
    if isinstance(document, list | tuple):
        for index, target in enumerate(map(_as_mapping, document)):
            if isinstance(target, Mapping):
                yield f"target {index}", target.get("efeature"), target.get("efel_settings")
    elif isinstance(document, Mapping):
        for protocol, group in document.items():
            efeatures = group.get("efeatures") if isinstance(group, Mapping) else None
            if not isinstance(efeatures, Mapping) and not is_list(efeatures):
                continue
            for name in efeatures:
                settings = efeatures[name] if isinstance(efeatures, Mapping) else None
                yield f"protocol {shown(protocol)}", name, settings


def _as_mapping(target: Any) -> Any:
    """A target of Python as the entry of a document that it stands for."""
    return target.to_json() if hasattr(target, "to_json") else target
