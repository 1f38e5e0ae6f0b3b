"""What the user gets wrong: usage ends with 2, inputs with 3, one line, and nothing is written."""

from __future__ import annotations

import importlib.util
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from click.testing import CliRunner, Result

from region_grower_hpc.cli import main
from region_grower_hpc.engine import trial
from region_grower_hpc.errors import ExitCode
from tests.conn_props.small_circuits import EDGES, NODES, write_circuit, write_json
from tests.fuzz.forked_trial import forked_trials
from tests.hostile_files import break_strings

CIRCUIT, SPOILT = "circuit_config.json", "spoilt"
#: Names a node set "L1" of one m-type, and one of a property that nodes have not.
NODE_SETS = {"L1": {"mtype": "L1_A"}, "Odd": {"colour": "red"}, "None": {"node_id": []}}
TYPES = "node_type_id etype\n-1 cAC\n"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A circuit, its data and a model."""
    folder = tmp_path_factory.mktemp("original")
    write_circuit(folder, node_sets=NODE_SETS, types=TYPES)
    with forked_trials():
        ends(extract(folder), ExitCode.DONE)
        ends(build(folder, "--out", folder / "model.json"), ExitCode.DONE)
    for path in folder.glob("*.rghpc"):
        shutil.rmtree(path)
    return folder


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy to spoil; files are tried in forks, which is quicker."""
    shutil.copytree(original, tmp_path / SPOILT)
    with forked_trials():
        yield tmp_path / SPOILT


def extract(folder: Path, *more: str | Path) -> Result:
    words = ("--circuit", folder / CIRCUIT, "--out", folder / "data.h5")
    return command("extract", *words, *more)


def build(folder: Path, *more: str | Path) -> Result:
    words = ("--data", folder / "data.h5", "--out", folder / "made" / "model.json")
    return command("build", *words, *more)


def plot(folder: Path, *more: str | Path) -> Result:
    words = ("--data", folder / "data.h5", "--model", folder / "model.json")
    return command("plot", *words, "--out-dir", folder / "made", *more)


def command(name: str, *words: str | Path) -> Result:
    quiet = ("--nb-processes", "0", "--log-level", "error")
    return CliRunner().invoke(main, ["conn-props", name, *map(str, words), *quiet])


def ends(done: Result, code: ExitCode) -> None:
    assert done.exit_code == code, done.output
    assert "Traceback" not in done.output


