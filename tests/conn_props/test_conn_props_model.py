from __future__ import annotations

import gzip
import json
import logging

import numpy as np
import pytest

from region_grower_hpc.conn_props.conn_props_model import ConnPropsModel
from region_grower_hpc.errors import InvalidInputError
from tests.conn_props.peer_draws import PEER

N_SYN = "n_syn_per_conn"


def entry(**spec):
    return {"S": {"T": dict(spec), "U": dict(spec)}}


def model(**prop_stats):
    return ConnPropsModel(src_types=["S"], tgt_types=["T", "U"], prop_stats=prop_stats)


def model_of_the_table(is_shared, correlated):
    """The model that the rows `applied` of the table were drawn from."""
    stats = {
        "g": entry(type="gamma", mean=2.0, std=0.7, shared_within=is_shared, lower_bound=0.5),
        N_SYN: entry(type="ztpoisson", mean=4.5, dtype="int"),
        "u": entry(
            type="truncnorm",
            norm_loc=0.4,
            norm_scale=0.2,
            min=0.1,
            max=0.9,
            shared_within=is_shared,
        ),
        "k": entry(type="constant", mean=5, shared_within=False, dtype="int"),
        "n": entry(type="normal", mean=10.0, std=2.0, shared_within=is_shared),
        "v": entry(type="poisson", mean=3.5, shared_within=is_shared, dtype="int"),
        "d": entry(type="discrete", val=[1, 2, 3], p=[0.2, 0.3, 0.5], shared_within=not is_shared),
        "z": entry(type="zero", shared_within=False),
    }
    matrices = {
        "T": [[1, 0.5, 0.2], [0.5, 1, -0.3], [0.2, -0.3, 1]],
        "U": [[1, 0.9, 0], [0.9, 1, 0], [0, 0, 1.0]],
    }
    cov = {"props": correlated, "cov": {"S": matrices}} if correlated else {}
    return ConnPropsModel(["S"], ["T", "U"], stats, cov)


@pytest.mark.parametrize(
    "row",
    PEER["applied"],
    ids=lambda row: "-".join(
        str(row[key]) for key in ("shared", "correlated", "n_syn", "tgt_type")
    ),
)
def test_apply_gives_the_frame_of_the_peer(row):
    drawn_from = model_of_the_table(row["shared"], row["correlated"])
    np.random.seed(row["seed"])
    n_syn = {} if row["n_syn"] is None else {"n_syn": row["n_syn"]}
    frame = drawn_from.apply(src_type="S", tgt_type=row["tgt_type"], **n_syn)
    assert list(frame.columns) == list(row["columns"])
    assert [str(one) for one in frame.dtypes] == row["dtypes"]
    assert list(frame.index) == list(range(len(frame)))
    for name, values in row["columns"].items():
        np.testing.assert_allclose(frame[name], values, rtol=1e-11, err_msg=name)


@pytest.mark.parametrize("row", PEER["limits"], ids=lambda row: f"{row['name']}-{row['spec']}")
def test_bounds_types_and_sharing_are_those_of_the_peer(row):
    name = row["name"]
    drawn_from = ConnPropsModel(["A"], ["B"], {name: {"A": {"B": row["spec"]}}})
    np.random.seed(row["seed"])
    values = drawn_from.draw(name, "A", "B", 6)
    np.testing.assert_array_equal(values, np.asarray(row["values"], dtype=row["dtype"]))
    assert values.dtype == row["dtype"]


def test_shared_within_is_the_default():
    drawn = model(x=entry(type="normal", mean=0.0, std=1.0)).draw("x", "S", "T", 5)
    assert drawn.shape == (5,)
    assert len(np.unique(drawn)) == 1


def test_what_a_model_tells_of_itself():
    told = model_of_the_table(False, ["v", "g", "u"])
    assert told.get_prop_names() == ["g", N_SYN, "u", "k", "n", "v", "d", "z"]
    assert (told.get_src_types(), told.get_tgt_types()) == (["S"], ["T", "U"])
    assert told.get_distr_props("k", "S", "U")["mean"] == 5
    assert told.get_prop_cov_names() == ["v", "g", "u"]
    assert told.get_prop_cov_mat("S", "U").tolist() == [[1, 0.9, 0], [0.9, 1, 0], [0, 0, 1]]
    assert list(told.get_param_dict()) == ["src_types", "tgt_types", "prop_stats", "prop_cov"]
    assert "1 x 2 types" in str(told)
    assert "u: truncnorm" in str(told)


