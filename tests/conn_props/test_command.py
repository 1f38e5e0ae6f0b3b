"""The commands as they are called: help, where values come from, and their outputs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from region_grower_hpc.cli import main
from region_grower_hpc.conn_props.data_file import read_data
from region_grower_hpc.errors import ExitCode
from tests.conn_props.small_circuits import write_circuit, write_json
from tests.fuzz.forked_trial import forked_trials

NAMES = ("extract", "build", "plot", "run")
QUIET = ("--nb-processes", "0", "--log-level", "error")


@pytest.fixture(autouse=True)
def tried_in_forks() -> Iterator[None]:
    """Which is quicker."""
    with forked_trials():
        yield


@pytest.fixture(scope="module")
def circuit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_circuit(tmp_path_factory.mktemp("circuit"), node_sets={"L1": {"mtype": "L1_A"}})


@pytest.fixture(scope="module")
def data(circuit: Path) -> Path:
    out = circuit.with_name("data.h5")
    with forked_trials():
        call("extract", "--circuit", circuit, "--out", out)
    return out


def call(*words: str | Path, code: int = 0, env: dict[str, str] | None = None) -> Result:
    """A command of conn-props that ends so."""
    given = ["conn-props", *map(str, words)]
    done = CliRunner().invoke(main, [*given, *(QUIET if len(words) > 1 else ())], env=env)
    assert done.exit_code == code, done.output
    assert "Traceback" not in done.output
    return done


# -- help --------------------------------------------------------------------------------------


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help(option: str) -> None:
    told = CliRunner().invoke(main, ["conn-props", option])
    assert told.exit_code == ExitCode.DONE
    assert [name for name in NAMES if f"  {name} " not in told.output] == []
    for name in NAMES:
        done = CliRunner().invoke(main, ["conn-props", name, option])
        assert done.exit_code == ExitCode.DONE
        assert f"conn-props {name} [OPTIONS]" in done.output
        assert "--settings" in done.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "Usage: main conn-props"),
        (["no-such-command"], "No such command 'no-such-command'"),
        (["extract"], "'--circuit'"),
        (["build"], "'--data'"),
        (["plot"], "'--data'"),
        (["run"], "'--config'"),
    ],
)
def test_what_is_missing(words: list[str], told: str) -> None:
    done = CliRunner().invoke(main, ["conn-props", *words])
    # The version of click says whether a group alone is asked for help, or wrongly used.
    expected = [ExitCode.USAGE] if words else [ExitCode.USAGE, ExitCode.DONE]
    assert done.exit_code in expected
    assert told in done.output


# -- where values come from --------------------------------------------------------------------


def settings(folder: Path, text: str, suffix: str = ".toml") -> tuple[str, Path]:
    path = folder / f"settings{suffix}"
    path.write_text(text)
    return "--settings", path


def test_settings_at_the_top_and_in_tables(circuit: Path, tmp_path: Path) -> None:
    """The table of the command is the nearest; those of other commands say nothing to it."""
    given = settings(
        tmp_path,
        'hist-bins = 3\nseed = 5\nsel-prop = "n_rrp"\n[conn-props]\nseed = 6\ngroup-by = "layer"\n'
        '[conn-props.extract]\ngroup-by = "mtype"\nsel-dest = {mtype = ["L1_A", "L2_B"]}\n'
        '[conn-props.build]\ncompat = "peer"\n[synthesize-morphologies]\nseed = 1\n[run]\nx = 1\n',
    )
    out = tmp_path / "data.h5"
    call("extract", "--circuit", circuit, "--out", out, *given)
    found = read_data(out)
    assert (found.hist_bins, found.properties) == (3, ["n_rrp"])
    assert found.m_types == (["L1_A", "L2_B", "L2_C"], ["L1_A", "L2_B"])
    plan = json.loads(next(tmp_path.glob("*.rghpc/plan.json")).read_text())
    assert plan["settings"]["seed"] == 6


def test_settings_with_objects(data: Path, tmp_path: Path) -> None:
    given = settings(
        tmp_path,
        "conn-props:\n  build:\n    distr-types: {u_syn: gamma, n_rrp: zero}\n"
        "    data-bounds: {u_syn: [0, null]}\n    shared_within: {u_syn: true}\n",
        ".yaml",
    )
    call("build", "--data", data, "--out", tmp_path / "model.json", *given)
    entry = model_of(tmp_path)["prop_stats"]["u_syn"]["L1_A"]["L1_A"]
    assert (entry["lower_bound"], entry["shared_within"]) == (0, True)
    assert "upper_bound" not in entry


def model_of(folder: Path) -> Any:
    return json.loads((folder / "model.json").read_text())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hist-bin = 3", ["no option hist-bin", "do you mean hist-bins?"]),
        ("[conn-props.extract]\nhist-bin = 3", ["no option hist-bin", "hist-bins"]),
        ("conn-props = 3", ["conn-props must be a table"]),
        ("[conn-props]\nextract = 3", ["conn-props.extract must be a table"]),
        ("hist-bins = 0", ["value of hist-bins"]),
        ('hist-bins = "many"', ["value of hist-bins"]),
        ("hist-bins = ", ["not valid"]),
    ],
)
def test_wrong_settings(circuit: Path, tmp_path: Path, text: str, words: list[str]) -> None:
    given = settings(tmp_path, text)
    done = call("extract", "--circuit", circuit, "--out", tmp_path / "x.h5", *given, code=3)
    (line,) = done.output.splitlines()
    assert [word for word in ("settings.toml", *words) if word not in line] == []
    assert not (tmp_path / "x.h5").exists()


def test_variables(circuit: Path, tmp_path: Path) -> None:
    """Named as options are spelt; the command line is above them, settings below."""
    env = {"RGHPC_SEL_PROP": "n_rrp u_syn", "RGHPC_HIST_BINS": "4", "RGHPC_SEL_DEST": "L1"}
    env |= {"RGHPC_ESTIMATE_COV": "1", "RGHPC_GROUP_BY": "layer"}
    given = settings(
        tmp_path, 'hist-bins = 9\nmin-sample-size-per-group = 1\nsel-dest = "absent"\n'
    )
    out = tmp_path / "data.h5"
    call("extract", "--circuit", circuit, "--out", out, *given, "--group-by", "mtype", env=env)
    found = read_data(out)
    assert (found.hist_bins, found.properties) == (4, ["n_rrp", "u_syn"])
    assert found.m_types[1] == ["L1_A"]
    assert found.correlations is not None


# -- options of build --------------------------------------------------------------------------


def test_types_as_text_as_file_and_automatic(data: Path, tmp_path: Path) -> None:
    types = {"u_syn": "truncnorm", "n_rrp": "discrete", "n_syn_per_conn": "ztpoisson"}
    models = []
    for value in (json.dumps(types), write_json(tmp_path / "types.json", types)):
        call("build", "--data", data, "--out", tmp_path / "model.json", "--distr-types", value)
        models.append(model_of(tmp_path))
    assert models[0] == models[1]
    kinds = {name: one["L1_A"]["L1_A"]["type"] for name, one in models[0]["prop_stats"].items()}
    assert kinds["u_syn"] == "truncnorm"
    assert not (tmp_path / "model.distributions.csv").exists()
    for value in ("auto", '{"u_syn": "auto"}'):
        call("build", "--data", data, "--out", tmp_path / "model.json", "--distr-types", value)
        table = (tmp_path / "model.distributions.csv").read_text()
        assert ("n_rrp" in table, "u_syn" in table) == (value == "auto", True)


def test_an_unknown_name_is_told_and_has_no_effect(data: Path, tmp_path: Path) -> None:
    words = ("--data", data, "--out", tmp_path / "model.json")
    call("build", *words, "--data-types", '{"usyn": "int"}', "--distr-types", "{}")
    told = (tmp_path / "failures.csv").read_text()
    assert "unknown_key" in told
    assert "do you mean 'u_syn'?" in told


def test_no_properties(circuit: Path, tmp_path: Path) -> None:
    call("extract", "--circuit", circuit, "--out", tmp_path / "d.h5", "--sel-prop", "")
    call("build", "--data", tmp_path / "d.h5", "--out", tmp_path / "model.json")
    assert list(model_of(tmp_path)["prop_stats"]) == ["n_syn_per_conn"]


@pytest.mark.parametrize(
    "selection", ["L1", '"L1"', '{"mtype": "L1_A"}', '{"node_set": "L1"}', "[0, 2, 5]"]
)
def test_selections(circuit: Path, tmp_path: Path, selection: str) -> None:
    out = tmp_path / "d.h5"
    call("extract", "--circuit", circuit, "--out", out, "--sel-src", selection, "--sel-prop", "")
    assert read_data(out).m_types[0] == ["L1_A"]


def test_changed_files_are_read_again(tmp_path: Path) -> None:
    """Also where one process calls twice."""
    circuit, out = write_circuit(tmp_path), tmp_path / "d.h5"
    call("extract", "--circuit", circuit, "--out", out)
    for name in ("nodes.h5", "edges.h5"):
        (tmp_path / name).unlink()
    write_circuit(tmp_path, {"mtype": ["a", "b", "c", "d", "e", "f"]})
    done = call("extract", "--circuit", circuit, "--out", out, code=ExitCode.FOREIGN_PLAN)
    assert "--overwrite" in done.output
    call("extract", "--circuit", circuit, "--out", out, "--overwrite")
    assert read_data(out).m_types[0] == ["a", "b", "c", "d", "e", "f"]
