"""The example of connection properties: its circuit is what it says, and its run finds that."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import h5py
import libsonata
import numpy as np
import pytest

from region_grower_hpc.conn_props.model_config import read_model_configs
from region_grower_hpc.engine.launcher import has_mpi

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "conn_props"
N_EDGES, N_CELLS, N_TYPES = 20_000, 200, 12
#: All that the circuit has, but for what the default selection leaves out.
PROPERTIES = [
    *("conductance", "conductance_scale_factor", "decay_time", "depression_time"),
    *("facilitation_time", "n_rrp_vesicles", "syn_type_id", "u_hill_coefficient", "u_syn"),
]
#: Whether all synapses of a connection have one value, of the properties that are measured here:
#: figures of all would take long.
SHARED = {"n_rrp_vesicles": 0, "u_syn": 1}


def make_circuit(folder: Path, *options: str) -> str:
    done = subprocess.run(
        [sys.executable, EXAMPLE / "make_circuit.py", folder, *options],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.fixture(scope="module")
def circuit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("conn-props-circuit")
    make_circuit(folder)
    return folder


def test_the_circuit_has_the_promised_size_and_order(circuit: Path) -> None:
    with h5py.File(circuit / "edges.h5") as file:
        population = file["edges/cortex__cortex__chemical"]
        sources, targets = population["source_node_id"][:], population["target_node_id"][:]
        columns = {name: data[:] for name, data in population["0"].items()}
    assert len(targets) == pytest.approx(100_000, rel=0.05)
    assert {len(column) for column in columns.values()} == {len(targets)}
    assert (np.diff(targets.astype(np.int64) * 600 + sources.astype(np.int64)) >= 0).all()
    assert (sources != targets).all()
    assert set(PROPERTIES) < set(columns)
    assert 0 < columns["u_syn"].min() < columns["u_syn"].max() <= 1
    assert columns["n_rrp_vesicles"].min() == 1


def test_the_circuit_is_read_by_libsonata_with_its_indices(circuit: Path) -> None:
    config = libsonata.CircuitConfig.from_file(str(circuit / "circuit_config.json"))
    edges = config.edge_population("cortex__cortex__chemical")
    nodes = config.node_population("cortex")
    assert edges.source == edges.target == "cortex"
    assert len(nodes.enumeration_values("mtype")) == N_TYPES
    assert nodes.size == 600
    everything = edges.source_nodes(edges.select_all()), edges.target_nodes(edges.select_all())
    for ids, efferent in ((everything[0], True), (everything[1], False)):
        for cell in (0, 17, 599):
            found = (edges.efferent_edges if efferent else edges.afferent_edges)([cell])
            assert found.flatten().tolist() == np.flatnonzero(ids == cell).tolist()
    sets = libsonata.NodeSets.from_file(str(circuit / "node_sets.json"))
    for name in sets.names:
        assert 0 < sets.materialize(name, nodes).flat_size < 600


def test_made_again_it_leaves_equal_files_alone(circuit: Path) -> None:
    when = {path: path.stat().st_mtime_ns for path in circuit.iterdir()}
    assert len(when) == 4
    make_circuit(circuit)
    assert {path: path.stat().st_mtime_ns for path in circuit.iterdir()} == when
    make_circuit(circuit, "--seed", "1")
    changed = {path.name for path in when if path.stat().st_mtime_ns != when[path]}
    assert changed == {"nodes.h5", "edges.h5"}
    make_circuit(circuit)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Outputs of the example."""
    pytest.importorskip("matplotlib")
    if not has_mpi():
        pytest.skip("there is no mpiexec: pip install 'region-grower-hpc[mpich]'")
    folder = tmp_path_factory.mktemp("conn-props-example") / "out"
    told = run(folder)
    assert f"{N_TYPES} x {N_TYPES} pathways" in told
    assert "A connection from L4_SSC to L3_TPC:A, drawn from the model" in told
    return folder


