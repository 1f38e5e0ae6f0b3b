"""Simulate how well many ranks are used: 1 to 100,000, with costs that were measured.

    python benchmarks/simulate_scale.py --write

writes the table into docs/scale.md, which tells what is simulated and where the numbers come from.
The order of the tasks and the sizes of the batches are the engine's own (engine/order.py).
"""

from __future__ import annotations

import argparse
import heapq
import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.engine.dispatch import HEARTBEAT_S, SERVICE_S
from region_grower_hpc.engine.order import guided_bounds, longest_first

FloatArray = NDArray[np.float64]
Int64Array = NDArray[np.int64]

HERE = Path(__file__).parent
COSTS_JSON = HERE / "results" / "cell-costs.json"
MESSAGES_JSON = HERE / "results" / "dispatch-messages.json"
PAGE = HERE.parent / "docs" / "scale.md"
#: ranks, tasks a rank
SIZES = (
    (1, 1_000),
    (16, 1_000),
    (128, 1_000),
    (1_000, 1_000),
    (1_000, 10_000),
    (10_000, 1_000),
    (100_000, 100),
)
POLICIES = ("static", "single", "fixed", "guided")
FIXED_BATCH = 10


@dataclass(frozen=True)
class Messages:
    """What it costs to get a batch, seconds.

    Attributes:
        service_s: time of rank 0 for one request.
        latency_s: from request to answer, if rank 0 is free, without its service.
        counter_s: an increment of the counter that the ranks of a node share.
        heartbeat_s: at least so much time lies between two signs of life inside a batch; each
            costs rank 0 as much as a request.
    """

    service_s: float
    latency_s: float
    counter_s: float
    heartbeat_s: float = HEARTBEAT_S

    def of(self, n_ranks: int) -> Messages:
        """With the heartbeat of so many ranks, as MasterDispatcher chooses it."""
        heartbeat_s = max(self.heartbeat_s, n_ranks / 10_000)
        return Messages(self.service_s, self.latency_s, self.counter_s, heartbeat_s)


@dataclass(frozen=True)
class StartUp:
    """Seconds until the first task: of a process, and of each doubling of the ranks."""

    process_s: float
    doubling_s: float

    def of(self, n_ranks: int) -> float:
        """Seconds with so many ranks."""
        return self.process_s + self.doubling_s * math.log2(n_ranks)


def read_messages(path: Path) -> tuple[Messages, StartUp]:
    """From results/dispatch-messages.json, which names the origin of each value."""
    told = json.loads(path.read_text(encoding="utf-8"))
    values = {name: entry["value"] for name, entry in told.items()}
    messages = Messages(
        1e-6 * values["service_us"], 1e-6 * values["latency_us"], 1e-6 * values["counter_us"]
    )
    return messages, StartUp(values["process_start_up_s"], values["start_up_a_doubling_s"])


