"""Run region-grower 1.6.0 on many cases in one process for each CPU (with the peer's Python).

    PEER/bin/python run_peer.py OUT CASE...

The outputs of CASE go to OUT/<name of CASE>/, and beside them <name of CASE>.json: `error` of a run
that ended with one (else null), `failed` (gids without a morphology) and `seconds`.
"""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from case_arguments import class_parameters
from region_grower.synthesize_morphologies import SynthesizeMorphologies


class SerialSynthesis(SynthesizeMorphologies):
    """The peer with --nb-processes 0, without the Dask scheduler that has nothing to do then."""

    def _init_parallel(self, mpi_only: bool = False) -> None:
        self.nb_processes = 0

    def _close_parallel(self) -> None:
        pass


def run(case: Path, out: Path) -> None:
    """Run one case and tell how it ended."""
    started_s = time.monotonic()
    outputs = out / case.name
    outputs.mkdir(parents=True)
    told: dict[str, Any] = {"error": None, "failed": []}
    try:
        result = SerialSynthesis(
            **class_parameters(case, outputs), nb_processes=0, hide_progress_bar=True
        ).synthesize()
        told["failed"] = [int(gid) for gid in result.index[result["name"].isnull()]]
    except Exception as error:
        told["error"] = f"{type(error).__name__}: {error}"
    told["seconds"] = round(time.monotonic() - started_s, 2)
    (out / f"{case.name}.json").write_text(json.dumps(told), encoding="utf-8")


def main() -> None:
    logging.disable(logging.WARNING)
    out, cases = Path(sys.argv[1]), [Path(word) for word in sys.argv[2:]]
    n_processes = min(len(os.sched_getaffinity(0)), len(cases))
    # processes that may have children, as NEURON's are
    fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(n_processes, mp_context=fork) as pool:
        list(pool.map(partial(run, out=out), cases))


if __name__ == "__main__":
    main()
