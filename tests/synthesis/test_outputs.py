"""What a run leaves: morphologies in every layout and format, cells, apical points, bytes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import libsonata
import morphio
import numpy as np
import pytest
import voxcell
import yaml

from region_grower_hpc.engine.job import Plan
from region_grower_hpc.errors import ExitCode, TaskFailure
from region_grower_hpc.formats import container, morphology
from region_grower_hpc.formats.morphology import MorphologyArrays
from region_grower_hpc.synthesis import outputs
from region_grower_hpc.synthesis.job import SynthesisJob
from region_grower_hpc.synthesis.names import morphology_name, morphology_path
from region_grower_hpc.testing import differences, results
from tests.synthesis.small_column import SmallColumn, make_small_column

MTYPES = ("L1_DAC", "L2_TPC:A", "L1_DAC")
LAYOUTS = {
    "files": [],
    "files and container": ["--container-path", "all.h5"],
    "merged": ["--container", "merged"],
    "shards": ["--container", "shards"],
}


@pytest.fixture(scope="module")
def column(tmp_path_factory: pytest.TempPathFactory) -> SmallColumn:
    return make_small_column(tmp_path_factory.mktemp("column") / "inputs", MTYPES)


@pytest.fixture(scope="module")
def runs(column: SmallColumn, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Output folder of a run with some options, made once."""
    made: dict[tuple[str, ...], Path] = {}

    def run(*options: str, number: int = 0) -> Path:
        key = (*options, str(number))
        if key not in made:
            made[key] = tmp_path_factory.mktemp("run") / "out"
            placed = [str(made[key] / word) if word == "all.h5" else word for word in options]
            done = column.run(made[key], *placed)
            assert done.exit_code == ExitCode.DONE, done.output
        return made[key]

    return run


def names(out: Path) -> list[str]:
    return list(voxcell.CellCollection.load_sonata(out / "nodes.h5").properties["morphology"])


def same(one: Any, other: Any) -> None:
    """Two MorphIO neurons have the same sections and points."""
    np.testing.assert_array_equal(one.points, other.points)
    np.testing.assert_array_equal(one.diameters, other.diameters)
    np.testing.assert_array_equal(one.section_types, other.section_types)
    np.testing.assert_array_equal(one.section_offsets, other.section_offsets)
    np.testing.assert_array_equal(one.soma.points, other.soma.points)
    assert one.connectivity == other.connectivity


# -- layouts -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layout", "file"),
    [
        ("files and container", "all.h5"),
        ("merged", "morphologies/merged.h5"),
        ("shards", "morphologies/morphologies.h5"),
    ],
)
def test_a_container_holds_what_separate_files_hold(
    runs: Callable[..., Path], layout: str, file: str
) -> None:
    separate, out = runs(), runs(*LAYOUTS[layout])
    collection = morphio.Collection(str(out / file))
    assert len(names(out)) == len(MTYPES)
    for name in names(out):
        expected = morphio.Morphology(separate / "morphologies" / f"{name}.h5")
        assert len(expected.points) > 100
        same(collection.load(name), expected)


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        ("files", ["NAME.h5", "NAME.h5", "NAME.h5"]),
        ("files and container", ["NAME.h5", "NAME.h5", "NAME.h5"]),
        ("merged", ["merged.h5"]),
        ("shards", ["morphologies.h5", "shards", "shards/00000.h5"]),
    ],
)
def test_nothing_else_is_left_in_the_output_folder(
    runs: Callable[..., Path], layout: str, expected: list[str]
) -> None:
    out = runs(*LAYOUTS[layout])
    folder = out / "morphologies"
    found = [str(path.relative_to(folder)) for path in folder.rglob("*")]
    plain = ["NAME.h5" if name.removesuffix(".h5") in names(out) else name for name in found]
    assert sorted(plain) == expected
    assert not list(out.rglob("*.shards*"))