class CellCosts:
    """Measured CPU seconds of cells, by group.

    Args:
        groups: {name: {"cells": n, "mean_s": mean, "quantiles_s": [...]}}, the quantiles equally
            spaced from 0 to 1.
    """

    def __init__(self, groups: dict[str, dict[str, float | list[float]]]) -> None:
        self._shares = np.array([group["cells"] for group in groups.values()], dtype=float)
        self._means_s = np.array([group["mean_s"] for group in groups.values()])
        self._quantiles_s = [np.array(group["quantiles_s"]) for group in groups.values()]

    @classmethod
    def read(cls, path: Path) -> CellCosts:
        """From results/cell-costs.json."""
        return cls(json.loads(path.read_text(encoding="utf-8"))["groups"])

    def draw(self, n_tasks: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
        """Real costs of some cells in random order, and the predicted ones: means of the groups."""
        groups = rng.choice(len(self._shares), size=n_tasks, p=self._shares / self._shares.sum())
        costs_s = np.empty(n_tasks)
        for number, quantiles_s in enumerate(self._quantiles_s):
            members = np.flatnonzero(groups == number)
            where = rng.random(len(members))
            costs_s[members] = np.interp(where, np.linspace(0, 1, len(quantiles_s)), quantiles_s)
        return costs_s, self._means_s[groups]


def static_s(costs_s: FloatArray, ranks: int) -> float:
    """Wall time where each rank gets an equal number of neighbouring tasks."""
    bounds = np.arange(ranks) * len(costs_s) // ranks
    return float(np.add.reduceat(costs_s, bounds[bounds < len(costs_s)]).max())


def node_s(batches_s: Sequence[float], ranks: int, messages: Messages) -> float:
    """Wall time where all ranks compute and take batches from a shared counter."""
    free_s = [0.0] * ranks
    end_s = 0.0
    for batch_s in batches_s:
        stop_s = free_s[0] + messages.counter_s + batch_s
        heapq.heapreplace(free_s, stop_s)
        end_s = max(end_s, stop_s)
    return end_s + messages.counter_s


def master_s(
    batches_s: Sequence[float], ranks: int, messages: Messages, unasked: bool = False
) -> float:
    """Wall time where rank 0 answers one request after another and the others compute.

    Args:
        batches_s: time of each batch, in the order in which they are handed out.
        ranks: rank 0 included.
        messages: what they cost.
        unasked: each worker begins with a batch without a request.
    """
    first = list(batches_s[: ranks - 1]) if unasked else []
    asks_s = first + [0.0] * (ranks - 1 - len(first))
    heapq.heapify(asks_s)
    half_s = messages.latency_s / 2
    service_s, heartbeat_s = messages.service_s, messages.heartbeat_s
    server_s = sum(service_s * (batch_s // heartbeat_s) for batch_s in first)
    end_s = max(first, default=0.0)
    for batch_s in batches_s[len(first) :]:
        arrives_s = asks_s[0] + half_s
        server_s = (server_s if server_s > arrives_s else arrives_s) + service_s
        stop_s = server_s + half_s + batch_s
        # The signs of life of a batch are charged at once.
        server_s += service_s * (batch_s // heartbeat_s)
        heapq.heapreplace(asks_s, stop_s)
        if stop_s > end_s:
            end_s = stop_s
    return end_s + messages.latency_s + service_s


def efficiency(
    policy: str,
    costs_s: FloatArray,
    predicted_s: FloatArray,
    ranks: int,
    cores_a_node: int,
    messages: Messages,
) -> float:
    """CPU time of the tasks over ranks x wall time, without start-up and writing."""
    one_node = ranks <= cores_a_node
    if policy == "static":
        return float(costs_s.sum() / (ranks * static_s(costs_s, ranks)))
    if policy == "guided":
        order = longest_first(predicted_s, np.arange(len(costs_s), dtype=np.int64))
        service_s = 0.0 if one_node else SERVICE_S
        bounds = guided_bounds(
            predicted_s[order], max(ranks - (not one_node), 1), service_s=service_s
        )
    else:
        order = np.arange(len(costs_s), dtype=np.int64)
        bounds = guided_bounds(predicted_s, ranks, FIXED_BATCH if policy == "fixed" else 1)
    batches_s = np.add.reduceat(costs_s[order], bounds[:-1]).tolist()
    if one_node:
        wall_s = node_s(batches_s, ranks, messages)
    else:
        wall_s = master_s(batches_s, ranks, messages.of(ranks), unasked=policy == "guided")
    return float(costs_s.sum() / (ranks * wall_s))


@dataclass(frozen=True)
class Row:
    """One row of the table: efficiencies by policy; `whole` is the last with start-up."""

    ranks: int
    tasks_a_rank: int
    dispatch: str
    efficiencies: tuple[float, ...]
    whole: float


def simulate(
    costs: CellCosts,
    ranks: int,
    tasks_a_rank: int,
    cores_a_node: int,
    messages: Messages,
    start_up: StartUp,
) -> Row:
    """One size."""
    rng = np.random.default_rng([ranks, tasks_a_rank])
    costs_s, predicted_s = costs.draw(ranks * tasks_a_rank, rng)
    found = tuple(
        efficiency(policy, costs_s, predicted_s, ranks, cores_a_node, messages)
        for policy in POLICIES
    )
    useful_s = float(costs_s.sum()) / ranks
    whole = useful_s / (useful_s / found[-1] + start_up.of(ranks))
    dispatch = "node" if ranks <= cores_a_node else "master"
    return Row(ranks, tasks_a_rank, dispatch, found, whole)


def markdown(rows: Sequence[Row]) -> str:
    """The table."""
    lines = [
        "| ranks | tasks a rank | dispatch | static split | one at a time, random order "
        "| batches of 10, random order | longest first, guided batches | the last with start-up |",
        "|---:|---:|---|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        cells = [f"{row.ranks:,}", f"{row.tasks_a_rank:,}", row.dispatch]
        cells += [f"{value:.3f}" for value in (*row.efficiencies, row.whole)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def write_into(page: Path, text: str) -> None:
    """Replace what stands between the page's markers."""
    begin, end = "<!-- scale:begin -->", "<!-- scale:end -->"
    former = page.read_text(encoding="utf-8")
    pattern = re.compile(f"{begin}.*?{end}", re.S)
    if not pattern.search(former):
        raise SystemExit(f"{page}: the markers {begin} and {end} are missing")
    page.write_text(pattern.sub(lambda _: f"{begin}\n{text}\n{end}", former), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cores-a-node", type=int, default=128, metavar="N")
    parser.add_argument("--most-ranks", type=int, default=100_000, metavar="N")
    parser.add_argument("--write", action="store_true", help="into docs/scale.md")
    options = parser.parse_args()
    messages, start_up = read_messages(MESSAGES_JSON)
    costs = CellCosts.read(COSTS_JSON)
    text = markdown(
        [
            simulate(costs, ranks, tasks, options.cores_a_node, messages, start_up)
            for ranks, tasks in SIZES
            if ranks <= options.most_ranks
        ]
    )
    print(text)
    if options.write:
        write_into(PAGE, text)


if __name__ == "__main__":
    main()
