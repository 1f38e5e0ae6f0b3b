from __future__ import annotations

import copy
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from region_grower_hpc.errors import TaskFailure
from region_grower_hpc.synthesis.growers import GrowthRetry, NeuroTSGrower
from tests.synthesis.test_verification import DISTRIBUTIONS, PARAMETERS


@pytest.fixture(scope="module")
def grower() -> NeuroTSGrower:
    return NeuroTSGrower()


def test_arguments_stay_as_they_are(grower: NeuroTSGrower) -> None:
    parameters: Any = copy.deepcopy(PARAMETERS)
    parameters["basal_dendrite"]["orientation"] = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    distributions: Any = copy.deepcopy(DISTRIBUTIONS)
    before = copy.deepcopy((parameters, distributions))
    context = {"y_direction": [0.0, 1.0, 0.0]}
    grown = [
        grower.grow(parameters, distributions, context, np.random.default_rng(3)) for _ in range(2)
    ]
    assert (parameters, distributions) == before
    assert context == {"y_direction": [0.0, 1.0, 0.0]}
    points = [[section.points for section in cell.morphology.iter()] for cell in grown]
    assert len(points[0]) == 3
    for first, second in zip(*points, strict=True):
        np.testing.assert_array_equal(first, second)


def test_draws_that_lead_nowhere_may_be_tried_again(grower: NeuroTSGrower) -> None:
    parameters: Any = copy.deepcopy(PARAMETERS)
    parameters["basal_dendrite"]["orientation"] = [[1, 0, 0]]  # for three trees
    with pytest.raises(GrowthRetry, match="orientation"):
        grower.grow(parameters, DISTRIBUTIONS, {}, np.random.default_rng(3))


def test_a_missing_entry_fails_the_cell(grower: NeuroTSGrower) -> None:
    distributions: Any = copy.deepcopy(DISTRIBUTIONS)
    del distributions["basal_dendrite"]["num_trees"]
    with pytest.raises(TaskFailure) as caught:
        grower.grow(PARAMETERS, distributions, {}, np.random.default_rng(3))
    assert (caught.value.kind, caught.value.error) == ("growth", "KeyError")


def test_a_rank_does_not_import_plotting() -> None:
    code = (
        "import sys\n"
        "from region_grower_hpc.synthesis.growers import NeuroTSGrower\n"
        "NeuroTSGrower()\n"
        "print([m for m in ('matplotlib', 'matplotlib.pyplot', 'dask', 'neuron') "
        "if m in sys.modules])\n"
        "from diameter_synthesis import simpler_diametrizer\n"
        "print(simpler_diametrizer.plt.rcParams is __import__('matplotlib').rcParams)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["[]", "True"]