def test_a_container_elsewhere_needs_no_output_folder(column: SmallColumn, tmp_path: Path) -> None:
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere" / "all.h5"
    options = ("--container", "merged", "--container-path", elsewhere)
    assert column.run(out, *options).exit_code == ExitCode.DONE
    assert not (out / "morphologies").exists()
    assert [path.name for path in elsewhere.parent.iterdir()] == ["all.h5"]
    assert len(morphio.Collection(str(elsewhere)).load(names(out)[0]).points) > 100


def test_shards_and_their_links_can_be_moved_together(
    runs: Callable[..., Path], tmp_path: Path
) -> None:
    out = runs(*LAYOUTS["shards"])
    shutil.copytree(out / "morphologies", tmp_path / "moved")
    with h5py.File(tmp_path / "moved" / "morphologies.h5") as file:
        assert all(len(file[f"{name}/points"]) > 100 for name in names(out))


def test_text_formats_hold_the_same_points_within_their_digits(runs: Callable[..., Path]) -> None:
    formats = [word for one in ("h5", "swc", "asc") for word in ("--out-morph-ext", one)]
    out = runs(*formats)
    assert len(list((out / "morphologies").iterdir())) == 3 * len(MTYPES)
    for name in names(out):
        h5, swc, asc = (
            morphio.Morphology(out / "morphologies" / f"{name}.{one}")
            for one in ("h5", "swc", "asc")
        )
        for other in (swc, asc):
            np.testing.assert_allclose(other.points, h5.points, rtol=1e-6, atol=1e-5)
            np.testing.assert_allclose(other.diameters, h5.diameters, rtol=1e-6, atol=1e-5)
            np.testing.assert_array_equal(other.section_types, h5.section_types)
            assert other.connectivity == h5.connectivity


def test_skip_write_leaves_cells_and_apical_points_alone(runs: Callable[..., Path]) -> None:
    out, usual = runs("--skip-write", "--max-files-per-dir", "1"), runs()
    assert sorted(results(out)) == ["apical.yaml", "nodes.failures.csv", "nodes.h5"]
    assert differences(results(out), {name: results(usual)[name] for name in results(out)}) == []


# -- cells and apical points -------------------------------------------------------------------


def test_cells_are_read_by_libsonata_and_voxcell(
    column: SmallColumn, runs: Callable[..., Path]
) -> None:
    out, before = runs(), voxcell.CellCollection.load_sonata(column.cells)
    expected_names = [morphology_name(gid) for gid in range(len(MTYPES))]
    population = libsonata.NodeStorage(str(out / "nodes.h5")).open_population("column")
    everyone = population.select_all()
    assert list(population.get_attribute("morphology", everyone)) == expected_names
    assert set(population.get_attribute("morphology_producer", everyone)) == {"synthesis"}
    assert list(population.get_attribute("orientation_w", everyone)) == [1.0] * len(MTYPES)
    cells = voxcell.CellCollection.load_sonata(out / "nodes.h5")
    np.testing.assert_array_equal(cells.positions, before.positions)
    np.testing.assert_array_equal(cells.orientations, [np.identity(3)] * len(MTYPES))
    for name in before.properties:
        assert list(cells.properties[name]) == list(before.properties[name])


def test_cells_may_be_mvd3(column: SmallColumn, runs: Callable[..., Path], tmp_path: Path) -> None:
    assert column.run(tmp_path, "--out-cells", tmp_path / "cells.mvd3").exit_code == ExitCode.DONE
    cells = voxcell.CellCollection.load_mvd3(tmp_path / "cells.mvd3")
    assert list(cells.properties["morphology"]) == names(runs())
    assert set(cells.properties["morphology_producer"]) == {"synthesis"}
    assert (tmp_path / "cells.failures.csv").exists()


