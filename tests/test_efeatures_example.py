"""The example of extraction: it records neurons, and what it finds is what was recorded."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from region_grower_hpc.engine.launcher import has_mpi

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "efeatures"
N_CELLS, N_SWEEPS = 2, 43
#: Begin and end of the stimuli that the program has to find, ms.
STEPS = {"IDthresh": (100, 500), "IDrest": (100, 700), "IV": (100, 500), "APWaveform": (20, 70)}
STEP_NA = 0.02


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Outputs of the example."""
    pytest.importorskip("matplotlib")
    if not has_mpi():
        pytest.skip("there is no mpiexec: pip install 'region-grower-hpc[mpich]'")
    folder = tmp_path_factory.mktemp("efeatures-example") / "out"
    told = run(folder)
    assert f"{N_CELLS * N_SWEEPS} recordings of {N_CELLS} simulated cells" in told
    assert str(folder / "features" / "figures" / "cell_00") in told
    return folder


def run(folder: Path) -> str:
    done = subprocess.run(
        [EXAMPLE / "run.sh"],
        env={
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHON": sys.executable,
            "CELLS": str(N_CELLS),
            "RANKS": "2",
            "OUT": str(folder),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def recordings(out: Path) -> dict[str, Any]:
    """Columns of the table of recordings."""
    with h5py.File(out / "features" / "efeatures.h5") as file:
        group = file["recordings"]
        return {
            name: data.asstr()[:] if data.dtype == object else data[:]
            for name, data in group.items()
        }


def features(out: Path, cell: str = "") -> dict[str, dict[str, list[float]]]:
    """Values by protocol and name."""
    path = out / "features" / cell / "features.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    return {
        protocol: {row["efeature_name"]: row["val"] for row in places["soma"]}
        for protocol, places in document.items()
    }


@pytest.mark.mpi
def test_every_recording_is_read_and_understood(out: Path, recordings: dict[str, Any]) -> None:
    assert len(recordings["cell"]) == N_CELLS * N_SWEEPS
    assert set(recordings["status"]) == {"ok"}
    with (out / "features" / "failures.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file)) == []


@pytest.mark.mpi
def test_steps_are_found_where_they_were_injected(recordings: dict[str, Any]) -> None:
    for protocol, (begin_ms, end_ms) in STEPS.items():
        mine = recordings["protocol"] == protocol
        assert mine.sum() >= 4 * N_CELLS
        assert recordings["ton"][mine] == pytest.approx(begin_ms, abs=0.05)
        assert recordings["toff"][mine] == pytest.approx(end_ms, abs=0.05)


@pytest.mark.mpi
def test_amplitudes_and_pulses_are_those_that_were_injected(recordings: dict[str, Any]) -> None:
    search = recordings["protocol"] == "IDthresh"
    wanted_na = np.tile(np.arange(1, 1 + search.sum() // N_CELLS) * STEP_NA, N_CELLS)
    # One unit of the 16 bits is 0.23 pA.
    assert recordings["amp"][search] == pytest.approx(wanted_na, abs=3e-4)
    pulses = recordings["protocol"] == "SpikeRec"
    assert recordings["delta"][pulses] == pytest.approx(20.0, abs=0.1)


@pytest.mark.mpi
def test_the_rheobase_is_the_first_step_with_a_spike(out: Path, recordings: dict[str, Any]) -> None:
    with h5py.File(out / "features" / "efeatures.h5") as file:
        names = list(file["cells/name"].asstr()[:])
        found_na = dict(zip(names, file["cells/rheobase"][:], strict=True))
    assert list(found_na) == [f"cell_{number:02d}" for number in range(N_CELLS)]
    for name, rheobase_na in found_na.items():
        mine = (recordings["cell"] == name) & (recordings["protocol"] == "IDthresh")
        amplitudes_na, counts = recordings["amp"][mine], recordings["spikecount"][mine]
        assert not counts[amplitudes_na < rheobase_na - 1e-6].any()
        assert counts[amplitudes_na >= rheobase_na - 1e-6].all()
        assert 0.05 < rheobase_na < 0.3


@pytest.mark.mpi
def test_the_neurons_spike_adapt_and_sag(out: Path) -> None:
    found = features(out)
    rates_hz = [found[f"IDrest_{percent}"]["mean_frequency"][0] for percent in (150, 200, 250)]
    assert rates_hz == sorted(rates_hz)
    assert 5 < rates_hz[0] < rates_hz[2] < 100
    strong = found["IDrest_250"]
    assert strong["inv_first_ISI"][0] > 1.2 * strong["inv_last_ISI"][0]
    assert 70 < strong["AP_amplitude"][0] < 130
    assert 0.3 < found["APWaveform_300"]["AP_duration_half_width"][0] < 2
    down = found["IV_-100"]
    assert down["sag_amplitude"][0] > 1
    assert down["steady_state_voltage_stimend"][0] < down["voltage_base"][0] - 5
    assert found["SpikeRec_20"]["Spikecount"][0] == 4


@pytest.mark.mpi
def test_the_means_of_all_cells_are_those_of_each(out: Path) -> None:
    together = features(out)["IDrest_200"]["AP_amplitude"]
    each = [
        features(out, f"cell_{number:02d}")["IDrest_200"]["AP_amplitude"][0]
        for number in range(N_CELLS)
    ]
    assert together == pytest.approx([np.mean(each), np.std(each)])


@pytest.mark.mpi
def test_recordings_and_features_are_drawn(out: Path) -> None:
    figures = out / "features" / "figures"
    for name in (
        "cell_00/cell_00_IDrest_recordings_1",
        "cell_01/cell_01_SpikeRec_recordings_1",
        "IDrest_mean_frequency_amp_rel",
    ):
        assert (figures / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    assert (figures / "cell_00" / "cell_00_IDrest_recordings.pdf").read_bytes()[:4] == b"%PDF"


@pytest.mark.mpi
def test_called_again_it_makes_the_same_recordings_and_finds_all_complete(out: Path) -> None:
    files = {path: path.read_bytes() for path in out.rglob("*") if path.suffix in (".nwb", ".json")}
    assert len(files) > N_CELLS
    when = (out / "features" / "efeatures.h5").stat().st_mtime_ns
    run(out)
    assert not [path for path, data in files.items() if path.read_bytes() != data]
    assert (out / "features" / "efeatures.h5").stat().st_mtime_ns == when


def test_without_efel_the_example_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "efel.py").write_text("raise ImportError('none')\n")
    done = subprocess.run(
        [EXAMPLE / "run.sh"],
        env={**os.environ, "PYTHON": sys.executable, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert "pip install" in done.stderr
