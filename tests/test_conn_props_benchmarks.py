"""The benchmarks of connection properties run, and compare what they say they compare."""

from __future__ import annotations

import copy
import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import h5py
import numpy as np
import pytest

from region_grower_hpc.engine.launcher import has_mpi

BENCH = Path(__file__).resolve().parents[1] / "benchmarks" / "bench.py"
NAMES = ("conn-props", "conn-props-reading", "conn-props-unsorted", "conn-props-large")


@pytest.fixture(scope="module")
def modules() -> Iterator[SimpleNamespace]:
    """Modules of benchmarks/."""
    before = set(sys.modules)
    sys.path.insert(0, str(BENCH.parent))
    try:
        names = ("tools", "cost", "inputs", "edges")
        found: dict[str, ModuleType] = {
            name: importlib.import_module(f"conn_props_{name}") for name in names
        }
        yield SimpleNamespace(**found)
    finally:
        sys.path.remove(str(BENCH.parent))
        for name in set(sys.modules) - before:
            if (BENCH.parent / f"{name}.py").exists():
                del sys.modules[name]


@pytest.mark.mpi
def test_bench_measures_extraction(tmp_path: Path) -> None:
    if not has_mpi():
        pytest.skip("there is no mpiexec: pip install 'region-grower-hpc[mpich]'")
    results = tmp_path / "results.json"
    done = subprocess.run(
        [sys.executable, BENCH, "--quick", "--only", *NAMES, "--out", results],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    measures = json.loads(results.read_text(encoding="utf-8"))["measures"]
    found = {}
    for one in measures:
        group = one["group"].split(":")[0].removeprefix("Conn-props, ")
        found[group, one["what"].split(": ")[-1]] = one["ours"]
    for place in (
        ("CPU time of all pathways", "without fits"),
        ("CPU time of all pathways", "with fits, ours compiled"),
        ("CPU time of all pathways", "with fits, ours scipy"),
        ("compiled fits against scipy's", "histograms"),
        ("compiled fits against scipy's", "accepted by scipy"),
        ("reading", "rate of ours / that of h5py, whole columns"),
        ("edges in random order", "unsorted / sorted"),
        ("many edges", "CPU time of both ranks"),
        ("many edges", "rank 0, largest PSS"),
        ("many edges", "rank 1, PSS of many edges / few"),
    ):
        assert len(found[place]) == 1, place
        assert found[place][0] > 0, place


@pytest.mark.parametrize("is_sorted", [True, False])
def test_a_circuit_has_what_its_indices_tell(
    modules: SimpleNamespace, tmp_path: Path, is_sorted: bool
) -> None:
    case = modules.inputs.write_case(tmp_path / "circuit", 5_000, is_sorted=is_sorted)
    with h5py.File(case.edges) as file:
        edges = file[f"edges/{modules.inputs.EDGES}"]
        assert set(edges["0"]) == set(modules.edges.PROPERTIES)
        sources, targets = (
            edges[name][:].astype(int) for name in ("source_node_id", "target_node_id")
        )
        assert len(sources) == len(targets) == case.n_edges == len(edges["edge_type_id"])
        assert 4_000 < case.n_edges < 6_000
        assert np.all(np.diff(targets) >= 0) == is_sorted
        assert ("indices" in edges) == is_sorted
        if is_sorted:
            for name, ids in (("source_to_target", sources), ("target_to_source", targets)):
                group = edges[f"indices/{name}"]
                runs = group["range_to_edge_id"][:].astype(int)
                for node in (0, int(ids.max())):
                    first, last = group["node_id_to_ranges"][node].astype(int)
                    own = [edge for run in runs[first:last] for edge in range(*run)]
                    assert own == np.flatnonzero(ids == node).tolist()


def test_costs_of_all_pathways_follow_those_that_were_run(modules: SimpleNamespace) -> None:
    all_sizes = np.array([[0, 5], [10, 15], [20, 40]])
    total = modules.cost.extrapolated_s(np.array([4.0, 1.0]), np.array([20, 10]), all_sizes)
    assert total == pytest.approx(0.0 + 0.5 + 1.0 + 2.5 + 4.0 + 8.0)


def test_pathways_are_chosen_by_size(modules: SimpleNamespace) -> None:
    sizes = np.arange(102)[::-1].reshape(2, -1)
    places = modules.cost.pathways_of_all_sizes(sizes)
    assert [int(sizes[place]) for place in places] == [11, 31, 51, 71, 91]


def one_pathway(modules: SimpleNamespace) -> tuple[Any, dict[str, Any]]:
    """Ours and the peer's numbers of a pathway, the same."""
    names = sorted(modules.edges.PROPERTIES)
    statistics = {
        name: {key: 1.0 + number for key in modules.tools.ALLOWED}
        for number, name in enumerate(names)
    }
    for of_one in statistics.values():
        of_one["counts"] = [1, 2, 3]  # type: ignore[assignment]
    arrays = {
        key: np.array([[[statistics[name][key] for name in names]]])
        for key in modules.tools.ALLOWED
    }
    ours = modules.tools.Extraction(None, {}, ["A"], np.array([[7]]), arrays)
    return ours, {"n_connections": 7, "statistics": statistics}


def test_equal_numbers_agree(modules: SimpleNamespace) -> None:
    ours, peer = one_pathway(modules)
    peer["statistics"]["u_syn"]["norm_loc"] *= 1 + 5e-7
    peer["statistics"]["u_syn"]["std"] *= 1 + 5e-13
    modules.tools.check_agreement(ours, (0, 0), peer)


@pytest.mark.parametrize(
    ("key", "value"),
    [("mean", 9.1), ("norm_scale", float("nan")), ("counts", [1, 3, 2]), ("shared_within", 0.0)],
)
def test_numbers_that_differ_are_refused(modules: SimpleNamespace, key: str, value: Any) -> None:
    ours, peer = one_pathway(modules)
    other = copy.deepcopy(peer)
    other["statistics"]["u_syn"][key] = value
    with pytest.raises(modules.tools.CommandFailedError, match=f"u_syn: {key}"):
        modules.tools.check_agreement(ours, (0, 0), other)
    with pytest.raises(modules.tools.CommandFailedError, match="connections"):
        modules.tools.check_agreement(ours, (0, 0), {**peer, "n_connections": 8})


def test_a_missing_conn_props_peer_is_told(tmp_path: Path) -> None:
    command = [sys.executable, BENCH, "--quick", "--only", "help", "--conn-props-peer", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "install connectome-manipulator there" in done.stderr
