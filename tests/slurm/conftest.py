"""The cluster of the SLURM tests, and a folder from which to submit."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.slurm.cluster import Cluster, obtain_programs
from tests.slurm.project import Project


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """Three virtual nodes, up for all tests that ask for them."""
    if "slurm" not in request.config.option.markexpr:
        pytest.skip("installs SLURM and starts a cluster: make slurm-test")
    if reason := obtain_programs():
        pytest.skip(reason)
    # Not below tmp_path, whose name is too long for a socket's.
    folder = Path(tempfile.mkdtemp(prefix="slurm-"))
    cluster = Cluster(folder)
    cluster.guard()
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop_by_guard()


@pytest.fixture
def project(cluster: Cluster, tmp_path: Path) -> Iterator[Project]:
    """A folder with a copy of slurm/, in which jobs run."""
    project = Project(cluster, tmp_path)
    yield project
    project.end()
