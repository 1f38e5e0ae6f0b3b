"""The peer's extraction of some pathways, with a clock; runs in the peer's environment.

    python conn_props_of_peer.py CIRCUIT_CONFIG PATHWAYS OUT.json

PATHWAYS is JSON, pairs of source and target type. These are the peer's own functions with its own
defaults, called once a pathway. The clock (CPU time of the process) starts when the peer begins to
go through its pathways, which is when it asks for its progress bar; what its fits take of that is
told apart. OUT.json is a list, see `one_pathway`.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import bluepysnap  # type: ignore[import-not-found]
import numpy as np
from connectome_manipulator.model_building import conn_props  # type: ignore[import-not-found]

#: What is compared with ours.
STATISTICS = ("mean", "std", "min", "max", "shared_within", "norm_loc", "norm_scale")


class Clock:
    """CPU time since the first pathway, and that of fits."""

    def __init__(self) -> None:
        self.started_s, self.fits_s = 0.0, 0.0
        self._fit = conn_props._norm_fitting

    def __call__(self, items: Any) -> Any:
        """In place of the progress bar."""
        self.started_s, self.fits_s = time.process_time(), 0.0
        return items

    def fit(self, *arguments: Any, **keywords: Any) -> Any:
        """In place of the peer's fit."""
        started_s = time.process_time()
        try:
            return self._fit(*arguments, **keywords)
        finally:
            self.fits_s += time.process_time() - started_s


def main() -> None:
    config, pathways, out = sys.argv[1:]
    clock = Clock()
    conn_props.progressbar.ProgressBar = lambda: clock
    conn_props._norm_fitting = clock.fit
    circuit = bluepysnap.Circuit(config)
    found = [one_pathway(circuit, clock, *one) for one in json.loads(pathways)]
    Path(out).write_text(json.dumps(found), encoding="utf-8")


def one_pathway(circuit: Any, clock: Clock, source: str, target: str) -> dict[str, Any]:
    """Times, number of connections, and statistics by property."""
    data = conn_props.extract(circuit, sel_src={"mtype": source}, sel_dest={"mtype": target})
    cpu_s = time.process_time() - clock.started_s
    found: dict[str, Any] = {"cpu_s": cpu_s, "fits_s": clock.fits_s, "statistics": {}}
    for k, name in enumerate(data["syn_props"]):
        of_property = {key: float(data["conn_prop_data"][key][0, 0, k]) for key in STATISTICS}
        of_property["counts"] = data["conn_prop_data"]["hist"][0, 0, k][0].tolist()
        found["statistics"][name] = of_property
    counts = data["syns_per_conn_data"]["hist"][0, 0][0]
    found["n_connections"] = int(np.sum(counts))
    return found


if __name__ == "__main__":
    main()
