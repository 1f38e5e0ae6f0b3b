"""In how many ranks, and how, a run is started."""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from region_grower_hpc.engine.comm import INIT_TIMEOUT
from region_grower_hpc.engine.launcher import find_mpiexec


@dataclass(frozen=True)
class Way:
    """How a command is started.

    Attributes:
        n_ranks: number of ranks.
        launcher: "mpiexec", "--nb-processes", or "" for the bare interpreter.
        dispatch: "node", "master", or "" for what the engine chooses.
        domains: shared-memory domains into which mpich divides the ranks; 1 is the machine's own.
    """

    n_ranks: int = 1
    launcher: str = ""
    dispatch: str = ""
    domains: int = 1

    @classmethod
    def drawn(cls, choices: random.Random) -> Way:
        """Any way: mostly mpiexec."""
        launcher = choices.choices(["mpiexec", "--nb-processes", ""], [7, 2, 1])[0]
        n_ranks = choices.choices([1, 2, 3], [2, 5, 3])[0] if launcher else 1
        if launcher == "--nb-processes":
            n_ranks = max(n_ranks, 2)
        dispatch = choices.choices(["", "node", "master"], [5, 1, 3])[0]
        domains = choices.choices([1, 2], [4, 1])[0] if n_ranks > 1 and dispatch != "node" else 1
        return cls(n_ranks, launcher, dispatch, domains)

    def words(self, command: Sequence[str]) -> list[str]:
        """The command line.

        Raises:
            RuntimeError: there is no mpiexec.
        """
        words = [sys.executable, *command]
        if self.launcher == "mpiexec":
            mpiexec = find_mpiexec()
            if mpiexec is None:
                raise RuntimeError("no mpiexec: pip install 'region-grower-hpc[mpich]'")
            words = [mpiexec, "-n", str(self.n_ranks), *words]
        else:
            words += ["--nb-processes", str(self.n_ranks)]
        return [*words, "--dispatch", self.dispatch] if self.dispatch else words

    def environment(self) -> dict[str, str]:
        """Variables that divide the ranks, and bound their wait for one killed before MPI_Init."""
        domains = {"MPIR_CVAR_NUM_CLIQUES": str(self.domains)} if self.domains > 1 else {}
        return {INIT_TIMEOUT: "20", **domains}
