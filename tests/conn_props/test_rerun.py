"""`rerun` fits single pathways again, and `status` tells how far an extraction is."""

from __future__ import annotations

import json
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import h5py
import pytest
from click.testing import CliRunner

from region_grower_hpc.cli import main
from region_grower_hpc.conn_props.fit_job import FitJob
from region_grower_hpc.errors import ExitCode
from tests.conn_props.random_circuit import EDGES, RandomCircuit, make_random_circuit
from tests.conn_props.test_extract_command import datasets, snapshot

#: 16 pathways of the whole, then those of parts of folds; no edge leads from the last type to the
#: first one.
WHOLE, MISSING, OF_FOLD = 5, 12, 21


@pytest.fixture(scope="module")
def circuit(tmp_path_factory: pytest.TempPathFactory) -> RandomCircuit:
    return make_random_circuit(tmp_path_factory.mktemp("circuit") / "inputs", 2000)


@pytest.fixture(scope="module")
def out(circuit: RandomCircuit) -> Path:
    out = circuit.folder.parent / "out"
    code, told = extract(circuit, out)
    assert code == ExitCode.DONE, told
    return out


def extract(circuit: RandomCircuit, out: Path) -> tuple[int, str]:
    words = circuit.extract(out, "--edges-popul-name", EDGES, "--cv-folds", "2")
    done = CliRunner().invoke(main, words)
    return done.exit_code, done.output


def command(name: str, *words: Any) -> tuple[int, str]:
    done = CliRunner().invoke(main, [name, *map(str, words)])
    assert "Traceback" not in done.output
    return done.exit_code, done.stdout


def test_pathways_of_the_whole_and_of_a_fold(out: Path, tmp_path: Path) -> None:
    before = snapshot(out)
    words = (out / "data.h5", "--gid", WHOLE, "--gid", OF_FOLD, "--here", "--json")
    code, told = command("rerun", *words, "--out", tmp_path / "again")
    assert code == ExitCode.DONE, told
    assert [one["gid"] for one in json.loads(told)] == [WHOLE, OF_FOLD]
    code, told = command("rerun", out / "data.h5", "--gid", WHOLE, "--gid", OF_FOLD, "--here")
    assert f"part 0: the same bytes (in {out / 'data.h5'})" in told
    assert f"part 1: the same bytes (in {out / 'data__CV2-1-train.h5'})" in told
    assert snapshot(out) == before
    # All is as in the run, but that other pathways are not fitted.
    ours, theirs = (datasets(folder / "data.h5") for folder in (tmp_path / "again", out))
    different = {name.partition("/")[0] for name in ours if ours[name] != theirs[name]}
    assert different == {"norm_loc", "norm_scale", "norm_fit"}


def test_a_pathway_without_data(out: Path) -> None:
    code, told = command("rerun", out / "data.h5", "--gid", MISSING)
    assert code == ExitCode.INVALID_INPUT, told


def test_data_that_were_moved_and_changed(out: Path, tmp_path: Path) -> None:
    shutil.copytree(out, tmp_path / "moved")
    data = tmp_path / "moved" / "data.h5"
    assert command("rerun", data, "--gid", WHOLE, "--here")[0] == ExitCode.DONE
    with h5py.File(data, "a") as file:
        file["norm_loc/properties"][1, 1, 0] += 1e-12
    code, told = command("rerun", data, "--gid", WHOLE, "--here")
    assert code == ExitCode.INTERNAL
    assert "differ" in told


def test_status_of_a_complete_run(out: Path) -> None:
    code, told = command("status", out / "data.h5")
    assert code == ExitCode.DONE, told
    assert "complete" in told


def test_status_and_rerun_of_a_run_that_was_stopped_while_fitting(
    circuit: RandomCircuit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fit, calls = FitJob.run, []

    def run(self: FitJob, state: Any, task: int) -> Any:
        calls.append(task)
        if len(calls) == 8:
            os.kill(os.getpid(), signal.SIGTERM)
        return fit(self, state, task)

    monkeypatch.setattr(FitJob, "run", run)
    code, told = extract(circuit, tmp_path)
    monkeypatch.undo()
    assert code == ExitCode.STOPPED_EARLY, told
    code, told = command("status", tmp_path / "data.h5")
    assert code == ExitCode.STOPPED_EARLY
    assert "done      8 of " in told
    code, told = command("rerun", tmp_path / "data.h5", "--gid", calls[0], "--here")
    assert code == ExitCode.DONE
    assert "array fits: the same" in told
