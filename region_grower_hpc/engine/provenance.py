"""How a result was computed: provenance.json, and the sessions it took."""

from __future__ import annotations

import json
import os
import platform
import resource
import sys
import time
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from region_grower_hpc import __version__
from region_grower_hpc.engine.communicator import Communicator
from region_grower_hpc.engine.heartbeat import Heartbeat
from region_grower_hpc.engine.options import EngineOptions
from region_grower_hpc.engine.state import PlanRecord, StateFolder
from region_grower_hpc.formats import atomic

#: Packages whose versions may change numbers or files.
_PACKAGES = (
    "numpy",
    "scipy",
    "pandas",
    "h5py",
    "morphio",
    "voxcell",
    "trimesh",
    "neurots",
    "diameter-synthesis",
    "tmd",
    "neurom",
    "mpi4py",
)


@cache
def package_versions() -> dict[str, str]:
    """Versions of the installed packages that may change numbers or files."""
    versions = {}
    for name in _PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions


def cpu_seconds() -> float:
    """CPU time of this process and of the children it has waited for."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


class Provenance:
    """Writes provenance.json on rank 0: at the start of a session and again at its end."""

    def __init__(
        self, state: StateFolder, record: PlanRecord, options: EngineOptions, comm: Communicator
    ) -> None:
        self._path = state.provenance_json
        self._session: dict[str, Any] = {
            "started": _now(),
            "ended": None,
            "outcome": "unfinished",
            "command": list(options.command),
            "options": options.origins,
            "version": __version__,
            "python": platform.python_version(),
            "packages": package_versions(),
            "mpi": comm.library or None,
            "ranks": comm.size,
            "nodes": comm.n_nodes,
            "host": platform.node(),
            "machine": platform.machine(),
            "slurm": {
                name: os.environ[name]
                for name in ("SLURM_JOB_ID", "SLURM_RESTART_COUNT", "SLURM_JOB_NODELIST")
                if name in os.environ
            },
        }
        self._started_s = time.monotonic()
        former = _former_sessions(self._path)
        self._content = {
            "plan": record.as_json(),
            "sessions": [*former, self._session],
        }
        atomic.write_json(self._path, self._content)
        self._heartbeat = Heartbeat(state.progress_jsonl)

    def end(self, outcome: str, cpu_s: float) -> None:
        """Note how the session ended.

        Args:
            outcome: in a few words.
            cpu_s: CPU time of all ranks.
        """
        self._heartbeat.stop()
        wall_s = time.monotonic() - self._started_s
        self._session.update(
            ended=_now(),
            outcome=outcome,
            wall_s=round(wall_s, 3),
            cpu_s=round(cpu_s, 3),
            core_hours=round(wall_s * self._session["ranks"] / 3600, 6),
        )
        atomic.write_json(self._path, self._content)


def _former_sessions(path: Path) -> list[dict[str, Any]]:
    try:
        sessions = json.loads(path.read_text(encoding="utf-8"))["sessions"]
        return list(sessions)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return []


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S%z")


def command_line() -> tuple[str, ...]:
    """The command as the user typed it, for provenance.json."""
    return (Path(sys.argv[0]).name, *sys.argv[1:])
