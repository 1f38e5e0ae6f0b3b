"""Extraction and building against what the pinned peer returned for the developers' circuits."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

import h5py
import numpy as np
import pytest

from region_grower_hpc.conn_props import build, extract, plot
from region_grower_hpc.conn_props.edge_population import find_edges
from region_grower_hpc.conn_props.in_process import run_here
from region_grower_hpc.conn_props.inputs import forget
from region_grower_hpc.conn_props.passes import extraction_jobs
from region_grower_hpc.conn_props.settings import ExtractSettings
from region_grower_hpc.conn_props.statistics import LISTS, N_SYN, SCALARS
from tests.conftest import SHARED_DATA
from tests.conn_props.expected_data import expected_folder, expected_model

pytestmark = pytest.mark.shared

#: Nothing is said of the rest, which must be equal.
TOLERANCES = {"mean": 1e-12, "std": 1e-12, "p": 1e-12, "norm_loc": 1e-6, "norm_scale": 1e-6}
NAMES = ["unit_all", "multi_AB", "small_full", "small_sample", "small_select"]
FOLDS = [f"small_cv2_{fold}_{part}" for fold in (1, 2) for part in ("train", "test")]


def tolerance(path: str) -> float:
    """Relative, of a dataset of data.h5 or an attribute of a model."""
    return 1e-12 if path.endswith("/edges") else TOLERANCES.get(path.split("/")[0], 0.0)


def differences(ours: dict[str, Any], expected: dict[str, Any]) -> Iterator[str]:
    """Datasets that are not as expected."""
    for path, theirs in expected.items():
        own = ours[path]
        if theirs.dtype.kind in "US":
            same = [str(one) for one in own] == [str(one) for one in theirs]
        else:
            # A deviation of zero may come out as a rounding error.
            small = 1e-15 if path.startswith("std/") else 0.0
            same = own.shape == theirs.shape and np.allclose(
                own, theirs, rtol=tolerance(path), atol=small, equal_nan=True
            )
        if not same:
            yield path


def case_of(name: str) -> dict[str, Any]:
    content = json.loads((SHARED_DATA / "conn_props" / "cases.json").read_text())
    return next(one for one in content["cases"] if one["name"] == name)


def expected_arrays(name: str) -> dict[str, Any]:
    with np.load(expected_folder(SHARED_DATA) / f"{name}.npz") as arrays:
        return {key: arrays[key] for key in arrays}


@lru_cache
def peers_layout() -> ModuleType:
    """The script that wrote the expected files."""
    path = SHARED_DATA / "conn_props" / "peer_expected.py"
    spec = importlib.util.spec_from_file_location("peer_expected", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@lru_cache
def extracted(name: str) -> dict[str, Any]:
    """What our `extract` returns for a case."""
    case = case_of(name)
    options = dict(case["extract"])
    if "cv" in case:
        n_folds, index, part = case["cv"]
        options["CV_dict"] = {
            "n_folds": n_folds,
            "fold_idx": index,
            "training_set": part == "train",
        }
    np.random.seed(case["seed"])
    return extract(str(SHARED_DATA / "conn_props" / case["circuit"]), **options)


@pytest.mark.parametrize("name", [*NAMES, *FOLDS])
def test_the_functions_numbers(shared_data: Path, name: str) -> None:
    flat = peers_layout().flatten(extracted(name))
    expected = expected_arrays(name)
    assert list(flat) == list(expected)
    assert list(differences(flat, expected)) == []


@pytest.mark.parametrize("name", [*NAMES, FOLDS[1]])
def test_the_functions_dictionary_is_built_as_the_peers(shared_data: Path, name: str) -> None:
    found, case = extracted(name), case_of(name)
    assert list(found) == [
        *("syns_per_conn_data", "conn_prop_data", "m_types", "m_type_class", "m_type_layer"),
        *("syn_props", "hist_bins"),
    ]
    for key in ("m_types", "m_type_class", "m_type_layer"):
        assert [type(side) for side in found[key]] == [list, list]
        assert {type(one) for side in found[key] for one in side} == {str}
    assert found["syn_props"] == case["extract"]["sel_props"]
    edges = find_edges(
        shared_data / "conn_props" / case["circuit"], case["extract"].get("edges_popul_name")
    )
    shape = tuple(len(side) for side in found["m_types"])
    synapses, properties = found["syns_per_conn_data"], found["conn_prop_data"]
    keys = {*SCALARS, *LISTS, "hist"}
    assert set(synapses) == keys
    assert set(properties) == {*keys, "shared_within"}
    is_missing = np.isnan(synapses["mean"])
    for name_of, data, place in (
        (N_SYN, synapses, ...),
        *((one, properties, (..., k)) for k, one in enumerate(found["syn_props"])),
    ):
        dtype = np.dtype(np.int64) if name_of == N_SYN else edges.columns[name_of]
        of_bins = dtype if dtype.kind == "f" else np.dtype(np.float64)
        for key in data:
            values = data[key][place]
            assert values.shape == shape
            is_plain = key in (*SCALARS, "shared_within")
            assert values.dtype == (np.float64 if is_plain else object)
            of_missing = values[is_missing].tolist()
            assert all(type(one) is float and np.isnan(one) for one in of_missing)
            for one in () if is_plain else values[~is_missing]:
                if key == "hist":
                    assert type(one) is tuple
                    assert [part.dtype for part in one] == [np.int64, of_bins]
                elif len(one):
                    of_lists = {"val": dtype, "cnt": np.int64, "p": np.float64}
                    assert one.dtype == of_lists[key]
                else:
                    assert one == []


def run_jobs(case: dict[str, Any], circuit: str, out: Path, chunk_edges: int, **more: Any) -> None:
    """What the command does, without its state."""
    options = dict(case["extract"])
    options["sel_props"] = tuple(options["sel_props"])
    path = SHARED_DATA / "conn_props" / circuit
    settings = ExtractSettings(
        path, out, seed=case["seed"], chunk_edges=chunk_edges, **options, **more
    )
    settings.work.mkdir()
    forget()
    run_here(extraction_jobs(settings))


def wrong_in(path: Path, name: str) -> list[str]:
    with h5py.File(path) as file:
        expected = expected_arrays(name)
        ours = {
            key: file[key].asstr()[()] if file[key].dtype.kind in "OS" else file[key][()]
            for key in expected
        }
    return list(differences(ours, expected))


@pytest.mark.parametrize("chunk_edges", [1_000_000, 300])
@pytest.mark.parametrize(
    ("name", "folder"),
    [
        *((name, "") for name in NAMES),
        *((name, "small_unsorted/") for name in NAMES if name.startswith("small")),
    ],
)
def test_the_commands_numbers(
    shared_data: Path, tmp_path: Path, name: str, folder: str, chunk_edges: int
) -> None:
    case = case_of(name)
    circuit = case["circuit"].replace("small/", folder) if folder else case["circuit"]
    run_jobs(case, circuit, tmp_path / "data.h5", chunk_edges)
    assert wrong_in(tmp_path / "data.h5", name) == []


@pytest.mark.parametrize("folder", ["small", "small_unsorted"])
def test_the_commands_folds(shared_data: Path, tmp_path: Path, folder: str) -> None:
    run_jobs(
        *(case_of(FOLDS[0]), f"circuits/{folder}/circuit_config.json", tmp_path / "data.h5", 500),
        cv_folds=2,
    )
    for name in FOLDS:
        fold, part = name.split("_")[-2:]
        assert wrong_in(tmp_path / f"data__CV2-{fold}-{part}.h5", name) == []


def other_entries(ours: dict[str, Any], peers: dict[str, Any]) -> set[tuple[str, str, str, str]]:
    """Property, source, target and attribute of what differs in two models."""
    found = set()
    for name, of_source in peers["prop_stats"].items():
        for source, of_target in of_source.items():
            for target, theirs in of_target.items():
                own = ours["prop_stats"][name][source][target]
                for key in {*own, *theirs}:
                    if not is_same(key, own.get(key), theirs.get(key)):
                        found.add((name, source, target, key))
    return found


def is_same(key: str, ours: Any, theirs: Any) -> bool:
    if isinstance(theirs, str) or ours is None or theirs is None:
        return ours == theirs
    if np.shape(ours) != np.shape(theirs):
        return False
    # A mean of a pool is rounded as its sum is.
    return np.allclose(ours, theirs, rtol=max(tolerance(key), 1e-15), atol=0.0)


@pytest.mark.parametrize(
    ("name", "of_build"), [("unit_all", "mix"), ("small_full", "mix"), ("small_full", "disc")]
)
def test_models(shared_data: Path, name: str, of_build: str) -> None:
    data, arguments = extracted(name), case_of(name)["builds"][of_build]
    peers = expected_model(shared_data, name, of_build)
    ours = build(**data, **arguments, compat="peer").get_param_dict()
    assert list(ours["prop_stats"]) == list(peers["prop_stats"])
    assert [ours[key] for key in ("src_types", "tgt_types")] == data["m_types"]
    assert other_entries(ours, peers) == set()

    of_data = build(**data, **arguments).get_param_dict()
    n_syn = data["syns_per_conn_data"]["mean"]
    for name_of, source, target, key in other_entries(of_data, peers):
        assert key in ("val", "p")
        assert arguments["distr_types"][name_of] == "discrete"
        assert name_of != N_SYN
        place = tuple(
            types.index(one) for types, one in zip(data["m_types"], (source, target), strict=True)
        )
        assert np.isnan(n_syn[place])


def test_figures(shared_data: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    data = extracted("multi_AB")
    model = build(**data, distr_types={"conductance": "gamma", "u_syn": "normal", N_SYN: "poisson"})
    plot(tmp_path / "figures", **data, model=model, plot_sample_size=50)
    figures = {path.name for path in (tmp_path / "figures").iterdir()}
    maps = [f"map_{one}" for one in ("mean", "std", "shared_within")]
    assert {
        f"data_vs_model_{kind}__{name}.png"
        for name in ("conductance", "u_syn", N_SYN)
        for kind in (*maps, "hist", "AUC")
        if (kind, name) != ("map_shared_within", N_SYN)
    } <= figures


def test_a_circuit_of_bluepysnap_tells_its_config(shared_data: Path) -> None:
    case = case_of("multi_AB")

    class Circuit:
        """What of bluepysnap's class is read."""

        _circuit_config_path = str(shared_data / "conn_props" / case["circuit"])

    np.random.seed(case["seed"])
    flat = peers_layout().flatten(extract(Circuit(), **case["extract"]))
    assert list(differences(flat, expected_arrays("multi_AB"))) == []
