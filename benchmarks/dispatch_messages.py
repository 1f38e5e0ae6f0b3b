"""What it costs to ask for work, without any work: run it under mpiexec.

    mpiexec -n 5 python dispatch_messages.py

Prints one line of JSON: CPU time of rank 0 a request (several workers keep it busy), the time from
a worker's request to its answer, and the CPU time of an increment of the shared counter. With more
ranks than cores the times include waiting for a core; results/dispatch-messages.json tells which
were kept.
"""

from __future__ import annotations

import argparse
import json
import time

from region_grower_hpc.engine.comm import connect
from region_grower_hpc.engine.communicator import Communicator
from region_grower_hpc.engine.dispatch import Dispatcher, MasterDispatcher, NodeDispatcher


def measure(comm: Communicator, dispatcher: Dispatcher, n_batches: int) -> dict[str, float] | None:
    """Microseconds a batch, on rank 0; None elsewhere."""
    comm.allgather(None)
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    asked = 0
    if dispatcher.computes:
        while dispatcher.next_batch() is not None:
            asked += 1
    else:
        dispatcher.serve(lambda: False)
    wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
    told = comm.gather((asked, wall_s, cpu_s))
    if told is None:
        return None
    workers = [each for each in told if each[0]]
    return {
        "rank_0_cpu_us": round(1e6 * cpu_s / n_batches, 2),
        "round_trip_us": round(1e6 * sum(each[1] for each in workers) / n_batches, 2),
        "workers_cpu_us": round(1e6 * sum(each[2] for each in workers) / n_batches, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--batches", type=int, default=20_000, help="requests of each way")
    n_batches = parser.parse_args().batches
    comm = connect()
    result = {
        "ranks": comm.size,
        "master": measure(comm, MasterDispatcher(comm, n_batches), n_batches),
        "node": measure(comm, NodeDispatcher(comm, n_batches), n_batches),
    }
    if comm.is_root:
        print(json.dumps(result))


if __name__ == "__main__":
    main()
