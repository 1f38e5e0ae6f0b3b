"""`build`, `plot` and `run`: always made anew, the same bytes for any number of ranks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from region_grower_hpc.cli import main
from region_grower_hpc.errors import ExitCode
from region_grower_hpc.testing import differences, results, run_command
from tests.conn_props.random_circuit import EDGES, RandomCircuit, make_random_circuit

pytest.importorskip("matplotlib")
DISTRIBUTIONS = {"n_rrp": "auto", "n_syn_per_conn": "ztpoisson"}


@pytest.fixture(scope="module")
def circuit(tmp_path_factory: pytest.TempPathFactory) -> RandomCircuit:
    return make_random_circuit(tmp_path_factory.mktemp("circuit") / "inputs", 3000)


@pytest.fixture(scope="module")
def data(circuit: RandomCircuit, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("extracted")
    words = circuit.extract(out, "--edges-popul-name", EDGES, "--sel-prop", "n_rrp")
    invoke(*words[1:])
    return out / "data.h5"


def invoke(*words: str | Path, code: int = ExitCode.DONE) -> str:
    done = CliRunner().invoke(main, ["conn-props", *map(str, words)])
    assert done.exit_code == code, done.output
    assert "Traceback" not in done.output
    return done.output


def test_models_and_figures_are_always_made_anew(data: Path, tmp_path: Path) -> None:
    model, figures = tmp_path / "model.json", tmp_path / "figures"
    build = ("build", "--data", data, "--out", model, "--distr-types")
    plot = ("plot", "--data", data, "--model", model, "--out-dir", figures)
    # Also over what no run has written.
    model.write_text("mine")
    invoke(*build, json.dumps(DISTRIBUTIONS))
    first = results(tmp_path)
    assert {"model.json", "model.quality.csv", "model.distributions.csv", "failures.csv"} == {
        *first
    }
    model.write_text("changed by hand")
    invoke(*build, json.dumps(DISTRIBUTIONS))
    assert differences(first, results(tmp_path)) == []
    invoke(*plot)
    drawn = results(figures)
    (name, *_) = (name for name in drawn if name.endswith("map_mean__n_rrp.png"))
    (figures / name).write_bytes(b"mine")
    invoke(*build, '{"n_rrp": "poisson"}')
    assert json.loads(model.read_text())["prop_stats"]["n_rrp"] != json.loads(first["model.json"])
    # Automatic types have been given up, and with them the table of candidates.
    assert not (tmp_path / "model.distributions.csv").exists()
    invoke(*plot)
    again = results(figures)
    assert set(again) == set(drawn)
    assert again[name].startswith(b"\x89PNG")


@pytest.mark.mpi
@pytest.mark.timeout(120)
def test_a_config_gives_the_same_bytes_on_two_ranks(circuit: RandomCircuit, tmp_path: Path) -> None:
    """Data, models, figures and scores of folds; then nothing is extracted again."""
    commands = {}
    for name in ("alone", "ranks"):
        folder = tmp_path / name
        folder.mkdir()
        settings = {
            "edges_popul_name": EDGES,
            "sel_props": [],
            "distr_types": {"n_syn_per_conn": "auto"},
            "max_sample_size_per_group": 60,
        }
        config = {
            "working_dir": str(folder / "work"),
            "out_dir": str(folder / "drawn"),
            "CV_folds": 2,
            "circuit_config": str(circuit.config),
            "model": {"name": "small", "fct": {"source": "conn_props", "kwargs": settings}},
        }
        (folder / "config.json").write_text(json.dumps(config))
        commands[name] = ["conn-props", "run", "--config", str(folder / "config.json")]
    invoke(*commands["alone"][1:])
    command = ["-m", "region_grower_hpc", *commands["ranks"]]
    done = run_command(command, 2, timeout_s=100.0)
    assert done.returncode == ExitCode.DONE, done.stderr
    own = ("config.json", ".log")  # They tell the folders and the time.
    alone, ranks = (
        {key: value for key, value in results(tmp_path / name).items() if not key.endswith(own)}
        for name in commands
    )
    assert differences(alone, ranks) == []
    kinds = {Path(key).suffix for key in alone}
    assert kinds == {".h5", ".json", ".csv", ".png"}
    assert "drawn/output/small/cv_scores.csv" in alone
    data = [path for path in (tmp_path / "alone").rglob("*.h5")]
    before = {path: path.stat().st_mtime_ns for path in data}
    invoke(*commands["alone"][1:], "--dry-run")
    assert {path: path.stat().st_mtime_ns for path in data} == before
