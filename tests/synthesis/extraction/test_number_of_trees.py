"""Histograms of the numbers of trees."""

from __future__ import annotations

import logging

import pytest

from region_grower_hpc.synthesis.extraction.number_of_trees import tree_number_distribution


def test_one_bin_a_number() -> None:
    result = tree_number_distribution([6, 2, 3, 6], at_least_one=True)
    assert result == {"data": {"bins": [2, 3, 4, 5, 6], "weights": [1, 1, 0, 0, 2]}}


def test_cells_without_a_basal_dendrite_count_as_cells_with_one(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        result = tree_number_distribution([0, 2], at_least_one=True)
    assert result["data"] == {"bins": [1, 2], "weights": [1, 1]}
    assert "1 of 2 cells" in caplog.text
    result = tree_number_distribution([0, 2], at_least_one=False)
    assert result["data"] == {"bins": [0, 1, 2], "weights": [1, 0, 1]}
