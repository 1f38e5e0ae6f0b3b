"""Processes that were started together know it, or refuse."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from region_grower_hpc.engine.launcher import (
    announced_rank,
    announced_size,
    check_launcher,
    check_not_alone,
    without_launcher,
)
from region_grower_hpc.errors import ExitCode, LauncherError
from region_grower_hpc.testing import run_command

TOY = ["-m", "tests.engine.toy"]


@pytest.mark.parametrize(
    ("environment", "size"),
    [
        ({}, None),
        ({"PMI_SIZE": "4", "PMI_RANK": "1"}, 4),
        ({"OMPI_COMM_WORLD_SIZE": "3"}, 3),
        ({"PMIX_RANK": "2"}, 3),
        ({"SLURM_STEP_NUM_TASKS": "6", "SLURM_PROCID": "0"}, 6),
        ({"SLURM_NTASKS": "6"}, None),
        ({"PMI_SIZE": "2", "SLURM_STEP_NUM_TASKS": "1", "SLURM_PROCID": "0"}, 2),
    ],
)
def test_what_launchers_announce(environment: dict[str, str], size: int | None) -> None:
    assert announced_size(environment) == size


def test_the_announced_rank() -> None:
    assert announced_rank({}) is None
    assert announced_rank({"PMI_SIZE": "4", "PMI_RANK": "3"}) == 3
    assert announced_rank({"SLURM_STEP_NUM_TASKS": "6", "SLURM_PROCID": "5"}) == 5


def test_singletons_are_told_which_mpi_to_use() -> None:
    step = {"SLURM_STEP_NUM_TASKS": "4", "SLURM_PROCID": "2"}
    with pytest.raises(LauncherError, match="--mpi=pmix"):
        check_not_alone(1, step, "Open MPI v5.0.11")
    with pytest.raises(LauncherError, match="--mpi=pmi2"):
        check_not_alone(1, step, "MPICH Version: 5.0.2")
    with pytest.raises(LauncherError, match="mpiexec that belongs to"):
        check_not_alone(1, {"PMI_SIZE": "4"}, "Open MPI v5.0.11")
    with pytest.raises(LauncherError, match=r"\[mpich\]"):
        check_not_alone(1, {"PMI_SIZE": "4"}, "")
    check_not_alone(4, step, "MPICH")
    check_not_alone(1, {}, "")
    check_not_alone(1, {"PMI_SIZE": "1"}, "")


def test_a_launcher_that_the_library_does_not_understand_is_refused() -> None:
    """Before MPI_Init, in which MPICH would abort without advice."""
    mpich = "MPICH Version:      5.0.2\nMPICH configure:    --with-pm=hydra\n"
    step = {"SLURM_STEP_NUM_TASKS": "4", "SLURM_PROCID": "2", "PMIX_RANK": "2"}
    with pytest.raises(LauncherError, match=r"\(MPICH Version: 5.0.2\).*mpiexec that belongs to"):
        check_launcher({"PMIX_RANK": "0", "OMPI_COMM_WORLD_SIZE": "4"}, mpich)
    with pytest.raises(LauncherError, match="--mpi=pmi2"):
        check_launcher(step, mpich)
    check_launcher({"PMI_RANK": "0", **step}, mpich)
    check_launcher(step, mpich + "--with-pmix=/usr")
    check_launcher(step, "Open MPI v5.0.11")


def test_a_silent_singleton_refuses_to_start(tmp_path: Path) -> None:
    alone = {"SLURM_STEP_NUM_TASKS": "4", "SLURM_PROCID": "0"}
    finished = run_command([*TOY, str(tmp_path / "out")], 0, alone, timeout_s=60)
    assert finished.returncode == ExitCode.INVALID_INPUT
    assert "each sees a world of one" in finished.stderr
    assert not (tmp_path / "out").exists()


@pytest.fixture
def without_mpi(tmp_path: Path) -> dict[str, str]:
    """An environment in which mpi4py finds no MPI library."""
    package = tmp_path / "absent" / "mpi4py"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise ImportError('mpi4py is hidden')\n")
    paths = [str(package.parent), *filter(None, sys.path), str(Path.cwd())]
    return {"PYTHONPATH": ":".join(paths)}


def test_one_rank_works_without_mpi4py(tmp_path: Path, without_mpi: dict[str, str]) -> None:
    finished = run_command([*TOY, str(tmp_path / "out")], 0, without_mpi, timeout_s=60)
    assert finished.returncode == ExitCode.DONE, finished.stderr


def test_many_processes_without_mpi4py_refuse(tmp_path: Path, without_mpi: dict[str, str]) -> None:
    environment = {**without_mpi, "PMI_SIZE": "2", "PMI_RANK": "0"}
    finished = run_command([*TOY, str(tmp_path / "out")], 0, environment, timeout_s=60)
    assert finished.returncode == ExitCode.INVALID_INPUT
    assert "[mpich]" in finished.stderr


@pytest.mark.mpi
def test_node_dispatch_over_two_nodes_is_refused(tmp_path: Path) -> None:
    command = [*TOY, str(tmp_path / "out"), "--dispatch", "node"]
    finished = run_command(command, 4, {"MPIR_CVAR_NUM_CLIQUES": "2"}, timeout_s=60)
    assert finished.returncode == ExitCode.INVALID_INPUT
    assert finished.stderr.count("use --dispatch master") == 1


def test_a_child_is_not_a_rank() -> None:
    environment = {"PMI_RANK": "1", "PMIX_ID": "x", "OMPI_X": "y", "HOME": "/", "PATH": "p"}
    assert without_launcher(environment) == {"HOME": "/", "PATH": "p"}
