"""Our command, with clocks around what rank 0 alone does for clones; runs under mpiexec.

mpiexec -n 2 python clone_serial_of_ours.py RESULT.json clone-morphologies OPTIONS...
"""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

from region_grower_hpc import cli
from region_grower_hpc.clone.job import CloneJob
from region_grower_hpc.engine import session
from region_grower_hpc.engine.exchange import write_shards

Arguments = ParamSpec("Arguments")
Value = TypeVar("Value")


def main() -> None:
    result, *words = sys.argv[1:]
    cpu_s: dict[str, float] = defaultdict(float)

    def clocked(name: str, function: Callable[Arguments, Value]) -> Callable[Arguments, Value]:
        def call(*arguments: Arguments.args, **named: Arguments.kwargs) -> Value:
            begin_s = time.process_time()
            try:
                return function(*arguments, **named)
            finally:
                cpu_s[name] += time.process_time() - begin_s

        return call

    CloneJob.plan = clocked("plan", CloneJob.plan)  # type: ignore[method-assign]
    CloneJob.gather = clocked("gather", CloneJob.gather)  # type: ignore[method-assign]
    # What all ranks share, other than computing.
    vars(session)["write_shards"] = clocked("shards", write_shards)
    try:
        cli.main(words, standalone_mode=False)
    finally:
        if "gather" in cpu_s:  # rank 0
            told = {**cpu_s, "all": time.process_time()}
            Path(result).write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main()
