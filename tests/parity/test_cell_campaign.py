"""The counting of the campaign over many cells."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from region_grower_hpc.native._kernels import Neuron
from region_grower_hpc.synthesis.growers import GrownNeuron
from tests.parity.cell_campaign import TooLong, main, time_limit
from tests.parity.cell_comparison import CellComparison, Outcome, compare, differing
from tests.parity.cell_tally import HEADER, Tally


def outcome(**changes: Any) -> Outcome:
    """Of a neuron of one section of three points, changed in a part of it."""
    arrays = {
        "points": np.arange(9, dtype=np.float32).reshape(3, 3),
        "diameters": np.ones(3, dtype=np.float32),
        "sections": np.array([[0, 3, 3, -1]], dtype=np.int32),
        "soma": np.zeros((2, 3), dtype=np.float32),
    }
    arrays |= {key: changes.pop(key) for key in list(changes) if key in arrays}
    grown = GrownNeuron(Neuron(**arrays), changes.pop("apical_sections", ()))
    return replace(Outcome(grown, None, "state", 0.5), **changes)


FAILED = Outcome(None, ("growth", "ValueError"), "state", 0.1)


def test_equal_cells() -> None:
    found = compare(7, outcome(cpu_s=0.25), outcome(cpu_s=50.0))
    assert found == CellComparison(7, n_points=3, n_numbers=9 + 3 + 6)
    assert (found.native_s, found.neurots_s) == (0.25, 50.0)


@pytest.mark.parametrize(
    ("changes", "differences"),
    [
        ({"sections": np.array([[0, 2, 3, -1], [2, 3, 3, 0]], dtype=np.int32)}, ("topology",)),
        ({"apical_sections": (0,)}, ("topology",)),
        ({"soma": np.zeros((3, 3), dtype=np.float32)}, ("topology",)),
        ({"state": "other"}, ("state",)),
        ({"grown": None, "failure": ("growth", "KeyError")}, ("failure",)),
    ],
)
def test_what_differs(changes: dict[str, Any], differences: tuple[str, ...]) -> None:
    assert compare(0, outcome(**changes), outcome()).differences == differences


def test_numbers_differ_by_their_bits() -> None:
    ours = np.array([0.0, np.nan, 1.0, 2.0], dtype=np.float32)
    theirs = np.array(
        [-0.0, -np.nan, 1.0, np.nextafter(ours[3], ours[3] * ours[3])], dtype=np.float32
    )
    assert differing(ours, theirs).tolist() == [True, False, False, True]

    points = np.arange(9, dtype=np.float32).reshape(3, 3)
    points[1, 1] += 0.5
    found = compare(0, outcome(points=points), outcome())
    assert (found.n_differing, found.largest_um, found.differences) == (1, 0.5, ())


def test_failures_of_the_same_name_are_alike() -> None:
    assert compare(0, FAILED, FAILED).failure == ("growth", "ValueError")
    other = replace(FAILED, failure=("growth", "KeyError"))
    assert compare(0, FAILED, other).differences == ("failure",)


def test_a_tally_adds_up() -> None:
    tally = Tally()
    for cell in (
        compare(1, outcome(cpu_s=0.5), outcome(cpu_s=100.0)),
        compare(2, FAILED, FAILED),
        compare(3, outcome(state="other"), outcome()),
        CellComparison(4, is_given_up=True),
    ):
        tally.add(cell)
    assert (tally.n_cells, tally.n_failed_alike, tally.n_points, tally.n_numbers) == (3, 1, 6, 36)
    assert tally.given_up == [4]
    assert tally.differing["state"] == [3]
    assert not tally.is_equal
    assert "cells with another state of the generator: 1 (seeds 3)" in tally.lines()
    assert tally.ratio == pytest.approx(100.6 / 1.1)
    assert tally.row("all").count("|") == HEADER.splitlines()[0].count("|")
    assert json.loads(json.dumps(tally.as_json()))["given_up"] == [4]


@pytest.mark.parametrize(
    ("n_numbers", "n_differing", "is_equal"),
    [(50_000_000, 10, True), (50_000_000, 11, False), (1000, 1, True), (1000, 2, False)],
)
def test_few_last_places_may_differ(n_numbers: int, n_differing: int, is_equal: bool) -> None:
    tally = Tally(n_numbers=n_numbers, n_differing=n_differing)
    assert tally.is_equal is is_equal


def test_cells_given_up_are_no_difference() -> None:
    tally = Tally()
    tally.add(CellComparison(4, is_given_up=True))
    assert tally.is_equal
    assert tally.n_cells == 0


def test_what_takes_too_long_is_stopped() -> None:
    with pytest.raises(TooLong), time_limit(0.05):
        time.sleep(10)


def test_a_short_campaign(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("neurots", reason="needs the extra [neurots]")
    table, results = tmp_path / "table.md", tmp_path / "results.jsonl"
    words = ["--cells", "3", "--ranks", "1", "--table", str(table), "--append", str(results)]
    for _ in range(2):
        assert main(words) == 0
    assert "cells compared: 3\n" in capfd.readouterr().out
    assert table.read_text().splitlines()[-1].startswith("| all | 3 |")
    first, again = map(json.loads, results.read_text().splitlines())
    assert first["n_numbers"] == again["n_numbers"] > 1000
