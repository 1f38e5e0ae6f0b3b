"""What must be true of every run of the dispatchers, and why it comes to an end.

Termination. A phase hands out B batches with T tasks to W ranks that compute. Each batch is handed
out at most once, so `next_batch` returns at most B + W times (W times with None, after which a rank
asks no more), and `report` is called at most W + T + 2 B times: once at the start, before each
task, once more in a batch that a stop breaks off, and after each batch. With the shared counter
each call takes at most 2 or 4 accesses, and none of them waits for anybody. With rank 0 as the
scheduler the first min(B, W) batches are not asked for, so there are at most max(B - W, 0) + W
requests; a sign of life is sent by `report` only, and at most once a heartbeat. Each of these
messages gets one answer, and nothing else is ever sent. Until the last rank has left, some task
runs or some message is under way; so the time of the run is at most the sum of them all, and rank 0
looks in vain at most once per 0.1 s of it.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator

from region_grower_hpc.engine.dispatch import HEARTBEAT_S, choose_dispatcher
from region_grower_hpc.engine.work import Worker
from tests.engine.simulated_run import Choose, Record, play
from tests.engine.simulated_scenario import Scenario, draw
from tests.engine.simulated_world import SimulationError, World

#: Environment variable: the one seed to play.
SEED = "SIMULATION_SEED"
#: Seconds for which rank 0 waits for a message before it asks whether to stop.
IDLE_S = 0.1


def check(
    seed: int, choose: Choose = choose_dispatcher, worker_type: type[Worker] = Worker
) -> Record:
    """Play the scenario of a seed and demand what must be true.

    Raises:
        SimulationError: what is wrong, how to see it again, and the last events.
    """
    scenario = draw(seed)
    world = World(random.Random(-1 - seed))
    try:
        record = play(scenario, world, most_steps(scenario), choose, worker_type)
        demand(scenario, record)
    except SimulationError as error:
        raise SimulationError(
            f"{error}\nseed {seed}, dispatcher {scenario.kind}, {scenario.n_ranks} ranks, "
            f"{len(scenario.bounds) - 1} batches; again by\n"
            f"  {SEED}={seed} python -m pytest tests/engine/test_simulated_dispatch.py\n"
            f"the last events:\n{world.trace()}"
        ) from error
    return record


def check_all(
    seeds: Iterable[int], choose: Choose = choose_dispatcher, worker_type: type[Worker] = Worker
) -> None:
    """Check one seed after the other; raises for the first that is wrong."""
    for seed in seeds:
        check(seed, choose, worker_type)


def most_calls(scenario: Scenario) -> tuple[int, int]:
    """Bounds of the calls of `next_batch` and of `report`, over both phases."""
    n_batches = sum(_phases(scenario))
    n_tasks = scenario.n_tasks + scenario.fates.count("suspect")
    both = 2 * scenario.n_ranks
    return n_batches + both, both + n_tasks + 2 * n_batches


def most_messages(scenario: Scenario, length_s: float = math.inf) -> int:
    """Bound of the messages of a run of that length."""
    workers = scenario.n_ranks - 1
    if scenario.kind == "node" or not workers:
        return 0
    requests = sum(max(n_batches - workers, 0) + workers for n_batches in _phases(scenario))
    signs_of_life = min(most_calls(scenario)[1], workers * length_s / HEARTBEAT_S)
    return 2 * (requests + int(signs_of_life))


def most_steps(scenario: Scenario) -> int:
    """Bound of the steps of the simulated world.

    A rank takes a step to begin, to come late, to be asked to stop and for each of at most six
    meetings; a task takes one, an access to the counter one, a message four (its sender's, its
    arrival, its receiver's, and the end of the receiver's patience), a look of rank 0 in vain two.
    """
    next_batches, reports = most_calls(scenario)
    steps = 9 * scenario.n_ranks + scenario.n_tasks + scenario.fates.count("suspect")
    if scenario.kind == "node":
        # Rank 0 reads the tallies at the end of either phase.
        return steps + 2 * next_batches + 4 * reports + 2
    messages = most_messages(scenario)
    once_more = sum(
        cost_s
        for cost_s, fate in zip(scenario.costs_s, scenario.fates, strict=True)
        if fate == "suspect"
    )
    length_s = (
        max(scenario.start_s)
        + (sum(scenario.costs_s) + once_more) * max(scenario.slowness)
        + (steps + 4 * messages) * scenario.longest_delay_s
    )
    return steps + 4 * messages + 2 * int(length_s / IDLE_S + 2)


def demand(scenario: Scenario, record: Record) -> None:
    """Raise SimulationError for the first promise that a run has not kept."""
    for promise in (_batches, _tasks, _reports, _messages, _stopping):
        for broken in promise(scenario, record):
            raise SimulationError(broken)


def _batches(scenario: Scenario, record: Record) -> Iterator[str]:
    """Each batch is handed out once; at most once if somebody was asked to stop."""
    for (phase, batch), times in record.handed.items():
        if times != 1:
            yield f"batch {batch} of phase {phase} was handed out {times} times"
    if record.asked:
        return
    for phase, n_batches in enumerate(_phases(scenario)):
        for batch in range(n_batches):
            if (phase, batch) not in record.handed:
                yield f"batch {batch} of phase {phase} was not handed out"


def _tasks(scenario: Scenario, record: Record) -> Iterator[str]:
    """Each task is done once, a suspect after a first trial; at most once after a stop."""
    for (phase, task), times in record.started.items():
        if times != 1:
            yield f"task {task} was started {times} times in phase {phase}"
    for task, fate in enumerate(scenario.fates):
        expected = "done" if fate == "suspect" else fate
        if record.settled.get(task, "" if record.asked else "lost") not in ("", expected):
            yield f"task {task} is {record.settled.get(task, 'lost')}, not {expected}"


def _reports(scenario: Scenario, record: Record) -> Iterator[str]:
    """In the end all that is settled is kept, reported, and told by rank 0."""
    settled = list(record.settled.values())
    truth = settled.count("done"), settled.count("failed")
    if sum(record.kept.values()) != len(settled):
        yield f"{len(settled)} tasks are settled, {sum(record.kept.values())} are kept"
    reported = (
        sum(done for done, _ in record.reported.values()),
        sum(failed for _, failed in record.reported.values()),
    )
    if reported != truth:
        yield f"the ranks report {reported} done and failed, it is {truth}"
    if record.tally != truth:
        yield f"rank 0 tells {record.tally} done and failed, it is {truth}"


def _messages(scenario: Scenario, record: Record) -> Iterator[str]:
    """Nothing stays unheard, and nobody talks more than needed."""
    if record.sent != record.received:
        yield f"{record.sent - record.received} messages were never received"
    most = most_messages(scenario, record.left_s)
    if record.sent > most:
        yield f"{record.sent} messages were sent, more than {most}"


def _stopping(scenario: Scenario, record: Record) -> Iterator[str]:
    """A rank that is asked to stop begins at most one more task; soon all have left.

    "Soon": a rank ends the task in hand and at most one more; the same for every other rank after
    its next sign of life. Of communication every rank awaits at most five times its turn at rank 0,
    which answers all others before, and does a few acts of its own.
    """
    for rank, asked_s in record.asked.items():
        after = sum(at == rank and moment_s > asked_s for at, moment_s in record.starts)
        if after > 1:
            yield f"rank {rank} began {after} tasks after it was asked to stop"
    if record.heeded_s is None:
        return
    soon_s = (
        max(record.heeded_s, *scenario.start_s)
        + 4 * scenario.longest_task_s
        + HEARTBEAT_S
        + IDLE_S
        + (5 * scenario.n_ranks + 40) * scenario.longest_delay_s
    )
    if record.left_s > soon_s:
        yield f"asked to stop at {record.heeded_s:.6f} s, the last rank left at {record.left_s:.6f}"


def _phases(scenario: Scenario) -> tuple[int, int]:
    """Batches of what is left, and of the suspects."""
    return len(scenario.bounds) - 1, scenario.fates.count("suspect")
