"""Runs commands in forks of one process, so that a run costs no imports: the failing calls' server.

``python -m tests.fault.forked`` with failing_calls.c in LD_PRELOAD reads a JSON object a line from
its input (`Request`) and answers with the exit code on a line of its output.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import signal
import sys
import time
from collections.abc import Mapping
from typing import Any, NoReturn

#: What the commands import while they run.
PRELOADED = (
    "region_grower_hpc.engine.merge",
    "region_grower_hpc.synthesis.command",
    "region_grower_hpc.synthesis.job",
    "region_grower_hpc.synthesis.gathering",
    "region_grower_hpc.synthesis.native_grower",
    "region_grower_hpc.native.morphology_text",
    "tests.engine.toy",
    "jsonschema",
    "pandas",
    "scipy.spatial",
    "voxcell",
    "morphio",
    "yaml",
)


def serve() -> None:
    """Answer requests until the input ends."""
    for name in PRELOADED:
        importlib.import_module(name)
    _try_no_inputs()
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(request)
        print(json.dumps(_outcome(child, request["timeout_s"])), flush=True)


def _try_no_inputs() -> None:
    """Sound inputs are not tried by a process of their own, which would cost more than the run."""
    from region_grower_hpc.engine.trial import Trial

    Trial._start = lambda _trial, _first: None  # type: ignore[method-assign]


def _become(request: Mapping[str, Any]) -> NoReturn:
    """Run the command of a request in this process, and leave with its code."""
    told = os.open(request["told"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    for standard in (1, 2):
        os.dup2(told, standard)
    os.close(told)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.update(request["environment"])
    roots = ":".join(request["roots"]).encode()
    ctypes.CDLL(None).fault_arm(
        roots, ctypes.c_long(request["at"]), request["kind"], request["sticky"],
        request["log"].encode(),
    )  # fmt: skip
    module, program, *words = request["command"]
    sys.argv = [program, *words]
    getattr(importlib.import_module(module), program)()
    raise SystemExit(0)


def _outcome(child: int, timeout_s: float) -> int | None:
    """Exit code of a child, negative for a signal; None if it had to be killed."""
    limit_s = time.monotonic() + timeout_s
    while True:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > limit_s:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return None
        time.sleep(0.002)


if __name__ == "__main__":
    serve()
