"""How this process was started: by mpiexec, by srun, or by hand; and how to start more ranks."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from region_grower_hpc.errors import LauncherError

#: Variables in which launchers announce the number of ranks, the closest launcher first: mpiexec
#: inside an srun step overrides what the step says.
_SIZE_VARIABLES = ("PMI_SIZE", "OMPI_COMM_WORLD_SIZE", "SLURM_STEP_NUM_TASKS")
#: Variables that only a rank has.
_RANK_VARIABLES = ("PMI_RANK", "PMIX_RANK", "OMPI_COMM_WORLD_RANK")
#: Beginnings of the variables by which a process knows that it is a rank.
_LAUNCHER_PREFIXES = ("PMI_", "PMIX_", "OMPI_", "MPI_LOCAL", "HYDRA_", "HYDI_", "PRTE_")


def announced_size(environment: Mapping[str, str]) -> int | None:
    """The number of ranks that the launcher announces; None when started by hand.

    A PMIx launcher may tell a rank above zero without a size: then at least that many plus one.
    """
    for name in _SIZE_VARIABLES:
        value = environment.get(name, "")
        # A batch script inherits no step; SLURM_PROCID tells a process of a step from others.
        if name == "SLURM_STEP_NUM_TASKS" and "SLURM_PROCID" not in environment:
            continue
        if value.isdigit():
            return int(value)
    for name in _RANK_VARIABLES:
        value = environment.get(name, "")
        if value.isdigit():
            return int(value) + 1
    return None


def announced_rank(environment: Mapping[str, str]) -> int | None:
    """The rank that the launcher announces; None when started by hand."""
    if announced_size(environment) is None:
        return None
    for name in (*_RANK_VARIABLES, "SLURM_PROCID"):
        value = environment.get(name, "")
        if value.isdigit():
            return int(value)
    return None


def check_not_alone(size: int, environment: Mapping[str, str], library: str) -> None:
    """Refuse to start as one of N processes that each see a world of one.

    Raises:
        LauncherError: the MPI library and the launcher do not fit.
    """
    announced = announced_size(environment)
    if announced is None or announced <= 1 or size == announced:
        return
    if size > 1:
        return  # Launched in parts (mpiexec -n 2 : -n 3): MPI knows better than the variables.
    if not library:
        raise LauncherError(
            f"the launcher started {announced} processes, but mpi4py with an MPI library is not "
            "installed here, so that each would be alone: pip install 'region-grower-hpc[mpich]' "
            "(or mpi4py with the MPI of your site)"
        )
    if "SLURM_STEP_NUM_TASKS" in environment:
        flavour = "--mpi=pmix" if "open mpi" in library.lower() else "--mpi=pmi2"
        advice = f"use srun {flavour} (srun --mpi=list shows what your site has)"
    else:
        advice = f"use the mpiexec that belongs to this library ({library})"
    raise LauncherError(
        f"the launcher started {announced} processes, but each sees a world of one: the MPI "
        f"library and the launcher do not fit; {advice}"
    )


def find_mpiexec() -> str | None:
    """The mpiexec of the environment that runs us, else the one on PATH."""
    beside = Path(sys.executable).parent / "mpiexec"
    return str(beside) if beside.exists() else shutil.which("mpiexec")


def has_mpi() -> bool:
    """Whether mpi4py is installed and an mpiexec is at hand."""
    from importlib.util import find_spec

    return find_spec("mpi4py") is not None and find_mpiexec() is not None


def respawn(n_ranks: int) -> NoReturn:
    """Replace this process by `mpiexec -n n_ranks` of the same command.

    Raises:
        LauncherError: without mpi4py or without an mpiexec.
    """
    mpiexec = find_mpiexec()
    if mpiexec is None or not has_mpi():
        raise LauncherError(
            f"--nb-processes {n_ranks} needs mpi4py and an MPI library: "
            "pip install 'region-grower-hpc[mpich]', or start the command with your site's srun "
            "or mpiexec, or use --nb-processes 1"
        )
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(mpiexec, [mpiexec, "-n", str(n_ranks), sys.executable, *sys.orig_argv[1:]])


def without_launcher(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of a child process that is not a rank."""
    return {
        name: value
        for name, value in environment.items()
        if not name.startswith(_LAUNCHER_PREFIXES)
    }
