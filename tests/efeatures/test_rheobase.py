from __future__ import annotations

import logging
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from region_grower_hpc.efeatures.rheobase import compute_rheobase
from region_grower_hpc.efeatures.rheobase_settings import STRATEGIES, settings_problems
from region_grower_hpc.errors import InvalidInputError
from tests.efeatures.made_cells import made_cell, made_recording

#: Amplitude (nA) and number of spikes.
Pairs = list[tuple[float, int | None]]


def rheobase(pairs: Pairs, strategy: str = "absolute", *, compat: bool = False, **settings: Any):
    cell = made_cell("a", [made_recording(amp, count) for amp, count in pairs])
    compute_rheobase([cell], ["IDrest"], strategy, settings, compat)
    return cell.rheobase


def test_absolute_is_the_first_amplitude_with_enough_spikes() -> None:
    pairs: Pairs = [(0.3, 5), (0.1, 0), (0.2, 1), (0.15, None)]
    assert rheobase(pairs) == 0.2
    assert rheobase(pairs, spike_threshold=2) == 0.3
    assert rheobase(pairs, spike_threshold=6) is None
    assert rheobase([]) is None


def test_flush_needs_successors_that_all_spike() -> None:
    pairs: Pairs = [(0.1, 1), (0.2, 0), (0.3, 1), (0.4, 2), (0.5, 3)]
    assert rheobase(pairs, "flush") == 0.3
    assert rheobase(pairs, "flush", flush_length=2) == 0.3
    assert rheobase(pairs, "flush", flush_length=3) is None
    assert rheobase(pairs, "flush", flush_length=0) == 0.1
    assert rheobase(pairs, "flush", upper_bound_spikecount=2) == 0.3
    assert rheobase([(0.1, 3), *pairs[2:]], "flush", upper_bound_spikecount=2) is None
    # bluepyefe does not see the silent sweep between
    assert rheobase(pairs, "flush", compat=True) == 0.1


def test_majority_takes_the_lowest_bin_where_most_sweeps_spike() -> None:
    pairs: Pairs = [(0.1, 0), (0.101, 1), (0.102, 0), (0.131, 1), (0.133, 0), (0.15, 1)]
    assert rheobase(pairs, "majority") == pytest.approx(0.135, abs=1e-12)
    assert rheobase(pairs, "majority", majority=0.6) == pytest.approx(0.155, abs=1e-12)
    assert rheobase(pairs, "majority", majority=1.1) is None
    assert rheobase([(0.2, 1)], "majority") == pytest.approx(0.205, abs=1e-12)
    assert rheobase([], "majority") is None


def test_majority_puts_edges_into_the_upper_bin() -> None:
    # 0.1 + 3 x 0.01 is less than 0.13 in floating point, and more elsewhere.
    pairs: Pairs = [(0.1, 0), (0.1 + 0.01 * 3, 1)]
    assert rheobase(pairs, "majority") == pytest.approx(0.135, abs=1e-12)
    pairs = [(0.0, 0), *((0.01 * step, 1) for step in range(7, 8))]
    assert rheobase(pairs, "majority") == pytest.approx(0.075, abs=1e-12)


def test_majority_of_bluepyefe_tells_the_bin_above_and_never_the_last() -> None:
    pairs: Pairs = [(0.1, 1), (0.125, 1), (0.15, 1)]
    # edges 0.1, 0.12, 0.14: the sweep at 0.1 lies in [0.1, 0.12), told with the edge above
    assert rheobase(pairs, "majority", compat=True, min_step=0.02) == pytest.approx(0.13)
    assert rheobase([(0.2, 1)], "majority", compat=True) is None
    assert rheobase([(0.2, 0)], "majority", compat=True) is None
    with pytest.raises(InvalidInputError, match="min_step 1e-12 nA"):
        rheobase(pairs, "majority", compat=True, min_step=1e-12)


def test_majority_of_tiny_bins_ends() -> None:
    assert rheobase([(0.1, 0), (0.3, 1)], "majority", min_step=1e-12) == pytest.approx(0.3)
    assert rheobase([(0.1, 0), (0.3, 1)], "majority", min_step=5e-324) is None


