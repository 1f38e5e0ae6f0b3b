from __future__ import annotations

import copy
import logging
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import voxcell

from region_grower_hpc.errors import InvalidInputError, TaskFailure
from region_grower_hpc.native.constraints import OrientationField
from region_grower_hpc.synthesis.constraints.cell_constraints import (
    ConstraintsOfCell,
    GrowthConstraints,
)
from region_grower_hpc.synthesis.constraints.entries import DistanceRule
from region_grower_hpc.synthesis.constraints.meshes import MeshStore
from region_grower_hpc.synthesis.constraints.region import (
    RegionConstraints,
    glomerulus_ids,
    with_territories,
)
from region_grower_hpc.synthesis.constraints.voxel_grid import VoxelGrid
from tests.synthesis.constraints.constraint_fixtures import TYPES, box, cell_at, read, sphere

PARAMS = {"direction": [0, 1, 0]}
SECTION: dict[str, Any] = {"neurite_types": TYPES, "params_section": {}}


def ready(entries: RegionConstraints) -> GrowthConstraints:
    raw = np.zeros((2, 2, 2, 4))
    raw[..., 0] = 1
    volume = OrientationField(raw, (-100, -100, -100), (100, 100, 100))
    return GrowthConstraints(entries, volume, VoxelGrid((0, 0, 0), (10, 10, 10)), MeshStore())


def of_cell(folder: Path, **kwargs: Any) -> ConstraintsOfCell:
    return ready(read(folder, **kwargs)).for_cell(cell_at((0, 0, 0)), "M")


def test_defaults_are_the_peer_s(tmp_path: Path) -> None:
    path = box(tmp_path / "box.obj")
    found = read(
        tmp_path,
        boundaries=[{"path": "box.obj", **SECTION}],
        directions=[{"neurite_types": TYPES, "params": PARAMS}],
    )
    boundary, direction = found.boundaries[0], found.directions[0]
    assert (boundary.path, boundary.mode, boundary.in_voxels) == (path, "repulsive", True)
    assert boundary.section == DistanceRule(0, 100, 1.5)
    assert (boundary.trunk, boundary.choice) == (None, None)
    assert (direction.mode, direction.power, direction.layers) == ("parallel", 1.0, ())
    assert direction.scope.processes == ("major", "secondary")
    attractive = read(
        tmp_path, boundaries=[{"path": str(path), "mode": "attractive", **SECTION}]
    ).boundaries[0]
    assert attractive.section == DistanceRule(0, 100, 1.0)


def test_numbers_stay_as_in_the_file(tmp_path: Path) -> None:
    box(tmp_path / "box.obj")
    params = {"d_min": 1, "d_max": 20.5, "max_tries": 7, "randomness_increase": 0.5}
    entry = {"path": "box.obj", "neurite_types": TYPES, "params_section": params}
    boundary = read(tmp_path, boundaries=[entry]).boundaries[0]
    assert boundary.proposals == {"max_tries": 7, "randomness_increase": 0.5}
    assert isinstance(boundary.section.d_min_um, int)


def test_directions_come_first_then_boundaries_in_file_order(tmp_path: Path) -> None:
    box(tmp_path / "box.obj")
    constraints = of_cell(
        tmp_path,
        boundaries=[
            {"path": "box.obj", "neurite_types": ["axon"], "params_section": {"max_tries": 3}},
            {"path": "box.obj", "params_trunk": {}},
        ],
        directions=[{"neurite_types": TYPES, "params": PARAMS, "processes": ["major"]}],
    ).for_neurots
    assert [sorted(set(entry) & {"section_prob", "trunk_prob"}) for entry in constraints] == [
        ["section_prob"],
        ["section_prob"],
        ["trunk_prob"],
    ]
    assert constraints[0]["processes"] == ("major",)
    assert constraints[1]["neurite_types"] == ("axon",)
    assert constraints[1]["params_section"] == {"max_tries": 3}
    assert constraints[0]["section_prob"](np.array([0.0, -1, 0]), np.zeros(3)) == 0