def test_static_samplers():
    np.random.seed(4)
    assert ConnPropsModel.zero_truncated_poisson(0.5, 200).min() == 1
    assert ConnPropsModel.compute_ztpoisson_lambda(2.0) == pytest.approx(1.59362426004004)
    assert ConnPropsModel.draw_from_distribution({"type": "zero"}, 3).tolist() == [0, 0, 0]
    remap = ConnPropsModel.remap_distribution([0.0], {"type": "normal", "mean": 2.0, "std": 1.0})
    assert remap.tolist() == [2.0]


def test_a_saved_model_is_read_again(tmp_path):
    first = model_of_the_table(True, ["v", "g", "u"])
    first.prop_stats["g"]["S"]["T"]["mean"] = 1 / 3
    notes = {"levels": {"0": 2}, "pathways": [["S", "T", 0]]}
    first = ConnPropsModel(**first.get_param_dict(), __interpolation__=notes)
    first.save_model(tmp_path, "a.b")
    values = json.loads((tmp_path / "a.b.json").read_text())
    assert values["model"] == "ConnPropsModel"
    assert values["data_keys"] == []
    assert values["__interpolation__"] == notes
    assert "region_grower_hpc" in values["__version_info__"]
    for again in (
        ConnPropsModel.model_from_file(tmp_path / "a.b.json"),
        ConnPropsModel.init_model({"file": str(tmp_path / "a.b.json")}),
        ConnPropsModel.init_model(values),
    ):
        assert again.get_model_dict() == first.get_model_dict()


def test_a_model_file_has_one_line_an_entry(tmp_path):
    model(x=entry(type="discrete", val=[1, 2], p=[0.5, 0.5])).save_model(tmp_path, "m")
    lines = (tmp_path / "m.json").read_text().splitlines()
    assert '    "T": {"type": "discrete", "val": [1, 2], "p": [0.5, 0.5]},' in lines


def test_values_of_numpy_become_plain(tmp_path):
    spec = {"type": "discrete", "val": np.array([1, 2]), "p": (np.float64(0.5), 0.5)}
    made = model(x=entry(**spec, shared_within=np.bool_(True), upper_bound=np.float32(2)))
    assert made.get_distr_props("x", "S", "T") == {
        "type": "discrete",
        "val": [1, 2],
        "p": [0.5, 0.5],
        "shared_within": True,
        "upper_bound": 2.0,
    }
    made.save_model(tmp_path, "m")
    assert ConnPropsModel.model_from_file(tmp_path / "m.json").prop_stats == made.prop_stats


@pytest.mark.shared
@pytest.mark.parametrize("name", ["small_full__disc", "small_full__mix", "unit_all__mix"])
def test_models_of_the_peer_are_read_and_kept(shared_data, tmp_path, name):
    packed = shared_data / "conn_props" / "expected" / f"{name}.json.gz"
    values = json.loads(gzip.decompress(packed.read_bytes()))
    (tmp_path / "peer.json").write_text(json.dumps(values))
    read = ConnPropsModel.model_from_file(tmp_path / "peer.json")
    read.save_model(tmp_path, "ours")
    ours = json.loads((tmp_path / "ours.json").read_text())
    ours.pop("__version_info__")
    values.pop("__version_info__", None)
    assert ours == values
    frame = read.apply(src_type=read.src_types[0], tgt_type=read.tgt_types[-1])
    assert list(frame.columns) == [one for one in read.prop_names if one != N_SYN]


