"""Igor binary waves, .ibw and .bwav: a file of voltage and one of current."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from region_grower_hpc.efeatures.raw_trace import RawTrace, samples
from region_grower_hpc.efeatures.readers.igor_wave import read_wave
from region_grower_hpc.efeatures.units import unit_problem

logger = logging.getLogger(__name__)


def read(metadata: Mapping[str, Any], compat: bool) -> list[RawTrace]:
    """The sweep of a pair of files; the two are swapped where their headers say so.

    Args:
        metadata: `i_file`, `v_file`.
        compat: makes no difference.

    Raises:
        RecordingProblem: open or read.

    Source: `bluepyefe.reader.igor_reader`.
    """
    voltage = read_wave(Path(str(metadata["v_file"])), "v_file")
    current = read_wave(Path(str(metadata["i_file"])), "i_file")
    if "A" in voltage.unit and "V" in current.unit:
        logger.info("voltage and current are reversed: v_file '%s'", metadata["v_file"])
        voltage, current = current, voltage
    is_time = unit_problem("t_unit", voltage.step_unit) is None
    return [
        RawTrace(
            samples(voltage.values, "voltage"),
            samples(current.values, "current"),
            dt=voltage.step,
            t_unit=voltage.step_unit if is_time else None,
            i_unit=current.unit or None,
            v_unit=voltage.unit or None,
        )
    ]
