"""Parts of a population, joined: the bytes of one run over all of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest
import voxcell
import yaml

from region_grower_hpc.errors import ExitCode
from region_grower_hpc.testing import differences, results, run_command

from .small_column import SmallColumn, make_small_column

MTYPES = ("L1_DAC", "L1_DAC", "L2_TPC:A", "L1_DAC", "L1_DAC")
#: Everything that a run may write.
ALL = ("--container", "shards", "--out-morph-ext", "asc")


def outputs(out: Path) -> list[str]:
    """All outputs of a run, below its folder."""
    return [
        *("--out-debug-data", str(out / "debug.pkl")),
        *("--out-apical-nrn-sections", str(out / "nrn.yaml")),
    ]


@pytest.fixture(scope="module")
def column(tmp_path_factory: pytest.TempPathFactory) -> SmallColumn:
    """Five cells, of which one is outside the atlas."""
    column = make_small_column(tmp_path_factory.mktemp("column"), MTYPES)
    column.move_cell(3, [1e6, 0.0, 0.0])
    return column


def run(column: SmallColumn, out: Path, *more: str) -> int:
    words = [*outputs(out), "--max-failed-ratio", "0.9", *more]
    return column.run(out, *words).exit_code


def run_parts(column: SmallColumn, folder: Path, selections: Iterable[str], *more: str) -> None:
    for number, selection in enumerate(selections):
        out = folder / str(number)
        assert run(column, out, *selection.split(), *more) == ExitCode.DONE


def merge(out: Path, parts: Path, *more: str, n_ranks: int = 0) -> tuple[int, str]:
    named = sorted(str(path) for path in parts.glob("*/nodes.h5"))
    words = ["-m", "region_grower_hpc", "merge", str(out / "nodes.h5"), *named, *more]
    finished = run_command(words, n_ranks)
    return finished.returncode, finished.stderr


@pytest.fixture(scope="module")
def parts(column: SmallColumn, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three parts of the population, as containers."""
    folder = tmp_path_factory.mktemp("parts")
    run_parts(column, folder, [f"--part {number}/3" for number in (1, 2, 3)], *ALL)
    return folder


