"""Axon binary files, .abf: a recording a sweep."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.raw_trace import RawTrace, samples
from region_grower_hpc.efeatures.readers.axon_checks import check_header
from region_grower_hpc.efeatures.readers.axon_command import (
    Command,
    command_output,
    commands_of,
)
from region_grower_hpc.efeatures.readers.axon_outputs import (
    outputs_of_version_1,
    outputs_of_version_2,
)
from region_grower_hpc.efeatures.readers.files import MAX_SAMPLES_OF_FILE, check_length
from region_grower_hpc.efeatures.readers.foreign import foreign
from region_grower_hpc.efeatures.units import is_current_unit, is_voltage_unit

# What it logs of damaged files is told by the problem raised.
logging.getLogger("neo").setLevel(logging.CRITICAL)


def read(metadata: Mapping[str, Any], compat: bool) -> list[RawTrace]:
    """All sweeps: the first channels of voltage and of current, or else the command current.

    Args:
        metadata: `filepath`.
        compat: channel 0 is the voltage, channel 1 the current, and a file has these two.

    Raises:
        RecordingProblem: open or read.

    Source: spec 4.2; `bluepyefe.reader.axon_reader`.
    """
    path = Path(str(metadata["filepath"]))
    version = check_header(path)
    with foreign("read", "filepath", "cannot read the Axon file"):
        from neo.rawio.axonrawio import AxonRawIO

        raw = AxonRawIO(filename=str(path))
        raw.parse_header()
        interval_s = 1.0 / int(raw.header["signal_channels"]["sampling_rate"][0])
        units = [str(unit) for unit in raw.header["signal_channels"]["units"]]
        voltage, current = _channels(units, compat)
        n_sweeps = int(raw.header["nb_segment"][0])
        lengths = [int(raw.get_signal_size(0, sweep, 0)) for sweep in range(n_sweeps)]
        for n_samples in lengths:
            check_length(n_samples, "voltage")
        if not lengths:
            raise RecordingProblem("read", "voltage", "holds no sweep")
        if sum(lengths) > MAX_SAMPLES_OF_FILE:
            raise RecordingProblem("read", "voltage", f"claims {sum(lengths)} samples")
        voltages = [_signal(raw, sweep, voltage) for sweep in range(n_sweeps)]
        if current is not None:
            commands = [Command(_signal(raw, sweep, current), None) for sweep in range(n_sweeps)]
            i_unit = units[current]
        else:
            commands, i_unit = _commands(raw._axon_info, path, version, lengths)
        v_unit = units[voltage]
        return [
            _raw_trace(one, command, interval_s, i_unit, v_unit)
            for one, command in zip(voltages, commands, strict=True)
        ]


def _raw_trace(
    voltage: NDArray[Any], command: Command, interval_s: float, i_unit: str, v_unit: str
) -> RawTrace:
    ton, toff = command.window or (None, None)
    units = "s", i_unit or None, v_unit or None
    return RawTrace(voltage, command.current, interval_s, *units, ton=ton, toff=toff)


def _channels(units: list[str], compat: bool) -> tuple[int, int | None]:
    """Channel of the voltage, and of the current if there is one."""
    if compat:
        if len(units) != 2:
            text = f"has {len(units)} channel(s); bluepyefe reads files of two"
            raise RecordingProblem("read", "current", text)
        return 0, 1
    voltages = [channel for channel, unit in enumerate(units) if is_voltage_unit(unit)]
    currents = [channel for channel, unit in enumerate(units) if is_current_unit(unit)]
    if not voltages:
        names = ", ".join(repr(unit) for unit in units) or "none"
        raise RecordingProblem("read", "voltage", f"no channel has a unit of voltage: {names}")
    return voltages[0], currents[0] if currents else None


def _signal(raw: Any, sweep: int, channel: int) -> NDArray[Any]:
    """Samples of one channel of one sweep, float32 in the channel's unit."""
    counts = raw.get_analogsignal_chunk(
        block_index=0, seg_index=sweep, stream_index=0, channel_indexes=[channel]
    )
    values = raw.rescale_signal_raw_to_float(
        counts, dtype="float32", stream_index=0, channel_indexes=[channel]
    )
    return np.array(samples(np.asarray(values)[:, 0], "signal"))


def _commands(
    info: Mapping[str, Any], path: Path, version: int, lengths: list[int]
) -> tuple[list[Command], str]:
    """Command of each sweep and its unit."""
    if version == 1:
        outputs, active = outputs_of_version_1(path, info), int(info["nActiveDACChannel"])
    else:
        outputs = outputs_of_version_2(info)
        active = int(info["protocol"]["nActiveDACChannel"])
    output = command_output(outputs, active)
    return commands_of(output, lengths), output.unit