def test_cells_without_apical_tree_have_no_apical_point(runs: Callable[..., Path]) -> None:
    out = runs()
    points = yaml.safe_load((out / "apical.yaml").read_text())
    assert list(points) == sorted(names(out))
    found = [points[name] for name in names(out)]
    assert found[0] is None
    assert found[2] is None
    neuron = morphio.Morphology(out / "morphologies" / f"{names(out)[1]}.h5")
    ends = [s.points[-1] for s in neuron.iter() if s.type == morphio.SectionType.apical_dendrite]
    assert np.abs(np.array(ends) - found[1]).max(axis=1).min() < 1e-6


NAMES = ("b", "10", "1e5", "true", "~", "a: b", "é", "- x", "hashed/00/a b", "long " * 60, "B")


@pytest.mark.parametrize("n_names", [0, 1, 4, 5, len(NAMES)])
def test_yaml_written_in_blocks_has_the_bytes_of_one_dump(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n_names: int
) -> None:
    monkeypatch.setattr(outputs, "YAML_BLOCK", 4)
    chosen = NAMES[:n_names]
    rng = np.random.default_rng(0)
    points = {
        name: None if number % 3 == 1 else rng.normal(size=3).astype(np.float32) * 10.0**number
        for number, name in enumerate(chosen)
    }
    outputs.write_apical_points(tmp_path / "new" / "apical.yaml", points)
    plain = {name: None if point is None else point.tolist() for name, point in points.items()}
    assert (tmp_path / "new" / "apical.yaml").read_text() == yaml.dump(
        plain, Dumper=yaml.CSafeDumper
    )
    sections = {name: [None, *range(number % 4)] for number, name in enumerate(chosen)}
    sections |= {name: [] for name in chosen[2:3]}
    outputs.write_nrn_sections(tmp_path / "nrn.yaml", sections)
    assert (tmp_path / "nrn.yaml").read_text() == yaml.dump(sections, Dumper=yaml.CSafeDumper)


# -- bytes -------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", LAYOUTS)
def test_two_runs_give_the_same_bytes(runs: Callable[..., Path], layout: str) -> None:
    one, two = (runs(*LAYOUTS[layout], number=number) for number in (0, 1))
    assert differences(results(one), results(two)) == []


# -- hashed folders, and runs killed while they write ------------------------------------------


class ManyCells(SynthesisJob):
    """The job with little neurons instead of grown ones, so that there can be many."""

    def little(self, gid: int) -> MorphologyArrays:
        soma, neurite = (
            [[0, 0, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0]],
            [[0, 1, 0, 1], [0, 2 + gid, 0, 1]],
        )
        points = np.array([*soma, *neurite], dtype=np.float32)
        return MorphologyArrays(points, np.array([[0, 1, -1], [3, 3, 0]], dtype=np.int32))

    def write(self, plan: Plan) -> None:
        """Write all shards."""
        for shard in range(plan.n_shards):
            gids = plan.tasks[plan.shard(shard)].tolist()
            named = [(self.path_of(gid, plan.context.levels), self.little(gid)) for gid in gids]
            outputs.write_shard(self.settings, shard, named)

    def gather_all(self, plan: Plan) -> None:
        self.gather(plan, np.zeros(plan.n_tasks, dtype=plan.row_dtype), [], [])


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory, column: SmallColumn) -> SmallColumn:
    """300 cells, one on top of the other."""
    many = column.copy(tmp_path_factory.mktemp("many") / "inputs")

    def repeat(cells: voxcell.CellCollection) -> None:
        rows = [0] * 300
        cells.properties = cells.properties.iloc[rows].reset_index(drop=True)
        cells.positions = cells.positions[rows]

    many.edit_cells(repeat)
    return many


def many_job(many: SmallColumn, out: Path, **changes: Any) -> tuple[ManyCells, Plan]:
    job = ManyCells(many.settings(out, **changes))
    plan = job.plan()
    assert plan.n_shards == 3
    return job, plan


