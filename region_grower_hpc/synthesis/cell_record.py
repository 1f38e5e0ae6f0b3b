"""What is kept of a cell for the outputs of the whole, as arrays."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.errors import TaskFailure
from region_grower_hpc.formats.morphology import MorphologyArrays
from region_grower_hpc.synthesis.cell import SynthesizedCell
from region_grower_hpc.synthesis.nrn_sections import apical_nrn_sections
from region_grower_hpc.synthesis.settings import SynthesisSettings

#: In place of the id of a section that NEURON does not have.
NO_SECTION = -1


def describe(
    cell: SynthesizedCell, arrays: MorphologyArrays, settings: SynthesisSettings
) -> dict[str, NDArray[Any]]:
    """The arrays that `settings.kept_arrays` names.

    Args:
        cell: as grown.
        arrays: as written.
        settings: what is asked for.

    Raises:
        TaskFailure: kind `growth`, NEURON would not read the neuron as it is.
    """
    described: dict[str, NDArray[Any]] = {}
    if settings.out_apical_nrn_sections is not None and settings.nrn_extension is not None:
        try:
            sections = apical_nrn_sections(arrays, cell.apical_points, settings.nrn_extension)
        except ValueError as error:
            raise TaskFailure("growth", f"NEURON's sections: {error}", "ValueError") from error
        described["nrn_sections"] = np.array(
            [NO_SECTION if section is None else section for section in sections], dtype=np.int32
        )
    if settings.out_debug_data is not None:
        described["apical_points"] = cell.apical_points
        described["apical_sections"] = np.array(cell.apical_sections, dtype=np.int32)
        text = json.dumps(cell.debug_infos, default=_plain)
        described["debug_infos"] = np.frombuffer(text.encode(), dtype=np.uint8)
    return described


def nrn_sections(arrays: Mapping[str, NDArray[Any]]) -> list[int | None]:
    """NEURON's ids of a described cell."""
    ids = arrays["nrn_sections"].tolist()
    return [None if section == NO_SECTION else section for section in ids]


def debug_infos(arrays: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    """What the scalings did to a described cell."""
    infos: dict[str, Any] = json.loads(arrays["debug_infos"].tobytes())
    rescaling = infos.get("neurite_hard_limit_rescaling")
    if rescaling is not None:
        # JSON has no integers as keys: these are ids of sections.
        infos["neurite_hard_limit_rescaling"] = {int(key): info for key, info in rescaling.items()}
    return infos


def _plain(value: Any) -> Any:
    """A numpy number or array as Python's own."""
    return value.tolist()
