"""What may happen to the dispatchers: a run drawn from a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np

from region_grower_hpc.engine.communicator import Int64Array
from region_grower_hpc.engine.order import guided_bounds
from tests.engine.simulated_communicator import LONGEST_DELAY

MOST_RANKS = 12
MOST_BATCHES = 60


@dataclass(frozen=True)
class Scenario:
    """One run of the ranks, before it is played.

    Attributes:
        seed: from which all of it follows, and the chance while it is played.
        kind: the dispatcher, "node" or "master".
        bounds: of the batches over the tasks.
        costs_s: of each task.
        fates: of each task: done, failed or suspect.
        slowness: of each rank, a factor for all that it does.
        start_s: of each rank, how late it comes to the dispatcher.
        delay_s: scale of the delays of messages and of accesses to shared memory.
        synchronous: whether a send waits for its receipt.
        stops: (rank, moment) at which it is asked to stop.
    """

    seed: int
    kind: str
    bounds: Int64Array
    costs_s: tuple[float, ...]
    fates: tuple[str, ...]
    slowness: tuple[float, ...]
    start_s: tuple[float, ...]
    delay_s: float
    synchronous: bool
    stops: tuple[tuple[int, float], ...]

    @property
    def n_ranks(self) -> int:
        """Ranks of the run."""
        return len(self.slowness)

    @property
    def n_tasks(self) -> int:
        """Tasks of the first phase."""
        return len(self.costs_s)

    @property
    def longest_task_s(self) -> float:
        """The most that a task takes, wherever it runs."""
        return max(self.costs_s, default=0.0) * max(self.slowness)

    @property
    def longest_delay_s(self) -> float:
        """The most that one act of communication takes."""
        return LONGEST_DELAY * self.delay_s * max(self.slowness)


def draw(seed: int) -> Scenario:
    """The scenario of a seed."""
    choices = random.Random(seed)
    n_ranks = choices.randint(1, MOST_RANKS)
    scale_s = choices.choice((1e-3, 0.1, 1.0, 4.0))
    bounds, costs_s = _division(choices, scale_s, n_ranks)
    fates = choices.choices(("done", "failed", "suspect"), (20, 1, 1), k=len(costs_s))
    slowness = [choices.choice((1.0, 1.0, 1.0, 1.0, 5.0)) for _ in range(n_ranks)]
    late_s = choices.choice((0.0, scale_s, 10 * scale_s))
    spread_s = scale_s * len(costs_s) / n_ranks
    return Scenario(
        seed=seed,
        kind=choices.choice(("node", "master")),
        bounds=bounds,
        costs_s=costs_s,
        fates=tuple(fates),
        slowness=tuple(slowness),
        start_s=tuple(late_s * choices.random() for _ in range(n_ranks)),
        delay_s=choices.choice((1e-6, 1e-5, 1e-3, 0.1)),
        synchronous=choices.random() < 0.5,
        stops=_stops(choices, n_ranks, late_s + spread_s),
    )


def _division(
    choices: random.Random, scale_s: float, n_ranks: int
) -> tuple[Int64Array, tuple[float, ...]]:
    """Bounds of the batches, and costs: short batches, as a session divides, or a few long ones."""
    shape = choices.choice(("short", "short", "session", "long"))
    if shape == "session":
        n_tasks = int(120 * choices.random() ** 2)
        costs_s = tuple(scale_s * choices.random() for _ in range(n_tasks))
        return guided_bounds(np.array(costs_s), max(n_ranks - 1, 1)), costs_s
    if shape == "long":
        sizes = [choices.randint(10, 40) for _ in range(choices.randint(1, 3))]
        costs_s = tuple(scale_s * (0.7 + 0.3 * choices.random()) for _ in range(sum(sizes)))
    else:
        n_batches = int((MOST_BATCHES + 1) * choices.random() ** 2)
        sizes = [choices.choice((1, 1, 1, 2, 4)) for _ in range(n_batches)]
        costs_s = tuple(scale_s * choices.random() ** 3 for _ in range(sum(sizes)))
    return np.cumsum([0, *sizes], dtype=np.int64), costs_s


def _stops(choices: random.Random, n_ranks: int, until_s: float) -> tuple[tuple[int, float], ...]:
    """Nobody, rank 0, any rank, or all ranks (as launchers pass a signal on)."""
    first_s = until_s * choices.random() * choices.choice((0.0, 0.5, 1.0))
    whom = choices.choice(("nobody", "root", "one", "all"))
    if whom == "root":
        return ((0, first_s),)
    if whom == "one":
        return ((choices.randrange(n_ranks), first_s),)
    if whom == "all":
        return tuple((rank, first_s + 1e-3 * choices.random()) for rank in range(n_ranks))
    return ()