def run(folder: Path, n_ranks: int = 2) -> str:
    done = subprocess.run(
        [EXAMPLE / "run.sh"],
        env={
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHON": sys.executable,
            "EDGES": str(N_EDGES),
            "CELLS": str(N_CELLS),
            "RANKS": str(n_ranks),
            "PROPERTIES": " ".join(SHARED),
            "OUT": str(folder),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.mpi
def test_the_data_are_those_of_the_circuit(out: Path) -> None:
    with h5py.File(out / "data.h5") as file:
        assert list(file["syn_props"].asstr()[:]) == list(SHARED)
        types = list(file["m_types/source"].asstr()[:])
        n_synapses = file["mean/n_syn_per_conn"][:]
        shared = file["shared_within/properties"][:]
        fractions = file["mean/properties"][..., list(SHARED).index("u_syn")]
    assert len(types) == N_TYPES
    there = np.isfinite(n_synapses)
    assert 0.3 < there.mean() < 1
    # Inhibitory axons do not reach so far.
    assert not there[types.index("L3_LBC"), types.index("L6_TPC:A")]
    assert (shared[there] == list(SHARED.values())).all()
    inhibitory = np.array(["BC" in name or "MC" in name for name in types])
    assert np.nanmean(fractions[inhibitory]) == pytest.approx(0.24, abs=0.03)
    assert np.nanmean(n_synapses[inhibitory]) > 1.5 * np.nanmean(n_synapses[~inhibitory])


@pytest.mark.mpi
def test_the_model_has_all_pathways_and_says_which_were_filled(out: Path) -> None:
    model = json.loads((out / "model.json").read_text(encoding="utf-8"))
    assert list(model["prop_stats"]) == [*SHARED, "n_syn_per_conn"]
    levels = model["__interpolation__"]["levels"]
    with h5py.File(out / "data.h5") as file:
        assert sum(levels.values()) == np.isnan(file["mean/n_syn_per_conn"][:]).sum() > 0
    with (out / "failures.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    # Settings of properties that are not measured.
    assert {row["kind"] for row in rows} <= {"distribution_fallback", "unknown_key"}
    unknown = {row["property"] for row in rows if row["kind"] == "unknown_key"}
    assert unknown == {*PROPERTIES} - {*SHARED}


@pytest.mark.mpi
def test_every_property_is_drawn(out: Path) -> None:
    for name in SHARED:
        figure = out / "figures" / f"data_vs_model_map_mean__{name}.png"
        assert figure.read_bytes().startswith(b"\x89PNG")


@pytest.mark.mpi
def test_the_programs_of_the_page_run(out: Path) -> None:
    page = (ROOT / "docs" / "conn_props.md").read_text(encoding="utf-8")
    marked = r"<!-- runnable in examples/conn_props/out -->\n```python\n(.*?)^```$"
    programs = re.findall(marked, page, re.M | re.S)
    assert len(programs) == 2
    for program in programs:
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=out, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert "L4_SSC" in done.stdout
    assert (out / "figures_of_two" / "data_vs_model_overview.png").is_file()


@pytest.mark.mpi
def test_called_again_it_finds_all_complete(out: Path) -> None:
    when = (out / "data.h5").stat().st_mtime_ns
    model = (out / "model.json").read_bytes()
    run(out, n_ranks=0)
    assert (out / "data.h5").stat().st_mtime_ns == when
    assert (out / "model.json").read_bytes() == model


def test_the_config_asks_for_the_same_distributions_as_the_example() -> None:
    kinds = json.loads((EXAMPLE / "distr_types.json").read_text(encoding="utf-8"))
    document = json.loads((EXAMPLE / "model_config.json").read_text(encoding="utf-8"))
    kwargs = document["model"]["fct"]["kwargs"]
    assert kwargs["distr_types"] == kinds
    assert set(kinds) == {*PROPERTIES, "n_syn_per_conn"}
    told = (EXAMPLE / "run.sh").read_text(encoding="utf-8")
    for key in ("data_types", "data_bounds"):
        assert f"--{key.replace('_', '-')} '{json.dumps(kwargs[key])}'" in told


def test_the_config_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    make_circuit(tmp_path / "out" / "circuit", "--edges", "1000", "--cells", "50")
    (config,) = read_model_configs(EXAMPLE / "model_config.json")
    assert (config.name, config.cv_folds, config.unknown) == ("ConnPropsPerPathway", 2, ())


def test_without_matplotlib_the_example_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "matplotlib.py").write_text("raise ImportError('none')\n")
    done = subprocess.run(
        [EXAMPLE / "run.sh"],
        env={**os.environ, "PYTHON": sys.executable, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert "pip install" in done.stderr