@pytest.fixture(scope="module")
def whole(column: SmallColumn, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("whole")
    assert run(column, out, *ALL) == ExitCode.DONE
    return out


@pytest.mark.mpi
@pytest.mark.parametrize("n_ranks", [0, 1, 2, 3])
def test_parts_make_the_whole(whole: Path, parts: Path, tmp_path: Path, n_ranks: int) -> None:
    before = results(parts)
    code, told = merge(tmp_path, parts, "--max-failed-ratio", "0.5", n_ranks=n_ranks)
    assert code == ExitCode.DONE, told
    assert differences(results(whole), results(tmp_path)) == []
    assert differences(before, results(parts)) == []


@pytest.mark.parametrize("container", ["files", "merged"])
def test_every_kind_of_container(column: SmallColumn, tmp_path: Path, container: str) -> None:
    kind = ["--container", container, "--out-morph-ext", "asc", "--out-morph-ext", "h5"]
    if container == "files":
        kind += ["--max-files-per-dir", "256"]
    assert run(column, tmp_path / "whole", *kind) == ExitCode.DONE
    (tmp_path / "list.txt").write_text("0 2 4")
    selections = [f"--gids {tmp_path / 'list.txt'}", "--gids 1:2", "--gids 3:4"]
    for number, selection in enumerate(selections):
        # The part with the cell outside the atlas has no success at all.
        expected = ExitCode.TOO_MANY_FAILURES if number == 2 else ExitCode.DONE
        out = tmp_path / "parts" / str(number)
        assert run(column, out, *selection.split(), *kind) == expected
    code, told = merge(tmp_path / "merged", tmp_path / "parts", "--max-failed-ratio", "0.5")
    assert code == ExitCode.DONE, told
    assert differences(results(tmp_path / "whole"), results(tmp_path / "merged")) == []


def test_the_merged_whole_is_a_complete_run(
    column: SmallColumn, parts: Path, tmp_path: Path
) -> None:
    assert merge(tmp_path, parts, "--max-failed-ratio", "0.5")[0] == ExitCode.DONE
    before = results(tmp_path)
    assert run(column, tmp_path, *ALL) == ExitCode.DONE
    assert differences(before, results(tmp_path)) == []
    assert merge(tmp_path, parts, "--max-failed-ratio", "0.5")[0] == ExitCode.DONE


def test_failures_are_judged_over_the_whole(parts: Path, tmp_path: Path) -> None:
    code, told = merge(tmp_path, parts)
    assert code == ExitCode.TOO_MANY_FAILURES
    assert "1 of 5 cells failed" in told
    assert (tmp_path / "nodes.h5").exists()


def test_a_part_holds_its_cells_alone(parts: Path) -> None:
    cells = voxcell.CellCollection.load_sonata(parts / "1" / "nodes.h5")
    names = yaml.safe_load((parts / "1" / "apical.yaml").read_text())
    assert sorted(cells.properties["morphology"]) == sorted(names)
    assert len(cells.properties) == 2


def test_a_missing_part_is_told(parts: Path, tmp_path: Path) -> None:
    words = [str(parts / number / "nodes.h5") for number in ("0", "2")]
    command = ["-m", "region_grower_hpc", "merge", str(tmp_path / "nodes.h5"), *words]
    finished = run_command(command)
    assert finished.returncode == ExitCode.INVALID_INPUT
    assert "2 of 5 gids are in none of the parts: 1, 4" in finished.stderr
    assert not (tmp_path / "nodes.h5").exists()


def test_a_gid_in_two_parts_is_told(parts: Path, tmp_path: Path) -> None:
    words = [str(parts / number / "nodes.h5") for number in ("0", "1", "1", "2")]
    command = ["-m", "region_grower_hpc", "merge", str(tmp_path / "nodes.h5"), *words]
    finished = run_command(command)
    assert finished.returncode == ExitCode.INVALID_INPUT
    assert "gid 1 is in two parts" in finished.stderr


def test_parts_of_different_wholes_do_not_mix(
    column: SmallColumn, parts: Path, tmp_path: Path
) -> None:
    run_parts(column, tmp_path / "other", ["--part 2/3 --seed 5"], *ALL)
    words = [parts / "0" / "nodes.h5", tmp_path / "other" / "0" / "nodes.h5"]
    command = ["-m", "region_grower_hpc", "merge", str(tmp_path / "nodes.h5"), *map(str, words)]
    finished = run_command(command)
    assert finished.returncode == ExitCode.FOREIGN_PLAN
    assert "seed: 0 -> 5" in finished.stderr


def test_a_whole_run_is_no_part(whole: Path, tmp_path: Path) -> None:
    command = ["-m", "region_grower_hpc", "merge", str(tmp_path / "n.h5"), str(whole / "nodes.h5")]
    finished = run_command(command)
    assert finished.returncode == ExitCode.INVALID_INPUT
    assert "it is the whole, and no part" in finished.stderr


def test_an_unfinished_part_is_told(column: SmallColumn, tmp_path: Path) -> None:
    out = tmp_path / "part"
    stopped = ["--part", "1/2", "--time-limit", "0.001", *ALL]
    assert run(column, out, *stopped) == ExitCode.STOPPED_EARLY
    command = ["-m", "region_grower_hpc", "merge", str(tmp_path / "n.h5"), str(out / "nodes.h5")]
    finished = run_command(command)
    assert finished.returncode == ExitCode.INVALID_INPUT
    assert "not complete" in finished.stderr


def test_foreign_files_are_not_replaced(parts: Path, tmp_path: Path) -> None:
    (tmp_path / "apical.yaml").write_text("mine")
    assert merge(tmp_path, parts)[0] == ExitCode.INVALID_INPUT
    assert (tmp_path / "apical.yaml").read_text() == "mine"


def test_another_part_is_another_plan(column: SmallColumn, tmp_path: Path) -> None:
    assert run(column, tmp_path, "--part", "1/3", *ALL) == ExitCode.DONE
    result = column.run(tmp_path, *outputs(tmp_path), "--part", "2/3", *ALL)
    assert result.exit_code == ExitCode.FOREIGN_PLAN
    assert "which tasks are selected" in result.stderr


def test_a_killed_merge_is_begun_anew(whole: Path, parts: Path, tmp_path: Path) -> None:
    """What an interrupted merge leaves: the state without marker, and some outputs."""
    assert merge(tmp_path, parts, "--max-failed-ratio", "0.5")[0] == ExitCode.DONE
    (tmp_path / "nodes.h5.rghpc" / "complete").unlink()
    for name in ("nodes.h5", "debug.pkl"):
        (tmp_path / name).unlink()
    next(iter((tmp_path / "morphologies" / "shards").iterdir())).write_bytes(b"torn")
    code, told = merge(tmp_path, parts, "--max-failed-ratio", "0.5")
    assert code == ExitCode.DONE, told
    assert differences(results(whole), results(tmp_path)) == []


def test_outputs_elsewhere(whole: Path, parts: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    elsewhere = ["--out-apical", str(tmp_path / "points.yaml"), "--max-failed-ratio", "0.5"]
    assert merge(out, parts, *elsewhere)[0] == ExitCode.DONE
    assert (tmp_path / "points.yaml").read_bytes() == (whole / "apical.yaml").read_bytes()
    assert not (out / "apical.yaml").exists()


def test_costs_and_provenance_of_the_whole(parts: Path, tmp_path: Path) -> None:
    assert merge(tmp_path, parts, "--max-failed-ratio", "0.5")[0] == ExitCode.DONE
    state = tmp_path / "nodes.h5.rghpc"
    assert set(json.loads((state / "costs.json").read_text())) == {"mc0;1/L1_DAC", "mc0;2/L2_TPC:A"}
    session = json.loads((state / "provenance.json").read_text())["sessions"][-1]
    assert session["outcome"] == "merged 3 parts"


def test_a_part_is_not_replaced_by_the_whole(parts: Path, tmp_path: Path) -> None:
    shutil.copytree(parts, tmp_path / "parts")
    own = tmp_path / "parts" / "1"
    before = results(own), (own / "nodes.h5.rghpc" / "summary.journal").read_bytes()
    code, told = merge(own, tmp_path / "parts", "--overwrite")
    assert code == ExitCode.INVALID_INPUT
    assert "is that of a part" in told
    assert before == (results(own), (own / "nodes.h5.rghpc" / "summary.journal").read_bytes())


def test_a_refused_merge_leaves_a_finished_whole_alone(parts: Path, tmp_path: Path) -> None:
    assert merge(tmp_path, parts, "--max-failed-ratio", "0.5")[0] == ExitCode.DONE
    one = str(parts / "0" / "nodes.h5")
    command = ["-m", "region_grower_hpc", "merge", str(tmp_path / "nodes.h5"), one, "--overwrite"]
    assert run_command(command).returncode == ExitCode.INVALID_INPUT
    assert (tmp_path / "nodes.h5.rghpc" / "complete").exists()


def test_a_repeated_merge_of_files_leaves_no_litter(column: SmallColumn, tmp_path: Path) -> None:
    run_parts(column, tmp_path / "parts", ["--gids 0:2", "--gids 2:5"], "--out-morph-ext", "asc")
    for _ in range(2):
        options = ["--overwrite", "--max-failed-ratio", "0.5"]
        assert merge(tmp_path / "whole", tmp_path / "parts", *options)[0] == ExitCode.DONE
    names = [path.name for path in (tmp_path / "whole" / "morphologies").iterdir()]
    assert len(names) == 4
    assert not [name for name in names if name.startswith(".")]


@pytest.mark.parametrize("container", ["files", "shards", "merged"])
def test_a_part_without_cells(column: SmallColumn, tmp_path: Path, container: str) -> None:
    """More parts than cells; repeating it finds it complete."""
    kind = ["--container", container, "--out-morph-ext", "asc"]
    for number in range(1, 7):
        for _ in range(2):
            expected = ExitCode.TOO_MANY_FAILURES if number == 4 else ExitCode.DONE
            out = tmp_path / "parts" / str(number)
            assert run(column, out, "--part", f"{number}/6", *kind) == expected
    assert run(column, tmp_path / "whole", *kind) == ExitCode.DONE
    code, told = merge(tmp_path / "merged", tmp_path / "parts", "--max-failed-ratio", "0.5")
    assert code == ExitCode.DONE, told
    assert differences(results(tmp_path / "whole"), results(tmp_path / "merged")) == []


def test_parts_may_be_moved(whole: Path, parts: Path, tmp_path: Path) -> None:
    shutil.copytree(parts, tmp_path / "made")
    (tmp_path / "made").rename(tmp_path / "moved")
    code, told = merge(tmp_path / "out", tmp_path / "moved", "--max-failed-ratio", "0.5")
    assert code == ExitCode.DONE, told
    assert differences(results(whole), results(tmp_path / "out")) == []


def test_a_part_is_read_where_it_is_named(parts: Path, tmp_path: Path) -> None:
    """Not where it was made, if something else is there by now."""
    shutil.copytree(parts, tmp_path / "copy")
    shutil.rmtree(tmp_path / "copy" / "1" / "morphologies")
    code, told = merge(tmp_path / "out", tmp_path / "copy")
    assert code == ExitCode.INVALID_INPUT
    assert str(tmp_path / "copy" / "1" / "morphologies") in told


@pytest.mark.parametrize("damage", ["no summary", "a bad byte", "no part.json", "no shard"])
def test_a_damaged_part_is_named(parts: Path, tmp_path: Path, damage: str) -> None:
    shutil.copytree(parts, tmp_path / "copy")
    own = tmp_path / "copy" / "1"
    summary = own / "nodes.h5.rghpc" / "summary.journal"
    if damage == "no summary":
        summary.unlink()
    elif damage == "a bad byte":
        content = bytearray(summary.read_bytes())
        content[60] ^= 255
        summary.write_bytes(content)
    elif damage == "no part.json":
        (own / "nodes.h5.rghpc" / "part.json").unlink()
    else:
        next((own / "morphologies" / "shards").iterdir()).unlink()
    code, told = merge(tmp_path / "out", tmp_path / "copy")
    assert code == ExitCode.INVALID_INPUT, told
    assert str(own) in told
    assert "Traceback" not in told


def test_state_of_the_whole_elsewhere(whole: Path, parts: Path, tmp_path: Path) -> None:
    options = ["--state-dir", str(tmp_path / "state"), "--max-failed-ratio", "0.5"]
    assert merge(tmp_path / "out", parts, *options)[0] == ExitCode.DONE
    assert (tmp_path / "state" / "complete").exists()
    assert not (tmp_path / "out" / "nodes.h5.rghpc").exists()
    assert differences(results(whole), results(tmp_path / "out")) == []


def test_a_merge_that_has_to_stop_continues(whole: Path, parts: Path, tmp_path: Path) -> None:
    code, told = merge(tmp_path, parts, "--time-limit", "0.001")
    assert code == ExitCode.STOPPED_EARLY, told
    assert "The same command continues" in told
    assert not (tmp_path / "nodes.h5").exists()
    assert merge(tmp_path, parts, "--max-failed-ratio", "0.5")[0] == ExitCode.DONE
    assert differences(results(whole), results(tmp_path)) == []


def test_parts_without_a_folder_of_morphologies(column: SmallColumn, tmp_path: Path) -> None:
    """An unused default of --out-morph-dir is not in the way."""
    for number in (1, 2):
        out = tmp_path / "parts" / str(number)
        words = column.arguments(
            out, "--container", "merged", "--container-path", str(out / "all.h5")
        )
        at = words.index("--out-morph-dir")
        del words[at : at + 2]
        finished = run_command(
            ["-m", "region_grower_hpc", *words, "--part", f"{number}/2", "--max-failed-ratio", "1"]
        )
        assert finished.returncode == ExitCode.DONE, finished.stderr
    code, told = merge(tmp_path / "whole", tmp_path / "parts", "--max-failed-ratio", "0.5")
    assert code == ExitCode.DONE, told
    assert (tmp_path / "whole" / "all.h5").exists()


def test_an_output_of_any_part_is_not_replaced(parts: Path, tmp_path: Path) -> None:
    taken = str(parts / "2" / "apical.yaml")
    code, told = merge(tmp_path, parts, "--out-apical", taken, "--overwrite")
    assert code == ExitCode.INVALID_INPUT
    assert f"--out-apical '{taken}' is that of a part" in told


def test_a_requeued_merge_does_not_replace_what_it_has_finished(
    parts: Path, tmp_path: Path
) -> None:
    """SLURM may start a job again after its end; --overwrite is for what was there before."""
    named = sorted(str(path) for path in parts.glob("*/nodes.h5"))
    words = ["-m", "region_grower_hpc", "merge", str(tmp_path / "nodes.h5"), *named]
    words += ["--overwrite", "--max-failed-ratio", "0.5"]
    assert run_command(words).returncode == ExitCode.DONE
    marker = tmp_path / "nodes.h5.rghpc" / "complete"
    before = marker.read_bytes()
    again = run_command(words, environment={"SLURM_RESTART_COUNT": "1"})
    assert again.returncode == ExitCode.DONE, again.stderr
    assert marker.read_bytes() == before
    assert run_command(words).returncode == ExitCode.DONE
    assert marker.read_bytes() != before
