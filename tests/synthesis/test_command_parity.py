"""The whole command against region-grower 1.6.0, for several numbers of ranks."""

from __future__ import annotations

import json
from pathlib import Path

import h5py
import numpy as np
import pytest
import yaml

from region_grower_hpc.errors import ExitCode
from region_grower_hpc.testing import run_command
from tests.parity.case_arguments import INPUTS

pytestmark = [pytest.mark.shared, pytest.mark.parity]


def arguments(case: Path, out: Path) -> list[str]:
    """The command line of a case, its paths resolved."""
    words = ["-m", "region_grower_hpc", "synthesize-morphologies"]
    for name, value in json.loads((case / "case.json").read_text())["args"].items():
        for one in value if isinstance(value, list) else [value]:
            if name in ("--out-cells", "--out-apical", "--out-morph-dir"):
                one = out / one
            elif name in INPUTS:
                one = case / one
            words += [name, str(one)]
    return words


def check(case: Path, out: Path) -> None:
    """Compare every output of the case with what region-grower wrote."""
    import voxcell

    expected = np.load(case / "expected.npz")
    cells = voxcell.CellCollection.load(out / "circuit.h5")
    assert cells.population_name == str(expected["population"])
    np.testing.assert_array_equal(cells.positions, expected["positions"])
    np.testing.assert_array_equal(cells.orientations, expected["orientations"])
    properties = json.loads(str(expected["properties"]))
    assert {
        name: list(values) for name, values in cells.properties.astype(object).items()
    } == properties
    assert yaml.safe_load((out / "apical.yaml").read_text()) == json.loads(str(expected["apical"]))
    written = sorted(path.name for path in (out / "morphs").iterdir())
    assert written == json.loads(str(expected["files"]))
    for row, name in enumerate(expected["morphology"]):
        points = slice(*expected["points_offset"][row : row + 2])
        structure = slice(*expected["structure_offset"][row : row + 2])
        with h5py.File(out / "morphs" / f"{name}.h5") as file:
            np.testing.assert_array_equal(file["structure"], expected["structure"][structure])
            found, wanted = file["points"][()], expected["points"][points]
            # A jittered axon is turned about axes from a float32 decomposition, whose last bits
            # depend on the processor that BLAS finds.
            within_um = 1e-3 if case.name == "axon" else 0.0
            np.testing.assert_allclose(found, wanted, rtol=0, atol=within_um)


@pytest.mark.parametrize("case", ["uniform", "external", "o1wf", "boundary", "axon"])
def test_one_process_equals_region_grower(shared_data: Path, tmp_path: Path, case: str) -> None:
    folder = shared_data / "synthesis" / case
    finished = run_command([*arguments(folder, tmp_path), "--nb-processes", "1"])
    assert finished.returncode == ExitCode.DONE, finished.stderr
    check(folder, tmp_path)


@pytest.mark.mpi
@pytest.mark.parametrize("options", [(2, "node"), (3, "master")])
@pytest.mark.parametrize("case", ["uniform", "o1wf", "boundary", "axon"])
def test_ranks_equal_region_grower(
    shared_data: Path, tmp_path: Path, case: str, options: tuple[int, str]
) -> None:
    n_ranks, dispatch = options
    folder = shared_data / "synthesis" / case
    finished = run_command([*arguments(folder, tmp_path), "--dispatch", dispatch], n_ranks)
    assert finished.returncode == ExitCode.DONE, finished.stderr
    check(folder, tmp_path)


@pytest.mark.mpi
def test_nb_processes_starts_ranks(shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "synthesis" / "uniform"
    finished = run_command([*arguments(folder, tmp_path), "--nb-processes", "2"])
    assert finished.returncode == ExitCode.DONE, finished.stderr
    check(folder, tmp_path)
    provenance = json.loads((tmp_path / "circuit.h5.rghpc" / "provenance.json").read_text())
    assert provenance["sessions"][0]["ranks"] == 2
