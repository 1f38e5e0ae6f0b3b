from __future__ import annotations

import pytest

from region_grower_hpc.conn_props.figures.shown import (
    counted,
    shown_number,
    shown_pathway,
    shown_property,
    shown_text,
)
from region_grower_hpc.conn_props.statistics import N_SYN


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.12345, "0.123"),
        (-1.5, "−1.5"),
        (12345.6, "12346"),
        (-1.07e9, "−1.07e9"),
        (2.5e-7, "2.5e−7"),
        (1e10, "1e10"),
        (float("nan"), "?"),
    ],
)
def test_numbers(value: float, text: str) -> None:
    assert shown_number(value) == text


def test_names() -> None:
    assert shown_property("conductance") == "conductance (nS)"
    assert shown_property("g_step") == "g_step"
    assert shown_property(N_SYN) == "synapses per connection"
    assert shown_pathway("L1\n", "L2") == "L1? → L2"
    assert shown_text("abcdefghij", 5) == "ab…ij"
    assert (counted(1, "pathway"), counted(1200, "pathway")) == ("1 pathway", "1,200 pathways")
