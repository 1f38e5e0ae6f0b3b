"""The whole command against morphology-workflows 0.12.1, by what it wrote for two data sets."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import morphio
import numpy as np
import pytest

from region_grower_hpc.clone.annotation import read_annotation
from region_grower_hpc.errors import ExitCode
from region_grower_hpc.formats.neurondb import read_neurondb
from region_grower_hpc.testing import run_command

pytestmark = [pytest.mark.shared, pytest.mark.parity]

#: The peer computes in float32 throughout.
POINT_UM, Y_UM, CHANGE_RATIO = 1e-3, 2e-3, 2e-4
OPTIONS = {
    "example": [
        *("--cross-mtype", "L1_AAA:C", "--cross-mtype", "L4_UPC"),
        *("--transform-rules", "example/transform_rules.xml"),
    ],
    "crossed": ["--cross-mtype", "L1_DAC", "--y-scale", "1.05"],
}
RELEASED = {"example": ("asc", "h5", "swc"), "crossed": ()}


@pytest.fixture(scope="module", params=list(OPTIONS))
def case(request: pytest.FixtureRequest) -> str:
    """Name of a data set."""
    return str(request.param)


@pytest.fixture(scope="module")
def out(case: str, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command writes for it."""
    out, inputs = tmp_path_factory.mktemp(case), shared_data / "clone"
    words = [
        *("-m", "region_grower_hpc", "clone-morphologies", "--random-stream", "sequential"),
        *("--dataset", str(inputs / case / "dataset.csv")),
        *("--recipe", str(inputs / case / "builder_recipe.xml")),
        *("--placement-rules", str(inputs / "example" / "placement_rules.xml")),
        *("--out-dir", str(out), "--nb-processes", "0", "--log-level", "error"),
        *(str(inputs / word) if word.endswith(".xml") else word for word in OPTIONS[case]),
        *([] if RELEASED[case] else ["--no-release"]),
    ]
    done = run_command(words)
    assert (done.returncode, done.stderr) == (ExitCode.DONE, "")
    return out


@pytest.fixture
def expected(shared_data: Path) -> Path:
    """What the peer wrote."""
    return shared_data / "clone" / "expected"


def read(path: Path) -> Any:
    return json.loads(path.read_text())


def test_databases(case: str, out: Path, expected: Path) -> None:
    theirs = read(expected / f"{case}_neurondb.json")
    assert (out / "transform_rules").exists() == (case == "example")
    steps = ("grafting", "scaling", *(["transform_rules"] if case == "example" else []))
    for step in steps:
        assert theirs[step]
        for suffix in ("xml", "dat"):
            rows = read_neurondb(out / step / f"neuronDB.{suffix}")
            ours = sorted([row.name, row.layer, row.full_type] for row in rows)
            assert ours == theirs[step]


def test_counts_of_clones(case: str, out: Path, expected: Path) -> None:
    theirs = read(expected / f"{case}_neurondb.json")
    rows = read_neurondb(out / "clone" / "neuronDB.xml")
    ours = Counter(
        (row.name.partition("_-_Clone_")[0], row.layer, row.full_type)
        for row in rows
        if "_-_Clone_" in row.name
    )
    counts = {(parent, layer, mtype): n for parent, layer, mtype, n in theirs["clone_counts"] if n}
    assert dict(ours) == counts
    assert len(rows) == theirs["clone_rows"]


def test_annotations(case: str, out: Path, expected: Path) -> None:
    theirs = read(expected / f"{case}_annotations.json")
    assert set(theirs) == {"grafting", "scaling", "clone"}
    for step, by_name in theirs.items():
        assert by_name
        for name, rules in by_name.items():
            ours = read_annotation(out / step / "annotations" / f"{name}.xml")
            assert set(ours) == set(rules), name
            for rule, entry in rules.items():
                assert set(ours[rule]) == set(entry), (name, rule)
                for key, value in entry.items():
                    within = CHANGE_RATIO * max(1, abs(value)) if key == "y_change" else Y_UM
                    assert float(ours[rule][key]) == pytest.approx(float(value), abs=within)


def test_points_of_clones(case: str, out: Path, expected: Path) -> None:
    theirs = np.load(expected / f"{case}_clones_sequential.npz")
    assert theirs.files
    for key in theirs.files:
        parent, number = key.rsplit("|", 1)
        ours = morphio.Morphology(out / "clone" / f"{parent}_-_Clone_{number}.h5").points
        np.testing.assert_allclose(ours, theirs[key], rtol=0, atol=POINT_UM, err_msg=key)


def test_the_release_has_each_morphology(case: str, out: Path) -> None:
    names = {row.name for row in read_neurondb(out / "clone" / "neuronDB.xml")}
    for extension in RELEASED[case]:
        folder = out / "release" / extension
        assert {path.stem for path in folder.glob(f"*.{extension}")} == names
        for name in names:
            released = morphio.Morphology(
                folder / f"{name}.{extension}", warning_handler=morphio.WarningHandlerCollector()
            )
            own = morphio.Morphology(out / "clone" / f"{name}.h5")
            assert len(released.root_sections) == len(own.root_sections)
            assert released.points.max(initial=0) == pytest.approx(own.points.max(initial=0), 1e-5)


@pytest.mark.parametrize("case", ["crossed"], indirect=True)
def test_axons_of_grafts(case: str, out: Path, expected: Path) -> None:
    """The axon is that of the donor, where the peer takes one that was grafted before."""
    theirs = read(expected / "crossed_grafts.json")
    assert len(theirs) == 6
    for name, told in theirs.items():
        graft = morphio.Morphology(out / "grafting" / f"{name}.h5")
        axons = [root for root in graft.root_sections if root.type == morphio.SectionType.axon]
        sections = [section for axon in axons for section in axon.iter()]
        points = np.concatenate([section.points for section in sections]).astype(np.float64)
        assert len(axons) == told["axons"]
        assert (len(sections), len(points)) == (told["axon_sections"], told["axon_points"])
        assert (len(graft.sections), len(graft.points)) == (told["sections"], told["points"])
        np.testing.assert_allclose(points[0], told["axon_start"], rtol=0, atol=POINT_UM)
        np.testing.assert_allclose(
            points.sum(axis=0) / len(points),
            np.array(told["axon_sum"]) / len(points),
            rtol=0,
            atol=POINT_UM,
        )