@pytest.mark.parametrize(("max_files", "levels"), [(300, 0), (256, 1), (1000, None)])
def test_many_files_go_to_hashed_folders(
    many: SmallColumn, tmp_path: Path, max_files: int, levels: int | None
) -> None:
    job, plan = many_job(many, tmp_path, max_files_per_dir=max_files)
    job.write(plan)
    job.gather_all(plan)
    paths = names(tmp_path)
    assert paths == [morphology_path(morphology_name(gid), levels) for gid in range(300)]
    for gid in (0, 299):
        read = morphology.read(tmp_path / "morphologies" / f"{paths[gid]}.h5")
        np.testing.assert_array_equal(read.points, job.little(gid).points)
    folders = [path for path in (tmp_path / "morphologies").rglob("*") if path.is_dir()]
    assert all(len(list(folder.iterdir())) <= max_files for folder in folders)
    assert len(folders) < 258, "folders are made when first needed"


@pytest.mark.parametrize("layout", ["merged", "shards"])
def test_names_in_hashed_folders_are_found_in_a_container(
    many: SmallColumn, tmp_path: Path, layout: str
) -> None:
    job, plan = many_job(many, tmp_path, max_files_per_dir=256, container=layout)
    job.write(plan)
    job.gather_all(plan)
    with h5py.File(job.settings.container_file) as file:
        for gid, name in enumerate(names(tmp_path)):
            assert file[f"{name}/points"][4, 1] == 2 + gid


def test_formats_do_not_count_where_there_are_no_files(many: SmallColumn, tmp_path: Path) -> None:
    """Else the names would depend on an option that has no effect."""
    changes = {"max_files_per_dir": 500, "out_morph_ext": ("h5", "swc", "asc")}
    assert many_job(many, tmp_path, **changes)[1].context.levels == 1
    assert many_job(many, tmp_path, container="merged", **changes)[1].context.levels is None


@pytest.mark.parametrize("moment", ["merge", "removal", "end"])
def test_a_run_killed_while_it_merges_continues(
    many: SmallColumn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """The engine does not write again what a former session wrote: only gather is repeated."""
    job, plan = many_job(many, tmp_path / "reference", container="merged")
    job.write(plan)
    job.gather_all(plan)
    job = replace(job, settings=many.settings(tmp_path / "killed", container="merged"))
    job.write(plan)

    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    def half_removed(folder: Path, **_: Any) -> None:
        if folder.exists():
            next(folder.iterdir()).unlink()
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        if moment == "merge":
            patch.setattr(container.ContainerWriter, "copy", killed)
        elif moment == "removal":
            patch.setattr(shutil, "rmtree", half_removed)
        else:
            patch.setattr(outputs, "write_cells", killed)
        with pytest.raises(KeyboardInterrupt):
            job.gather_all(plan)
    job.gather_all(plan)
    found = results(tmp_path / "killed")
    assert differences(results(tmp_path / "reference"), found) == []
    assert not list((tmp_path / "killed").rglob(".*"))


@pytest.mark.parametrize("layout", ["merged", "shards", "files"])
def test_shards_written_twice_give_the_same_bytes(
    many: SmallColumn, tmp_path: Path, layout: str
) -> None:
    for folder, times in (("once", 1), ("twice", 2)):
        job, plan = many_job(many, tmp_path / folder, container=layout)
        for _ in range(times):
            job.write(plan)
        job.gather_all(plan)
    assert differences(results(tmp_path / "once"), results(tmp_path / "twice")) == []


def test_a_neuron_that_no_file_could_hold_is_a_growth_failure(
    column: SmallColumn, tmp_path: Path
) -> None:
    class Cell:
        morphology = MorphologyArrays(np.empty((0, 4)), np.array([[0, 1, -1]]))

    with pytest.raises(TaskFailure) as failure:
        SynthesisJob(column.settings(tmp_path)).arrays(Cell())
    assert failure.value.kind == "growth"
