"""Record a few small neurons as in a laboratory, and write what extract-efeatures reads.

    python simulate_recordings.py FOLDER [--cells N] [--seed N] [--timing]

FOLDER gets one NWB file a cell, files_metadata.json and targets.json. Of each cell the rheobase is
searched with steps that grow by 20 pA (IDthresh); amplitudes of the other protocols follow from it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from current_clamp import PROTOCOLS, SEARCH, Protocol
from small_neuron import STEP_MS, FloatArray, Neuron, simulate

#: Of two steps of the simulation one is recorded: 20 kHz.
EVERY = 2
RATE_HZ = 1e3 / (STEP_MS * EVERY)
#: The amplifier: its noise, and the voltage and current of one unit of its 16 bits.
VOLTAGE_NOISE_MV, CURRENT_NOISE_NA = 0.05, 0.001
VOLT, AMPERE = 2.0**-18, 2.0**-42
SPIKE_MV = 0.0
#: Features by protocol and amplitude, in % of the rheobase; of SpikeRec: ms between two pulses.
TARGETS: dict[str, tuple[Sequence[float], float, Sequence[str]]] = {
    "IDrest": (
        (150, 200, 250), 10,
        ("Spikecount", "mean_frequency", "time_to_first_spike", "inv_first_ISI", "inv_last_ISI",
         "adaptation_index2", "AP_amplitude", "AHP_depth", "voltage_base"),
    ),
    "IV": (
        (-100, -40), 10,
        ("voltage_base", "steady_state_voltage_stimend", "ohmic_input_resistance_vb_ssse",
         "sag_amplitude", "decay_time_constant_after_stim"),
    ),
    "APWaveform": (
        (300,), 30,
        ("AP_amplitude", "AP_duration_half_width", "AP_rise_time", "AP_fall_time",
         "AHP_depth_abs"),
    ),
    "APThreshold": ((200,), 20, ("AP_begin_voltage", "time_to_first_spike")),
    "sAHP": ((200,), 20, ("Spikecount", "AP_amplitude", "mean_frequency")),
    "SpikeRec": ((20,), 5, ("Spikecount", "AP_amplitude")),
}  # fmt: skip


@dataclass(frozen=True)
class Recorded:
    """One sweep as the amplifier gives it.

    Attributes:
        protocol: that was run.
        voltage_mv, current_na: one value a sample.
    """

    protocol: Protocol
    voltage_mv: FloatArray
    current_na: FloatArray


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the files are written")
    parser.add_argument("--cells", type=int, default=3, help="number of cells (default: 3)")
    parser.add_argument("--seed", type=int, default=4, help="of all that is random (default: 4)")
    parser.add_argument(
        "--timing", action="store_true", help="tell begins and ends of all stimuli in the metadata"
    )
    arguments = parser.parse_args()
    if arguments.cells < 1:
        parser.error("--cells must be at least 1")
    arguments.folder.mkdir(parents=True, exist_ok=True)
    neurons = [Neuron.drawn(1000 * arguments.seed + number) for number in range(arguments.cells)]
    generator = np.random.default_rng([arguments.seed, 1])
    sweeps = record(neurons, generator)
    names = [f"cell_{number:02d}" for number in range(len(neurons))]
    for name, recorded in zip(names, sweeps, strict=True):
        write_nwb(arguments.folder / f"{name}.nwb", name, recorded)
    protocols = (SEARCH, *PROTOCOLS)
    files = {
        name: {one.name: [metadata(name, one, arguments.timing)] for one in protocols}
        for name in names
    }
    write_json(arguments.folder / "files_metadata.json", files)
    write_json(arguments.folder / "targets.json", targets())
    n_sweeps = sum(map(len, sweeps))
    print(f"{n_sweeps} recordings of {len(names)} simulated cells: {arguments.folder}")


def record(neurons: Sequence[Neuron], generator: np.random.Generator) -> list[list[Recorded]]:
    """All sweeps of all neurons: first the search for the rheobase, then what depends on it."""
    search = [[(SEARCH, percent, 0.1) for percent in SEARCH.percent] for _ in neurons]
    searched = _record(neurons, search, generator)
    rheobases_na = [
        next(
            (
                amplitude_pa * 1e-3
                for amplitude_pa, sweep in zip(SEARCH.percent, sweeps, strict=True)
                if sweep.voltage_mv.max() > SPIKE_MV
            ),
            SEARCH.percent[-1] * 1e-3,
        )
        for sweeps in searched
    ]
    others = [
        [(one, percent, rheobase_na) for one in PROTOCOLS for percent in one.percent]
        for rheobase_na in rheobases_na
    ]
    measured = _record(neurons, others, generator)
    return [first + second for first, second in zip(searched, measured, strict=True)]


def _record(
    neurons: Sequence[Neuron],
    planned: Sequence[Sequence[tuple[Protocol, float, float]]],
    generator: np.random.Generator,
) -> list[list[Recorded]]:
    """Sweeps (protocol, percent, rheobase) of each neuron, all simulated together."""
    pairs = [(neuron, one) for neuron, each in zip(neurons, planned, strict=True) for one in each]
    injected = [
        neuron.holding_na + protocol.current_na(percent, rheobase_na)
        for neuron, (protocol, percent, rheobase_na) in pairs
    ]
    longest = max(map(len, injected))
    padded = np.array([np.pad(one, (0, longest - len(one)), mode="edge") for one in injected])
    voltages = iter(simulate([neuron for neuron, _ in pairs], padded, generator, EVERY))
    currents = iter(injected)
    return [
        [_amplified(one[0], next(voltages), next(currents)[::EVERY], generator) for one in each]
        for each in planned
    ]


def _amplified(
    protocol: Protocol,
    voltage_mv: FloatArray,
    current_na: FloatArray,
    generator: np.random.Generator,
) -> Recorded:
    """What is recorded of a sweep: with noise, and not longer than its current."""
    n_samples = len(current_na)
    voltage_noise = VOLTAGE_NOISE_MV * generator.standard_normal(n_samples)
    current_noise = CURRENT_NOISE_NA * generator.standard_normal(n_samples)
    return Recorded(protocol, voltage_mv[:n_samples] + voltage_noise, current_na + current_noise)


def write_nwb(path: Path, name: str, sweeps: Sequence[Recorded]) -> None:
    """Write one file: series of the acquisition, and stimulus series of the same number.

    It holds what electrophysiology programs read of an NWB file, not all that its schema asks for.
    """
    path.unlink(missing_ok=True)
    with h5py.File(path, "w", track_order=False) as file:
        file.attrs["nwb_version"] = "2.6.0"
        file["identifier"] = name
        for number, sweep in enumerate(sweeps):
            voltage = file.create_group(f"acquisition/CurrentClampSeries_{number:03d}")
            place = f"stimulus/presentation/CurrentClampStimulusSeries_{number:03d}"
            current = file.create_group(place)
            write_series(voltage, sweep.protocol, 1e-3 * sweep.voltage_mv, "volts", VOLT)
            write_series(current, sweep.protocol, 1e-9 * sweep.current_na, "amperes", AMPERE)


def write_series(
    group: Any, protocol: Protocol, values: FloatArray, unit: str, conversion: float
) -> None:
    """Write a trace in 16 bits, with its unit, its clock and the name of its protocol."""
    group.attrs["neurodata_type"] = type_of(group.name)
    group.attrs["stimulus_description"] = protocol.name
    data = group.create_dataset("data", data=np.rint(values / conversion).astype(np.int16))
    data.attrs["conversion"], data.attrs["unit"] = conversion, unit
    clock = group.create_dataset("starting_time", data=0.0)
    clock.attrs["rate"], clock.attrs["unit"] = RATE_HZ, "seconds"


def type_of(name: str) -> str:
    """The type that the name of a series begins with."""
    return name.rpartition("/")[2].partition("_")[0]


def metadata(name: str, protocol: Protocol, timing: bool) -> dict[str, Any]:
    """One entry of files_metadata.json: all sweeps of a protocol of a cell."""
    times_ms = dict(protocol.times_ms)
    if timing and protocol.name != "SpikeRec":
        times_ms |= {"ton": protocol.shape[0][0], "toff": protocol.shape[-1][0]} | times_ms
    return {"filepath": f"{name}.nwb", **times_ms}


def targets() -> list[dict[str, Any]]:
    """TARGETS as the document that the program reads."""
    return [
        {
            "efeature": feature,
            "protocol": protocol,
            "amplitude": amplitude,
            "tolerance": tolerance,
        }
        for protocol, (amplitudes, tolerance, features) in TARGETS.items()
        for amplitude in amplitudes
        for feature in features
    ]


def write_json(path: Path, content: Any) -> None:
    """Write a document for people to read."""
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
