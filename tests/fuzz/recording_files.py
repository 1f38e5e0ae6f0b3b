"""Good recordings in every format that is read, with documents, and what a run leaves of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import scipy.io
from click.testing import CliRunner
from numpy.typing import NDArray

from region_grower_hpc.cli import main
from tests.efeatures.readers.axons import write_abf1
from tests.efeatures.readers.nwbs import RATE_HZ, add_series
from tests.efeatures.readers.waves import write_wave
from tests.efeatures.small_recordings import TEND_MS, membrane, step, time_ms, write_sweeps

#: Threshold of 0.2 nA, and what is injected.
RESISTANCE_MOHM, AMPS_NA = 110.0, (0.25, 0.4)
TIMING = {"ton": 50.0, "toff": 250.0}
#: Protocols that tell the rheobase.
PROTOCOLS = ("GenericStep", "IDrest")
LAYOUTS = ("bbp", "vu", "aibs", "trt", "scala")
#: Keys of the metadata of each file; the document of a file is `<name>.json`.
ENTRIES: dict[str, dict[str, Any]] = {
    "igor": {"i_file": "i.ibw", "v_file": "v.ibw"},
    "axon": {"filepath": "two.abf"},
    "command": {"filepath": "one.abf", "ton": 46.0, "toff": 146.0},
    **{layout: {"filepath": f"{layout}.nwb"} for layout in LAYOUTS},
    "vu": {"filepath": "vu.nwb", "protocol_name": "Step"},
    "mat": {"filepath": "x.mat", "i_unit": "A", "v_unit": "V", "t_unit": "s"},
    "txt": {
        **{"filepath": "x.txt", "dt": 0.25, "amplitudes": [*AMPS_NA], "hypamp": 0.0},
        **{"i_unit": "nA", "v_unit": "mV", "t_unit": "ms", "remove_last_100ms": False},
    },
    "plain": {"filepath": "x.h5"},
}
TARGETS: list[dict[str, Any]] = [
    {"efeature": name, "protocol": "GenericStep", "amplitude": 150, "tolerance": 60}
    for name in ("Spikecount", "AP_amplitude", "voltage_base")
]
AUTO_TARGETS: list[dict[str, Any]] = [
    {
        **{"protocols": ["GenericStep", "IDrest"], "amplitudes": [150], "tolerance": 60.0},
        **{"efeatures": ["Spikecount", "mean_frequency"], "min_recordings_per_amplitude": 1},
    }
]
LEGACY = {
    "GenericStep": {
        **{"amplitudes": [150, 200], "tolerances": [60], "location": "soma"},
        **{"efeatures": {"Spikecount": {"Threshold": -10.0}, "voltage_base": {}}},
    }
}


def make_recording_files(folder: Path) -> None:
    """Write all files below a folder."""
    folder.mkdir()
    sweeps = [(_current(amp), _voltage(amp)) for amp in AMPS_NA]
    for name, values, unit in (("i", sweeps[1][0] * 1e-9, "A"), ("v", sweeps[1][1] * 1e-3, "V")):
        write_wave(folder / f"{name}.ibw", values, unit, step=1 / RATE_HZ)
    # These are at 10 kHz, as the steps are made.
    both = [np.column_stack([membrane(step(a), RESISTANCE_MOHM), 1e3 * step(a)]) for a in AMPS_NA]
    write_abf1(folder / "two.abf", both, ("mV", "pA"))
    epochs = [(1, 250.0, 150.0, 1000, 0), (2, 0.0, 0.0, 200, 10)]
    write_abf1(folder / "one.abf", np.array(both)[:, :1500, :1], ("mV",), epochs)
    for layout in LAYOUTS:
        with h5py.File(folder / f"{layout}.nwb", "w") as file:
            for number, (current_na, voltage_mv) in enumerate(sweeps):
                voltage, current = (
                    (voltage_mv * 1e-3).astype("f4"),
                    (current_na * 1e-9).astype("f4"),
                )
                _ADD[layout](file, number, voltage, current)
    tables = {}
    for number, (current_na, voltage_mv) in enumerate(sweeps):
        t_s = np.arange(len(current_na)) / RATE_HZ
        tables[f"Trace_1_{number}_1_1"] = np.column_stack([t_s, current_na * 1e-9])
        tables[f"Trace_1_{number}_1_2"] = np.column_stack([t_s, voltage_mv * 1e-3])
    scipy.io.savemat(folder / "x.mat", tables)
    rows = np.stack([voltage for _, voltage in sweeps], axis=1)
    (folder / "x.txt").write_text("".join("\t".join(f"{v:.4f}" for v in r) + "\n" for r in rows))
    write_sweeps(folder / "x.h5", RESISTANCE_MOHM, [step(amp) for amp in AMPS_NA])
    _write_documents(folder)
    words = ["extract-efeatures", "--files-metadata", str(folder / "plain.json")]
    words += ["--targets", str(folder / "targets.json"), "--output-directory", str(folder / "done")]
    done = CliRunner().invoke(main, [*words, *rheobase_words(), "--nb-processes", "0"])
    assert done.exit_code == 0, done.output


def rheobase_words() -> list[str]:
    """Words of the command for `PROTOCOLS`."""
    return [word for name in PROTOCOLS for word in ("--protocols-rheobase", name)]


def _write_documents(folder: Path) -> None:
    for name, entry in ENTRIES.items():
        document = {"one": {"GenericStep": [{"ljp": 5.0, **TIMING, **entry}]}}
        (folder / f"{name}.json").write_text(json.dumps(document, indent=1))
    good = {"ljp": 5.0, **TIMING, **ENTRIES["plain"]}
    table = {"v_corr": -70, "amp": 0.3, "hypamp": 0, **TIMING, **ENTRIES["txt"]}
    document = {
        "one": {"IDrest": [good, table], "GenericStep": [good, {**good, "repetition": None}]},
        "two": {"Ramp": [{**good, "i_unit": "A", "v_unit": "V", "t_unit": "ms"}]},
    }
    documents = {
        **{"metadata": document, "targets": TARGETS, "legacy": LEGACY, "auto": AUTO_TARGETS},
        "efel": {"strict_stiminterval": True, "Threshold": -20.0, "interp_step": 0.05},
        "rheobase": {"spike_threshold": 1},
    }
    for name, content in documents.items():
        (folder / f"{name}.json").write_text(json.dumps(content, indent=1))


def _current(amp_na: float) -> NDArray[np.float64]:
    t_ms = np.arange(round(TEND_MS * RATE_HZ / 1e3)) * 1e3 / RATE_HZ
    return np.interp(t_ms, time_ms(), step(amp_na))


def _voltage(amp_na: float) -> NDArray[np.float64]:
    t_ms = np.arange(round(TEND_MS * RATE_HZ / 1e3)) * 1e3 / RATE_HZ
    return np.interp(t_ms, time_ms(), membrane(step(amp_na), RESISTANCE_MOHM))


def _add_bbp(file: h5py.File, number: int, voltage: Any, current: Any) -> None:
    name = f"ic__GenericStep__{number}"
    file.create_group(
        f"data_organization/one/GenericStep/repetition {number + 1}/sweep {number}/{name}"
    )
    series = add_series(file, f"acquisition/{name}", voltage)
    series.attrs["description"] = f"from/v{number}.ibw"
    add_series(file, f"stimulus/presentation/{name.replace('ic_', 'ics_')}", current, "amperes")


def _add_vu(file: h5py.File, number: int, voltage: Any, current: Any) -> None:
    series = add_series(file, f"acquisition/data_{number}_AD0", voltage)
    series["bias_current"] = np.array([-10.0])
    stimulus = add_series(file, f"stimulus/presentation/data_{number}_DA0", current, "amperes")
    stimulus["stimulus_description"] = np.array(["CCSteps_DA_0"], dtype=h5py.string_dtype())


def _add_aibs(file: h5py.File, number: int, voltage: Any, current: Any) -> None:
    series = add_series(file, f"acquisition/timeseries/Sweep_{number}", voltage)
    series["aibs_stimulus_name"] = "GenericStep"
    add_series(file, f"stimulus/presentation/Sweep_{number}", current, "Amps")


def _add_trt(file: h5py.File, number: int, voltage: Any, current: Any) -> None:
    add_series(file, f"acquisition/index_0{number}", voltage * 1e15, "volts", 1e-12)
    stimulus = f"stimulus/presentation/index_0{2 * number + 1}"
    add_series(file, stimulus, current * 1e9, "volts", 0.001)


def _add_scala(file: h5py.File, number: int, voltage: Any, current: Any) -> None:
    series = add_series(file, f"acquisition/CurrentClampSeries_{number}", voltage, offset=1e-3)
    series.attrs["stimulus_description"] = "GenericStep"
    stimulus = f"stimulus/presentation/CurrentClampStimulusSeries_{number}"
    add_series(file, stimulus, (current * 1e12).astype("i2"), "amperes", 1e-12)


_ADD = {
    "bbp": _add_bbp,
    "vu": _add_vu,
    "aibs": _add_aibs,
    "trt": _add_trt,
    "scala": _add_scala,
}
