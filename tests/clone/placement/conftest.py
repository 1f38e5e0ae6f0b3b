"""A circuit that each test may change."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.clone.placement.small_circuit import SmallCircuit, make_small_circuit


@pytest.fixture(scope="session")
def unchanged_circuit(tmp_path_factory: pytest.TempPathFactory) -> SmallCircuit:
    return make_small_circuit(tmp_path_factory.mktemp("circuit") / "inputs")


@pytest.fixture
def circuit(unchanged_circuit: SmallCircuit, tmp_path: Path) -> SmallCircuit:
    folder = tmp_path / "inputs"
    shutil.copytree(unchanged_circuit.folder, folder)
    return SmallCircuit(folder)
