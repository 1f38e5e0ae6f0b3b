"""An MPI library with its own environment, and how to start ranks of this package in it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from region_grower_hpc.engine.launcher import find_mpiexec, without_launcher

ROOT = Path(__file__).resolve().parents[2]
#: Environment variable: the interpreter of an environment with Open MPI.
OPENMPI_PYTHON = "RGHPC_OPENMPI_PYTHON"
AGENT = Path(__file__).with_name("agent.sh")


@dataclass(frozen=True)
class Vendor:
    """One MPI library.

    Attributes:
        name: mpich or openmpi.
        python: interpreter of its environment.
        mpiexec: its launcher.
    """

    name: str
    python: Path
    mpiexec: Path

    def words(self, command: Sequence[str], n_ranks: int, two_domains: bool = False) -> list[str]:
        """The command under this launcher, on one node or on two that share no memory."""
        launcher = [str(self.mpiexec), "-n", str(n_ranks)]
        if two_domains and self.name == "openmpi":
            hosts = f"one:{(n_ranks + 1) // 2},two:{n_ranks // 2}"
            launcher += ["--prtemca", "plm_ssh_agent", str(AGENT), "--host", hosts]
            launcher += ["--bind-to", "none"]  # The hosts share the cores.
        return [*launcher, str(self.python), *command]

    def environment(self, two_domains: bool = False) -> dict[str, str]:
        """Of the launcher: root may start ranks, and more of them than there are cores."""
        # Open MPI would put all ranks on the first of two hosts, if it may put too many there.
        more_than_cores = {"PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe"}
        return {
            **without_launcher(os.environ),
            "PYTHONPATH": str(ROOT),
            "OMPI_ALLOW_RUN_AS_ROOT": "1",
            "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
            **({"MPIR_CVAR_NUM_CLIQUES": "2"} if two_domains else more_than_cores),
        }

    def run(
        self, command: Sequence[str], n_ranks: int, two_domains: bool = False
    ) -> subprocess.CompletedProcess[str]:
        """Run the interpreter with `command` on some ranks, to its end."""
        return subprocess.run(
            self.words(command, n_ranks, two_domains),
            env=self.environment(two_domains),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def start(
        self, command: Sequence[str], n_ranks: int, log: Path, words: Sequence[str] | None = None
    ) -> subprocess.Popen[bytes]:
        """Start the ranks (or other words) in a process group of their own, to be signalled."""
        with log.open("wb") as file:
            return subprocess.Popen(
                words or self.words(command, n_ranks),
                env={**self.environment(), "RGHPC_MPI_INIT_TIMEOUT": "60"},
                stdout=file,
                stderr=file,
                start_new_session=True,
            )


def find_mpich() -> Vendor:
    """The MPI of this environment; skips where it is another."""
    mpiexec = find_mpiexec()
    if mpiexec is None:
        pytest.skip("there is no mpiexec: pip install 'region-grower-hpc[mpich]'")
    version = subprocess.run([mpiexec, "--version"], capture_output=True, text=True, check=False)
    if "HYDRA" not in version.stdout:
        pytest.skip(f"{mpiexec} is not that of MPICH")
    return Vendor("mpich", Path(sys.executable), Path(mpiexec))


def find_openmpi() -> Vendor:
    """The environment that make_openmpi_env.sh made; skips where there is none."""
    python = Path(os.environ.get(OPENMPI_PYTHON) or ROOT / ".venv-openmpi" / "bin" / "python")
    # Not resolved: the link tells the interpreter its environment.
    if not python.exists():
        pytest.skip(f"no Open MPI: make vendors, or set {OPENMPI_PYTHON} to an interpreter with it")
    return Vendor("openmpi", python.absolute(), python.absolute().with_name("mpiexec"))


def can_be_two_nodes() -> bool:
    """Whether this machine lets processes have a host name and a /dev/shm of their own."""
    trial = subprocess.run([AGENT, "trial", "true"], capture_output=True, check=False)
    return trial.returncode == 0
