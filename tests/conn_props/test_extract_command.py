"""`conn-props extract` by its options: the same numbers for any chunks, orders, ranks and stops."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from click.testing import CliRunner, Result

from region_grower_hpc.cli import main
from region_grower_hpc.conn_props.bin_job import BinJob
from region_grower_hpc.conn_props.count_job import CountJob
from region_grower_hpc.conn_props.fit_job import FitJob
from region_grower_hpc.conn_props.measure_job import MeasureJob
from region_grower_hpc.conn_props.sort_job import SortJob
from region_grower_hpc.conn_props.survey_job import SurveyJob
from region_grower_hpc.errors import ExitCode
from region_grower_hpc.testing import differences, results, run_command
from tests.conn_props.random_circuit import (
    EDGES,
    M_TYPES,
    ORDERS,
    OTHER_EDGES,
    PROPERTIES,
    RandomCircuit,
    make_random_circuit,
)

ONE = ("--edges-popul-name", EDGES)
BOTH = (*ONE, "--edges-popul-name", OTHER_EDGES)
SAMPLED = (
    *("--min-sample-size-per-group", "20", "--max-sample-size-per-group", "80"),
    *("--cv-folds", "2", "--seed", "3"),
)
#: All passes over some pieces.
ALL = (*ONE, *SAMPLED, "--estimate-cov", "--chunk-edges", "1000")
JOBS = (SurveyJob, SortJob, CountJob, MeasureJob, BinJob, FitJob)


@pytest.fixture(scope="module")
def circuits(tmp_path_factory: pytest.TempPathFactory) -> dict[str, RandomCircuit]:
    """The same edges in every order."""
    folder = tmp_path_factory.mktemp("circuits")
    return {
        order: make_random_circuit(folder / order.replace(" ", "-"), 5000, order=order)
        for order in ORDERS
    }


@pytest.fixture(scope="module")
def circuit(circuits: dict[str, RandomCircuit]) -> RandomCircuit:
    """That for which all passes are needed."""
    return circuits["random"]


@pytest.fixture(scope="module")
def whole(circuit: RandomCircuit, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A complete run of all passes."""
    return run(circuit, tmp_path_factory.mktemp("whole") / "out", *ALL)


def invoke(circuit: RandomCircuit, out: Path, *more: str | Path) -> Result:
    done = CliRunner().invoke(main, circuit.extract(out, *more))
    assert "Traceback" not in done.output
    return done


def run(circuit: RandomCircuit, out: Path, *more: str | Path, code: int = ExitCode.DONE) -> Path:
    done = invoke(circuit, out, *more)
    assert done.exit_code == code, done.output
    return out


def datasets(path: Path) -> dict[str, bytes]:
    """Every dataset and attribute but the plan, which tells circuit and chunks."""
    with h5py.File(path) as file:
        found = {f"@{name}": repr(value).encode() for name, value in file.attrs.items()}
        del found["@plan"]

        def add(name: str, item: Any) -> None:
            if isinstance(item, h5py.Dataset):
                found[name] = f"{item.dtype}{item.shape}".encode() + item[()].tobytes()

        file.visititems(add)
    return found


def numbers(out: Path) -> dict[str, Any]:
    """Content of all outputs, of data files without their plan."""
    return {
        name: datasets(out / name) if name.endswith(".h5") else content
        for name, content in results(out).items()
    }


def assert_same_numbers(one: Path, other: Path) -> None:
    ours, theirs = numbers(one), numbers(other)
    assert list(ours) == list(theirs)
    for name, content in ours.items():
        if isinstance(content, dict):
            assert differences(content, theirs[name]) == [], name
        else:
            assert content == theirs[name], name


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


# -- the same numbers --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "chunk_edges"), [("sorted", "97"), ("by source", "450"), ("random", "1000000")]
)
def test_neither_order_nor_chunks_change_the_numbers(
    circuits: dict[str, RandomCircuit], whole: Path, tmp_path: Path, order: str, chunk_edges: str
) -> None:
    out = run(circuits[order], tmp_path / "out", *ALL, "--chunk-edges", chunk_edges)
    assert_same_numbers(out, whole)
    # Edges are sorted only where they have to be, and their copy does not stay.
    plan = json.loads((out / "data.h5.rghpc" / "sort-edges" / "plan.json").read_text())
    assert (plan["n_tasks"] > 0) == (order != "sorted")
    assert not list((out / "data.h5.rghpc").glob("sorted/*"))


