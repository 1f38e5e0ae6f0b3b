"""The toy with a fault that only a kill brings to light; the campaign must find each of them.

``python -m tests.kill.broken_toy FAULT OUT``

FAULT is `none`; `other-bytes`: a run that is continued writes other numbers; `forgetful`: it
forgets what was finished; `hang`: it never ends; `outlives`: it leaves a process behind;
`false-success`: it ends at once with 0.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

from tests.engine import toy

FAULTS = ("other-bytes", "forgetful", "hang", "outlives", "false-success")


def break_continuation(fault: str, out: Path) -> None:
    """Do what must not be done, if there is a run to continue."""
    if not list(out.glob(".rghpc/journals/*/0001/*/*.journal")):
        return
    if fault == "other-bytes":
        original = toy.ToyJob.write_shard

        def write_shard(self, plan, shard, results):  # type: ignore[no-untyped-def]
            original(self, plan, shard, results)
            with (self.out / f"shard-{shard:04d}.bin").open("ab") as file:
                file.write(b"x")

        toy.ToyJob.write_shard = write_shard  # type: ignore[method-assign]
    elif fault == "forgetful":
        shutil.rmtree(out / ".rghpc" / "journals")
    elif fault == "hang":
        time.sleep(3600)
    elif fault == "outlives":
        subprocess.Popen(
            [sys.executable, "-c", "import time; time.sleep(3600)"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    elif fault == "false-success":
        sys.exit(0)


if __name__ == "__main__":
    _, fault, out, *options = sys.argv
    break_continuation(fault, Path(out))
    toy.toy([out, *options])
