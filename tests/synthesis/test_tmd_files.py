from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.synthesis.tmd_files import (
    load_tmd_file,
    region_key,
    with_axon_choice,
    with_defaults,
)


def written(folder: Path, content: Any) -> Path:
    path = folder / "tmd.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_legacy_names_are_replaced_everywhere(tmp_path: Path) -> None:
    old = {"R": {"M": {"apical": {"basal": 1}, "grow_types": ["basal", "axon"], "n": [[1, 2]]}}}
    new = {
        "R": {
            "M": {
                "apical_dendrite": {"basal_dendrite": 1},
                "grow_types": ["basal_dendrite", "axon"],
                "n": [[1, 2]],
            }
        }
    }
    assert load_tmd_file(written(tmp_path, old)) == new


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"R": {\n  "M": }', "line 2, column 8: not valid JSON"),
        ("[]", "must be an object"),
        ({"R": 3}, "key 'R'"),
        ({"R": {"M": []}}, "key 'R/M'"),
        ({"M": {"grow_types": [], "diameter_params": {}}}, '{"REGION": {mtype: ...}}'),
        ({"M": {"soma": {}, "diameter": {}, "axon": {}}}, '{"REGION": {mtype: ...}}'),
        ({"mtypes": {"M": {}}, "metadata": {}}, '{"REGION": {mtype: ...}}'),
        ('{"R": {"M": {"a": 1}, "N": {}, "M": {"a": 2}}}', "key 'M' is twice in one object"),
        ('{"R": {}, "S": {}, "R": {}}', "key 'R' is twice in one object"),
        ('{"R": {"M": ' + '{"a":' * 900 + "1" + "}" * 902, "nested too deeply"),
    ],
)
def test_bad_files_name_the_place(tmp_path: Path, content: Any, message: str) -> None:
    path = written(tmp_path, content)
    with pytest.raises(InvalidInputError) as error:
        load_tmd_file(path)
    assert message in str(error.value)
    assert str(path) in str(error.value)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="cannot be read"):
        load_tmd_file(tmp_path / "none.json")


def test_axons_are_grown_only_on_demand(caplog: pytest.LogCaptureFixture) -> None:
    data = {"R": {"A": {"grow_types": ["axon", "basal_dendrite"]}, "B": {"grow_types": []}}}
    chosen = with_axon_choice(data, synthesize_axons=False)
    assert chosen["R"]["A"]["grow_types"] == ["basal_dendrite"]
    assert data["R"]["A"]["grow_types"] == ["axon", "basal_dendrite"]
    with caplog.at_level(logging.WARNING):
        assert with_axon_choice(data, synthesize_axons=True) == data
        assert with_axon_choice({"R": {"C": {"grow_types": 5}}}, synthesize_axons=True)
    assert [record.args for record in caplog.records] == [("B", "R"), ("C", "R")]


def test_defaults_fill_gaps_only() -> None:
    data: Any = {"default": {"A": {"x": 1}, "B": {"x": 2}}, "R": {"A": {"x": 3}}, "S": {}}
    filled = with_defaults(data)
    assert filled["R"] == {"A": {"x": 3}, "B": {"x": 2}}
    assert filled["S"] == data["default"]
    assert filled["S"]["A"] is data["default"]["A"]
    assert with_defaults({"R": {}}) == {"R": {}}


def test_the_synthesis_region_is_preferred_to_the_cell_s_own() -> None:
    assert region_key({"O0": {}}, "O0", "mc0;1") == "O0"
    assert region_key({"mc0;1": {}}, "O0", "mc0;1") == "mc0;1"