def test_the_numbers_are_those_of_the_circuit(circuit: RandomCircuit, whole: Path) -> None:
    """A look from outside: edges are counted, lists are listed, and a sample is a sample."""
    with h5py.File(circuit.edges) as file:
        population = file[f"edges/{EDGES}"]
        ends = [population[f"{side}_node_id"][:].astype(int) for side in ("source", "target")]
        n_rrp = population["0/n_rrp"][:]
    with h5py.File(circuit.folder / "nodes.h5") as file:
        types = file["nodes/cells/0/mtype"][:].astype(int)
    with h5py.File(whole / "data.h5") as data:
        assert data["syn_props"].asstr()[:].tolist() == list(PROPERTIES)
        assert data["m_types/source"].asstr()[:].tolist() == list(M_TYPES)
        n_conn, n_used = data["count/n_conn"][:], data["count/n_conn_used"][:]
        mean, shared = data["mean/n_syn_per_conn"][:], data["shared_within/properties"][:]
        lowest = data["min/properties"][:]
        lengths = np.diff(data["val/properties/offsets"][:]).reshape(4, 4, len(PROPERTIES))
    expected = np.zeros((4, 4), dtype=int)
    for source, target in {*zip(*(ids.tolist() for ids in ends), strict=True)}:
        expected[types[source], types[target]] += 1
    np.testing.assert_array_equal(n_conn, expected)
    assert expected[3, 0] == 0
    np.testing.assert_array_equal(n_used, np.where(n_conn < 20, 0, np.minimum(n_conn, 80)))
    assert (n_used == 80).any()
    np.testing.assert_array_equal(np.isfinite(mean), n_used > 0)
    here = np.isfinite(mean)
    assert (shared[here] == [1, 0, 0, 0, 0]).all()
    assert (lowest[..., PROPERTIES.index("n_rrp")][here] == n_rrp.min()).all()
    # Numbers that are as many as their values are not listed.
    assert (lengths[here] > 0).tolist() == [[False, False, True, True, False]] * here.sum()


@pytest.mark.mpi
@pytest.mark.timeout(120)
def test_ranks_do_not_change_a_byte(circuits: dict[str, RandomCircuit], tmp_path: Path) -> None:
    """What the contract's test has not: sorted edges, two populations and other options."""
    circuit, out = circuits["sorted"], tmp_path / "out"
    words = (*BOTH, "--group-by", "column", "--sel-src", '{"layer": [2, 3]}')
    command = ["-m", "region_grower_hpc", *circuit.extract(out, *words, "--nb-processes", "2")]
    done = run_command(command, timeout_s=60.0)
    assert done.returncode == ExitCode.DONE, done.stderr
    alone = run(circuit, tmp_path / "alone", *words)
    assert differences(results(alone), results(out)) == []


def test_populations_of_one_command_are_as_if_each_was_alone(
    circuit: RandomCircuit, tmp_path: Path
) -> None:
    more = ("--cv-folds", "2", "--chunk-edges", "500", "--min-sample-size-per-group", "3")
    out = run(circuit, tmp_path / "both", *BOTH, *more)
    for name in (EDGES, OTHER_EDGES):
        alone = results(run(circuit, tmp_path / name, "--edges-popul-name", name, *more))
        expected = {
            f"data__{name}.{key}" if key.endswith(".csv") else key.replace("data", f"data__{name}")
            for key in alone
        }
        assert expected <= set(results(out))
        for key, content in alone.items():
            if key.endswith(".csv"):
                assert (out / f"data__{name}.{key}").read_bytes() == content
        assert datasets(out / f"data__{name}.h5") == datasets(tmp_path / name / "data.h5")
    assert len(results(out)) == 2 * len(alone)
    assert b"non_finite" in (out / f"data__{EDGES}.failures.csv").read_bytes()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("a/b", "c"), "'a/b' contains '/'"),
        ((EDGES, EDGES), "name each population once"),
        ((EDGES, "cells__cells__chemica"), "cells__cells__chemica"),
    ],
)
def test_populations_that_cannot_be(
    circuit: RandomCircuit, tmp_path: Path, words: tuple[str, str], told: str
) -> None:
    names = [word for name in words for word in ("--edges-popul-name", name)]
    done = invoke(circuit, tmp_path / "out", *names)
    assert done.exit_code in (ExitCode.USAGE, ExitCode.INVALID_INPUT), done.output
    assert told in done.output
    assert not (tmp_path / "out").exists()


# -- again -------------------------------------------------------------------------------------


def test_the_same_command_changes_nothing(circuit: RandomCircuit, whole: Path) -> None:
    before = snapshot(whole)
    run(circuit, whole, *ALL)
    assert snapshot(whole) == before


@pytest.mark.parametrize(
    "more",
    [
        *(("--hist-bins", "10"), ("--seed", "4"), ("--cv-folds", "3"), ("--group-by", "layer")),
        *(("--sel-dest", '{"layer": 2}'), ("--fits", "scipy")),
        *(("--max-sample-size-per-group", "0"), ("--edges-popul-name", OTHER_EDGES)),
    ],
)
def test_another_plan_is_refused(
    circuit: RandomCircuit, whole: Path, more: tuple[str, ...]
) -> None:
    before = snapshot(whole)
    words = ALL[2:] if more[0] == ONE[0] else ALL
    done = invoke(circuit, whole, *words, *more)
    assert done.exit_code == ExitCode.FOREIGN_PLAN, done.output
    assert "--overwrite" in done.output
    assert snapshot(whole) == before


