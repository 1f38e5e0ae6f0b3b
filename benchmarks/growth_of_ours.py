"""CPU time that our native grower takes for cells.

    python growth_of_ours.py RESULT.json ROUNDS synthesize-morphologies OPTIONS...

Grows all cells ROUNDS times, after once that is not counted: it compiles the recipes.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from region_grower_hpc.synthesis.command import synthesize_morphologies
from region_grower_hpc.synthesis.grower_choice import make_grower
from region_grower_hpc.synthesis.growers import Grower, GrownNeuron, GrowthRequest
from region_grower_hpc.synthesis.job import SynthesisJob
from region_grower_hpc.synthesis.settings import SynthesisSettings


class TimedGrower:
    """A grower whose CPU time is added up."""

    def __init__(self, grower: Grower) -> None:
        self._grower = grower
        self.cpu_s = 0.0
        self.points: list[int] = []

    def grow(
        self, request: GrowthRequest, rng: np.random.Generator, max_attempts: int
    ) -> GrownNeuron:
        """Grow one neuron (see `Grower`)."""
        begin_s = time.process_time()
        grown = self._grower.grow(request, rng, max_attempts)
        self.cpu_s += time.process_time() - begin_s
        self.points.append(len(grown.neuron.arrays()[0]))
        return grown


def main() -> None:
    result, n_rounds, _, *words = sys.argv[1:]
    options = synthesize_morphologies.make_context("synthesize-morphologies", words).params
    job = SynthesisJob(SynthesisSettings.from_options(options))
    plan = job.plan()
    grower = TimedGrower(make_grower("native"))
    state = replace(job.setup(plan), growers={"native": grower})
    rounds_s = []
    for _ in range(1 + int(n_rounds)):
        grower.cpu_s, grower.points = 0.0, []
        for gid in plan.tasks.tolist():
            job.grow(state, gid)
        rounds_s.append(grower.cpu_s)
    told = {"cpu_s": sum(rounds_s[1:]) / int(n_rounds), "points": grower.points}
    Path(result).write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main()
