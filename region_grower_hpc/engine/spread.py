"""The plan of rank 0 on every rank."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from region_grower_hpc.engine.communicator import Communicator
from region_grower_hpc.engine.job import Plan


def spread(comm: Communicator, plan: Plan | None) -> Plan:
    """Give every rank the plan, its large arrays in memory that the ranks of a node share.

    Args:
        comm: all ranks.
        plan: on rank 0; None elsewhere.
    """
    arrays: dict[str, Any] = {}
    light = None
    if plan is not None:
        arrays = {"tasks": plan.tasks, "costs_s": plan.costs_s, **plan.shared}
        empty = np.empty(0, dtype=np.int64)
        bare = dataclasses.replace(
            plan,
            tasks=empty,
            costs_s=np.empty(0),
            shared={},
            cost_groups=None,
            left_out=empty,
        )
        light = (bare, list(arrays))
    bare, names = comm.bcast(light)  # type: ignore[misc]
    shared = {name: comm.share(arrays.get(name)) for name in names}
    tasks, costs_s = shared.pop("tasks"), shared.pop("costs_s")
    return dataclasses.replace(plan or bare, tasks=tasks, costs_s=costs_s, shared=shared)
