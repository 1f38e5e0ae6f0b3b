"""The engine's own job passes the contract that every system's job must pass."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from region_grower_hpc.testing import JobContract
from tests.engine.toy import ToyJob

MISDEEDS = ((4, "fail"), (25, "bug"))


class TestToyJob(JobContract):
    def job(self, out: Path) -> ToyJob:
        return ToyJob(out, misdeeds=MISDEEDS)

    def command(self, out: Path) -> Sequence[str]:
        misdeeds = [word for task, deed in MISDEEDS for word in ("--misdeed", f"{task}:{deed}")]
        allowed = ["--max-failed-ratio", "0.1", "--sleep", "0.02"]
        return ["-m", "tests.engine.toy", str(out), *misdeeds, *allowed]
