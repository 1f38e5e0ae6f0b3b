"""NWB files: what all layouts share, and what each one adds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.readers import inspect_nwb, read_entry
from region_grower_hpc.errors import InvalidInputError
from tests.efeatures.readers.nwbs import RATE_HZ, add_series, write_scala

RAMP = np.arange(10, dtype=np.float32)


def entry(path: Path, protocol: str | None = "IV", **others: Any) -> dict[str, Any]:
    return {"filepath": str(path), "protocol_name": protocol, **others}


def ids(path: Path, protocol: str | None = "IV", **others: Any) -> list[str | None]:
    return [raw.id for raw in read_entry(entry(path, protocol, **others))]


def test_units_rate_and_name(tmp_path: Path) -> None:
    raw = read_entry(entry(write_scala(tmp_path / "x.nwb")))[1]
    np.testing.assert_array_equal(raw.voltage, RAMP + 1)
    np.testing.assert_array_equal(raw.current, -RAMP - 1)
    assert (raw.v_unit, raw.i_unit, raw.t_unit) == ("volts", "amperes", "seconds")
    assert (raw.dt, raw.id, raw.repetition) == (1 / RATE_HZ, "CurrentClampSeries_1", None)


@pytest.mark.parametrize("dtype", ["<i2", ">i4", "<f4", ">f4", "f8"])
@pytest.mark.parametrize("conversion", [np.float64(0.1), np.float32(0.1), 3, np.array([0.1])])
def test_conversion_is_as_exact_as_the_file(tmp_path: Path, dtype: str, conversion: Any) -> None:
    numbers = np.array([-3, 0, 7, 1001], dtype=dtype)
    with h5py.File(tmp_path / "x.nwb", "w") as file:
        add_series(file, "acquisition/Series_0", numbers, conversion=conversion)
        add_series(file, "stimulus/presentation/StimulusSeries_0", numbers, conversion=conversion)
    (raw,) = read_entry(entry(tmp_path / "x.nwb", "Step"))
    # Two arrays: no version of numpy looks at the values of the factor.
    exact = numbers * np.full(4, np.asarray(conversion).reshape(-1)[0])
    np.testing.assert_array_equal(raw.voltage, exact.astype(np.float32))
    assert raw.voltage.dtype == np.dtype("=f4")


def test_offset_counts_but_not_for_the_peer(tmp_path: Path) -> None:
    path = write_scala(tmp_path / "x.nwb", 1, conversion=2.0, offset=-0.5)
    np.testing.assert_array_equal(read_entry(entry(path))[0].voltage, 2 * RAMP - np.float32(0.5))
    np.testing.assert_array_equal(read_entry(entry(path), compat=True)[0].voltage, 2 * RAMP)


def test_conversion_is_one_by_default(tmp_path: Path) -> None:
    path = write_scala(tmp_path / "x.nwb", 1, conversion=None)
    np.testing.assert_array_equal(read_entry(entry(path))[0].voltage, RAMP)


@pytest.mark.parametrize("unit", [np.bytes_(b"mV"), "mV", np.array(["mV"], dtype=object)])
def test_texts_of_any_kind(tmp_path: Path, unit: Any) -> None:
    (raw,) = read_entry(entry(write_scala(tmp_path / "x.nwb", 1, unit=unit)))
    assert raw.v_unit == "mV"


def test_soft_links_are_followed(tmp_path: Path) -> None:
    path = write_scala(tmp_path / "x.nwb", 2)
    with h5py.File(path, "r+") as file:
        file.move("stimulus/presentation/CurrentClampStimulusSeries_1", "elsewhere")
        file["stimulus/presentation/CurrentClampStimulusSeries_1"] = h5py.SoftLink("/elsewhere")
        file["acquisition/CurrentClampSeries_0/old"] = h5py.SoftLink("/loop")
    assert len(ids(path)) == 2


def test_links_into_other_files_are_refused(tmp_path: Path) -> None:
    path = write_scala(tmp_path / "x.nwb", 1)
    write_scala(tmp_path / "other.nwb", 1)
    with h5py.File(path, "r+") as file:
        del file["acquisition/CurrentClampSeries_0"]
        file["acquisition/CurrentClampSeries_0"] = h5py.ExternalLink(
            "other.nwb", "/acquisition/CurrentClampSeries_0"
        )
    with pytest.raises(RecordingProblem, match="link into another file"):
        ids(path)


@pytest.mark.parametrize("kind", ["external", "virtual", "sparse", "chunk", "table", "text"])
def test_data_that_are_no_trace(tmp_path: Path, kind: str) -> None:
    path = write_scala(tmp_path / "x.nwb", 1)
    place = "acquisition/CurrentClampSeries_0/data"
    with h5py.File(path, "r+") as file:
        del file[place]
        if kind == "external":
            file.create_dataset(place, (4,), "f4", external=[(str(tmp_path / "raw"), 0, 16)])
        elif kind == "virtual":
            layout = h5py.VirtualLayout((4,), "f4")
            layout[:] = h5py.VirtualSource(str(tmp_path / "y.h5"), "data", (4,))
            file.create_virtual_dataset(place, layout)
        elif kind == "sparse":
            file.create_dataset(place, (2**40,), "f4", chunks=(1000,))
        elif kind == "chunk":
            data = file.create_dataset(place, (10,), "f4", chunks=(2**27,), maxshape=(None,))
            data.id.write_direct_chunk((0,), b"x")
        elif kind == "table":
            file[place] = np.zeros((3, 3))
        else:
            file[place] = "abc"
    with pytest.raises(RecordingProblem, match=r"another file|claims|bytes|no row"):
        ids(path)


@pytest.mark.parametrize(
    "missing",
    ["acquisition", "stimulus", "acquisition/{}/data", "acquisition/{}/starting_time"],
)
def test_missing_members(tmp_path: Path, missing: str) -> None:
    path = write_scala(tmp_path / "x.nwb", 1)
    with h5py.File(path, "r+") as file:
        del file[missing.format("CurrentClampSeries_0")]
    with pytest.raises(RecordingProblem, match="no such"):
        ids(path)


def test_series_without_stimulus_are_skipped(tmp_path: Path) -> None:
    path = write_scala(tmp_path / "x.nwb")
    with h5py.File(path, "r+") as file:
        del file["stimulus/presentation/CurrentClampStimulusSeries_1"]
    assert ids(path) == ["CurrentClampSeries_0", "CurrentClampSeries_2"]


@pytest.mark.parametrize(
    ("description", "protocol"),
    [(None, "step"), ("na", "STEP"), ("LongStep", "Step"), ("GenericStep", "genericstep")],
)
def test_kinds_of_steps(tmp_path: Path, description: str | None, protocol: str) -> None:
    path = write_scala(tmp_path / "x.nwb", 2)
    with h5py.File(path, "r+") as file:
        attributes = file["acquisition/CurrentClampSeries_1"].attrs
        del attributes["stimulus_description"]
        if description is not None:
            attributes["stimulus_description"] = description
    assert ids(path, protocol) == ["CurrentClampSeries_1"]
    assert ids(path) == ["CurrentClampSeries_0"]
    assert len(ids(path, None)) == 2


def test_repetitions_by_the_number_of_the_series(tmp_path: Path) -> None:
    path = write_scala(tmp_path / "x.nwb")
    with h5py.File(path, "r+") as file:
        file["general/intracellular_ephys/intracellular_recordings/repetition"] = [1, 2, 1]
    assert ids(path, repetition=1) == ["CurrentClampSeries_0", "CurrentClampSeries_2"]
    assert ids(path, repetition=["2"]) == ["CurrentClampSeries_1"]
    assert read_entry(entry(path, repetition=[2]))[0].repetition == 2
    with pytest.raises(RecordingProblem, match="repetition"):
        ids(path, repetition={"a": 1})


def write_bbp(path: Path) -> Path:
    with h5py.File(path, "w") as file:
        for number in range(3):
            for name in (f"ic__IV__{number}", f"vc__IV__{number}"):
                file.create_group(f"data_organization/c/IV/repetition {number + 1}/sweep 1/{name}")
            series = add_series(file, f"acquisition/ic__IV__{number}", RAMP + number)
            series.attrs["description"] = f"from/v{number}.ibw"
            add_series(file, f"stimulus/presentation/ics__IV__{number}", RAMP, "amperes")
            file[f"stimulus/presentation/ics__IV__{number}/starting_time"].attrs["rate"] = 500.0
    return path


def test_index_of_repetitions(tmp_path: Path) -> None:
    path = write_bbp(tmp_path / "x.nwb")
    raw = read_entry(entry(path, "iv"))
    assert [one.repetition for one in raw] == [1, 2, 3]
    assert raw[0].dt == 1 / 500.0
    assert ids(path, repetition=[3, 1]) == ["ic__IV__2", "ic__IV__0"]
    assert ids(path, v_file="other/v1.ibw") == ["ic__IV__1"]
    assert ids(path, "APWaveform") == []
    with pytest.raises(RecordingProblem, match="no repetition 4"):
        ids(path, repetition=4)


def write_vu(path: Path, description: str, current: Any, **bias: float) -> Path:
    with h5py.File(path, "w") as file:
        series = add_series(file, "acquisition/data_0_AD0", np.arange(len(current), dtype="f4"))
        for key, value in bias.items():
            series[key] = np.array([value])
        stimulus = add_series(file, "stimulus/presentation/data_0_DA0", current, "amperes")
        stimulus.attrs["stimulus_description"] = description
    return path


def test_current_of_channels_gets_its_bias(tmp_path: Path) -> None:
    current = np.full(1000, 1e-10, dtype=np.float32)
    path = write_vu(tmp_path / "x.nwb", "X3LP_Rheo_DA_0", current, bias_current=-20.0)
    (raw,) = read_entry(entry(path, "idrest"))
    np.testing.assert_array_equal(raw.current, current + np.float32(-20e-12))
    assert raw.id == "data_0_DA0"
    assert ids(path, "IDrest", toff=251.0) == []
    assert ids(path, "IDrest", toff=250.0) == ["data_0_DA0"]


def test_channels_end_at_the_first_nan(tmp_path: Path) -> None:
    current = np.linspace(0, 1, 1000, dtype=np.float32)
    current[600:] = np.nan
    (raw,) = read_entry(entry(write_vu(tmp_path / "x.nwb", "X7Ramp_DA_0", current), "Ramp"))
    assert len(raw.voltage) == len(raw.current) == 600


@pytest.mark.parametrize(("n_samples", "is_replaced"), [(1000, True), (360, False)])
def test_test_pulse_is_replaced(tmp_path: Path, n_samples: int, is_replaced: bool) -> None:
    current = np.linspace(0, 1, n_samples, dtype=np.float32)
    (raw,) = read_entry(entry(write_vu(tmp_path / "x.nwb", "CCSteps_DA_0", current), "Step"))
    assert (raw.current[0] == current[359 + is_replaced]) == is_replaced
    assert (raw.voltage[0] == 360) == is_replaced


def test_unknown_stimulus_of_channels_is_skipped(tmp_path: Path) -> None:
    path = write_vu(tmp_path / "x.nwb", "unknown", np.zeros(5))
    assert ids(path, None) == []


def test_numbered_series(tmp_path: Path) -> None:
    path = tmp_path / "x.nwb"
    with h5py.File(path, "w") as file:
        for number in range(2):
            add_series(file, f"acquisition/index_0{number}", RAMP, "volts", 1e-12)
            stimulus = f"stimulus/presentation/index_0{2 * number + 1}"
            add_series(file, stimulus, RAMP, "volts", 0.001)
    raw = read_entry(entry(path, "GenericStep"))[1]
    np.testing.assert_array_equal(raw.voltage, RAMP * np.float32(1e-3))
    np.testing.assert_array_equal(raw.current, RAMP * np.float32(1e-12))
    assert (raw.v_unit, raw.i_unit, raw.id) == ("volts", "amperes", "index_01")
    assert ids(path, "IV") == []


def test_series_of_three_numbers(tmp_path: Path) -> None:
    path = tmp_path / "x.nwb"
    with h5py.File(path, "w") as file:
        for recorded, presented in ("01", "10", "23", "32"):
            add_series(file, f"acquisition/Index_0_{recorded}_{recorded}", RAMP)
            stimulus = f"stimulus/presentation/Index_0_{recorded}_{presented}"
            add_series(file, stimulus, RAMP + int(presented), "amperes")
    assert [raw.current[0] for raw in read_entry(entry(path, "Step"))] == [1, 0, 3, 2]


def test_allen_institute(tmp_path: Path) -> None:
    path = tmp_path / "x.nwb"
    with h5py.File(path, "w") as file:
        for number, protocol in enumerate(("Long Step", "Ramp")):
            series = add_series(file, f"acquisition/timeseries/Sweep_{number}", RAMP)
            series["aibs_stimulus_name"] = protocol
            add_series(file, f"stimulus/presentation/Sweep_{number}", RAMP, "Amps")
    assert ids(path, "RAMP") == ["Sweep_1"]
    assert inspect_nwb(path).protocols == ("Long Step", "Ramp")


@pytest.mark.shared
@pytest.mark.parametrize(
    ("layout", "protocols", "n_traces"),
    [
        ("aibs", ("IDRest", "Long Step"), 3),
        ("bbp", ("IDrest", "IV"), 6),
        ("scala", ("Step", "IV"), 7),
        ("trt", ("Step",), 3),
        ("vu", ("IDRest", "IV"), 3),
    ],
)
def test_inspection_of_real_files(
    shared_data: Path, layout: str, protocols: tuple[str, ...], n_traces: int
) -> None:
    contents = inspect_nwb(shared_data / "efeatures" / "nwb" / f"{layout}.nwb")
    assert (contents.layout, contents.protocols) == (layout, protocols)
    assert contents.n_traces == n_traces


def test_inspection_of_no_nwb(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"none\.nwb: .*open the file"):
        inspect_nwb(tmp_path / "none.nwb")
    (tmp_path / "x.nwb").write_text("no HDF5")
    with pytest.raises(InvalidInputError, match="cannot open the HDF5 file"):
        inspect_nwb(tmp_path / "x.nwb")