def test_changed_edges_are_another_plan(
    circuit: RandomCircuit, whole: Path, tmp_path: Path
) -> None:
    shutil.copytree(circuit.folder, tmp_path / "inputs")
    shutil.copytree(whole, tmp_path / "out")
    changed = RandomCircuit(tmp_path / "inputs")
    with h5py.File(changed.edges, "a") as file:
        file[f"edges/{EDGES}/0/weight"][0] += 1
    done = invoke(changed, tmp_path / "out", *ALL)
    assert done.exit_code == ExitCode.FOREIGN_PLAN, done.output
    assert "the content of edges" in done.output
    run(changed, tmp_path / "out", *ALL, "--overwrite")
    run(changed, tmp_path / "fresh", *ALL)
    assert differences(results(tmp_path / "fresh"), results(tmp_path / "out")) == []


def test_a_data_file_that_is_lost_is_made_again(
    circuit: RandomCircuit, whole: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    shutil.copytree(whole, out)
    (out / "data__CV2-2-test.h5").unlink()
    run(circuit, out, *ALL)
    assert differences(results(whole), results(out)) == []


def test_what_passes_left_each_other_is_lost(
    circuit: RandomCircuit, whole: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    shutil.copytree(whole, out)
    measured = out / "data.h5.rghpc" / "measured.h5"
    measured.unlink()
    done = invoke(circuit, out, *ALL)
    if done.exit_code:
        assert done.exit_code == ExitCode.INVALID_INPUT, done.output
        assert f"{measured}" in done.output
        assert "--overwrite" in done.output
        run(circuit, out, *ALL, "--overwrite")
    assert differences(results(whole), results(out)) == []


def test_a_file_of_others_is_not_replaced(circuit: RandomCircuit, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "data.h5").write_bytes(b"mine")
    done = invoke(circuit, tmp_path / "out", *ONE)
    assert done.exit_code == ExitCode.INVALID_INPUT, done.output
    assert results(tmp_path) == {"out/data.h5": b"mine"}
    assert not list(tmp_path.rglob("*.rghpc"))
    run(circuit, tmp_path / "out", *ONE, "--overwrite")


def test_a_dry_run_writes_no_output(circuit: RandomCircuit, tmp_path: Path) -> None:
    run(circuit, tmp_path / "out", *ALL, "--dry-run")
    assert results(tmp_path) == {}


def test_the_state_may_lie_elsewhere(circuit: RandomCircuit, whole: Path, tmp_path: Path) -> None:
    out, state = tmp_path / "out", tmp_path / "state"
    run(circuit, out, *ALL, "--state-dir", state)
    assert (state / "complete").is_file()
    assert (state / "measure-blocks" / "complete").is_file()
    assert {path.suffix for path in out.rglob("*")} == {".h5", ".csv"}
    before = snapshot(tmp_path)
    run(circuit, out, *ALL, "--state-dir", state)
    assert snapshot(tmp_path) == before
    assert differences(results(whole), results(out)) == []


# -- stops -------------------------------------------------------------------------------------


@pytest.fixture
def stopping(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Makes a method of a job ask this process to stop after some calls."""

    def prepare(job: type[Any], method: str, after: int = 0) -> None:
        original, calls = getattr(job, method), []

        def replaced(self: Any, *arguments: Any) -> Any:
            calls.append(method)
            if len(calls) == after + 1:
                os.kill(os.getpid(), signal.SIGTERM)
            return original(self, *arguments)

        monkeypatch.setattr(job, method, replaced)

    return prepare


@pytest.mark.parametrize(
    ("job", "method"), [*((job, "run") for job in JOBS), (MeasureJob, "gather")]
)
def test_stopped_in_any_pass_and_continued(
    circuit: RandomCircuit,
    whole: Path,
    tmp_path: Path,
    stopping: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    job: type[Any],
    method: str,
) -> None:
    """In the midst of its tasks, or when it has done all of them."""
    stopping(job, method, 1 if method == "run" else 0)
    out = tmp_path / "out"
    done = invoke(circuit, out, *ALL)
    assert done.exit_code == ExitCode.STOPPED_EARLY, done.output
    monkeypatch.undo()
    assert not (out / "data.h5").exists()
    former = snapshot(out)
    run(circuit, out, *ALL)
    assert differences(results(whole), results(out)) == []
    # What was complete has not been done again.
    for path, (content, changed_ns) in former.items():
        if path.endswith("/complete"):
            assert (Path(path).read_bytes(), Path(path).stat().st_mtime_ns) == (content, changed_ns)


def test_a_run_that_ran_out_of_time(circuit: RandomCircuit, whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(circuit, out, *ALL, "--time-limit", "0.000001", code=ExitCode.STOPPED_EARLY)
    other = (*ALL, "--hist-bins", "9")
    done = invoke(circuit, out, *other)
    assert done.exit_code == ExitCode.FOREIGN_PLAN
    assert "--restart" in done.output
    run(circuit, out, *ALL, "--hist-bins", "51", "--resume")
    assert differences(results(whole), results(out)) == []
    done = invoke(circuit, out, *other, "--restart")
    assert done.exit_code == ExitCode.FOREIGN_PLAN
    assert "--overwrite" in done.output
