from __future__ import annotations

import copy
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from region_grower_hpc.errors import ExitCode, InvalidInputError, TaskFailure
from region_grower_hpc.synthesis import grower_choice
from region_grower_hpc.synthesis.barcode_scaling import TO_PATH_DISTANCE, BarcodeScaling
from region_grower_hpc.synthesis.cell_environment import CellInputs
from region_grower_hpc.synthesis.grower_choice import make_grower, not_covered, with_growers
from region_grower_hpc.synthesis.growers import Grower, GrowthRequest
from region_grower_hpc.synthesis.recipe import CellRecipe
from tests.synthesis.small_column import make_small_column
from tests.synthesis.test_verification import DISTRIBUTIONS, PARAMETERS

CELL = CellInputs(0, 3, np.array([10.0, 20.0, 30.0]), np.eye(3), 50.0, None)


@pytest.fixture(scope="module", params=["native", "neurots"])
def grower(request: pytest.FixtureRequest) -> Grower:
    if request.param == "neurots":
        pytest.importorskip("neurots", reason="needs the extra [neurots]")
    return make_grower(request.param)


def request_of(parameters: Any, distributions: Any = DISTRIBUTIONS) -> GrowthRequest:
    recipe = CellRecipe("R", "M", parameters, distributions, None)
    return GrowthRequest(recipe, CELL, {"basal_dendrite": BarcodeScaling(TO_PATH_DISTANCE, 30.0)})


def test_arguments_stay_as_they_are(grower: Grower) -> None:
    parameters: Any = copy.deepcopy(PARAMETERS)
    parameters["basal_dendrite"]["orientation"] = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    distributions: Any = copy.deepcopy(DISTRIBUTIONS)
    before = copy.deepcopy((parameters, distributions))
    request = request_of(parameters, distributions)
    grown = [grower.grow(request, np.random.default_rng(3), 10) for _ in range(2)]
    assert (parameters, distributions) == before
    for first, second in zip(grown[0].neuron.arrays(), grown[1].neuron.arrays(), strict=True):
        np.testing.assert_array_equal(first, second)
    assert len(grown[0].neuron.root_types()) == 3
    assert [record.to for record in grown[0].records] == [TO_PATH_DISTANCE] * 3


def test_both_growers_grow_the_same_neuron_from_the_same_draws() -> None:
    pytest.importorskip("neurots", reason="needs the extra [neurots]")
    streams = [np.random.default_rng(3), np.random.default_rng(3)]
    native, neurots = (
        make_grower(name).grow(request_of(PARAMETERS), stream, 10)
        for name, stream in zip(("native", "neurots"), streams, strict=True)
    )
    for first, second in zip(native.neuron.arrays(), neurots.neuron.arrays(), strict=True):
        np.testing.assert_array_equal(first, second)
    assert (native.apical_sections, native.records) == (neurots.apical_sections, neurots.records)
    assert streams[0].bit_generator.state == streams[1].bit_generator.state


def test_draws_that_lead_nowhere_are_tried_again_and_then_given_up(grower: Grower) -> None:
    parameters: Any = copy.deepcopy(PARAMETERS)
    parameters["basal_dendrite"]["orientation"] = [[1, 0, 0]]  # for three trees
    rng = np.random.default_rng(3)
    with pytest.raises(TaskFailure, match=r"Too many attempts.*orientation points") as caught:
        grower.grow(request_of(parameters), rng, 4)
    assert (caught.value.kind, caught.value.error) == ("growth", "ValueError")
    expected = np.random.default_rng(3)
    for _ in range(4):
        with pytest.raises(TaskFailure):
            grower.grow(request_of(parameters), expected, 1)
    assert rng.bit_generator.state == expected.bit_generator.state


def test_the_records_are_those_of_the_attempt_that_succeeded(grower: Grower) -> None:
    distributions: Any = copy.deepcopy(DISTRIBUTIONS)
    # one basal dendrite is too few: every second attempt
    trees = {"data": {"bins": [1, 3], "weights": [1, 1]}}
    distributions["basal_dendrite"]["num_trees"] = trees
    request = request_of(PARAMETERS, distributions)
    for seed in range(5):
        grown = grower.grow(request, np.random.default_rng(seed), 100)
        assert len(grown.records) == 3


