"""The simulation of many ranks: cases whose answer is known, and the page that it writes."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def sim() -> ModuleType:
    """The program as a module."""
    path = ROOT / "benchmarks" / "simulate_scale.py"
    spec = importlib.util.spec_from_file_location("simulate_scale", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["simulate_scale"] = module
    spec.loader.exec_module(module)
    return module


def test_one_rank_loses_the_increments_of_the_counter(sim: ModuleType) -> None:
    messages = sim.Messages(service_s=1.0, latency_s=1.0, counter_s=0.01)
    # Ten tasks and the increment that tells that there is no other.
    assert sim.node_s([0.1] * 10, 1, messages) == pytest.approx(1.0 + 11 * 0.01)


def test_equal_tasks_that_divide_evenly_lose_nothing(sim: ModuleType) -> None:
    free = sim.Messages(0.0, 0.0, 0.0)
    costs_s = np.ones(80)
    assert sim.node_s(costs_s.tolist(), 8, free) == 10.0
    assert sim.master_s(costs_s.tolist(), 9, free) == 10.0
    assert sim.static_s(costs_s, 8) == 10.0
    for policy in sim.POLICIES:
        assert sim.efficiency(policy, costs_s, costs_s, 1, 1, free) == pytest.approx(1.0)
    # Of two ranks on two nodes one only schedules.
    assert sim.efficiency("single", costs_s, costs_s, 2, 1, free) == pytest.approx(0.5)


def test_a_worker_waits_for_a_round_trip_before_each_batch(sim: ModuleType) -> None:
    messages = sim.Messages(service_s=0.1, latency_s=0.4, counter_s=0.0)
    # Three batches, and the request that is answered with leave.
    assert sim.master_s([1.0] * 3, 2, messages) == pytest.approx(3 * 1.5 + 0.5)


def test_rank_0_is_saturated_when_its_service_takes_longer_than_the_tasks(sim: ModuleType) -> None:
    messages = sim.Messages(0.01, latency_s=0.0, counter_s=0.0, heartbeat_s=100.0)
    # 1,000 workers ask every 1 s, rank 0 answers 100 of them in that time.
    wall_s = sim.master_s([1.0] * 10_000, 1001, messages)
    assert wall_s == pytest.approx(10_000 * 0.01 + 1.0, rel=0.01)
    # 50 workers do not saturate it.
    assert sim.master_s([1.0] * 10_000, 51, messages) == pytest.approx(200 * 1.01, rel=0.02)


def test_signs_of_life_take_the_time_of_rank_0(sim: ModuleType) -> None:
    quiet = sim.Messages(0.01, 0.0, 0.0, heartbeat_s=1000.0)
    lively = sim.Messages(0.01, 0.0, 0.0, heartbeat_s=1.0)
    batches_s = [5.0] * 400
    assert sim.master_s(batches_s, 101, lively) > sim.master_s(batches_s, 101, quiet)


def test_static_parts_are_neighbours(sim: ModuleType) -> None:
    assert sim.static_s(np.array([5.0, 5.0, 1.0, 1.0]), 2) == 10.0
    assert sim.static_s(np.array([5.0, 1.0]), 4) == 5.0


def test_longest_first_beats_random_order(sim: ModuleType) -> None:
    free = sim.Messages(0.0, 0.0, 0.0)
    rng = np.random.default_rng(0)
    costs_s = rng.lognormal(0, 1, 400)
    found = {
        policy: sim.efficiency(policy, costs_s, costs_s, 20, 20, free) for policy in sim.POLICIES
    }
    assert found["guided"] > found["single"] > found["fixed"]
    assert found["guided"] > 0.95


def test_drawn_costs_have_the_means_that_were_measured(sim: ModuleType) -> None:
    costs = sim.CellCosts.read(sim.COSTS_JSON)
    costs_s, predicted_s = costs.draw(100_000, np.random.default_rng(0))
    assert costs_s.mean() == pytest.approx(predicted_s.mean(), rel=0.01)
    assert costs_s.min() > 0
    assert not np.array_equal(costs_s, predicted_s)


def test_the_table_is_written_between_the_markers(sim: ModuleType, tmp_path: Path) -> None:
    page = tmp_path / "scale.md"
    page.write_text("before\n<!-- scale:begin -->\nold\n<!-- scale:end -->\nafter\n")
    row = sim.Row(1000, 20, "master", (0.5, 0.6, 0.7, 0.8), 0.75)
    sim.write_into(page, sim.markdown([row]))
    text = page.read_text()
    assert "old" not in text
    assert "| 1,000 | 20 | master | 0.500 | 0.600 | 0.700 | 0.800 | 0.750 |" in text
    assert text.startswith("before\n")
    assert text.endswith("after\n")


def test_a_page_without_markers_is_left_alone(sim: ModuleType, tmp_path: Path) -> None:
    page = tmp_path / "scale.md"
    page.write_text("no markers\n")
    with pytest.raises(SystemExit, match="are missing"):
        sim.write_into(page, "")
    assert page.read_text() == "no markers\n"


def test_the_page_shows_what_the_inputs_give(sim: ModuleType) -> None:
    """The smallest sizes again, from the committed measurements."""
    page = sim.PAGE.read_text(encoding="utf-8")
    messages, start_up = sim.read_messages(sim.MESSAGES_JSON)
    costs = sim.CellCosts.read(sim.COSTS_JSON)
    for ranks, tasks in sim.SIZES[:3]:
        row = sim.simulate(costs, ranks, tasks, 128, messages, start_up)
        assert sim.markdown([row]).splitlines()[-1] in page


def test_first_batches_unasked_spare_the_first_round_of_requests(sim: ModuleType) -> None:
    messages = sim.Messages(service_s=0.01, latency_s=0.0, counter_s=0.0, heartbeat_s=1e9)
    asked = sim.master_s([1.0] * 50, 51, messages)
    unasked = sim.master_s([1.0] * 50, 51, messages, unasked=True)
    assert asked == pytest.approx(50 * 0.01 + 1.0 + 0.01)
    assert unasked == pytest.approx(1.0 + 0.01)
