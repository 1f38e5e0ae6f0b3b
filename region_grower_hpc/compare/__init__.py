"""Comparison of results: what differs first in each cell, and by how much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from region_grower_hpc.compare.comparison import compare
    from region_grower_hpc.compare.report import Report

__all__ = ["Report", "compare"]


def __getattr__(name: str) -> Any:
    # On use: the command line imports this package for its options alone.
    if name == "compare":
        from region_grower_hpc.compare.comparison import compare

        return compare
    if name == "Report":
        from region_grower_hpc.compare.report import Report

        return Report
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
