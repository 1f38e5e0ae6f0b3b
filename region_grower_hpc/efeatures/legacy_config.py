"""The configuration of BluePyEfe 1 in the terms of today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from region_grower_hpc.errors import InvalidInputError

#: Amplitude and tolerance that "noinput" stands for, % of the rheobase.
NO_INPUT = (0, 10)


def translate_legacy_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """Keywords of `extract_efeatures` from a configuration of version 1, which is left as it is.

    Returns:
        files_metadata, targets, protocols_rheobase, rheobase_strategy and rheobase_settings.

    Raises:
        InvalidInputError: a part is missing or of another shape.

    Source: `bluepyefe.translate_legacy_config`.
    """
    options = _part(config, "options", "its top", Mapping)
    rheobase_settings = {}
    if "spike_threshold" in options:
        rheobase_settings["spike_threshold"] = options["spike_threshold"]
    return {
        "files_metadata": _files_metadata(config, options),
        "targets": list(_targets(config, options)),
        "protocols_rheobase": _part(options, "expthreshold", "options", list),
        "rheobase_strategy": "absolute",
        "rheobase_settings": rheobase_settings,
    }


def _files_metadata(config: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    folder = Path(str(config.get("path", ".")))
    onoff = _part({"onoff": {}, **options}, "onoff", "options", Mapping)
    found: dict[str, Any] = {}
    for cell, description in _part(config, "cells", "its top", Mapping).items():
        place = f"cells/{cell}/experiments"
        experiments = _part(description, "experiments", f"cells/{cell}", Mapping)
        for protocol, experiment in experiments.items():
            for given in _part(experiment, "files", f"{place}/{protocol}", list):
                is_pair = isinstance(given, Mapping) and "i_file" in given
                paths = {
                    key: str(folder / _part(given, key, f"{place}/{protocol}/files", str))
                    for key in (("i_file", "v_file") if is_pair else ("filepath",))
                }
                metadata = {**given, **paths}
                if protocol in onoff:
                    times = _part(onoff, protocol, "options/onoff", list)
                    metadata |= dict(zip(("ton", "toff"), times, strict=False))
                found.setdefault(cell, {}).setdefault(protocol, []).append(metadata)
    return found


def _targets(config: Mapping[str, Any], options: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    amplitudes = _part(options, "target", "options", list)
    tolerances = _part(options, "tolerance", "options", list)
    strict = {"strict_stiminterval": {}, **options}
    strict = _part(strict, "strict_stiminterval", "options", Mapping)
    features = _part(config, "features", "its top", Mapping)
    for protocol, efeatures in features.items():
        if not isinstance(efeatures, Mapping):
            _part(features, protocol, "features", list)
        is_strict = strict.get(protocol, strict.get("base"))
        for efeature in efeatures:
            if "spikerate" in str(efeature):
                continue
            for amplitude, tolerance in zip(amplitudes, tolerances, strict=False):
                if amplitude == "all":
                    continue
                window = NO_INPUT if amplitude == "noinput" else (amplitude, tolerance)
                yield {
                    "efeature": efeature,
                    "protocol": protocol,
                    "amplitude": window[0],
                    "tolerance": window[1],
                    "efel_settings": {}
                    if is_strict is None
                    else {"strict_stiminterval": is_strict},
                }


def _part(whole: Any, key: str, place: str, kind: type) -> Any:
    """A part of the configuration, which must be there and of a kind; tuples are lists."""
    value = whole.get(key) if isinstance(whole, Mapping) else None
    if not isinstance(list(value) if isinstance(value, tuple) else value, kind):
        name = "a list" if kind is list else "a text" if kind is str else "an object"
        raise InvalidInputError(f"legacy configuration: {place}: {key} must be {name}")
    return value
