"""costs.json: read in both forms, never worth an error, and it orders the next run."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from region_grower_hpc.engine.costs import group_means, read_means, refine
from region_grower_hpc.engine.job import Plan


def plan(costs_s: list[float], groups: list[int] | None = None) -> Plan:
    return Plan(
        tasks=np.arange(len(costs_s), dtype=np.int64),
        costs_s=np.array(costs_s),
        row_dtype=np.dtype([("x", "f8")]),
        options={},
        cost_groups=None if groups is None else np.array(groups, dtype=np.int64),
        cost_group_names=() if groups is None else ("a", "b", "c")[: max(groups, default=0) + 1],
    )


def test_means_leave_out_what_was_not_measured() -> None:
    means = group_means(plan([1, 1, 1, 1], [0, 0, 1, 2]), np.array([1.0, 3.0, 0.0, 5.0]))
    assert means == {"a": 2.0, "c": 5.0}


def test_refined_costs_keep_proportions_within_a_group(tmp_path: Path) -> None:
    path = tmp_path / "costs.json"
    path.write_text(json.dumps({"a": 4.0, "gone": 9.0}))
    refined = refine(plan([1.0, 3.0, 5.0], [0, 0, 1]), path)
    assert refined.costs_s.tolist() == [2.0, 6.0, 5.0]


def test_what_a_dry_run_wrote_is_read(tmp_path: Path) -> None:
    path = tmp_path / "costs.json"
    path.write_text(json.dumps({"groups": {"a": {"mean_s": 2.5, "tasks": 3}}, "inodes": 7}))
    assert read_means(path) == {"a": 2.5}


def test_a_group_may_be_called_groups(tmp_path: Path) -> None:
    path = tmp_path / "costs.json"
    path.write_text(json.dumps({"groups": 1.5}))
    assert read_means(path) == {"groups": 1.5}


@pytest.mark.parametrize(
    "text", ["", "{", "[1]", '{"a": "x"}', '{"groups": {"a": 1}}', '{"a": null}', '{"a": NaN}']
)
def test_a_damaged_file_changes_nothing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "costs.json"
    path.write_text(text)
    assert refine(plan([1.0, 2.0]), path).costs_s.tolist() == [1.0, 2.0]
    assert refine(plan([1.0, 2.0]), tmp_path / "absent").costs_s.tolist() == [1.0, 2.0]
