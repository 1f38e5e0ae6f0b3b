"""A few made-up recordings of three cells in plain HDF5 and text, with metadata and targets."""

from __future__ import annotations

import argparse
import json
import math
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from click.testing import CliRunner, Result
from numpy.typing import NDArray

from region_grower_hpc.cli import main
from region_grower_hpc.efeatures.settings import EfeatureSettings

FloatArray = NDArray[np.float64]

DT_MS, TON_MS, TOFF_MS, TEND_MS = 0.1, 50.0, 250.0, 300.0
#: Membrane: resting potential, distance of the threshold, time constant; reset after a spike.
REST_MV, THRESHOLD_MV, TAU_MS, RESET_MV, REFRACTORY_MS = -70.0, 20.0, 10.0, -4.0, 4.0
#: Resistance of each cell, megaohm: the first two spike from 0.25 and 0.2 nA on, the last never.
CELLS = {"one": 90.0, "two": 110.0, "quiet": 20.0}
QUIET = "quiet"
HOLDING_NA = -0.02
#: Steps of the sweeps in one file, and of those with a file each.
TOGETHER_NA, APART_NA = (0.1, 0.2, 0.25, 0.375), (0.5, 0.3)
IV_NA = (-0.1, -0.05)
CHIRP_NA = 0.05
TARGETS: list[dict[str, Any]] = [
    {"efeature": "AP_amplitude", "protocol": "IDrest", "amplitude": 150, "tolerance": 20},
    {"efeature": "AP_amplitude", "protocol": "IDrest", "amplitude": 200.0, "tolerance": 20},
    {"efeature": "Spikecount", "protocol": "IDrest", "amplitude": 150, "tolerance": 20},
    {
        **{"efeature": "Spikecount", "protocol": "IDrest", "amplitude": 150, "tolerance": 20},
        **{"efel_settings": {"Threshold": -30.0}, "efeature_name": "Spikecount_low"},
    },
    {"efeature": "voltage_deflection", "protocol": "IV", "amplitude": -40, "tolerance": 16},
    {"efeature": "voltage_base", "protocol": "SineSpec", "amplitude": 25, "tolerance": 15},
]
AUTO_TARGETS: list[dict[str, Any]] = [
    {
        **{"protocols": ["IDrest"], "amplitudes": [300, 150, 250, 200]},
        **{"efeatures": ["AP_amplitude", "mean_frequency"]},
        **{"min_recordings_per_amplitude": 1, "preferred_number_protocols": 2, "tolerance": 20},
    }
]


def time_ms() -> FloatArray:
    """Times of all samples."""
    return np.arange(round(TEND_MS / DT_MS), dtype=np.float64) * DT_MS


def step(amp_na: float) -> FloatArray:
    """Holding current with a step."""
    t_ms = time_ms()
    on = ((t_ms >= TON_MS) & (t_ms < TOFF_MS)).astype(np.float64)
    return HOLDING_NA + amp_na * on


def chirp(amp_na: float) -> FloatArray:
    """Holding current with a sine of rising frequency."""
    t_s = time_ms() / 1e3
    u = t_s - TON_MS / 1e3
    on = ((t_s >= TON_MS / 1e3) & (t_s < TOFF_MS / 1e3)).astype(np.float64)
    return HOLDING_NA + amp_na * on * np.sin(2 * np.pi * (10 + 200 * u) * u)


def membrane(current_na: FloatArray, resistance_mohm: float, seed: int = 0) -> FloatArray:
    """Voltage (mV) of a leaky membrane with pasted spikes and some noise."""
    spike = 95 * np.exp(-(((np.arange(24) * DT_MS - 1.0) / 0.5) ** 2))
    voltage = np.empty(len(current_na))
    spikes, refractory, above = [], 0, HOLDING_NA * resistance_mohm
    decay = math.exp(-DT_MS / TAU_MS)
    for index, drive in enumerate((current_na * resistance_mohm).tolist()):
        above = drive + (above - drive) * decay
        if refractory > 0:
            refractory -= 1
        elif above - HOLDING_NA * resistance_mohm > THRESHOLD_MV:
            spikes.append(index)
            above, refractory = RESET_MV, round(REFRACTORY_MS / DT_MS)
        voltage[index] = above
    for index in spikes:
        part = voltage[index : index + len(spike)]
        part += spike[: len(part)]
    return REST_MV + voltage + np.random.default_rng(seed).normal(0, 0.03, len(voltage))


def write_sweeps(path: Path, resistance_mohm: float, currents_na: Iterable[FloatArray]) -> None:
    """Write a plain HDF5 file, in V and A, that says all of itself."""
    with h5py.File(path, "w") as file:
        top = file.create_group("recordings")
        top.attrs.update(dt=DT_MS, t_unit="ms", v_unit="V", i_unit="A")
        for number, current_na in enumerate(currents_na):
            sweep = top.create_group(f"sweep_{number}")
            voltage_mv = membrane(current_na, resistance_mohm, number)
            sweep["voltage"] = (voltage_mv * 1e-3).astype(np.float32)
            sweep["current"] = (current_na * 1e-9).astype(np.float32)


