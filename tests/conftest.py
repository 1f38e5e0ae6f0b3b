"""Fixtures shared by all tests."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The developers' data folder; the test is skipped where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the developers' data folder ../shared/data is absent")
    return SHARED_DATA
