"""The plan of rank 0 on every rank."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from region_grower_hpc.engine.communicator import Communicator
from region_grower_hpc.engine.job import Plan


def spread(comm: Communicator, plan: Plan | None) -> Plan:
    """Give every rank the plan, its large arrays in memory that the ranks of a node share.

    Args:
        comm: all ranks.
        plan: on rank 0; None elsewhere. What orders the work stays on rank 0, which does it.
    """
    shared: Mapping[str, Any] = {} if plan is None else plan.shared
    light = None
    if plan is not None:
        empty = np.empty(0, dtype=np.int64)
        bare = dataclasses.replace(
            plan,
            tasks=empty,
            costs_s=np.empty(0),
            shared={},
            cost_groups=None,
            left_out=empty,
        )
        light = (bare, list(shared))
    bare, names = comm.bcast(light)  # type: ignore[misc]
    tasks = comm.share(None if plan is None else plan.tasks)
    here = {name: comm.share(shared.get(name)) for name in names}
    return dataclasses.replace(plan or bare, tasks=tasks, shared=here)
