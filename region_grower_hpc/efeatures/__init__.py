"""Electrical features of recordings: bluepyefe.extract on the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from region_grower_hpc.names_on_use import names_on_use

if TYPE_CHECKING:
    from region_grower_hpc.efeatures.api import (
        cells_pickle_output_path,
        compute_rheobase,
        convert_legacy_targets,
        create_feature_protocol_files,
        extract_efeatures,
        extract_efeatures_at_targets,
        group_efeatures,
        plot_recordings,
        protocols_pickle_output_path,
        read_recordings,
    )
    from region_grower_hpc.efeatures.auto_targets import AutoTarget
    from region_grower_hpc.efeatures.legacy_config import translate_legacy_config
    from region_grower_hpc.efeatures.readers import inspect_nwb

#: name -> module that defines it.
_PLACES = {
    "AutoTarget": "auto_targets",
    "cells_pickle_output_path": "api",
    "compute_rheobase": "api",
    "convert_legacy_targets": "api",
    "create_feature_protocol_files": "api",
    "extract_efeatures": "api",
    "extract_efeatures_at_targets": "api",
    "group_efeatures": "api",
    "inspect_nwb": "readers",
    "plot_recordings": "api",
    "protocols_pickle_output_path": "api",
    "read_recordings": "api",
    "translate_legacy_config": "legacy_config",
}

__all__ = [
    "AutoTarget",
    "cells_pickle_output_path",
    "compute_rheobase",
    "convert_legacy_targets",
    "create_feature_protocol_files",
    "extract_efeatures",
    "extract_efeatures_at_targets",
    "group_efeatures",
    "inspect_nwb",
    "plot_recordings",
    "protocols_pickle_output_path",
    "read_recordings",
    "translate_legacy_config",
]

__getattr__ = names_on_use(__name__, _PLACES)
