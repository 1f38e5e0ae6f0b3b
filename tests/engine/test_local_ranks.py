"""What the ranks that Python starts are given."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from region_grower_hpc.engine import local_ranks
from region_grower_hpc.engine.options import EngineOptions
from region_grower_hpc.engine.state import StateFolder, state_dir_of_file
from region_grower_hpc.errors import ExitCode
from region_grower_hpc.synthesis.settings import SynthesisSettings
from region_grower_hpc.testing import run_command
from tests.synthesis.small_column import make_small_column


@pytest.fixture
def settings(tmp_path: Path) -> SynthesisSettings:
    return SynthesisSettings(
        input_cells=tmp_path / "cells.h5",
        tmd_parameters=tmp_path / "parameters.json",
        tmd_distributions=tmp_path / "distributions.json",
        atlas=tmp_path / "atlas",
        region_structure=tmp_path / "structure.yaml",
        out_cells=tmp_path / "nodes.h5",
        out_morph_dir=tmp_path / "out",
        seed=3,
    )


def launcher(path: Path, body: str) -> str:
    """A program in place of mpiexec."""
    path.write_text(f"#!{sys.executable}\n{body}\n")
    path.chmod(0o755)
    return str(path)


def test_ranks_by_wish_and_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_ranks, "announced_size", lambda _: None)
    monkeypatch.setattr(local_ranks, "has_mpi", lambda: True)
    monkeypatch.setattr(local_ranks.os, "sched_getaffinity", lambda _: set(range(6)))
    assert local_ranks.n_local_ranks(4, 100) == 4
    assert local_ranks.n_local_ranks(4, 3) == 3
    assert local_ranks.n_local_ranks(0, 3) == 1
    assert local_ranks.n_local_ranks(4, 0) == 1
    assert local_ranks.n_local_ranks(None, 100) == 6


def test_a_rank_and_a_place_without_mpi_start_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_ranks, "announced_size", lambda _: None)
    monkeypatch.setattr(local_ranks, "has_mpi", lambda: False)
    assert local_ranks.n_local_ranks(4, 100) == 1
    monkeypatch.setattr(local_ranks, "announced_size", lambda _: 2)
    monkeypatch.setattr(local_ranks, "has_mpi", lambda: True)
    assert local_ranks.n_local_ranks(4, 100) == 1


def test_options_of_the_engine_are_words_too() -> None:
    options = EngineOptions(batch_size=5, overwrite=True, max_failed_ratio=0.25, hide_progress=True)
    assert local_ranks.option_words(options) == [
        *("--chunksize", "5", "--max-failed-ratio", "0.25"),
        *("--overwrite", "--hide-progress-bar"),
    ]
    assert local_ranks.option_words(EngineOptions()) == []


def test_variables_of_options_are_taken_away() -> None:
    kept = {"PATH": "bin", "RGHPC_MPI_INIT_TIMEOUT": "9"}
    of_options = {
        name: "7" for name in ("RGHPC_SEED", "RGHPC_MIN_DEPTH", "RGHPC_STATE_DIR", "RGHPC_SETTINGS")
    }
    assert local_ranks.without_option_variables({**kept, **of_options}) == kept


def test_the_launcher_is_called_and_its_code_comes_back(
    settings: SynthesisSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "told.json"
    body = (
        "import json, os, sys\n"
        f"told = [sys.argv[1:], os.environ.get('RGHPC_SEED')]\n"
        f"open({str(told)!r}, 'w').write(json.dumps(told))\n"
        "sys.exit(137)"
    )
    program = launcher(tmp_path / "mpiexec", body)
    monkeypatch.setattr("region_grower_hpc.engine.launcher.find_mpiexec", lambda: program)
    monkeypatch.setenv("RGHPC_SEED", "99")
    command = ["synthesize-morphologies", *settings.to_arguments()]
    assert local_ranks.run_in_ranks(2, command, tmp_path) == 137
    words, seed = json.loads(told.read_text())
    assert words[:5] == ["-n", "2", sys.executable, "-m", "region_grower_hpc"]
    assert words[5:] == ["synthesize-morphologies", *settings.to_arguments()]
    assert seed is None


@pytest.mark.mpi
@pytest.mark.timeout(120)
def test_the_program_starts_the_ranks_itself(tmp_path: Path) -> None:
    column = make_small_column(tmp_path / "inputs")
    arguments = column.arguments(tmp_path / "out", "--nb-processes", "2")
    finished = run_command(["-m", "region_grower_hpc", *arguments])
    assert finished.returncode == ExitCode.DONE, finished.stderr
    state = StateFolder(state_dir_of_file(tmp_path / "out" / "nodes.h5"))
    (session,) = json.loads(state.provenance_json.read_text())["sessions"]
    assert session["ranks"] == 2