def broken(change):
    """A good model's dictionary, after `change` of its entry of S to U."""
    values = model(x=entry(type="discrete", val=[1, 2], p=[0.5, 0.5])).get_model_dict()
    change(values, values["prop_stats"]["x"]["S"]["U"])
    return values


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda v, e: v.pop("prop_stats"), "needs 'prop_stats'"),
        (lambda v, e: v.update(prop_stats=[]), "must be a dictionary"),
        (lambda v, e: v.update(src_types=[]), "'src_types'"),
        (lambda v, e: v.update(tgt_types=["T", "T"]), "'T' twice"),
        (lambda v, e: v.update(src_types=["S", "R"]), "property 'x'.*source type 'R'"),
        (lambda v, e: v.update(tgt_types=["T", "R"]), "source type 'S'.*target type 'R'"),
        (lambda v, e: v["prop_stats"]["x"]["S"].update(U=1), "'x', .*'S' to 'U': .*dictionary"),
        (lambda v, e: e.pop("type"), "'x', pathway 'S' to 'U': the entry has no 'type'"),
        (lambda v, e: e.update(type="Normall"), "'Normall'.*do you mean 'normal'"),
        (lambda v, e: e.pop("p"), "'p'"),
        (lambda v, e: e.update(val=[]), "'val' is empty"),
        (lambda v, e: e.update(p=[0.5, 0.4]), "adds up to 0.9"),
        (lambda v, e: e.update(val=[1]), "1 values, but 'p' 2"),
        (lambda v, e: e.update(lower_bound=2, upper_bound=1), "'lower_bound' 2 exceeds"),
        (lambda v, e: e.update(lower_bound="2"), "'lower_bound' is no number"),
        (lambda v, e: e.update(dtype="integer number"), "no type that numpy knows"),
        (lambda v, e: v.update(prop_cov={"props": ["y"], "cov": {"S": {}}}), "'y'"),
        (lambda v, e: v.update(model="ConnProb1stOrderModel"), "of another kind"),
    ],
)
def test_a_wrong_model_file_is_told(tmp_path, change, said):
    values = broken(change)
    (tmp_path / "wrong.json").write_text(json.dumps(values))
    with pytest.raises(InvalidInputError, match=said) as told:
        ConnPropsModel.model_from_file(tmp_path / "wrong.json")
    assert str(told.value).startswith(str(tmp_path / "wrong.json"))


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("absent.json", None, "cannot be read"),
        ("model.txt", "{}", "named \\*.json"),
        ("list.json", "[]", "dictionary"),
        ("torn.json", '{"model": ', "not valid JSON"),
    ],
)
def test_what_is_no_model_file_is_told(tmp_path, name, text, said):
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(InvalidInputError, match=said):
        ConnPropsModel.init_model({"file": tmp_path / name})


def test_a_file_and_other_keys_are_refused(tmp_path):
    with pytest.raises(InvalidInputError, match="no other key"):
        ConnPropsModel.init_model({"file": tmp_path / "m.json", "prop_cov": {}})
    with pytest.raises(InvalidInputError, match="dictionary"):
        ConnPropsModel.init_model(str(tmp_path / "m.json"))


def test_other_keys_are_left_out_with_a_word(caplog):
    values = {**model(x=entry(type="zero")).get_model_dict(), "prop_conv": {}}
    with caplog.at_level(logging.WARNING):
        read = ConnPropsModel.init_model(values)
    assert "prop_conv" in caplog.text
    assert "prop_conv" not in read.get_model_dict()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"src_type": "S", "tgt_type": "T"}, "give 'n_syn'"),
        ({"src_type": "S", "tgt_type": "T", "n_syn": 0}, "at least 1, not 0"),
        ({"src_type": "S", "tgt_type": "T", "n_syn": 1.5}, "whole number"),
        ({"src_type": "T", "tgt_type": "T", "n_syn": 1}, "no source type 'T'"),
        ({"src_type": "S", "tgt_type": "t", "n_syn": 1}, "do you mean 'T'"),
    ],
)
def test_wrong_arguments_of_apply_are_told(arguments, said):
    with pytest.raises(InvalidInputError, match=said):
        model(x=entry(type="zero")).apply(**arguments)


def test_a_drawn_number_of_synapses_below_one_is_told():
    made = model(**{N_SYN: entry(type="constant", mean=3, upper_bound=0)})
    with pytest.raises(InvalidInputError, match="'S' to 'U'"):
        made.apply(src_type="S", tgt_type="U")


def test_an_entry_without_distribution_is_told_when_drawn_from():
    made = model(x=entry(type="gamma", mean=-1.0, std=1.0))
    with pytest.raises(InvalidInputError, match=r"property 'x', pathway 'S' to 'T': .*positive"):
        made.draw("x", "S", "T")
    with pytest.raises(InvalidInputError, match="no property 'y'"):
        made.draw("y", "S", "T")


def test_without_correlated_properties(caplog):
    made = model(x=entry(type="zero"))
    assert made.draw_cov("S", "T", 3).shape == (3, 0)
    assert "no correlated properties" in caplog.text
    assert made.get_prop_cov_names() == []
    with pytest.raises(InvalidInputError, match="'prop_cov' is empty"):
        made.get_prop_cov_mat("S", "T")


def test_a_model_of_n_syn_alone_gives_rows_without_columns():
    frame = model(**{N_SYN: entry(type="constant", mean=3)}).apply(src_type="S", tgt_type="T")
    assert frame.shape == (3, 0)
