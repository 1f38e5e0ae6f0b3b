r"""Measure region-grower-hpc, and compare it with its pinned peers.

    benchmarks/make_peer_env.sh synthesis .venv-peer
    benchmarks/make_peer_env.sh clone .venv-clone-peer
    benchmarks/make_peer_env.sh efeatures .venv-efeatures-peer
    benchmarks/make_peer_env.sh conn-props .venv-conn-props-peer
    python benchmarks/bench.py --peer .venv-peer --clone-peer .venv-clone-peer \
        --efeatures-peer .venv-efeatures-peer --conn-props-peer .venv-conn-props-peer

README.md beside this file tells what is measured, and how.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import clone_all_steps
import clone_memory
import clone_per_clone
import clone_scaling
import clone_serial_part
import conn_props_extraction
import conn_props_large
import conn_props_reading
import conn_props_scaling
import conn_props_unsorted
import cpu_per_cell
import efeatures_figures
import efeatures_memory
import efeatures_per_recording
import efeatures_scaling
import empty_tasks
import example
import growth
import help_time
import scaling
import workers
from machine import describe, machine
from report import Measure, table, write_json
from settings import Settings
from timed_command import CommandFailedError
from tools import clone_peer, conn_props_peer, efeatures_peer, ours, peer

MEASUREMENTS = {
    "help": help_time.measure,
    "workers": workers.measure,
    "empty": empty_tasks.measure,
    "example": example.measure,
    "scaling": scaling.measure,
    "growth": growth.measure,
    "cells": cpu_per_cell.measure,
    "clone": clone_per_clone.measure,
    "clone-steps": clone_all_steps.measure,
    "clone-serial": clone_serial_part.measure,
    "clone-memory": clone_memory.measure,
    "clone-scaling": clone_scaling.measure,
    "efeatures": efeatures_per_recording.measure,
    "efeatures-figures": efeatures_figures.measure,
    "efeatures-memory": efeatures_memory.measure,
    "efeatures-scaling": efeatures_scaling.measure,
    "conn-props": conn_props_extraction.measure,
    "conn-props-reading": conn_props_reading.measure,
    "conn-props-unsorted": conn_props_unsorted.measure,
    "conn-props-scaling": conn_props_scaling.measure,
    "conn-props-large": conn_props_large.measure,
}
#: Only where they are asked for: they need much room.
ON_REQUEST = {"conn-props-large"}
RESULTS = Path(__file__).parent / "results"


def parse(words: Sequence[str] | None = None) -> argparse.Namespace:
    """The options of this program."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--peer", type=Path, metavar="DIR", help="environment of the peer")
    parser.add_argument(
        "--clone-peer",
        type=Path,
        metavar="DIR",
        help="environment of the peer of clone-morphologies",
    )
    parser.add_argument(
        "--efeatures-peer",
        type=Path,
        metavar="DIR",
        help="environment of the peer of extract-efeatures",
    )
    parser.add_argument(
        "--conn-props-peer",
        type=Path,
        metavar="DIR",
        help="environment of the peer of conn-props",
    )
    parser.add_argument("--quick", action="store_true", help="little work, once: a trial")
    parser.add_argument("--only", nargs="+", choices=MEASUREMENTS, help="some measurements")
    parser.add_argument(
        "--out",
        type=Path,
        metavar="JSON",
        help="file of results (default: results/<date>.json beside this program; "
        "none with --quick or --only)",
    )
    return parser.parse_args(words)


def main() -> int:
    options = parse()
    started_s = time.monotonic()
    about = {"date": time.strftime("%Y-%m-%d"), "quick": options.quick, **machine()}
    out: Path | None = options.out
    if out is None and not (options.quick or options.only):
        out = RESULTS / f"{about['date']}.json"
    measures: list[Measure] = []
    try:
        with tempfile.TemporaryDirectory(prefix="rghpc-bench-") as folder:
            settings = Settings(
                ours(),
                peer(options.peer) if options.peer else None,
                Path(folder),
                options.quick,
                clone_peer(options.clone_peer) if options.clone_peer else None,
                efeatures_peer(options.efeatures_peer) if options.efeatures_peer else None,
                conn_props_peer(options.conn_props_peer) if options.conn_props_peer else None,
            )
            for name in options.only or (one for one in MEASUREMENTS if one not in ON_REQUEST):
                measures += MEASUREMENTS[name](settings)
    except CommandFailedError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    print(describe(about))
    print(f"{about['date']}; {time.monotonic() - started_s:.0f} s; median [smallest - largest]")
    if options.quick:
        print("--quick: a trial of the measurements, without verdicts; the numbers mean little")
        measures = [
            replace(measure, goal=None, ratio_goal=None, stretch=None) for measure in measures
        ]
    print("\n" + table(measures))
    if out is not None:
        write_json(out, about, measures)
        print(f"\nAll samples: {out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
