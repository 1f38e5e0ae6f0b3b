"""The library of failing calls, and the commands that meet it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clone.small_dataset import make_small_dataset
from tests.conn_props.random_circuit import make_random_circuit
from tests.efeatures.small_recordings import make_small_recordings
from tests.fault.campaign import Server, System, serving
from tests.fault.failing_calls import build
from tests.fault.systems import (
    Clones,
    ConnProps,
    Efeatures,
    EveryOutput,
    Shards,
    Toy,
    small_population,
)


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("library"))


@pytest.fixture(scope="session")
def server(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(library, tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(scope="session")
def systems(tmp_path_factory: pytest.TempPathFactory) -> dict[str, System]:
    column = small_population(tmp_path_factory.mktemp("column") / "inputs")
    data = make_small_dataset(tmp_path_factory.mktemp("clones") / "inputs", 4, 3)
    recordings = make_small_recordings(tmp_path_factory.mktemp("recordings") / "inputs")
    circuit = make_random_circuit(tmp_path_factory.mktemp("edges") / "inputs", 2400, 24, "random")
    found: list[System] = [
        *(Toy(), Shards(column), EveryOutput(column), Clones(data), Efeatures(recordings)),
        ConnProps(circuit),
    ]
    return {system.name: system for system in found}