@pytest.mark.parametrize("neurite_types", [TYPES, ["axon", "custom7"], "basal_dendrites", []])
@pytest.mark.parametrize("processes", [["major"], ["secondary", "major"], "secondary", []])
def test_the_kernel_chooses_for_a_section_as_neurots_does(
    tmp_path: Path, neurite_types: Any, processes: Any
) -> None:
    box(tmp_path / "box.obj", extents=(2, 4, 6))
    params = {"max_tries": 7, "randomness_increase": 2}
    scope = {"neurite_types": neurite_types, "processes": processes}
    made = of_cell(
        tmp_path,
        boundaries=[
            {"path": "box.obj", **scope, "params_section": params},
            {"path": "box.obj", "neurite_types": TYPES, "params_trunk": {"d_max": 30}},
        ],
    )
    step, point = np.array([0.0, 1, 0]), np.zeros(3)
    for number, name in [
        (2, "axon"),
        (3, "basal_dendrite"),
        (4, "apical_dendrite"),
        (7, "custom7"),
    ]:
        for process in ("major", "secondary"):
            chosen = [
                entry
                for entry in made.for_neurots
                if "section_prob" in entry
                and name in entry["neurite_types"]
                and process in entry["processes"]
            ]
            found = made.native.select(number, process == "major")
            assert found.is_empty() == (not chosen)
            if chosen:
                p = chosen[0]["section_prob"](step, current_point=point)
                assert found.probability(step, point) == p == pytest.approx(20 / 100**1.5)
                assert (found.max_tries(), found.randomness_increase()) == (7, 2)
    p = made.for_neurots[1]["trunk_prob"](step.tolist(), point)
    assert made.native.trunk_probability(step, point, 1.0) == p == pytest.approx(20 / 30**1.5)


def test_neurots_can_copy_them_for_every_section(tmp_path: Path) -> None:
    sphere(tmp_path / "spheres" / "one.obj")
    made = of_cell(tmp_path, boundaries=[{"path": "spheres", **SECTION}])
    context = {"constraints": made.for_neurots}
    assert copy.deepcopy(context)["constraints"] is made.for_neurots
    assert made.mesh_name == "one"


def test_entries_are_small_to_send(tmp_path: Path) -> None:
    box(tmp_path / "box.obj")
    found = read(tmp_path, boundaries=[{"path": "box.obj", **SECTION}])
    assert pickle.loads(pickle.dumps(found)) == found


@pytest.mark.parametrize(
    ("scope", "mclass", "applies"),
    [
        ({}, None, True),
        ({"mtypes": ["M", "N"]}, None, True),
        ({"mtypes": ["N"]}, None, False),
        ({"mtypes": None}, None, True),
        ({"mtypes": []}, None, False),
        ({"mclass": ["c"]}, "c", True),
        ({"mclass": ["c"]}, "d", False),
        ({"mclass": ["c"]}, None, False),
        ({"mclass": "c"}, None, False),
        ({"mtypes": ["M"], "mclass": ["c"]}, "c", True),
    ],
)
def test_scope(tmp_path: Path, scope: dict[str, Any], mclass: str | None, applies: bool) -> None:
    box(tmp_path / "box.obj")
    entries = read(
        tmp_path,
        boundaries=[{"path": "box.obj", **SECTION, **scope}],
        directions=[{"neurite_types": TYPES, "params": PARAMS, **scope}],
        mtypes=("M", "N"),
    )
    made = ready(entries).for_cell(cell_at((0, 0, 0)), "M", mclass)
    assert len(made.for_neurots) == (2 if applies else 0)


def test_files_of_entries_for_other_mtypes_are_not_read(tmp_path: Path) -> None:
    entry = {"path": "missing.obj", "mtypes": ["X"], **SECTION}
    assert read(tmp_path, boundaries=[entry]) == RegionConstraints()


def test_default_has_constraints_too(tmp_path: Path) -> None:
    box(tmp_path / "box.obj")
    found = read(tmp_path, region="default", boundaries=[{"path": "box.obj", **SECTION}])
    assert len(found.boundaries) == 1


def test_no_mesh_no_constraint_even_after_another_boundary(tmp_path: Path) -> None:
    box(tmp_path / "box.obj")
    sphere(tmp_path / "spheres" / "away.obj", center=(500, 0, 0))
    made = of_cell(
        tmp_path,
        boundaries=[
            {"path": "box.obj", **SECTION},
            {"path": "spheres", "multimesh_mode": "inside", **SECTION},
        ],
    )
    assert ["section_prob" in entry for entry in made.for_neurots] == [True, False]


