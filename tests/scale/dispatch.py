"""Ranks take the ids of a large plan in batches and do nothing with them.

``mpiexec -n 3 python -m tests.scale.dispatch N_TASKS node|master`` prints a line of JSON.
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np

from region_grower_hpc.engine.comm import connect
from region_grower_hpc.engine.communicator import Communicator
from region_grower_hpc.engine.dispatch import SERVICE_S, choose_dispatcher
from region_grower_hpc.engine.order import guided_bounds, longest_first


def hand_out(comm: Communicator, n_tasks: int, kind: str) -> dict[str, float]:
    """Order, cut and hand out; the rates on rank 0."""
    order, bounds = None, None
    started_s = time.perf_counter()
    if comm.is_root:
        costs_s = np.random.default_rng(0).lognormal(-7, 0.8, n_tasks)
        started_s = time.perf_counter()
        order = longest_first(costs_s, np.arange(n_tasks, dtype=np.int32))
        workers = max(comm.size - (kind == "master"), 1)
        service_s = SERVICE_S if kind == "master" else 0.0
        bounds = guided_bounds(costs_s[order], workers, service_s=service_s)
    prepared_s = time.perf_counter() - started_s
    order, bounds = comm.share(order), comm.share(bounds)
    dispatcher = choose_dispatcher(comm, len(bounds) - 1, kind)
    total, count = 0, 0
    if dispatcher.computes:
        dispatcher.report(0, 0, False)
        while (batch := dispatcher.next_batch()) is not None:
            positions = order[bounds[batch] : bounds[batch + 1]]
            total += int(positions.sum(dtype=np.int64))
            count += len(positions)
            dispatcher.report(count, 0, False)
    else:
        dispatcher.serve(lambda: False)
    everyone = comm.allgather((total, count))
    wall_s = time.perf_counter() - started_s
    if sum(count for _, count in everyone) != n_tasks:
        raise SystemExit("some ids were not handed out, or twice")
    if sum(total for total, _ in everyone) != n_tasks * (n_tasks - 1) // 2:
        raise SystemExit("not the right ids were handed out")
    return {
        "ranks": comm.size,
        "tasks": n_tasks,
        "batches": len(bounds) - 1,
        "order_and_bounds_s": round(prepared_s, 3),
        "wall_s": round(wall_s, 3),
        "tasks_per_s": round(n_tasks / wall_s),
    }


if __name__ == "__main__":
    ranks = connect()
    told = hand_out(ranks, int(sys.argv[1]), sys.argv[2])
    if ranks.is_root:
        print(json.dumps({"dispatch": sys.argv[2], **told}), flush=True)
