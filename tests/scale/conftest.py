"""Figures of the long form: a table at the end, and JSON where SCALE_JSON names a file."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

FIGURES = pytest.StashKey[list[dict[str, Any]]]()


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Note a figure of this test, by name."""

    def note(**values: Any) -> None:
        request.node.user_properties.append(("figure", {"test": request.node.name, **values}))

    return note


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Show what the tests noted."""
    figures = [
        value
        for reports in (terminalreporter.stats.get(key, ()) for key in ("passed", "failed"))
        for report in reports
        for name, value in getattr(report, "user_properties", ())
        if name == "figure" and report.when == "call"
    ]
    if not figures:
        return
    terminalreporter.section("scale")
    for each in figures:
        words = [f"{name} {value:,}" for name, value in each.items() if name != "test"]
        terminalreporter.line(f"{each['test']}: {', '.join(words)}")
    if target := os.environ.get("SCALE_JSON"):
        Path(target).write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