def test_the_mesh_name_is_that_of_the_last_constraint(tmp_path: Path) -> None:
    box(tmp_path / "box.obj")
    sphere(tmp_path / "spheres" / "one.obj")
    folder, single = {"path": "spheres", **SECTION}, {"path": "box.obj", **SECTION}
    assert of_cell(tmp_path, boundaries=[single, folder]).mesh_name == "one"
    assert of_cell(tmp_path, boundaries=[folder, single]).mesh_name is None


@pytest.mark.parametrize(
    ("entry", "fails"),
    [
        ({"directions": [{"neurite_types": TYPES, "params": {**PARAMS, "layers": [1]}}]}, True),
        ({"directions": [{"neurite_types": TYPES, "params": PARAMS}]}, False),
        ({"boundaries": [{"path": "m", "multimesh_mode": "closest_y", **SECTION}]}, True),
        ({"boundaries": [{"path": "m", **SECTION}]}, False),
    ],
)
def test_nan_at_the_soma_matters_where_the_pia_is_needed(
    tmp_path: Path, entry: dict[str, Any], fails: bool
) -> None:
    sphere(tmp_path / "m" / "one.obj")
    constraints = ready(read(tmp_path, **entry))
    cell = cell_at((0, 0, 0), orientation=np.full((3, 3), np.nan))
    if fails:
        with pytest.raises(TaskFailure, match=r"NaN in orientation\.nrrd") as failure:
            constraints.for_cell(cell, "M")
        assert failure.value.kind == "input"
    else:
        assert constraints.for_cell(cell, "M").for_neurots


def test_territories_of_the_cells(tmp_path: Path) -> None:
    for number in (0, 7, 8):
        sphere(tmp_path / "t" / f"glomeruli_{number:03d}.obj")
    raw = np.full((3, 1, 1), -1, dtype=np.int16)
    raw[0], raw[1] = 7, 9
    volume = voxcell.VoxelData(raw, (10, 10, 10))
    positions = np.array([[5.0, 5, 5], [15, 5, 5], [25, 5, 5], [99, 5, 5], [np.nan, 5, 5]])
    ids = glomerulus_ids(positions, volume)
    assert ids.tolist() == [7, 9, -1, -1, -1]

    entry = {"path": "t", "multimesh_mode": "territories", **SECTION}
    entries = read(tmp_path, boundaries=[entry])
    assert entries.needs_territories
    found = with_territories(entries, ids)
    assert [path.name for path in found.mesh_paths()] == ["glomeruli_007.obj"]
    constraints = ready(found)
    assert "section_prob" in constraints.for_cell(cell_at((0, 0, 0)), "M", None, 7).for_neurots[0]
    with pytest.raises(TaskFailure, match=r"glomeruli_009\.obj"):
        constraints.for_cell(cell_at((0, 0, 0)), "M", None, 9)


def boundary(**changes: Any) -> dict[str, Any]:
    return {"boundaries": [{"path": "box.obj", "params_trunk": {}}, {"path": "box.obj", **changes}]}


def direction(**changes: Any) -> dict[str, Any]:
    return {"directions": [{"neurite_types": TYPES, "params": PARAMS, **changes}]}


def params(**values: Any) -> dict[str, Any]:
    return direction(params={**PARAMS, **values})


