"""Whether /dev/shm has room for what an MPI library needs at its start.

MPICH's ranks die of SIGBUS or SIGSEGV inside MPI_Init where it has not, without a word about why.
"""

from __future__ import annotations

import math
import shutil
import sys
import time
from collections.abc import Mapping

#: Measured with MPICH 5.0.2: 5.3 MB a rank, for 2, 4 and 8 ranks.
BYTES_A_RANK = 6_000_000
#: How long the other ranks wait for the first one to speak.
PATIENCE_S = 3.0
#: Ranks on this node, and which of them this is, as launchers tell them.
_PLACES = (
    ("MPI_LOCALNRANKS", "MPI_LOCALRANKID"),
    ("OMPI_COMM_WORLD_LOCAL_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK"),
)


def warn_of_little_room(environment: Mapping[str, str]) -> None:
    """Tell on the first rank of a node if /dev/shm may be too small for the MPI library.

    A file system of 2 to 12 MB serves by chance, and other MPI libraries may need less. The other
    ranks wait a moment: where one of them dies first, nothing would be told.
    """
    for size, rank in _PLACES:
        if environment.get(size, "").isdigit() and rank in environment:
            n_ranks = int(environment[size])
            free_bytes = _free_bytes()
            need_bytes = n_ranks * BYTES_A_RANK
            if n_ranks == 1 or free_bytes >= need_bytes:
                return
            if environment[rank] != "0":
                time.sleep(PATIENCE_S)
                return
            print(
                f"Warning: /dev/shm has {free_bytes / 1e6:.0f} MB free, and {n_ranks} ranks on one "
                f"node need about {need_bytes / 1e6:.0f} MB there: if they die at the start, give "
                "it more room (docker run --shm-size, or mount -o remount,size=)",
                file=sys.stderr,
                flush=True,
            )
            return


def _free_bytes() -> float:
    """Room in /dev/shm; infinite where that is not known."""
    try:
        return shutil.disk_usage("/dev/shm").free
    except OSError:
        return math.inf
