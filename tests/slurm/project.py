"""A user's folder with a copy of slurm/, of which only settings.sh is edited."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

from region_grower_hpc.testing import results
from tests.slurm.cluster import Cluster, ClusterError, submit

ROOT = Path(__file__).resolve().parents[2]

#: Six ranks on three nodes, and the interpreter that runs the tests.
EDITS = f"""
RESOURCES=(--nodes=3 --ntasks=6 --ntasks-per-node=2 --time=00:10:00)
MERGE_RESOURCES=(--nodes=1 --ntasks=2 --time=00:10:00)
RANK_WAIT_S=5
prepare() {{ export PATH="{Path(sys.executable).parent}:$PATH" PYTHONPATH="{ROOT}"; }}
"""


class Project:
    """Submits the scripts and tells what they did.

    Args:
        cluster: where the jobs run.
        folder: the user's; outputs are in its folder `out`.
    """

    def __init__(self, cluster: Cluster, folder: Path) -> None:
        self.cluster, self.folder = cluster, folder
        self.jobs: list[str] = []
        shutil.copytree(ROOT / "slurm", folder / "slurm")
        self.edit(EDITS)

    @property
    def out(self) -> Path:
        return self.folder / "out"

    def edit(self, text: str) -> None:
        """Edit settings.sh: what comes later counts."""
        with (self.folder / "slurm" / "settings.sh").open("a", encoding="utf-8") as file:
            file.write(text + "\n")

    def toy(self, *options: str) -> None:
        """Let the command be the engine's toy job, of 60 tasks that sleep for a second."""
        words = ["--n-tasks", "60", "--sleep", "1", *options]
        self.edit(
            f'set_command() {{ COMMAND=(python -m tests.engine.toy "$OUT" {" ".join(words)}); }}'
        )

    def synthesis(self, arguments: list[str]) -> None:
        """Let the command be region-grower-hpc with these arguments, outputs below $OUT."""
        words = " ".join(f'"{word}"' for word in arguments)
        self.edit(f"set_command() {{ COMMAND=(python -m region_grower_hpc {words}); }}")

    def submit(self, script: str, *options: str) -> dict[str, str]:
        """Call a script; the submitted jobs by kind, `batch` and `array`."""
        ids = submit(self.cluster, self.folder / "slurm" / script, self.folder, *options)
        self.jobs += ids.values()
        return dict(ids)

    def start(self, script: str = "synthesize.sbatch", *options: str) -> str:
        """Call a script; the id of its job."""
        return self.submit(script, *options)["batch"]

    def wait_for_work(self, job: str) -> None:
        """Wait until ranks have finished tasks."""
        self.cluster.wait_until(job, {"RUNNING"})
        limit_s = time.monotonic() + 180
        while not any(path.stat().st_size > 300 for path in self.out.rglob("*.journal")):
            if time.monotonic() > limit_s:
                raise ClusterError(f"no task was started: {self.log(job)}")
            time.sleep(0.1)
        time.sleep(0.5)

    def log(self, job: str) -> str:
        """What a job printed, in all its starts."""
        path = self.folder / f"slurm-{job}.out"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def results(self) -> dict[str, bytes]:
        """The files that a run left."""
        return results(self.out)

    def end(self) -> None:
        """Cancel what a failed test has left in the queue."""
        for job in self.jobs:
            try:
                self.cluster.call("scancel", job)
            except ClusterError:
                continue
        self.cluster.wait_for_nodes()
