"""The same job in ranks of this machine, for a caller in Python that is no rank itself."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from region_grower_hpc.engine.comm import INIT_TIMEOUT
from region_grower_hpc.engine.launcher import announced_size, has_mpi, local_command
from region_grower_hpc.engine.options import MAX_RESTARTS, EngineOptions
from region_grower_hpc.errors import ExitCode, RegionGrowerHpcError

#: Beginning of the variables that options of the command are read from.
OPTION_PREFIX = "RGHPC_"


def n_local_ranks(wanted: int | None, n_tasks: int | None = None) -> int:
    """Ranks to start, at most one a task; 1 where this process is a rank, or without MPI.

    Args:
        wanted: by the user; None for all CPUs that this process may use.
        n_tasks: of the job; None where it is not known yet.
    """
    if announced_size(os.environ) is not None or not has_mpi():
        return 1
    n_ranks = len(os.sched_getaffinity(0)) if wanted is None else wanted
    return max(1, n_ranks if n_tasks is None else min(n_ranks, n_tasks))


def run_in_ranks(n_ranks: int, words: Sequence[str], state_dir: Path) -> int:
    """Run a command in a child, under the mpiexec of this environment; again after a crash.

    Args:
        n_ranks: to start.
        words: the command and its options.
        state_dir: of its run.

    Returns:
        The code of the command; that of the launcher where it ended otherwise, and the negative
        number of the signal that ended the launcher.
    """
    program = ["-m", "region_grower_hpc", *words]
    started = local_command(n_ranks, program, MAX_RESTARTS, state_dir / "journals")
    environment = without_option_variables(os.environ)
    return subprocess.run(started, env=environment, check=False).returncode


def option_words(options: EngineOptions) -> list[str]:
    """What of the engine's options a caller in Python chooses, as words of a command."""
    values = {"--chunksize": options.batch_size, "--max-failed-ratio": options.max_failed_ratio}
    flags = {"--overwrite": options.overwrite, "--hide-progress-bar": options.hide_progress}
    words: list[str] = []
    for name, value in values.items():
        if value is not None:
            words += [name, str(value)]
    return words + [name for name, is_set in flags.items() if is_set]


def error_of(code: int) -> RegionGrowerHpcError:
    """What a command that ended with this code means; others than ours are its launcher's."""
    if code in list(ExitCode):
        error = RegionGrowerHpcError(f"the command ended with exit code {code:d}")
        error.exit_code = ExitCode(code)
        return error
    return RegionGrowerHpcError(
        f"the launcher of the ranks ended with code {code:d}, such as after a kill. Finished work "
        "is kept; the same call continues"
    )


def without_option_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of a child whose options are those of its command line alone.

    The caller has chosen by parameters, and a run in its own process reads no variables either.
    """
    return {
        name: value
        for name, value in environment.items()
        if not name.startswith(OPTION_PREFIX) or name == INIT_TIMEOUT
    }
