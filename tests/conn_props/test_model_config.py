"""The peer's configs of model building are read, and wrong ones are told of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from region_grower_hpc.conn_props.model_config import ModelConfig, read_model_configs
from region_grower_hpc.errors import InvalidInputError

#: The keys of examples/rewire_adjacency/model_config__ConnPropsPerPathway.json of the repository
#: connectome-manipulator, and of one for all properties of a hyper-column.
PEER = {
    "working_dir": "work",
    "out_dir": "out",
    "seed": 7531,
    "circuit_config": "circuit_config.json",
    "model": {
        "name": "ConnPropsPerPathway",
        "fct": {
            "source": "conn_props",
            "kwargs": {
                "sel_src": {"hypercolumn": 2, "synapse_class": "EXC", "node_set": "hex0"},
                "sel_dest": {"synapse_class": ["EXC", "INH"]},
                "min_sample_size_per_group": 10,
                "max_sample_size_per_group": 10000,
                "hist_bins": 51,
                "sel_props": None,
                "edges_popul_name": None,
                "distr_types": {"conductance": "gamma", "spine_length": "zero"},
                "data_types": {"n_syn_per_conn": "int"},
                "data_bounds": {"conductance": [0.0, None]},
                "shared_within": {"conductance": True},
                "plot_sample_size": 10000,
            },
        },
    },
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with a circuit."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "circuit_config.json").write_text("{}")
    return tmp_path


def changed(**changes: Any) -> dict[str, Any]:
    """The config with other values by their keys, joined by two underscores; ... removes one."""
    document = json.loads(json.dumps(PEER))
    for keys, value in changes.items():
        *above, last = keys.replace("kwargs", "model__fct__kwargs").split("__")
        level = document
        for key in above:
            level = level[key]
        level[last] = value
        if value is ...:
            del level[last]
    return document


def read(folder: Path, document: Any) -> list[ModelConfig]:
    path = folder / "model_config.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return read_model_configs(path)


def test_a_config_of_the_peer_is_split_by_step(folder: Path) -> None:
    (config,) = read(folder, PEER)
    kwargs = PEER["model"]["fct"]["kwargs"]
    assert config.extract == {
        key: kwargs[key]
        for key in (
            *("hist_bins", "max_sample_size_per_group", "min_sample_size_per_group"),
            *("sel_dest", "sel_src"),
        )
    }
    assert config.build == {
        key: kwargs[key] for key in ("data_bounds", "data_types", "distr_types", "shared_within")
    }
    assert config.plot == {"plot_sample_size": 10000}
    assert (config.name, config.seed, config.cv_folds) == ("ConnPropsPerPathway", 7531, 0)
    assert config.unknown == ()
    assert config.document == PEER


def test_outputs_have_the_peers_names(folder: Path) -> None:
    (config,) = read(folder, changed(CV_folds=5))
    assert config.cv_folds == 5
    assert config.data_file() == Path("work/data/ConnPropsPerPathway.h5")
    assert config.model_file() == Path("work/model/ConnPropsPerPathway.json")
    part = "__CV5-2-test"
    assert config.data_file(part) == Path(f"work/data/ConnPropsPerPathway{part}.h5")
    assert config.model_file(part) == Path("work/model/ConnPropsPerPathway__CV5-2-train.json")
    assert config.output_dir == Path("out/output/ConnPropsPerPathway")
    assert config.figures_dir() == config.output_dir
    assert config.figures_dir(part) == config.output_dir / "CV5-2-test"


def test_defaults(folder: Path) -> None:
    (config,) = read(folder, changed(seed=..., CV_folds=1, kwargs=...))
    assert (config.seed, config.cv_folds) == (123456, 0)
    assert (config.extract, config.build, config.plot) == ({}, {}, {})
    (config,) = read(folder, changed(seed=None, CV_folds=None))
    assert (config.seed, config.cv_folds) == (123456, 0)


@pytest.mark.parametrize(
    ("key", "given", "taken"),
    [
        ("sel_props", ["u_syn", "conductance"], ("u_syn", "conductance")),
        ("sel_props", [], ()),
        ("sel_props", "", ()),
        ("sel_props", [""], ()),
        ("sel_props", "u_syn", ("u_syn",)),
        ("sel_src", "hex0", "hex0"),
        ("sel_src", [3, 4], [3, 4]),
        ("sel_dest", 0, 0),
        ("sel_dest", {}, {}),
        ("group_by", "layer", "layer"),
        ("max_sample_size_per_group", 1e4, 10000),
        ("min_sample_size_per_group", -1, -1),
    ],
)
def test_settings_of_extraction(folder: Path, key: str, given: Any, taken: Any) -> None:
    (config,) = read(folder, changed(**{f"kwargs__{key}": given}))
    assert config.extract[key] == taken
    assert type(config.extract[key]) is type(taken)


def test_settings_of_our_own(folder: Path) -> None:
    changes = {"distr_types": "auto", "compat": "peer", "estimate_cov": True}
    (config,) = read(folder, changed(**{f"kwargs__{key}": one for key, one in changes.items()}))
    assert changes.items() <= config.build.items()


def test_misspelt_keys_are_told_with_the_nearest_name(folder: Path) -> None:
    (config,) = read(
        folder,
        changed(
            cv_folds=5, kwargs__hist_bin=7, kwargs__CV_dict={}, model__fct__soruce="x", model__x=1
        ),
    )
    assert {row.kind for row in config.unknown} == {"unknown_key"}
    told = [row.message for row in config.unknown]
    assert len(told) == 5
    assert "model_config.json: cv_folds is not known" in told[0]
    assert "do you mean 'CV_folds'?" in told[0]
    assert "model.x " in told[1]
    assert "do you mean 'source'?" in told[2]
    assert "model.fct.kwargs.hist_bin is" in told[3]
    assert "do you mean 'hist_bins'?" in told[3]
    assert "model.fct.kwargs.CV_dict is" in told[4]
    assert "hist_bin" not in config.extract


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"working_dir": ...}, "working_dir is missing"),
        ({"out_dir": None}, "out_dir is missing"),
        ({"out_dir": ..., "outdir": "x"}, "out_dir is missing .*do you mean 'outdir'"),
        ({"model": 3}, "model must be an object"),
        ({"model__name": ...}, r"model\.name is missing"),
        ({"model__name": "a/b"}, r"model\.name: 'a/b' contains '/'"),
        ({"model__name": 7}, r"model\.name: 7 is no text"),
        ({"model__fct__source": "conn_prob"}, r"model\.fct\.source: 'conn_prob'.*'conn_props'"),
        ({"kwargs": []}, r"model\.fct\.kwargs must be an object"),
        ({"seed": -1}, "seed: -1 must be a whole number from 0 to 4294967295"),
        ({"seed": True}, "seed: True must be"),
        ({"CV_folds": 2.5}, r"CV_folds: 2\.5 must be a whole number"),
        ({"CV_folds": float("inf")}, "CV_folds: inf must be a whole number"),
        ({"circuit_config": "none.json"}, r"circuit_config: there is no such file: .*none\.json"),
        ({"circuit_config": {"a": 1}}, "circuit_config: .* must be a text"),
        ({"circuit_config": "\0"}, "circuit_config: "),
        ({"out_dir": "circuit_config.json"}, "out_dir: circuit_config.json is a file"),
        ({"kwargs__hist_bins": 0}, r"kwargs\.hist_bins: 0 must be a whole number of 1 or more"),
        ({"kwargs__hist_bins": 10**400}, r"kwargs\.hist_bins: "),
        ({"kwargs__sel_props": [1]}, r"kwargs\.sel_props: \[1\] must be a list of names"),
        ({"kwargs__sel_src": 1.5}, r"kwargs\.sel_src: 1\.5 must be an object of node"),
        ({"kwargs__sel_src": ["a"]}, r"kwargs\.sel_src: \['a'\] must be an object of node"),
        ({"kwargs__distr_types": "gamma"}, r'kwargs\.distr_types: .*"auto"'),
        ({"kwargs__data_bounds": [0, 1]}, r"kwargs\.data_bounds: \[0, 1\] must be an object"),
        ({"kwargs__compat": "ours"}, r"kwargs\.compat: 'ours' must be null or \"peer\""),
        ({"kwargs__estimate_cov": 1}, r"kwargs\.estimate_cov: 1 must be true or false"),
        ({"kwargs__plot_sample_size": "1"}, r"kwargs\.plot_sample_size: '1' must be"),
        ({"kwargs__group_by": ""}, r"kwargs\.group_by: '' must be a text"),
    ],
)
def test_wrong_configs_are_told_with_file_and_key(
    folder: Path, changes: dict[str, Any], told: str
) -> None:
    with pytest.raises(InvalidInputError, match=rf"model_config\.json.*{told}") as caught:
        read(folder, changed(**changes))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize("document", [3, "text", None, [3], []])
def test_what_is_no_config_is_refused(folder: Path, document: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"model_config\.json"):
        read(folder, document)


def test_a_list_of_configs(folder: Path) -> None:
    configs = read(folder, [PEER, changed(model__name="other", seed=1)])
    assert [(config.name, config.seed) for config in configs] == [
        ("ConnPropsPerPathway", 7531),
        ("other", 1),
    ]
    with pytest.raises(InvalidInputError, match=r"config 2: model\.fct\.source"):
        read(folder, [PEER, changed(model__fct__source="delay")])


def test_two_models_with_the_same_files_are_refused(folder: Path) -> None:
    with pytest.raises(InvalidInputError, match="configs 1 and 2 both write"):
        read(folder, [PEER, changed(out_dir="elsewhere", working_dir="./work")])
    with pytest.raises(InvalidInputError, match="configs 1 and 3 both write"):
        read(folder, [PEER, changed(model__name="other"), changed(working_dir="elsewhere")])


def test_paths_start_at_the_current_folder_or_else_at_the_configs(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "model_config.json"
    path.write_text(json.dumps(PEER))
    (folder / "work").mkdir()
    (folder / "elsewhere").mkdir()
    monkeypatch.chdir(folder / "elsewhere")
    (config,) = read_model_configs(Path("../model_config.json"))
    assert config.circuit_config.resolve() == folder / "circuit_config.json"
    assert config.working_dir.resolve() == folder / "work"
    assert config.out_dir.resolve() == folder / "elsewhere" / "out"
    (folder / "elsewhere" / "circuit_config.json").write_text("{}")
    (config,) = read_model_configs(path)
    assert config.circuit_config.resolve() == folder / "elsewhere" / "circuit_config.json"
