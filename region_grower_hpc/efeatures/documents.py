"""features.json, protocols.json and currents.json: what grouped recordings come to."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from region_grower_hpc.efeatures.cell import Cell
from region_grower_hpc.efeatures.currents import currents_of
from region_grower_hpc.efeatures.feature_target import EFeatureTarget
from region_grower_hpc.efeatures.output_names import CURRENTS, FEATURES, PROTOCOLS
from region_grower_hpc.efeatures.protocol import Protocol
from region_grower_hpc.efeatures.strict_json import json_text, strict
from region_grower_hpc.efeatures.value_checks import is_count, shown
from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.atomic import write_text

logger = logging.getLogger(__name__)

#: Of the places on a cell, only this one was recorded.
LOCATION = "soma"


def create_feature_protocol_files(
    cells: Sequence[Cell],
    protocols: Sequence[Protocol],
    output_directory: str | Path | None = None,
    threshold_nvalue_save: int = 1,
    write_files: bool = True,
    save_files_used: bool = False,
    default_std_value: float = 1e-3,
    quiet: bool = False,
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Reduce the values of all targets to means and deviations, and write the documents.

    Args:
        cells: whose currents are told.
        protocols: of `group_efeatures`.
        output_directory: where files are written; made if absent.
        threshold_nvalue_save: fewest values that make a feature; one without values is never
            written.
        write_files: write features.json, protocols.json, currents.json and, for other readers,
            the same as holding_threshold_currents.json.
        save_files_used: name the files behind each value.
        default_std_value: in place of a standard deviation of 0.
        quiet: without warnings of features that have too few values.

    Returns:
        features, protocols, currents: as in the files, None for numbers that are not finite.

    Raises:
        InvalidInputError: files are to be written, but no folder is named; the threshold is no
            number.

    Source: `bluepyefe.extract.create_feature_protocol_files`.
    """
    if not is_count(threshold_nvalue_save):
        given = shown(threshold_nvalue_save)
        raise InvalidInputError(f"threshold_nvalue_save {given}: give an integer of 0 or more")
    if write_files and output_directory is None:
        raise InvalidInputError("write_files needs an output_directory: name one")
    features: dict[str, Any] = {}
    stimuli: dict[str, Any] = {}
    for protocol in protocols:
        enough = _with_enough_values(protocol, threshold_nvalue_save, quiet)
        if not enough:
            continue
        entries = [target.as_dict(save_files_used, default_std_value) for target in enough]
        features[protocol.stimulus_name] = strict({LOCATION: entries})
        stimuli[protocol.stimulus_name] = strict(protocol.as_dict())
    currents: dict[str, Any] = strict(currents_of(cells, default_std_value))
    if write_files and output_directory is not None:
        folder = Path(output_directory)
        folder.mkdir(parents=True, exist_ok=True)
        documents = {FEATURES: features, PROTOCOLS: stimuli, **dict.fromkeys(CURRENTS, currents)}
        for name, document in documents.items():
            write_text(folder / name, json_text(document))
    return features, stimuli, currents


def _with_enough_values(protocol: Protocol, fewest: int, quiet: bool) -> list[EFeatureTarget]:
    fewest = max(fewest, 1)
    enough = [one for one in protocol.feature_targets if one.sample_size >= fewest]
    if quiet or len(enough) == len(protocol.feature_targets):
        return enough
    if enough:
        dropped = [one for one in protocol.feature_targets if one.sample_size < fewest]
        logger.warning(
            "%s: not written for fewer than %d values: %s",
            *(protocol.stimulus_name, fewest),
            ", ".join(f"{one.efeature_name} ({one.sample_size})" for one in dropped),
        )
    else:
        logger.warning(
            "%s: not written, no feature has %d values or more", protocol.stimulus_name, fewest
        )
    return enough
