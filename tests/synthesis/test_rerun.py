"""`status` and `rerun` of synthesis, by the command."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from region_grower_hpc.cli import main
from region_grower_hpc.engine.journal import JournalWriter, journal_path
from region_grower_hpc.engine.record import encode_arrays
from region_grower_hpc.engine.state import PlanRecord, StateFolder, state_dir_of_file
from region_grower_hpc.errors import ExitCode
from region_grower_hpc.synthesis.job import SynthesisJob
from region_grower_hpc.testing import results

from .small_column import SmallColumn, make_small_column

pytestmark = pytest.mark.timeout(120)
BAD = 3


@pytest.fixture(scope="module")
def column(tmp_path_factory: pytest.TempPathFactory) -> SmallColumn:
    """Four cells, of which one is outside the atlas."""
    column = make_small_column(tmp_path_factory.mktemp("column") / "inputs")
    column.move_cell(BAD, [1e6, 0.0, 0.0])
    return column


def command(*words: Any) -> Result:
    return CliRunner().invoke(main, [*map(str, words)])


def rerun(*words: Any) -> tuple[int, Any]:
    done = command("rerun", *words, "--json", "--log-level", "warning")
    return done.exit_code, json.loads(done.stdout)


def run(column: SmallColumn, out: Path, *more: str) -> Path:
    assert column.run(out, "--max-failed-ratio", "0.9", *more).exit_code == ExitCode.DONE
    return out


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


@pytest.mark.parametrize(
    ("kind", "whats"),
    [
        (
            ["--out-morph-ext", "h5", "--out-morph-ext", "asc", "--max-files-per-dir", "256"],
            [".h5", ".asc", "apical point"],
        ),
        (["--container", "shards"], ["points", "structure", "apical point"]),
        (["--container", "merged", "--out-debug-data", "debug.pkl"], ["points", "structure", "ap"]),
    ],
    ids=["files", "shards", "merged"],
)
def test_the_same_bytes(
    column: SmallColumn, tmp_path: Path, kind: list[str], whats: list[str]
) -> None:
    kind = [str(tmp_path / "out" / word) if word == "debug.pkl" else word for word in kind]
    out = run(column, tmp_path / "out", *kind)
    before = snapshot(out)
    code, (cell, failed) = rerun(out, "--gid", 2, "--gid", BAD, "--here")
    assert code == ExitCode.TOO_MANY_FAILURES
    assert len(cell["comparisons"]) == len(whats)
    for one, what in zip(cell["comparisons"], whats, strict=True):
        assert what in one["what"]
        assert one["difference"] == ""
    assert cell["same"]
    assert failed["failure"]["kind"] == "input"
    assert [one["what"] for one in failed["comparisons"]] == ["failure"]
    assert failed["same"]
    assert snapshot(out) == before


def test_outputs_of_a_cell(column: SmallColumn, tmp_path: Path) -> None:
    whole = results(run(column, tmp_path / "out"))
    code, (cell,) = rerun(tmp_path / "out" / "nodes.h5", "--gid", 1, "--out", tmp_path / "cell")
    assert code == ExitCode.DONE
    assert cell["same"]
    assert cell["measures"]["wall_s"] > 0
    part = results(run(column, tmp_path / "part", "--gids", "1:2"))
    assert results(tmp_path / "cell") == part
    names = [name for name in part if name.startswith("morphologies/")]
    assert len(names) == 1
    assert part[names[0]] == whole[names[0]]


def test_a_file_that_was_changed(column: SmallColumn, tmp_path: Path) -> None:
    out = run(column, tmp_path / "out", "--out-morph-ext", "swc")
    for path in (out / "morphologies").iterdir():
        path.write_bytes(path.read_bytes().replace(b"1", b"2"))
    done = command("rerun", out, "--gid", 0, "--here")
    assert done.exit_code == 1
    assert ".swc: differs: the first of the bytes that differ is number" in done.output


def test_a_part_that_was_moved(column: SmallColumn, tmp_path: Path) -> None:
    run(column, tmp_path / "out", "--part", "1/2")
    shutil.move(tmp_path / "out", tmp_path / "moved")
    words = tmp_path / "moved" / "nodes.h5", "--here", "--gid", 0
    code, (cell,) = rerun(*words)
    assert code == ExitCode.DONE
    assert cell["same"]
    assert {"row", "apical point"} <= {one["what"] for one in cell["comparisons"]}
    assert all(str(tmp_path / "moved") in one["file"] for one in cell["comparisons"])
    other = command("rerun", *words, "--gid", 1)
    assert other.exit_code == ExitCode.INVALID_INPUT
    assert "gid 1 is not in the part of the cells" in other.output


def test_an_unfinished_run(column: SmallColumn, tmp_path: Path) -> None:
    job = SynthesisJob(column.settings(tmp_path / "out"))
    plan = job.plan()
    state = StateFolder(state_dir_of_file(tmp_path / "out" / "nodes.h5"))
    state.path.mkdir(parents=True)
    state.begin(PlanRecord.of(job.name, plan))
    journal = JournalWriter(journal_path(state.run_journals, 1, 0))
    cell = job.run(job.setup(plan), 1)
    row = np.array(cell.row, dtype=plan.row_dtype).tobytes()
    journal.done(1, 0.1, row + encode_arrays(cell.arrays))
    journal.close()
    before = snapshot(tmp_path / "out")
    code, (done, waiting) = rerun(tmp_path / "out", "--gid", 1, "--gid", 2, "--here")
    assert code == ExitCode.DONE
    whats = [one["what"] for one in done["comparisons"]]
    assert whats == ["row", "array points", "array structure"]
    assert done["same"]
    assert waiting["comparisons"] == []
    assert command("status", tmp_path / "out").exit_code != ExitCode.DONE
    assert snapshot(tmp_path / "out") == before


def test_changed_inputs_are_named(column: SmallColumn, tmp_path: Path) -> None:
    changed = column.copy(tmp_path / "inputs")
    out = run(changed, tmp_path / "out")
    changed.parameters.write_text(changed.parameters.read_text() + "\n")
    done = command("rerun", out, "--gid", 0)
    assert done.exit_code == ExitCode.FOREIGN_PLAN
    assert "the content of --tmd-parameters" in done.output
    changed.cells.unlink()
    assert command("rerun", out, "--gid", 0).exit_code == ExitCode.INVALID_INPUT


def test_unknown_gid(column: SmallColumn, tmp_path: Path) -> None:
    out = run(column, tmp_path / "out")
    done = command("rerun", out, "--gid", 4)
    assert done.exit_code == ExitCode.INVALID_INPUT
    assert "there is no gid 4; the input has the gids 0 to 3" in done.output


def test_status(column: SmallColumn, tmp_path: Path) -> None:
    assert column.run(tmp_path / "out").exit_code == ExitCode.TOO_MANY_FAILURES
    for place in (tmp_path / "out", tmp_path / "out" / "nodes.h5"):
        done = command("status", place)
        assert done.exit_code == ExitCode.TOO_MANY_FAILURES
        assert "nodes.h5: complete with 1 failure, more than allowed" in done.output
    run(column, tmp_path / "allowed")
    assert command("status", tmp_path / "allowed").exit_code == ExitCode.DONE


def test_settings_in_the_plan_change_nothing(column: SmallColumn, tmp_path: Path) -> None:
    """A state folder of a version that recorded no settings is continued and told."""
    out = run(column, tmp_path / "out")
    plan_json = out / "nodes.h5.rghpc" / "plan.json"
    provenance_json = out / "nodes.h5.rghpc" / "provenance.json"
    plan = json.loads(plan_json.read_text())
    assert plan["settings"]["input_cells"] == str(column.cells)
    digest = plan["digest"]
    del plan["settings"]
    plan_json.write_text(json.dumps(plan))
    provenance_json.unlink()
    assert plan["digest"] == digest
    run(column, out)
    done = command("rerun", out, "--gid", 0)
    assert done.exit_code == ExitCode.INVALID_INPUT
    assert "did not record what `rerun` needs" in done.output