def test_interpolation_finds_one_spike_on_the_line() -> None:
    pairs: Pairs = [(0.05, 0), (0.1, 0), (0.2, 2), (0.3, 4)]
    assert rheobase(pairs, "interpolation") == pytest.approx(0.15, abs=1e-15)
    noisy: Pairs = [(0.1, 0), (0.22, 2), (0.3, 3), (0.31, 5)]
    line = np.polyfit([0, 2, 3, 5], [0.1, 0.22, 0.3, 0.31], 1)
    assert rheobase(noisy, "interpolation") == pytest.approx(np.polyval(line, 1), rel=1e-12)
    # no silent sweep below a spiking one: all sweeps
    assert rheobase([(0.2, 2), (0.3, 4)], "interpolation") == pytest.approx(0.15, abs=1e-15)
    assert rheobase([(0.2, 2), (0.3, 2)], "interpolation") is None
    assert rheobase([(0.2, 0), (0.3, 0)], "interpolation") is None
    assert rheobase([], "interpolation") is None
    assert rheobase(pairs, "interpolation", compat=True) is None


def test_only_the_named_protocols_count_and_relative_amplitudes_follow() -> None:
    cell = made_cell("a", [made_recording(0.1, 1, "IV"), made_recording(0.2, 1, "IDrest")])
    compute_rheobase([cell], ["IDrest"])
    assert cell.rheobase == 0.2
    assert cell.recordings[0].amp_rel == 50.0
    compute_rheobase([cell], ["IDres"])
    assert cell.rheobase is None


def test_spikes_at_no_current_are_told(caplog: pytest.LogCaptureFixture) -> None:
    cell = made_cell("a", [made_recording(0.0, 1, files=["i.ibw", "v.ibw"])])
    with caplog.at_level(logging.WARNING):
        compute_rheobase([cell], ["IDrest"])
    assert "i.ibw, v.ibw" in caplog.text
    assert cell.rheobase is None  # 0 nA is none


@dataclass
class Other:
    """The least that a cell must have."""

    recordings: list[Any]
    name: str = "other"
    rheobase: Any = "former"
    told: list[Any] = field(default_factory=list)

    def compute_relative_amp(self) -> None:
        self.told.append(self.rheobase)


@dataclass
class Sweep:
    """The least that a recording must have."""

    amp: Any
    spikecount: int | None
    protocol_name: str = "IDrest"
    files: tuple[str, ...] = ()


def test_any_cell_with_these_attributes_will_do() -> None:
    cells = [Other([Sweep(np.float32(0.25), 2), Sweep(math.nan, 3), Sweep(None, 3)]), Other([])]
    compute_rheobase(cells, ["IDrest"])
    assert [cell.rheobase for cell in cells] == [0.25, None]
    assert [cell.told for cell in cells] == [[0.25], [None]]


def test_strategies_and_settings_must_be_known() -> None:
    with pytest.raises(InvalidInputError, match=r"absolut.*do you mean absolute"):
        compute_rheobase([], [], "absolut")
    with pytest.raises(InvalidInputError, match=r"flush_lenght.*do you mean flush_length"):
        compute_rheobase([], [], "flush", {"flush_lenght": 2})
    assert list(STRATEGIES) == ["absolute", "majority", "flush", "interpolation"]
    wrong = {"flush_length": 1.5, "upper_bound_spikecount": "many"}
    assert [one.split(":")[0] for one in settings_problems("flush", wrong)] == [
        *("flush_length 1.5", "upper_bound_spikecount 'many'")
    ]
    assert list(settings_problems("flush", {"upper_bound_spikecount": None})) == []
    for value in (0, -1, math.nan, True, None, "1"):
        assert len(list(settings_problems("majority", {"min_step": value}))) == 1
    assert len(list(settings_problems("interpolation", {"min_step": 1}))) == 1
    assert len(list(settings_problems("absolute", [1]))) == 1