def section(**values: Any) -> dict[str, Any]:
    return boundary(neurite_types=TYPES, params_section=values)


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        (boundary(mode="push"), "'mode' is 'push': give one of repulsive, attractive"),
        (boundary(path=None), "'path' is None: give a mesh file"),
        (boundary(path="gone.obj"), "'path' is 'gone.obj': '.*gone.obj' does not exist"),
        (boundary(path="empty"), "the folder '.*empty' is empty"),
        (boundary(path="mixed"), "mesh file '.*readme.md' cannot be read"),
        (boundary(path="broken.obj"), "mesh file '.*broken.obj' cannot be read"),
        (
            boundary(path="mixed", multimesh_mode="nearest"),
            "'multimesh_mode' is 'nearest': give one of closest, closest_y, inside, territories",
        ),
        (boundary(mesh_type=3), "'mesh_type' is 3: give 'voxel' or 'world'"),
        (boundary(params_trunk=None), "'params_trunk' is None: give a mapping"),
        (boundary(neurite_types=None), "'neurite_types' is None: give a list of names"),
        (boundary(processes=3), "'processes' is 3: give a list of names"),
        (boundary(mtypes=[1]), r"'mtypes' is \[1\]: give a list of names"),
        (boundary(mclass={}), "'mclass' is {}: give a list of names"),
        (section(d_max="far"), "'params_section.d_max' is 'far': give a finite number"),
        (section(d_min=True), "'params_section.d_min' is True: give a finite number"),
        (section(power=float("nan")), "'params_section.power' is nan: give a finite number"),
        (section(d_min=30, d_max=30), "no distance lies between d_min = 30 and d_max = 30"),
        (section(d_min=200), "'params_section.d_max' is missing: no distance"),
        (section(power=1000.5), r"'params_section.power' is 1000.5: \(d_max - d_min\)\^1000.5"),
        (section(d_max=10**400), "'params_section.d_max' is 10+: give a finite number"),
        (section(power=10**12), "'params_section.power' is 10+: .* cannot be computed"),
        (section(max_tries=0), "'params_section.max_tries' is 0: give a number not below 1"),
        (section(randomness_increase=-1), "'params_section.randomness_increase' is -1"),
        (direction(params=None), "'params' is None: give a mapping"),
        (
            {"directions": [{"neurite_types": TYPES}]},
            "'params' is missing: give {direction",
        ),
        (params(direction=None), "'params.direction' is None: give three finite numbers"),
        (params(direction=[0, 1]), r"'params.direction' is \[0, 1\]: give three"),
        (params(direction=[0, float("inf"), 0]), "'params.direction' .* give three finite"),
        (params(direction=[0, 0, 0.0]), "a zero vector has no direction"),
        (params(mode="along"), "'params.mode' is 'along': give one of parallel, perpendicular"),
        (params(layers=[0]), r"'params.layers' is \[0\]: list numbers .* from 1 to 3"),
        (params(layers=[4]), r"'params.layers' is \[4\]"),
        (params(layers=[1.0]), r"'params.layers' is \[1.0\]"),
        (params(layers=2), "'params.layers' is 2"),
    ],
)
def test_bad_entries_name_file_region_and_key(
    tmp_path: Path, entries: dict[str, Any], message: str
) -> None:
    box(tmp_path / "box.obj")
    (tmp_path / "empty").mkdir()
    box(tmp_path / "mixed" / "a.obj")
    (tmp_path / "mixed" / "readme.md").write_text("meshes")
    (tmp_path / "broken.obj").write_text("v 1 2\nf 1 2 3\n")
    with pytest.raises(InvalidInputError, match=message) as error:
        read(tmp_path, **entries)
    if "cannot be read" not in message:
        number = "boundary 2" if "boundaries" in entries else "direction 1"
        where = f"{tmp_path / 'region_structure.yaml'}: region 'A', {number}:"
        assert str(error.value).startswith(where)


@pytest.mark.parametrize("region", ["bare", "default"])
def test_layers_need_thicknesses(tmp_path: Path, region: str) -> None:
    with pytest.raises(InvalidInputError, match=f"region '{region}'.*no thicknesses"):
        read(tmp_path, region=region, **params(layers=[1]))


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        (boundary(), "boundary 2: has neither 'params_section' nor 'params_trunk'"),
        (boundary(params_trunk={}, colour="red", size=1), "keys that mean nothing: 'colour', 'siz"),
        (section(dmax=3), "'params_section.dmax'"),
        (params(max_tries=3), "'params.max_tries'"),
        (boundary(params_section={}), "has no 'neurite_types': it applies to no section"),
        (boundary(params_trunk={}, neurite_types=["apical"]), "'apical' is none of axon, apical_"),
        (direction(processes=["minor"]), "'minor' is none of major, secondary"),
        (params(direction=[0, 3, 4]), "'params.direction' has length 5"),
        (boundary(params_trunk={}, mesh_type="voxels"), "'voxels' is not 'voxel'"),
    ],
)
def test_what_has_no_effect_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, entries: dict[str, Any], message: str
) -> None:
    box(tmp_path / "box.obj")
    with caplog.at_level(logging.WARNING):
        read(tmp_path, **entries)
    told = [record.getMessage() for record in caplog.records]
    assert len([text for text in told if message in text]) == 1
    assert len(told) == 1
