"""Scores and choices of placement-algorithm 2.3."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from region_grower_hpc.clone.placement.candidates import unpacked_texts
from region_grower_hpc.clone.placement.settings import PlacementSettings
from tests.clone.placement.small_circuit import choices

pytestmark = pytest.mark.shared


@pytest.fixture
def expected(shared_data: Path) -> Any:
    path = shared_data / "clone" / "expected" / "placement_sequential.json"
    return json.loads(path.read_text())


@pytest.fixture
def settings(shared_data: Path, tmp_path: Path, expected: Any) -> PlacementSettings:
    folder = shared_data / "clone" / "placement"
    return PlacementSettings(
        cells=folder / "nodes.h5",
        atlas=folder / "atlas",
        out_cells=tmp_path / "nodes.h5",
        placement_rules=folder / "placement_rules.xml",
        database=folder / "neuronDB.dat",
        annotations=folder / "clone_annotations.json",
        failures_csv=tmp_path / "failures.csv",
        seed=expected["seed"],
        random_stream="sequential",
    )


def test_choices(settings: PlacementSettings, expected: Any) -> None:
    results, plan, state = choices(settings)
    names = unpacked_texts(plan.shared["names"], plan.shared["name_ends"])
    found: list[str | None] = [None] * len(expected["choice"])
    for result in results:
        group = plan.context.groups[plan.shared["groups"][result.task]]
        candidates = plan.shared["candidates"][group.candidates]
        for cell, position in zip(
            state.blocks.cells(result.task), result.arrays["positions"], strict=True
        ):
            if position >= 0:
                found[cell] = names[candidates[position]]
    assert found == expected["choice"]


def test_scores(settings: PlacementSettings, expected: Any) -> None:
    """The peer's are kept with nine decimals."""
    _, plan, state = choices(settings)
    n_compared = 0
    for task in plan.tasks.tolist():
        cells = state.blocks.cells(task)
        scorer = state.scorer(plan.context.groups[plan.shared["groups"][task]])
        scores = [
            row.copy()
            for block in scorer.of(plan.shared["y_um"][cells], plan.shared["bounds_um"][cells])
            for row in block
        ]
        for cell, row in zip(cells.tolist(), scores, strict=True):
            if cell < len(expected["scores_first_60_cells"]):
                np.testing.assert_allclose(
                    row, expected["scores_first_60_cells"][cell], rtol=0, atol=5.001e-10
                )
                n_compared += 1
    assert n_compared == 60