def refused(done: Result, *words: str) -> None:
    """One line with all the words."""
    ends(done, ExitCode.INVALID_INPUT)
    (line,) = done.output.splitlines()
    assert line.startswith("Error: ")
    assert [word for word in words if word not in line] == [], line


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# -- options of extract ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--edges-popul-name", "All__All"], ["edge population 'All__All'", "All__All__chemical"]),
        (["--sel-prop", "usyn"], ["edges.h5", "property 'usyn' is unknown", "'u_syn'"]),
        (["--sel-prop", "label"], ["edges.h5", "property 'label' does not hold one number"]),
        (["--sel-prop", "kind"], ["edges.h5", "property 'kind' does not hold one number"]),
        (["--sel-prop", "point"], ["edges.h5", "property 'point' does not hold one number"]),
        (["--sel-prop", "u_syn", "--sel-prop", "u_syn"], ["'u_syn' is chosen twice"]),
        (["--sel-prop", "u_syn", "--sel-prop", ""], ["property '' is unknown"]),
        (["--sel-src", "L2"], ["node_sets.json", "node set 'L2' is unknown", "L1"]),
        (["--sel-src", ""], ["node_sets.json", "node set '' is unknown"]),
        (["--sel-src", '"L2"'], ["node set 'L2' is unknown"]),
        (["--sel-src", '{"node_set": "L2"}'], ["node set 'L2' is unknown"]),
        (["--sel-src", '{"node_set": 3}'], ["'node_set' of the selection is 3"]),
        (["--sel-src", "Odd"], ["node_sets.json", "'Odd'", "colour"]),
        (["--sel-dest", "None"], ["nodes.h5", "selection 'None' selects no node"]),
        (["--sel-dest", '{"node_set": "L1", "layer": 2}'], ["selects no node"]),
        (["--sel-dest", '{"mtpe": "L1_A"}'], ["nodes.h5", "property 'mtpe' is unknown", "'mtype'"]),
        (["--sel-dest", '{"mtype": "L1_B"}'], ["property 'mtype' has no value 'L1_B'", "L1_A"]),
        (["--sel-dest", '{"mtype": ["L1_A", 3]}'], ["asks for 3", "'mtype' holds texts"]),
        (["--sel-dest", '{"layer": "1"}'], ["asks for '1'", "'layer' holds numbers"]),
        (["--sel-dest", '{"layer": 9}'], ["property 'layer' has no value 9", "from 1 to 2"]),
        (["--sel-dest", '{"layer": NaN}'], ["property 'layer' has no value nan"]),
        (["--sel-dest", '{"layer": 1e999}'], ["property 'layer' has no value inf"]),
        (["--sel-dest", '{"layer": {"$gt": 3}}'], ["'layer' holds numbers"]),
        (["--sel-dest", '{"mtype": []}'], ["selects no node"]),
        (["--sel-dest", "[0, 6]"], ["nodes.h5", "there is no node 6 (ids: 0 to 5)"]),
        (["--sel-dest", "-1"], ["there is no node -1"]),
        (["--sel-dest", "1e3"], ["1000.0"]),
        (["--sel-dest", "[1, true]"], ["True is no node id"]),
        (["--sel-dest", "[]"], ["[] selects no node"]),
        (["--sel-dest", "true"], ["selection True"]),
        (["--sel-dest", "1" * 5000], ["node set"]),
        (["--group-by", "mtpe"], ["property 'mtpe' is unknown", "'mtype'", "--group-by"]),
        (["--group-by", "node_type_id"], ["property 'node_type_id' is unknown", "--group-by"]),
        (["--cv-folds", "7"], ["6 selected node(s) cannot make 7 folds"]),
        (["--cv-folds", "4", "--sel-src", "L1"], ["3 selected node(s) cannot make 4 folds"]),
        (["--settings", "absent.toml"], ["absent.toml"]),
    ],
)
def test_options_of_extract(folder: Path, more: list[str], words: list[str]) -> None:
    before = files_of(folder)
    refused(extract(folder, "--out", folder / "made" / "data.h5", *more), *words)
    assert files_of(folder) == before


@pytest.mark.parametrize(
    ("name", "more", "words"),
    [
        ("extract", ["--circuit", "absent.json"], "absent.json"),
        ("extract", ["--min-sample-size-per-group", "-1"], "min-sample-size-per-group"),
        ("extract", ["--max-sample-size-per-group", "-1"], "max-sample-size-per-group"),
        ("extract", ["--max-sample-size-per-group", "1.5"], "max-sample-size-per-group"),
        ("extract", ["--hist-bins", "0"], "hist-bins"),
        ("extract", ["--cv-folds", "-2"], "cv-folds"),
        ("extract", ["--seed", "-1"], "seed"),
        ("extract", ["--seed", "4294967296"], "seed"),
        ("extract", ["--chunk-edges", "0"], "chunk-edges"),
        ("extract", ["--fits", "best"], "fits"),
        ("extract", ["--edges-popul-name", "A", "--edges-popul-name", "A"], "once"),
        ("extract", ["left over"], "left over"),
        ("extract", ["--no-such-option"], "no-such-option"),
        ("extract", ["--out", "."], "directory"),
        ("build", ["--data", "absent.h5"], "absent.h5"),
        ("build", ["--distr-types", "absent.json"], "absent.json"),
        ("build", ["--compat", "other"], "compat"),
        ("plot", ["--data", "absent.h5"], "absent.h5"),
        ("plot", ["--model", "absent.json"], "absent.json"),
        ("plot", ["--plot-sample-size", "0"], "plot-sample-size"),
        ("run", ["--config", "absent.json"], "absent.json"),
    ],
)
def test_usage(original: Path, name: str, more: list[str], words: str) -> None:
    before = files_of(original)
    made = original / "made"
    given = {
        "extract": ["--circuit", original / CIRCUIT, "--out", made / "data.h5"],
        "build": ["--data", original / "data.h5", "--out", made / "model.json"],
        "plot": [
            *("--data", original / "data.h5", "--model", original / "model.json"),
            *("--out-dir", made),
        ],
        "run": ["--config", original / CIRCUIT],
    }
    done = command(name, *given[name], *more)
    ends(done, ExitCode.USAGE)
    assert words in done.output
    assert files_of(original) == before