def write_table(path: Path, resistance_mohm: float, amps_na: Sequence[float]) -> dict[str, Any]:
    """Write a text file of voltages in mV, a column an amplitude; its metadata."""
    columns = [membrane(step(amp), resistance_mohm, 7 + i) for i, amp in enumerate(amps_na)]
    rows = np.stack(columns, axis=1)
    path.write_text("".join("\t".join(f"{v:.5f}" for v in row) + "\n" for row in rows))
    return {
        **{"filepath": path.name, "dt": DT_MS, "amplitudes": [*amps_na], "hypamp": HOLDING_NA},
        **{"ton": TON_MS, "toff": TOFF_MS, "i_unit": "nA", "v_unit": "mV", "t_unit": "ms"},
    }


def make_metadata(folder: Path, more_steps: int = 0) -> dict[str, Any]:
    """Write the recordings; the metadata.

    Args:
        folder: of the files.
        more_steps: further files of a step for each cell, for longer runs.
    """
    timing = {"ton": TON_MS, "toff": TOFF_MS}
    metadata: dict[str, Any] = {}
    for cell, resistance in CELLS.items():
        steps = []
        write_sweeps(folder / f"{cell}_steps.h5", resistance, map(step, TOGETHER_NA))
        steps.append({"filepath": f"{cell}_steps.h5", **timing})
        for number in range(len(APART_NA) + more_steps):
            name = f"{cell}_step_{number}.h5"
            amp_na = APART_NA[number % len(APART_NA)]
            write_sweeps(folder / name, resistance, [step(amp_na)])
            # Not all of them tell when the stimulus is on.
            steps.append({"filepath": name, "ljp": 5.0, **(timing if number else {})})
        protocols: dict[str, Any] = {"IDrest": steps}
        if cell != QUIET:
            protocols["IV"] = [write_table(folder / f"{cell}_iv.txt", resistance, IV_NA)]
            write_sweeps(folder / f"{cell}_chirp.h5", resistance, [chirp(CHIRP_NA)])
            protocols["SineSpec"] = [{"filepath": f"{cell}_chirp.h5", **timing}]
        metadata[cell] = protocols
    return metadata


@dataclass(frozen=True)
class SmallRecordings:
    """Files of one folder."""

    folder: Path

    @property
    def metadata_file(self) -> Path:
        return self.folder / "metadata.json"

    @property
    def metadata(self) -> dict[str, Any]:
        """The document."""
        found: dict[str, Any] = json.loads(self.metadata_file.read_text())
        return found

    @property
    def targets(self) -> Path:
        return self.folder / "targets.json"

    @property
    def auto_targets(self) -> Path:
        return self.folder / "auto_targets.json"

    def copy(self, folder: Path) -> SmallRecordings:
        """The same files elsewhere, to spoil."""
        shutil.copytree(self.folder, folder)
        return SmallRecordings(folder)

    def write(self, metadata: Any) -> None:
        """Replace the metadata."""
        self.metadata_file.write_text(json.dumps(metadata, indent=1))

    def write_targets(self, targets: Any) -> None:
        """Replace the targets."""
        self.targets.write_text(json.dumps(targets))

    def arguments(
        self, out: Path, *more: str | Path, command: str = "extract-efeatures", auto: bool = False
    ) -> list[str]:
        """Words of a command.

        Args:
            out: folder of all outputs.
            more: words at the end.
            command: name of it.
            auto: automatic targets in place of the targets.
        """
        words: list[str | Path] = [command, "--files-metadata", self.metadata_file]
        words += ["--output-directory", out]
        if command == "extract-efeatures" and not auto:
            words += ["--targets", self.targets]
        elif auto:
            words += ["--auto-targets", self.auto_targets]
        return [str(word) for word in (*words, *more)]

    def run(
        self, out: Path, *more: str | Path, command: str = "extract-efeatures", auto: bool = False
    ) -> Result:
        """The command in this process."""
        return CliRunner().invoke(main, self.arguments(out, *more, command=command, auto=auto))

    def settings(self, out: Path, **more: Any) -> EfeatureSettings:
        """The same as `arguments`."""
        given = {"files_metadata": self.metadata_file, "output_directory": out}
        return EfeatureSettings(**{**given, "targets": self.targets, **more})


def make_small_recordings(folder: Path, more_steps: int = 0) -> SmallRecordings:
    """Write all files."""
    folder.mkdir(parents=True, exist_ok=True)
    data = SmallRecordings(folder)
    data.write(make_metadata(folder, more_steps))
    data.write_targets(TARGETS)
    data.auto_targets.write_text(json.dumps(AUTO_TARGETS))
    return data


def add_damaged(data: SmallRecordings) -> None:
    """One more file, which is none."""
    metadata = data.metadata
    (data.folder / "damaged.h5").write_bytes(b"no recording at all")
    metadata["two"]["IDrest"].append({"filepath": "damaged.h5"})
    data.write(metadata)


def write_files() -> None:
    """Write the files below a folder, for the kill campaign; one of them is damaged."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--more-steps", type=int, default=0)
    arguments = parser.parse_args()
    add_damaged(make_small_recordings(arguments.folder, arguments.more_steps))


if __name__ == "__main__":
    write_files()
