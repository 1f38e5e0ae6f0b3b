"""The MPI vendors, and what the toy job gives without any."""

from __future__ import annotations

import pytest

from region_grower_hpc.errors import ExitCode
from region_grower_hpc.testing import results, run_command
from tests.vendors.vendor import Vendor, find_mpich, find_openmpi

TOY = ["-m", "tests.engine.toy"]


@pytest.fixture(scope="session", params=["mpich", "openmpi"])
def vendor(request: pytest.FixtureRequest) -> Vendor:
    """Each vendor that is installed."""
    return find_mpich() if request.param == "mpich" else find_openmpi()


@pytest.fixture(scope="session")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Files of the toy job in one process without MPI."""
    out = tmp_path_factory.mktemp("reference") / "out"
    finished = run_command([*TOY, str(out)], timeout_s=60)
    assert finished.returncode == ExitCode.DONE, finished.stderr
    return results(out)
