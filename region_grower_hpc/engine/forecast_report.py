"""The forecast of a dry run in words and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from region_grower_hpc.engine.forecast import Forecast
from region_grower_hpc.engine.sizing import cores_a_node, suggest, table_of_sizes

#: Groups and failures that are shown.
SHOWN_GROUPS, SHOWN_FAILURES = 12, 5


def report(forecast: Forecast, environment: Mapping[str, str]) -> list[str]:
    """Lines for the user."""
    plan = forecast.plan
    lines = [f"{plan.n_tasks} tasks, {plan.n_shards} shard(s) of up to {plan.shard_size}"]
    if not plan.n_tasks:
        return [*lines, "nothing to compute"]
    if not forecast.n_sampled:
        return [*lines, "no task was sampled: the dry run was stopped"]
    lines += ["", *_group_lines(forecast), "", *_failure_lines(forecast)]
    if not forecast.is_sized:
        return [*lines, "nothing could be sized: no sample succeeded"]
    lines += [*_totals(forecast), "", *_size_lines(forecast, environment)]
    return lines


def as_json(forecast: Forecast, environment: Mapping[str, str]) -> dict[str, Any]:
    """Content of costs.json: means of the groups, and what is expected of the run."""
    demand, footprint = forecast.demand, forecast.footprint
    cores, _ = cores_a_node(environment)
    size = suggest(demand, cores)
    return {
        "groups": {
            group.name: {
                "tasks": group.n_tasks,
                "sampled": group.n_sampled,
                "mean_s": round(group.mean_s, 6),
                "deviation_s": round(group.deviation_s, 6),
            }
            for group in forecast.groups
            if forecast.n_sampled
        },
        "tasks_cpu_s": round(demand.total_s, 3),
        "tasks_error": round(forecast.error, 4),
        "writing_cpu_s": round(demand.writing_s, 3),
        "rank_0_start_up_cpu_s": round(demand.start_up_s, 3),
        "rank_start_up_cpu_s": round(forecast.rank_start_up_s, 3),
        "rank_mb": round(demand.rank_mb, 1),
        "rank_0_mb": round(demand.rank_0_mb, 1),
        "node_mb": round(demand.node_mb, 1),
        "outputs_bytes": round(footprint.size_bytes) if footprint else None,
        "journals_bytes": round(forecast.journal_bytes),
        "inodes": forecast.inodes,
        "suggestion": {
            "nodes": size.nodes,
            "ranks": size.ranks,
            "cores_a_node": cores,
            "wall_s": round(size.wall_s, 1),
            "efficiency": round(size.efficiency, 3),
            "srun": size.srun(),
            "mem_per_cpu": size.mem_per_cpu(),
        },
    }


def _group_lines(forecast: Forecast) -> list[str]:
    """The dearest groups, one a line."""
    groups = sorted(forecast.groups, key=lambda group: -group.total_s)
    shown, others = groups[:SHOWN_GROUPS], groups[SHOWN_GROUPS:]
    rows = [("", "tasks", "sampled", "CPU s a task", "CPU time")]
    rows += [
        (
            group.name,
            f"{group.n_tasks:,}",
            f"{group.n_sampled}",
            f"{group.mean_s:.3g}",
            duration(group.total_s),
        )
        for group in shown
    ]
    if others:
        n_tasks = sum(group.n_tasks for group in others)
        n_sampled = sum(group.n_sampled for group in others)
        total_s = sum(group.total_s for group in others)
        name = f"{len(others)} more, in costs.json"
        mean_s = f"{total_s / n_tasks:.3g}"
        rows.append((name, f"{n_tasks:,}", f"{n_sampled}", mean_s, duration(total_s)))
    return _aligned(rows)


def _failure_lines(forecast: Forecast) -> list[str]:
    failures = forecast.failures
    if not failures:
        return []
    kinds = Counter(failure.kind for failure in failures)
    told = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))
    lines = [f"{len(failures)} of {forecast.n_sampled} samples failed ({told}):"]
    lines += [f"  {each.task}: {each.kind}: {each.message}" for each in failures[:SHOWN_FAILURES]]
    if len(failures) > SHOWN_FAILURES:
        lines.append(f"  and {len(failures) - SHOWN_FAILURES} more")
    return [*lines, ""]


def _totals(forecast: Forecast) -> list[str]:
    demand, footprint = forecast.demand, forecast.footprint
    lines = [
        f"CPU time  {duration(forecast.cpu_s)} ± {100 * forecast.error:.0f} %, of which "
        f"{duration(demand.writing_s)} for writing; and the start of each rank, "
        f"{forecast.rank_start_up_s:.1f} s (rank 0: {demand.start_up_s:.1f} s)",
        f"memory    {demand.rank_mb:.0f} MB a rank, {demand.rank_0_mb:.0f} MB rank 0, and "
        f"{demand.node_mb:.0f} MB once a node (--memory-limit-per-rank counts "
        f"{forecast.memory.data_mb:.0f} MB of a rank)",
    ]
    if footprint is not None:
        lines.append(
            f"disk      {size(footprint.size_bytes)} in {forecast.inodes:,} files and folders; "
            f"until the end also {size(forecast.journal_bytes)} in journals, one a rank"
        )
    else:
        lines.append(f"disk      {size(forecast.journal_bytes)} in journals until the end")
    return lines


def _size_lines(forecast: Forecast, environment: Mapping[str, str]) -> list[str]:
    cores, origin = cores_a_node(environment)
    best = suggest(forecast.demand, cores)
    rows = [("", "ranks", "nodes", "wall time", "core hours", "efficiency")]
    for each in table_of_sizes(forecast.demand, best, cores):
        rows.append(
            (
                "suggested" if each.ranks == best.ranks else "",
                f"{each.ranks:,}",
                f"{each.nodes:,}",
                duration(each.wall_s),
                f"{each.core_hours:.3g}",
                f"{each.efficiency:.2f}",
            )
        )
    cores_told = "1 core" if cores == 1 else f"{cores} cores"
    return [
        *_aligned(rows),
        "",
        f"suggested for nodes of {cores_told} ({origin}):",
        f"  srun {best.srun()}  (or {best.mem_per_cpu()})",
    ]


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """The first column to the left, the others to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(
            [
                row[0].ljust(widths[0]),
                *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)),
            ]
        ).rstrip()
        for row in rows
    ]


def duration(seconds: float) -> str:
    """In the unit that suits: 42 s, 8.3 min, 1.5 h."""
    if seconds < 120:
        return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"
    return f"{seconds / 60:.1f} min" if seconds < 7200 else f"{seconds / 3600:,.1f} h"


def size(n_bytes: float) -> str:
    """In MB, GB or TB of powers of ten."""
    for unit, factor in (("TB", 1e12), ("GB", 1e9)):
        if n_bytes >= factor:
            return f"{n_bytes / factor:.1f} {unit}"
    return f"{n_bytes / 1e6:.1f} MB"
