"""The analog outputs of an Axon file, as its header tells them."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.readers.axon_epochs import Epoch

#: Bytes of a header of version 1 with a table of epochs, and places in it.
_EXTENDED_HEADER, _UNITS_OF_OUTPUTS, _HOLDING_LEVELS = 6144, 1346, 1394


@dataclass(frozen=True)
class Output:
    """One analog output.

    Attributes:
        number: of it.
        unit: of its levels.
        holding: level outside the epochs.
        is_enabled: whether a waveform is added.
        source: of the waveform.
        stays: whether the last level is held until the next sweep's first epoch.
        epochs: in order.
    """

    number: int
    unit: str
    holding: float
    is_enabled: bool
    source: int
    stays: bool
    epochs: tuple[Epoch, ...]


def outputs_of_version_2(info: Mapping[str, Any]) -> list[Output]:
    """The outputs as neo reads them from a file of version 2."""
    outputs = []
    for dac in info["listDACInfo"]:
        number = int(dac["nDACNum"])
        table = info["dictEpochInfoPerDAC"].get(number, {})
        epochs = tuple(
            Epoch(
                int(row["nEpochType"]),
                float(row["fEpochInitLevel"]),
                float(row["fEpochLevelInc"]),
                int(row["lEpochInitDuration"]),
                int(row["lEpochDurationInc"]),
                int(row["lEpochPulsePeriod"]),
                int(row["lEpochPulseWidth"]),
            )
            for _, row in sorted(table.items())
        )
        unit = dac["DACChUnits"].replace(b"\xb5", b"u").decode("latin-1").strip()
        outputs.append(
            Output(
                number,
                unit,
                float(dac["fDACHoldingLevel"]),
                bool(dac["nWaveformEnable"]),
                int(dac["nWaveformSource"]),
                bool(dac["nInterEpisodeLevel"]),
                epochs,
            )
        )
    return outputs


def outputs_of_version_1(path: Path, info: Mapping[str, Any]) -> list[Output]:
    """The two outputs with waveforms of a file of version 1, of which neo does not read all.

    Raises:
        RecordingProblem: read, the header is too short to have a table of epochs.
    """
    with path.open("rb") as file:
        head = file.read(_EXTENDED_HEADER)
    if len(head) < _EXTENDED_HEADER or info["lDataSectionPtr"] * 512 < _EXTENDED_HEADER:
        text = "has no channel of current, and a header too old to tell the command"
        raise RecordingProblem("read", "current", text)
    units = struct.unpack_from("<8s8s", head, _UNITS_OF_OUTPUTS)
    holding = struct.unpack_from("<2f", head, _HOLDING_LEVELS)
    outputs = []
    for number in range(2):
        rows = range(10 * number, 10 * number + 10)
        epochs = tuple(
            Epoch(
                int(info["nEpochType"][row]),
                float(info["fEpochInitLevel"][row]),
                float(info["fEpochLevelInc"][row]),
                int(info["lEpochInitDuration"][row]),
                int(info["lEpochDurationInc"][row]),
            )
            for row in rows
        )
        unit = units[number].replace(b"\xb5", b"u").decode("latin-1").strip(" \0")
        outputs.append(
            Output(
                number,
                unit,
                float(holding[number]),
                bool(info["nWaveformEnable"][number]),
                int(info["nWaveformSource"][number]),
                bool(info["nInterEpisodeLevel"][number]),
                epochs,
            )
        )
    return outputs
