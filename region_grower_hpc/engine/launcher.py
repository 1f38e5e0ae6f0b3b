"""How this process was started: by mpiexec, by srun, or by hand; and how to start more ranks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from region_grower_hpc.engine import restarts
from region_grower_hpc.errors import LauncherError

#: Variables in which launchers announce the number of ranks, the closest launcher first: mpiexec
#: inside an srun step overrides what the step says.
_SIZE_VARIABLES = ("PMI_SIZE", "OMPI_COMM_WORLD_SIZE", "SLURM_STEP_NUM_TASKS")
#: Variables that only a rank has.
_RANK_VARIABLES = ("PMI_RANK", "PMIX_RANK", "OMPI_COMM_WORLD_RANK")
#: Beginnings of the variables by which a process knows that it is a rank.
_LAUNCHER_PREFIXES = ("PMI_", "PMIX_", "OMPI_", "MPI_LOCAL", "HYDRA_", "HYDI_", "PRTE_")

#: Open MPI starts more ranks than cores only if told to (versions 5 and 4); others ignore this.
_MORE_RANKS_THAN_CORES = {
    "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
}
#: By these root tells Open MPI that it may start ranks.
_ROOT_CONFIRMS = ("OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM")


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


def check_launcher(environment: Mapping[str, str], description: str) -> None:
    """Refuse a launcher under which MPI_Init would abort.

    Args:
        environment: of this rank.
        description: of the MPI library, all that it tells of itself.

    Raises:
        LauncherError: an MPICH without PMIx under a launcher that speaks nothing else.
    """
    speaks_pmi = "PMI_RANK" in environment or "PMI_FD" in environment
    if "mpich" not in description.lower() or "pmix" in description.lower() or speaks_pmi:
        return
    if "PMIX_RANK" in environment:
        library = " ".join(description.split("\n")[0].split())
        raise LauncherError(
            f"the launcher speaks PMIx, which this MPI library ({library}) does not understand; "
            f"{_right_launcher(environment, library)}"
        )


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
    raise LauncherError(
        f"the launcher started {announced} processes, but each sees a world of one: the MPI "
        f"library and the launcher do not fit; {_right_launcher(environment, library)}"
    )


def _right_launcher(environment: Mapping[str, str], library: str) -> str:
    """What to start the ranks with."""
    if "SLURM_STEP_NUM_TASKS" in environment:
        flavour = "--mpi=pmix" if "open mpi" in library.lower() else "--mpi=pmi2"
        return f"use srun {flavour} (srun --mpi=list shows what your site has)"
    return f"use the mpiexec that belongs to this library ({library})"


def find_mpiexec() -> str | None:
    """The mpiexec of the environment that runs us, else the one on PATH."""
    beside = Path(sys.executable).parent / "mpiexec"
    return str(beside) if beside.exists() else shutil.which("mpiexec")


def has_mpi() -> bool:
    """Whether mpi4py is installed and an mpiexec is at hand."""
    from importlib.util import find_spec

    return find_spec("mpi4py") is not None and find_mpiexec() is not None


def respawn(n_ranks: int, max_restarts: int, journals: Path | None) -> NoReturn:
    """Replace this process by the parent of n_ranks ranks of the same command.

    The arguments and errors are those of `local_command`.
    """
    words = local_command(n_ranks, sys.orig_argv[1:], max_restarts, journals)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(words[0], words, {**_MORE_RANKS_THAN_CORES, **os.environ})


def local_command(
    n_ranks: int, arguments: Sequence[str], max_restarts: int, journals: Path | None
) -> list[str]:
    """Words that run a command on this machine, and start it again after a crash (restarts.py).

    Args:
        n_ranks: one rank needs no MPI.
        arguments: of the interpreter.
        max_restarts: starts after the first one; with 0 there is no parent.
        journals: of the run, which grow while it makes progress; None where they are not known.

    Raises:
        LauncherError: several ranks, without mpi4py or without an mpiexec.
    """
    words = [sys.executable, *arguments]
    if n_ranks > 1:
        mpiexec = find_mpiexec()
        if mpiexec is None or not has_mpi():
            raise LauncherError(
                f"--nb-processes {n_ranks} needs mpi4py and an MPI library: "
                "pip install 'region-grower-hpc[mpich]', or start the command with your site's "
                "srun or mpiexec, or use --nb-processes 1"
            )
        _check_user(mpiexec, os.environ)
        words = [mpiexec, "-n", str(n_ranks), *words]
    if max_restarts == 0:
        return words
    # By its path, without what a site adds: it stays small.
    parent = [sys.executable, "-I", "-S", restarts.__file__]
    return [*parent, str(journals or os.devnull), str(max_restarts), *words]


def _check_user(mpiexec: str, environment: Mapping[str, str]) -> None:
    """Refuse what this mpiexec would refuse, whose advice is for those who call it themselves.

    Raises:
        LauncherError: Open MPI would have to start ranks for root, who has not confirmed it.
    """
    if os.geteuid() != 0 or all(name in environment for name in _ROOT_CONFIRMS):
        return
    version = subprocess.run([mpiexec, "--version"], capture_output=True, text=True, check=False)
    if "open mpi" in version.stdout.lower():
        raise LauncherError(
            f"Open MPI ({mpiexec}) starts no ranks for root unless root confirms it: set "
            f"{' and '.join(f'{name}=1' for name in _ROOT_CONFIRMS)}, or be another user"
        )


def has_parent(environment: Mapping[str, str]) -> bool:
    """Whether this run has a parent that starts it again after a crash."""
    return restarts.RESTART_COUNT in environment


def without_launcher(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of a child process that is not a rank."""
    return {
        name: value
        for name, value in environment.items()
        if not name.startswith(_LAUNCHER_PREFIXES)
    }