# -- files of the circuit ----------------------------------------------------------------------


def changed_config(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    """The config after a change."""

    def spoil(folder: Path) -> None:
        content = json.loads((folder / CIRCUIT).read_text())
        change(content)
        write_json(folder / CIRCUIT, content)

    return spoil


def changed(file: str, change: Callable[[h5py.File], object]) -> Callable[[Path], None]:
    """An HDF5 file after a change."""

    def spoil(folder: Path) -> None:
        with h5py.File(folder / file, "r+") as opened:
            change(opened)

    return spoil


def replaced(file: str, path: str, values: Any) -> Callable[[Path], None]:
    """One dataset with other values; attributes are kept."""

    def change(opened: h5py.File) -> None:
        attributes = dict(opened[path].attrs) if path in opened else {}
        if path in opened:
            del opened[path]
        opened[path] = values
        opened[path].attrs.update(attributes)

    return changed(file, change)


def written(file: str, content: str | bytes) -> Callable[[Path], None]:
    data = content.encode() if isinstance(content, str) else content
    return lambda folder: (folder / file).write_bytes(data) and None


def cut(file: str, fraction: float = 0.5) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        content = (folder / file).read_bytes()
        (folder / file).write_bytes(content[: int(fraction * len(content))])

    return spoil


def without(file: str) -> Callable[[Path], None]:
    return lambda folder: (folder / file).unlink()


EDGE_GROUP, NODE_GROUP = "edges/All__All__chemical", "nodes/All"
CIRCUITS: list[tuple[Callable[[Path], None], list[str], list[str]]] = [
    (written(CIRCUIT, ""), [], [CIRCUIT, "line 1", "not valid JSON"]),
    (written(CIRCUIT, b"\xff\xfe{}"), [], [CIRCUIT, "not UTF-8"]),
    (written(CIRCUIT, "[]"), [], [CIRCUIT, "not a JSON object"]),
    (written(CIRCUIT, "{}"), [], [CIRCUIT, "'networks' is missing"]),
    (written(CIRCUIT, "[" * 99_999), [], [CIRCUIT, "nested too deeply"]),
    (
        changed_config(lambda one: one["networks"].update(edges=[])),
        [],
        [CIRCUIT, "there is no edge population in 'networks/edges'"],
    ),
    (
        changed_config(lambda one: one["networks"].update(nodes=[])),
        [],
        [CIRCUIT, "node population 'All' is unknown"],
    ),
    (
        changed_config(lambda one: one["networks"]["edges"][0].update(edges_file="$NET/edges.h5")),
        [],
        [CIRCUIT, "networks/edges/0/edges_file", "$NET", "manifest"],
    ),
    (
        changed_config(lambda one: one["networks"]["edges"][0].update(edges_file=3)),
        [],
        [CIRCUIT, "networks/edges/0/edges_file", "3"],
    ),
    (
        changed_config(
            lambda one: one["networks"]["edges"][0]["populations"].update({"a": {}, "b": {}})
        ),
        [],
        [CIRCUIT, "several edge populations", "--edges-popul-name"],
    ),
    (
        changed_config(lambda one: one.update(node_sets_file="other.json")),
        ["--sel-src", "L1"],
        ["other.json", "does not exist", "node_sets_file"],
    ),
    (
        changed_config(lambda one: one.pop("node_sets_file")),
        ["--sel-src", "L1"],
        ["node_sets_file"],
    ),
    (written("node_sets.json", "{"), ["--sel-src", "L1"], ["node_sets.json", "line 1"]),
    (written("node_sets.json", "[]"), ["--sel-src", "L1"], ["node_sets.json", "JSON object"]),
    (
        written("node_sets.json", '{"L1": ["L2"], "L2": ["L1"]}'),
        ["--sel-src", "L1"],
        ["node_sets.json", "'L1'"],
    ),
    (written("node_sets.json", '{"L1": 5}'), ["--sel-src", "L1"], ["node_sets.json", "'L1'"]),
    (
        changed_config(lambda one: one["networks"]["nodes"][0].update(nodes_file="x" * 9999)),
        [],
        [CIRCUIT, "networks/nodes/0/nodes_file", "too long"],
    ),
    (
        replaced("nodes.h5", f"{NODE_GROUP}/node_type_id", np.zeros((6, 2), dtype=np.int64)),
        ["--group-by", "etype"],
        ["nodes.h5", "'node_type_id' must be a list of integers"],
    ),
    (
        written("types.csv", "node_type_id kind\n-1 a\n"),
        ["--group-by", "etype"],
        ["property 'etype' is unknown", "kind", "types.csv"],
    ),
    (without("types.csv"), ["--group-by", "etype"], ["'etype'", "types.csv' does not exist"]),
    (
        written("types.csv", "id etype\n1 a\n"),
        ["--group-by", "etype"],
        ["types.csv", "node_type_id"],
    ),
    (
        written("types.csv", "node_type_id etype\n1 a\n"),
        ["--group-by", "etype"],
        ["types.csv", "there is no node_type_id -1, which node 0 has"],
    ),
    (
        written("types.csv", "node_type_id etype\n-1 a b\n"),
        ["--group-by", "etype"],
        ["types.csv", "line 2 has 3 value(s)"],
    ),
    (
        written("types.csv", "node_type_id etype\n-1 a\n-1 b\n"),
        ["--group-by", "etype"],
        ["types.csv", "node_type_id -1 is there twice"],
    ),
    (without("nodes.h5"), [], ["nodes.h5", "does not exist"]),
    (written("nodes.h5", "no HDF5"), [], ["nodes.h5", "is no HDF5 file"]),
    (cut("nodes.h5"), [], ["nodes.h5"]),
    (changed("nodes.h5", lambda file: file.move("nodes/All", "nodes/Some")), [], ["'All'", "Some"]),
    (
        replaced("nodes.h5", f"{NODE_GROUP}/0/layer", np.ones(5)),
        [],
        ["nodes.h5", "layer", "5 row(s)"],
    ),
    (
        replaced("nodes.h5", f"{NODE_GROUP}/0/mtype", np.full(6, 3, dtype=np.uint32)),
        [],
        ["nodes.h5", "mtype' of node 0 is 3", "has 3 value(s)"],
    ),
    (
        replaced("nodes.h5", f"{NODE_GROUP}/0/mtype", np.full(6, np.nan)),
        [],
        ["nodes.h5", "/0/mtype' must hold row numbers"],
    ),
    (
        replaced("nodes.h5", f"{NODE_GROUP}/0/depth_um", np.full(6, np.nan, dtype=np.float32)),
        ["--group-by", "depth_um"],
        ["nodes.h5", "'depth_um' of node 0", "cannot name a type"],
    ),
    (without("edges.h5"), [], ["edges.h5", "does not exist"]),
    (written("edges.h5", "no HDF5"), [], ["edges.h5", "is no HDF5 file"]),
    (cut("edges.h5"), [], ["edges.h5"]),
    (
        changed("edges.h5", lambda file: file.pop(f"{EDGE_GROUP}/source_node_id")),
        [],
        ["edges.h5", "source_node_id' is missing"],
    ),
    (
        changed(
            "edges.h5",
            lambda file: file[f"{EDGE_GROUP}/target_node_id"].attrs.update(node_population="X"),
        ),
        [],
        ["node population 'X' is unknown", "All"],
    ),
    (
        replaced("edges.h5", f"{EDGE_GROUP}/source_node_id", np.arange(5.0)),
        [],
        ["edges.h5", "source_node_id' must be a list of integers, not float64"],
    ),
    (
        replaced("edges.h5", f"{EDGE_GROUP}/source_node_id", np.arange(4)),
        [],
        ["edges.h5", "_node_id' has", "row(s)"],
    ),
    (
        replaced("edges.h5", f"{EDGE_GROUP}/0/u_syn", np.ones(6)),
        [],
        ["edges.h5", "u_syn' has 6 row(s)"],
    ),
    (
        changed(
            "edges.h5",
            lambda file: file.__setitem__(
                f"{EDGE_GROUP}/0/more", h5py.ExternalLink("/etc/passwd", "/")
            ),
        ),
        [],
        ["edges.h5", "more' is a link into another file"],
    ),
    (
        changed("edges.h5", lambda file: file.create_group(f"{EDGE_GROUP}/1")),
        [],
        ["edges.h5", "single group 0"],
    ),
    (
        changed(
            "edges.h5",
            lambda file: file.create_dataset(
                f"{EDGE_GROUP}/0/huge", shape=(5, 2**40), dtype="f4", chunks=(1, 2**20)
            ),
        ),
        [],
        ["edges.h5", "huge", "bytes of memory"],
    ),
]


@pytest.mark.parametrize(("spoil", "more", "words"), CIRCUITS)
def test_files_of_the_circuit(
    folder: Path, spoil: Callable[[Path], None], more: list[str], words: list[str]
) -> None:
    spoil(folder)
    before = files_of(folder)
    refused(extract(folder, "--out", folder / "made" / "data.h5", *more), *words)
    assert files_of(folder) == before


@pytest.mark.parametrize("side", ["source", "target"])
@pytest.mark.parametrize("wrong", [6, 2**63, 2**64 - 1])
def test_ids_without_a_node(folder: Path, side: str, wrong: int) -> None:
    """Found while edges are read: no data file is written."""
    ids = np.array([0, 1, 2, wrong, 4], dtype=np.uint64)
    replaced("edges.h5", f"{EDGE_GROUP}/{side}_node_id", ids)(folder)
    out = folder / "made" / "data.h5"
    done = extract(folder, "--out", out)
    refused(done, "edges.h5", f"'{side}_node_id'", "there are 6 nodes")
    assert not out.exists()


def test_texts_without_end(original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A damaged heap keeps HDF5 busy for ever: the child that tries the file is ended."""
    monkeypatch.setattr(trial, "CPU_S", 0.7)
    folder = tmp_path / SPOILT
    shutil.copytree(original, folder)
    break_strings(folder / "nodes.h5")
    refused(extract(folder, "--overwrite"), "nodes.h5", "busy", "replace it")


# -- build and plot ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--distr-types", '{"u_syn": "gama"}', ["distr_types: u_syn: 'gama'", "'gamma'"]),
        ("--distr-types", '{"u_syn": 3}', ["distr_types: u_syn: 3"]),
        ("--distr-types", '{"u_syn": ["gamma"]}', ["distr_types: u_syn: ['gamma']"]),
        ("--distr-types", "[1]", ["--distr-types [1]", "object"]),
        ("--distr-types", "{", ["--distr-types {", "not valid JSON"]),
        ("--data-types", '{"u_syn": "intt"}', ["data_types: u_syn: 'intt'"]),
        ("--data-types", '{"u_syn": "object"}', ["data_types: u_syn: 'object'"]),
        ("--data-bounds", '{"u_syn": 1}', ["data_bounds: u_syn: 1 is not two bounds"]),
        ("--data-bounds", '{"u_syn": [1]}', ["data_bounds: u_syn: [1] is not two bounds"]),
        ("--data-bounds", '{"u_syn": "01"}', ["data_bounds: u_syn: '01' is not two bounds"]),
        ("--data-bounds", '{"u_syn": [2, 1]}', ["u_syn: the lower bound 2 is above the upper"]),
        ("--data-bounds", '{"u_syn": [NaN, 1]}', ["data_bounds: u_syn: nan"]),
        ("--data-bounds", '{"u_syn": ["a", 1]}', ["data_bounds: u_syn: 'a'"]),
        ("--shared-within", '{"u_syn": "yes"}', ["shared_within: u_syn: 'yes'", "true or false"]),
        ("--data-bounds", f'{{"u_syn": [0, {10**400}]}}', ["data_bounds: u_syn: 1000"]),
        ("--shared-within", '{"u_syn": 1}', ["shared_within: u_syn: 1"]),
    ],
)
def test_options_of_build(folder: Path, option: str, value: str, words: list[str]) -> None:
    before = files_of(folder)
    refused(build(folder, option, value), *words)
    assert files_of(folder) == before
    if option not in words[0]:
        write_json(folder / "option.json", json.loads(value))
        refused(build(folder, option, folder / "option.json"), *words)


def foreign(folder: Path) -> None:
    shutil.copy(folder / "nodes.h5", folder / "data.h5")


def attribute(name: str, value: Any) -> Callable[[Path], None]:
    return changed("data.h5", lambda file: file.attrs.__setitem__(name, value))


DATA: list[tuple[Callable[[Path], None], list[str]]] = [
    (written("data.h5", "no HDF5"), []),
    (cut("data.h5", 0.9), []),
    (foreign, ["'format'"]),
    (attribute("format", np.bytes_("other")), ["'format'"]),
    (attribute("format_version", 2), ["'format_version'"]),
    (attribute("hist_bins", 7), ["hist/"]),
    (attribute("hist_bins", -1), ["hist"]),
    (changed("data.h5", lambda file: file.pop("m_types/source")), ["m_types"]),
    (changed("data.h5", lambda file: file.pop("mean/n_syn_per_conn")), ["mean/n_syn_per_conn"]),
    (replaced("data.h5", "mean/properties", np.ones((2, 2, 2))), ["mean/properties", "shape"]),
    (replaced("data.h5", "val/properties/offsets", np.arange(99)), ["val/properties"]),
    (replaced("data.h5", "p/n_syn_per_conn/values", np.full(5, 0.5)), ["p/n_syn_per_conn"]),
    (replaced("data.h5", "mean/n_syn_per_conn", np.array(["a"] * 3, "S1")), ["mean/n_syn"]),
    (replaced("data.h5", "syn_prop_dtypes", np.array([b"a", b"b"])), ["data.h5"]),
]


@pytest.mark.parametrize(("spoil", "words"), DATA)
def test_data_files(folder: Path, spoil: Callable[[Path], None], words: list[str]) -> None:
    spoil(folder)
    before = files_of(folder)
    refused(build(folder), "data.h5", *words)
    pytest.importorskip("matplotlib")
    refused(plot(folder), "data.h5", *words)
    assert files_of(folder) == before


def changed_model(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        content = json.loads((folder / "model.json").read_text())
        change(content)
        write_json(folder / "model.json", content)

    return spoil


def entry(model: dict[str, Any]) -> Any:
    return model["prop_stats"]["u_syn"]["L1_A"]["L2_C"]


MODELS: list[tuple[Callable[[Path], None], list[str]]] = [
    (written("model.json", "{"), ["line 1"]),
    (written("model.json", "[]"), ["dictionary"]),
    (written("model.json", "{}"), ["'model' is None"]),
    (changed_model(lambda one: one.update(model="ConnProb1stOrderModel")), ["ConnProb1stOrder"]),
    (changed_model(lambda one: one.pop("src_types")), ["'src_types'"]),
    (changed_model(lambda one: one.update(src_types="L1_A")), ["'src_types'"]),
    (changed_model(lambda one: one.update(prop_stats=[])), ["'prop_stats'"]),
    (changed_model(lambda one: one["prop_stats"].pop("u_syn")), ["u_syn"]),
    (changed_model(lambda one: one["prop_stats"]["u_syn"].pop("L1_A")), ["'u_syn'", "'L1_A'"]),
    (changed_model(lambda one: entry(one).pop("type")), ["'u_syn'", "'type'", "'L1_A' to 'L2_C'"]),
    (changed_model(lambda one: entry(one).update(type="odd")), ["'u_syn'", "'odd'"]),
    (changed_model(lambda one: entry(one).update(mean=10**400)), ["'u_syn'", "mean"]),
    (changed_model(lambda one: entry(one).update(upper_bound=2**63)), ["'u_syn'", "upper_bound"]),
    (changed_model(lambda one: one["src_types"].append({})), ["'src_types'", "{}"]),
    (changed_model(lambda one: entry(one).pop("mean")), ["'u_syn'", "mean"]),
    (
        changed_model(lambda one: entry(one).update(lower_bound=2, upper_bound=1)),
        ["'u_syn'", "bound"],
    ),
    (changed_model(lambda one: one.update(prop_cov={"props": ["u_syn"]})), ["'prop_cov'", "'cov'"]),
]


@pytest.mark.parametrize(("spoil", "words"), MODELS)
def test_model_files(folder: Path, spoil: Callable[[Path], None], words: list[str]) -> None:
    pytest.importorskip("matplotlib")
    spoil(folder)
    before = files_of(folder)
    refused(plot(folder), "model.json", *words)
    assert files_of(folder) == before


# -- run ---------------------------------------------------------------------------------------


def config(folder: Path, **kwargs: Any) -> dict[str, Any]:
    return {
        **{"working_dir": str(folder / "made"), "out_dir": str(folder / "made")},
        "circuit_config": CIRCUIT,
        "model": {"name": "m", "fct": {"source": "conn_props", "kwargs": kwargs}},
    }


CONFIGS: list[tuple[Callable[[dict[str, Any]], object], list[str]]] = [
    (lambda one: one.pop("model"), ["config.json: model is missing"]),
    (lambda one: one.pop("working_dir"), ["working_dir is missing"]),
    (lambda one: one.update(circuit_config="absent.json"), ["circuit_config", "absent.json"]),
    (lambda one: one.update(seed=-1), ["config.json: seed: -1"]),
    (lambda one: one.update(CV_folds="two"), ["CV_folds: 'two'"]),
    (lambda one: one.update(CV_folds=9), ["cannot make 9 folds"]),
    (lambda one: one["model"].update(name="a/b"), ["model.name: 'a/b'"]),
    (lambda one: one["model"]["fct"].update(source="conn_prob"), ["model.fct.source: 'conn_prob'"]),
    (lambda one: one["model"]["fct"].update(kwargs=[]), ["model.fct.kwargs must be an object"]),
]
KWARGS: list[tuple[dict[str, Any], list[str]]] = [
    ({"hist_bins": 0}, ["kwargs.hist_bins: 0"]),
    ({"sel_props": [3]}, ["kwargs.sel_props: [3]"]),
    ({"sel_props": ["absent"]}, ["property 'absent' is unknown"]),
    ({"sel_src": 1.5}, ["kwargs.sel_src: 1.5"]),
    ({"sel_src": "L2"}, ["node set 'L2' is unknown"]),
    ({"distr_types": "gamma"}, ["kwargs.distr_types: 'gamma'"]),
    ({"distr_types": {"u_syn": "gama"}}, ["distr_types: u_syn: 'gama'"]),
    ({"data_bounds": {"u_syn": [2, 1]}}, ["data_bounds: u_syn"]),
    ({"compat": "ours"}, ["kwargs.compat: 'ours'"]),
    ({"plot_sample_size": 0}, ["kwargs.plot_sample_size: 0"]),
]


@pytest.mark.parametrize(("change", "words"), CONFIGS)
def test_configs(
    folder: Path, change: Callable[[dict[str, Any]], object], words: list[str]
) -> None:
    pytest.importorskip("matplotlib")
    content = config(folder)
    change(content)
    write_json(folder / "config.json", content)
    before = files_of(folder)
    refused(command("run", "--config", folder / "config.json"), *words)
    assert files_of(folder) == before


@pytest.mark.parametrize(("kwargs", "words"), KWARGS)
def test_settings_of_configs(folder: Path, kwargs: dict[str, Any], words: list[str]) -> None:
    pytest.importorskip("matplotlib")
    write_json(folder / "config.json", config(folder, **kwargs))
    before = files_of(folder)
    refused(command("run", "--config", folder / "config.json"), *words)
    assert files_of(folder) == before


# -- the extra ---------------------------------------------------------------------------------


def test_without_matplotlib(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It draws, and nothing else needs it."""
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *more: None if name == "matplotlib" else found(name, *more),
    )
    write_json(folder / "config.json", config(folder))
    refused(plot(folder), "matplotlib", "region-grower-hpc[conn-props]")
    refused(command("run", "--config", folder / "config.json"), "matplotlib", "[conn-props]")
    assert not (folder / "made").exists()
    ends(build(folder), ExitCode.DONE)


# -- circuits that are odd, but sound ----------------------------------------------------------


@pytest.mark.parametrize(
    ("nodes", "edges"),
    [
        (
            {**NODES, "mtype": ["", "L1/A", "é" * 300, "a b", "x" * 5000, '"'], "layer": ["1"] * 6},
            EDGES,
        ),
        (NODES, {"u_syn": np.array([1, np.nan, np.inf, -np.inf, 5e-324])}),
        (NODES, {"n": np.array([2**64 - 1, 0, 1, 2**63, 5], dtype=np.uint64)}),
        (NODES, {"n": np.array([-(2**63), 2**63 - 1, 0, 1, 2], dtype=np.int64)}),
        (NODES, {"f32": np.array([3.4e38, -3.4e38, 1e-45, 0, 1], dtype=np.float32)}),
        (
            NODES,
            {"a/b".replace("/", "∕"): np.arange(5), "é": np.arange(5), "x" * 200: np.arange(5)},
        ),
    ],
    ids=["types", "nan", "unsigned", "signed", "float32", "names"],
)
def test_odd_circuits(tmp_path: Path, nodes: Any, edges: Any) -> None:
    write_circuit(tmp_path, nodes, edges)
    with forked_trials():
        ends(extract(tmp_path), ExitCode.DONE)
        ends(build(tmp_path), ExitCode.DONE)


@pytest.mark.parametrize(
    ("values", "lacking"),
    [
        (np.full(5, np.nan, dtype=np.float32), "shared_within"),
        # Of which no float64 holds the spread.
        (np.array([1e308, -1e308, 1e308, -1e308, 0.0]), ""),
    ],
)
def test_values_without_statistics(tmp_path: Path, values: Any, lacking: str) -> None:
    """The data say so, and a model asks what to do."""
    write_circuit(tmp_path, NODES, {"u_syn": values})
    replaced("edges.h5", f"{EDGE_GROUP}/target_node_id", np.zeros(5, np.uint64))(tmp_path)
    with forked_trials():
        ends(extract(tmp_path), ExitCode.DONE)
        refused(build(tmp_path), "data.h5", "u_syn: ", f"{lacking} is not finite", "type zero")
        ends(build(tmp_path, "--distr-types", '{"u_syn": "zero"}'), ExitCode.DONE)


def test_a_circuit_without_edges(tmp_path: Path) -> None:
    """There is data, which tells that there is nothing; a model there cannot be."""
    write_circuit(tmp_path)
    (tmp_path / "edges.h5").unlink()
    with h5py.File(tmp_path / "edges.h5", "w") as file:
        for name in ("source_node_id", "target_node_id"):
            file[f"{EDGE_GROUP}/{name}"] = np.zeros(0, dtype=np.uint64)
            file[f"{EDGE_GROUP}/{name}"].attrs["node_population"] = "All"
        file[f"{EDGE_GROUP}/0/u_syn"] = np.zeros(0, dtype=np.float32)
    with forked_trials():
        ends(extract(tmp_path, "--cv-folds", "2"), ExitCode.DONE)
        refused(build(tmp_path), "data.h5", "no connection")


def test_a_circuit_without_nodes(tmp_path: Path) -> None:
    write_circuit(tmp_path)
    (tmp_path / "nodes.h5").unlink()
    with h5py.File(tmp_path / "nodes.h5", "w") as file:
        file["nodes/All/node_type_id"] = np.zeros(0, dtype=np.int64)
    with forked_trials():
        refused(extract(tmp_path), "nodes.h5", "has no nodes")


def test_a_circuit_of_one_node(tmp_path: Path) -> None:
    write_circuit(tmp_path, {"mtype": ["one"]}, {"u_syn": np.ones(5)})
    for side in ("source", "target"):
        replaced("edges.h5", f"{EDGE_GROUP}/{side}_node_id", np.zeros(5, np.uint64))(tmp_path)
    with forked_trials():
        ends(extract(tmp_path), ExitCode.DONE)
        ends(build(tmp_path), ExitCode.DONE)