def test_a_barcode_is_scaled_to_something_known() -> None:
    recipe = CellRecipe("R", "M", PARAMETERS, DISTRIBUTIONS, None)
    request = GrowthRequest(recipe, CELL, {"basal_dendrite": BarcodeScaling(3)})
    with pytest.raises(ValueError, match="scaled to"):
        make_grower("native").grow(request, np.random.default_rng(0), 1)


def test_a_growth_that_takes_too_long_can_be_stopped() -> None:
    parameters: Any = copy.deepcopy(PARAMETERS)
    parameters["basal_dendrite"]["step_size"] = {"norm": {"mean": 1e-6, "std": 0.0}}

    def stop(*_: Any) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        with pytest.raises(TimeoutError):
            make_grower("native").grow(request_of(parameters), np.random.default_rng(0), 10**6)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


def test_what_the_kernel_does_not_cover_goes_to_neurots(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    parameters: Any = copy.deepcopy(PARAMETERS)
    parameters["basal_dendrite"]["modify"] = {"funct": max, "kwargs": {}}
    recipes = {
        (0, 0): CellRecipe("R", "M", PARAMETERS, DISTRIBUTIONS, None),
        (0, 1): CellRecipe("R", "N", parameters, DISTRIBUTIONS, None),
    }
    monkeypatch.setattr(grower_choice, "find_spec", lambda name: object())
    chosen = with_growers(recipes, "native")
    assert [recipe.grower for recipe in chosen.values()] == ["native", "neurots"]
    assert "mtype 'N' of region 'R'" in caplog.text
    assert "basal_dendrite/modify/funct" in caplog.text
    monkeypatch.setattr(grower_choice, "find_spec", lambda name: None)
    with pytest.raises(InvalidInputError, match=r"mtype 'N'.*region-grower-hpc\[neurots\]"):
        with_growers(recipes, "native")


def test_neurots_that_is_not_installed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grower_choice, "find_spec", lambda name: None)
    with pytest.raises(InvalidInputError, match=r"region-grower-hpc\[neurots\]"):
        with_growers({}, "neurots")


@pytest.mark.parametrize(
    ("change", "told"),
    [({"growth_method": "other"}, "'other'"), ({"metric": "other"}, "'other'")],
)
def test_unknown_words_are_not_covered(change: dict[str, str], told: str) -> None:
    parameters: Any = copy.deepcopy(PARAMETERS)
    parameters["basal_dendrite"].update(change)
    assert told in str(not_covered(parameters, DISTRIBUTIONS))
    assert not_covered(PARAMETERS, DISTRIBUTIONS) is None


def test_a_rank_imports_only_what_it_needs() -> None:
    code = (
        "import sys\n"
        "from region_grower_hpc.synthesis.job import SynthesisJob\n"
        "from region_grower_hpc.synthesis.grower_choice import make_grower\n"
        "make_grower('native')\n"
        "print([m for m in ('matplotlib', 'dask', 'neuron', 'neurots', 'scipy', 'pandas', 'neurom',"
        " 'voxcell', 'trimesh') if m in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_neurots_does_not_import_plotting() -> None:
    pytest.importorskip("neurots", reason="needs the extra [neurots]")
    code = (
        "import sys\n"
        "from region_grower_hpc.synthesis.grower_choice import make_grower\n"
        "make_grower('neurots')\n"
        "print([m for m in ('matplotlib', 'matplotlib.pyplot', 'dask', 'neuron') "
        "if m in sys.modules])\n"
        "from diameter_synthesis import simpler_diametrizer\n"
        "print(simpler_diametrizer.plt.rcParams is __import__('matplotlib').rcParams)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["[]", "True"]


@pytest.mark.mpi
@pytest.mark.skipif(find_spec("neurots") is not None, reason="NeuroTS is installed")
def test_ranks_without_neurots_refuse_it_together(tmp_path: Path) -> None:
    column = make_small_column(tmp_path / "inputs", ["L1_DAC"])
    words = column.arguments(tmp_path / "out", "--grower", "neurots", "--nb-processes", "2")
    command = [sys.executable, "-m", "region_grower_hpc", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == ExitCode.INVALID_INPUT
    assert "region-grower-hpc[neurots]" in done.stderr
