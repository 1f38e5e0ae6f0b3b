"""The script of connection properties on a real SLURM."""

from __future__ import annotations

from pathlib import Path

import pytest

from region_grower_hpc.testing import differences, results, run_command
from tests.conn_props.random_circuit import EDGES, OTHER_EDGES, make_random_circuit
from tests.slurm.project import Project

pytestmark = [pytest.mark.slurm, pytest.mark.timeout(400)]


def test_six_ranks_on_three_nodes_measure_the_same_connections(
    project: Project, tmp_path: Path
) -> None:
    circuit = make_random_circuit(tmp_path / "circuit", order="random")
    more = ["--cv-folds", "2", "--max-sample-size-per-group", "50", "--chunk-edges", "500"]
    more += ["--edges-popul-name", EDGES, "--edges-popul-name", OTHER_EDGES]
    alone = tmp_path / "alone"
    finished = run_command(["-m", "region_grower_hpc", *circuit.extract(alone, *more)])
    assert finished.returncode == 0, finished.stderr
    words = " ".join(f'"{word}"' for word in circuit.extract(Path("$OUT"), *more))
    project.edit(f"set_conn_props_command() {{ COMMAND=(python -m region_grower_hpc {words}); }}")
    job = project.start("conn_props.sbatch")
    told = project.cluster.wait(job)
    assert (told["JobState"], told["ExitCode"]) == ("COMPLETED", "0:0"), project.log(job)
    assert differences(results(alone), results(project.out / "conn_props")) == []
