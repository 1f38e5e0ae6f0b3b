"""CPU time that the peer's NeuroTS takes for cells; runs in the peer's environment.

    python growth_of_peer.py RESULT.json synthesize-morphologies OPTIONS...

Only `grow` is counted; what the constructor does beside the soma's radius, copying the parameters
and distributions, is told apart as `constructors_s`.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from pathlib import Path
from typing import Any, ClassVar

from region_grower import cli, context  # type: ignore[import-not-found]


class TimedGrower(context.NeuronGrower):  # type: ignore[misc]
    """NeuroTS's grower, whose CPU time is added up."""

    cpu_s = 0.0
    constructors_s = 0.0
    points: ClassVar[list[int]] = []

    def __init__(self, *arguments: Any, **named: Any) -> None:
        begin_s = time.process_time()
        super().__init__(*arguments, **named)
        TimedGrower.constructors_s += time.process_time() - begin_s

    def grow(self) -> Any:
        """Grow the neuron."""
        begin_s = time.process_time()
        try:
            neuron = super().grow()
        finally:
            TimedGrower.cpu_s += time.process_time() - begin_s
        TimedGrower.points.append(sum(len(section.points) for section in neuron.iter()))
        return neuron


def main() -> None:
    result, *words = sys.argv[1:]
    context.NeuronGrower = TimedGrower
    try:
        cli.main(words, standalone_mode=False)
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        # after an error threads of Dask keep the process alive
        os._exit(1)
    told = {
        "cpu_s": TimedGrower.cpu_s,
        "constructors_s": TimedGrower.constructors_s,
        "points": TimedGrower.points,
    }
    Path(result).write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main()
