"""A cell that grows without end costs itself only, in the real command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from region_grower_hpc.errors import ExitCode
from region_grower_hpc.testing import run_command
from tests.synthesis.small_column import SmallColumn, make_small_column


@pytest.fixture(scope="module")
def column(tmp_path_factory: pytest.TempPathFactory) -> SmallColumn:
    """Cell 2 grows in steps of 11 pm: a hundred million points."""
    folder = tmp_path_factory.mktemp("poison") / "inputs"
    column = make_small_column(folder, ("L1_DAC", "L1_DAC", "L2_TPC:A", "L1_DAC"))

    def poison(parameters: dict[str, Any]) -> None:
        dendrite = parameters["O0"]["L2_TPC:A"]["basal_dendrite"]
        dendrite["step_size"] = {"norm": {"mean": 1.1e-5, "std": 0.0}}

    column.edit_json(column.parameters, poison)
    return column


@pytest.mark.mpi
@pytest.mark.timeout(120)
@pytest.mark.parametrize("n_ranks", [1, 2])
def test_a_cell_without_end_is_one_failure(
    tmp_path: Path, column: SmallColumn, n_ranks: int
) -> None:
    words = column.arguments(tmp_path, "--nb-processes", str(n_ranks), "--task-timeout", "0.7")
    finished = run_command(["-m", "region_grower_hpc", *words])
    assert finished.returncode == ExitCode.TOO_MANY_FAILURES, finished.stderr
    _, row = (tmp_path / "nodes.failures.csv").read_text().splitlines()
    assert row.split(",")[:2] == ["2", "L2_TPC:A"]
    assert ",timeout,,took longer than 0.7 s" in row
    assert len(list(tmp_path.rglob("*.h5"))) == 3 + 1
