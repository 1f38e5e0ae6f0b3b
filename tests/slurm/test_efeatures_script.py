"""The script of extraction on a real SLURM."""

from __future__ import annotations

from pathlib import Path

import pytest

from region_grower_hpc.testing import differences, results, run_command
from tests.efeatures.small_recordings import make_small_recordings
from tests.slurm.project import Project

pytestmark = [pytest.mark.slurm, pytest.mark.timeout(400)]


def test_six_ranks_on_three_nodes_extract_the_same_features(
    project: Project, tmp_path: Path
) -> None:
    data = make_small_recordings(tmp_path / "inputs")
    alone = tmp_path / "alone"
    finished = run_command(["-m", "region_grower_hpc", *data.arguments(alone)])
    assert finished.returncode == 0, finished.stderr
    words = " ".join(f'"{word}"' for word in data.arguments(Path("OUT"))).replace('"OUT"', '"$OUT"')
    project.edit(f"set_efeatures_command() {{ COMMAND=(python -m region_grower_hpc {words}); }}")
    job = project.start("efeatures.sbatch")
    told = project.cluster.wait(job)
    assert (told["JobState"], told["ExitCode"]) == ("COMPLETED", "0:0"), project.log(job)
    assert differences(results(alone), results(project.out / "efeatures")) == []
