"""Predicted costs from measured ones: costs.json, of a former run or of a dry run."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.engine.job import Plan

#: Tasks looked at together, so that no copies of the plan's arrays are made.
TASKS_AT_ONCE = 1 << 16


def cost_groups(plan: Plan) -> tuple[NDArray[np.int64], list[str]]:
    """Group of each task, and the groups' names; one group "all" where the plan has none."""
    return _groups(plan, slice(None)), _names(plan)


def _names(plan: Plan) -> list[str]:
    return ["all"] if plan.cost_groups is None else list(plan.cost_group_names)


def group_means(plan: Plan, seconds: NDArray[np.floating[Any]]) -> dict[str, float]:
    """Mean measured seconds of each group's tasks; groups without a measured task are left out.

    Args:
        plan: with cost groups; one group "all" without them.
        seconds: (n,) measured seconds, 0 where not measured.
    """
    names = _names(plan)
    counts, sums = np.zeros(len(names), dtype=np.int64), np.zeros(len(names))
    for groups, some_s in _pieces(plan, seconds):
        measured = some_s > 0
        counts += np.bincount(groups[measured], minlength=len(names))
        sums += np.bincount(groups[measured], weights=some_s[measured], minlength=len(names))
    return {
        name: round(float(total / count), 6)
        for name, total, count in zip(names, sums, counts, strict=True)
        if count
    }


def read_means(costs_json: Path) -> dict[str, float]:
    """Mean seconds by group, from either form of costs.json; empty if it is absent or damaged.

    A run leaves ``{group: mean}``, a dry run ``{"groups": {group: {"mean_s": mean, ...}}, ...}``.
    """
    try:
        content = json.loads(costs_json.read_text(encoding="utf-8"))
        if isinstance(content.get("groups"), dict):
            content = {name: told["mean_s"] for name, told in content["groups"].items()}
        return {
            str(name): float(mean_s)
            for name, mean_s in content.items()
            if np.isfinite(float(mean_s)) and float(mean_s) >= 0
        }
    except (OSError, ValueError, AttributeError, TypeError, LookupError, ArithmeticError):
        return {}  # An order is only a help: a damaged file is not worth an error.
    except RecursionError:  # of nested lists
        return {}


def refine(plan: Plan, costs_json: Path) -> Plan:
    """The plan with each group's mean cost as costs.json tells it; proportions within stay."""
    known = read_means(costs_json)
    names = _names(plan)
    if known.keys().isdisjoint(names):
        return plan
    counts, sums_s = np.zeros(len(names), dtype=np.int64), np.zeros(len(names))
    for groups, some_s in _pieces(plan, plan.costs_s):
        counts += np.bincount(groups, minlength=len(names))
        sums_s += np.bincount(groups, weights=some_s, minlength=len(names))
    factors = [
        known[name] * count / sum_s if name in known and sum_s > 0 else 1.0
        for name, count, sum_s in zip(names, counts, sums_s, strict=True)
    ]
    costs_s = plan.costs_s.copy()
    for first in range(0, plan.n_tasks, TASKS_AT_ONCE):
        some = slice(first, first + TASKS_AT_ONCE)
        costs_s[some] *= np.take(factors, _groups(plan, some))
    return dataclasses.replace(plan, costs_s=costs_s)


def _pieces(
    plan: Plan, values: NDArray[np.floating[Any]]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.floating[Any]]]]:
    """Groups and values of all tasks, some at a time."""
    for first in range(0, plan.n_tasks, TASKS_AT_ONCE):
        some = slice(first, first + TASKS_AT_ONCE)
        yield _groups(plan, some), values[some]


def _groups(plan: Plan, some: slice) -> NDArray[np.int64]:
    """Groups of some tasks."""
    if plan.cost_groups is None:
        return np.zeros(len(plan.tasks[some]), dtype=np.int64)
    return plan.cost_groups[some]
