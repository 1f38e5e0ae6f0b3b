"""Run the synthetic job and watch what each rank holds."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from region_grower_hpc.engine.launcher import without_launcher
from region_grower_hpc.testing import launcher
from tests.scale.synthetic import PIDS

#: Between two looks.
LOOK_S = 0.005
FIELDS = ("RssAnon", "RssShmem")


@dataclass
class Watched:
    """A run that has ended.

    Attributes:
        returncode: of the command.
        stderr: its messages.
        wall_s: wall time.
        peak_bytes: {rank: the most private and shared memory that it held at once}.
        at_s: {rank: when that was}.
    """

    returncode: int
    stderr: str
    wall_s: float
    peak_bytes: dict[int, int] = field(default_factory=dict)
    at_s: dict[int, float] = field(default_factory=dict)


def held_bytes(pid: str) -> int | None:
    """Private memory of a process and its pages of shared memory; mapped files do not count."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    return sum(
        int(line.split()[1]) * 1024 for line in status.splitlines() if line.split(":")[0] in FIELDS
    )


def watch(
    words: Sequence[str],
    n_ranks: int = 0,
    environment: Mapping[str, str] | None = None,
    timeout_s: float = 3600.0,
    stop_when: Callable[[], bool] | None = None,
) -> Watched:
    """Run ``tests.scale.synthetic`` with these words, under mpiexec unless `n_ranks` is 0.

    It is asked to stop as soon as `stop_when` says so.
    """
    with tempfile.TemporaryDirectory() as pids, tempfile.TemporaryFile() as messages:
        started_s = time.monotonic()
        process = subprocess.Popen(
            [*launcher(n_ranks), sys.executable, "-m", "tests.scale.synthetic", *words],
            env={**without_launcher(os.environ), **(environment or {}), PIDS: pids},
            stdout=messages,
            stderr=messages,
        )
        peaks: defaultdict[int, int] = defaultdict(int)
        at_s: dict[int, float] = {}
        ranks: dict[int, str] = {}
        try:
            while process.poll() is None:
                if time.monotonic() - started_s > timeout_s:
                    raise TimeoutError(f"{words} took longer than {timeout_s:g} s")
                if len(ranks) < max(n_ranks, 1):
                    for path in Path(pids).iterdir():
                        if text := path.read_text(encoding="ascii"):
                            ranks[int(path.name)] = text
                for rank, pid in ranks.items():
                    held = held_bytes(pid)
                    if held is not None and held > peaks[rank]:
                        peaks[rank], at_s[rank] = held, time.monotonic() - started_s
                if stop_when is not None and stop_when():
                    process.send_signal(signal.SIGTERM)
                    stop_when = None
                time.sleep(LOOK_S)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(10)
        messages.seek(0)
        text = messages.read().decode(errors="replace")
        wall_s = time.monotonic() - started_s
        return Watched(process.returncode, text, wall_s, dict(peaks), at_s)
