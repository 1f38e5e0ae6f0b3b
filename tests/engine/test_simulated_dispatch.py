"""Both dispatchers on simulated ranks: 10,000 seeds, and proof that wrong ones are found.

SIMULATION_SEEDS=100000 plays more, SIMULATION_SEED=17 plays one.
"""

from __future__ import annotations

import os

import numpy as np
import pytest

from region_grower_hpc.engine.dispatch import MasterDispatcher, NodeDispatcher
from tests.engine import simulated_faults as faults
from tests.engine.simulated_checks import SEED, check_all
from tests.engine.simulated_scenario import draw
from tests.engine.simulated_world import SimulationError

N_SEEDS = int(os.environ.get("SIMULATION_SEEDS", 10_000))
#: In pieces, so that several processes share the seeds.
PARTS = 4
SEEDS = [range(part, N_SEEDS, PARTS) for part in range(PARTS)]
if SEED in os.environ:
    SEEDS = [range(int(os.environ[SEED]), int(os.environ[SEED]) + 1)]


@pytest.mark.timeout(0)
@pytest.mark.parametrize("seeds", SEEDS, ids=str)
def test_promises_hold(seeds: range) -> None:
    check_all(seeds)


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        (faults.LosesABatch, "was not handed out"),
        (faults.ReadsThenWrites, "times|twice"),
        (faults.NeverAnswersAHeartbeat, "no end|wait for ever"),
        (faults.TakesAHeartbeatForTheLast, "wait for ever|never received"),
        (faults.BeginsAgain, "times|twice"),
        (faults.AsksOnlyBetweenBatches, "the last rank left"),
        (faults.KeepsTheStopToItself, "the last rank left"),
        (faults.TellsTheTallyLate, "rank 0 tells"),
    ],
)
def test_a_wrong_dispatcher_is_found(
    wrong: type[MasterDispatcher | NodeDispatcher], complaint: str
) -> None:
    with pytest.raises(SimulationError, match=complaint):
        check_all(range(300), choose=faults.instead(wrong))


def test_a_worker_that_reports_too_early_is_found() -> None:
    with pytest.raises(SimulationError, match="a kill would leave"):
        check_all(range(20), worker_type=faults.ReportsTooEarly)


def test_a_failure_tells_how_to_see_it_again() -> None:
    """And the run of a seed is always the same, to the last event."""
    told = []
    for _ in range(2):
        with pytest.raises(SimulationError, match=f"{SEED}=") as caught:
            check_all(range(300), choose=faults.instead(faults.ReadsThenWrites))
        told.append(str(caught.value))
    assert told[0] == told[1]
    assert "gets batch" in told[0]


def test_scenarios_differ() -> None:
    """Both kinds, one rank and many, nothing to do and much, with and without a stop."""
    scenarios = [draw(seed) for seed in range(500)]
    assert {scenario.n_ranks for scenario in scenarios} == set(range(1, 13))
    assert {len(scenario.bounds) - 1 for scenario in scenarios} >= {0, 1, 2, 59, 60}
    assert {scenario.kind for scenario in scenarios} == {"node", "master"}
    assert {len(scenario.stops) for scenario in scenarios} >= {0, 1, 12}
    assert np.mean([scenario.synchronous for scenario in scenarios]) == pytest.approx(0.5, abs=0.1)
