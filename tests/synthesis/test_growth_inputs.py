"""What the schemas accept, but growth cannot use, is refused with its place and reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.synthesis.cell_types import encode_cell_types
from region_grower_hpc.synthesis.growth_names import (
    BARCODE_METHODS,
    BRANCHING_METHODS,
    METRICS,
    TRUNK_METHODS,
)
from region_grower_hpc.synthesis.orientation_inputs import needs_angle_fit
from region_grower_hpc.synthesis.region_mapper import RegionMapper
from region_grower_hpc.synthesis.region_structure import Region, RegionStructure
from region_grower_hpc.synthesis.verification import TmdInputs, verify

NAN, INFINITE, HUGE_INTEGER = float("nan"), float("inf"), 10**400

ANGLES = {"data": {"bins": [0.1, 0.5, 1.0], "weights": [3, 1, 2]}}
DIAGRAM = [
    [60.0, 0.0, NAN, NAN, NAN, NAN],
    [50.0, 20.0, 0.1, 0.2, 0.3, 0.4],
    [45.0, 10.0, 0.5, 0.1, 0.2, -0.4],
]
TREES = {
    "num_trees": {"data": {"bins": [2, 3], "weights": [3, 1]}},
    "persistence_diagram": [DIAGRAM, DIAGRAM],
    "trunk": {
        "orientation_deviation": ANGLES,
        "azimuth": {"uniform": {"min": 3.1, "max": 0.0}},
        "absolute_elevation_deviation": ANGLES,
        "pia_3d_angles": ANGLES,
    },
}
NEURITE = {
    "growth_method": "tmd",
    "metric": "path_distances",
    "branching_method": "bio_oriented",
    "randomness": 0.15,
    "targeting": 0.12,
    "step_size": {"norm": {"mean": 1.0, "std": 0.2}},
    "orientation": None,
    "modify": None,
    "tree_type": 3,
}
GAMMA = {
    "distribution": "gamma",
    "params": {"a": 1.0, "loc": 0.1, "scale": 0.3, "min": 0.1, "max": 3.0},
}
MODEL = {
    "method": "external",
    **{
        quantity: {"basal_dendrite": GAMMA, "apical_dendrite": GAMMA}
        for quantity in (
            *("trunk_diameters", "terminal_diameters", "tapers"),
            *("sibling_ratios", "diameter_power_relation"),
        )
    },
}
TAPERS = {
    **{name: [0.5, 0.7] for name in ("trunk", "term", "taper", "trunk_taper")},
    "Rall_ratio": 1.5,
    "siblings_ratio": 1.0,
}
EXTERNAL = {"method": "external", "models": ["generic"]}
PARAMETERS: dict[str, Any] = {
    "grow_types": ["apical_dendrite", "basal_dendrite"],
    "origin": [0.0, 0.0, 0.0],
    "apical_dendrite": {
        **NEURITE,
        "tree_type": 4,
        "growth_method": "tmd_apical",
        "orientation": [[0.0, 1.0, 0.0]],
    },
    "basal_dendrite": NEURITE,
    "diameter_params": {"method": "uniform", "basal_dendrite": 0.6},
    "context_constraints": {"basal_dendrite": {"hard_limit_max": {"layer": 1, "fraction": 0.5}}},
}
DISTRIBUTIONS: dict[str, Any] = {
    "soma": {"size": {"norm": {"mean": 5.0, "std": 0.1}}},
    "basal_dendrite": TREES,
    "apical_dendrite": {**TREES, "num_trees": {"data": {"bins": [1], "weights": [1]}}},
    "diameter": {"method": "uniform"},
}

BASAL = "basal_dendrite"
ORIENTATION = f"{BASAL}/orientation"
DATA = f"{BASAL}/num_trees/data"
FIRST_DIAGRAM = f"{BASAL}/persistence_diagram/0"
DIRECTION = {"mode": "normal_pia_constraint", "values": {"direction": {"mean": 0, "std": 0}}}


def changed(entry: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """A copy with the values at paths of keys replaced, or removed where they are `...`."""
    entry = json.loads(json.dumps(entry))  # unlike deepcopy, gives each place a value of its own
    for path, value in changes.items():
        *above, last = path.split("/")
        container: Any = entry
        for name in above:
            container = container[int(name) if isinstance(container, list) else name]
        if value is ...:
            del container[last]
        else:
            container[int(last) if isinstance(container, list) else last] = value
    return entry


def check(
    parameters: dict[str, Any] | None = None,
    distributions: dict[str, Any] | None = None,
    thicknesses_um: tuple[float, ...] | None = (100.0,),
) -> None:
    """Verify the base entries with changes."""
    from voxcell import RegionMap

    mapper = RegionMapper(["O"], RegionMap.from_dict({"id": 1, "acronym": "O"}))
    tmd = TmdInputs(
        parameters={"O": {"M": changed(PARAMETERS, parameters or {})}},
        distributions={"O": {"M": changed(DISTRIBUTIONS, distributions or {})}},
        parameters_path=Path("tmd_parameters.json"),
        distributions_path=Path("tmd_distributions.json"),
    )
    region = Region(layers=(1,), thicknesses_um=thicknesses_um)
    structure = RegionStructure(path=Path("region_structure.yaml"), regions={"O": region})
    verify(tmd, encode_cell_types(["O"], ["M"], mapper), structure)


def refusal(**inputs: Any) -> str:
    with pytest.raises(InvalidInputError) as error:
        check(**inputs)
    return str(error.value)


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"grow_types": [BASAL, BASAL]},
        {
            f"{BASAL}/growth_method": "trunk",
            f"{BASAL}/metric": "trunk_length",
            f"{BASAL}/num_seg": 0,
        },
        {f"{BASAL}/growth_method": "axon_trunk", f"{BASAL}/metric": "trunk_length"},
        {f"{BASAL}/randomness": 0.9, f"{BASAL}/targeting": 0.1},
        {f"{BASAL}/step_size/norm": {"mean": 0, "std": 1}},
        {f"{BASAL}/step_size/norm": {"mean": 1, "std": 0}},
        {ORIENTATION: DIRECTION, "apical_dendrite/orientation": DIRECTION},
        {"grow_types": [BASAL], ORIENTATION: {"mode": "pia_constraint", "values": None}},
        {"grow_types": [BASAL], ORIENTATION: {"mode": "pia_constraint"}},
        {
            "grow_types": [BASAL],
            ORIENTATION: {
                "mode": "pia_constraint",
                "values": {"form": "step", "bounds": [[-3.0, 0.1], [3.0, 10.0]]},
            },
        },
    ],
)
def test_what_neurots_grows_is_accepted(parameters: dict[str, Any]) -> None:
    check(parameters)


@pytest.mark.parametrize(
    ("parameters", "key", "words"),
    [
        ({f"{BASAL}/step_size": ...}, f"{BASAL}/step_size", "is missing"),
        ({f"{BASAL}/step_size/norm/std": ...}, f"{BASAL}/step_size/norm/std", "missing: add it"),
        ({f"{BASAL}/step_size": {}}, f"{BASAL}/step_size", '{"norm":'),
        ({f"{BASAL}/step_size/norm": {"mean": 0, "std": 0}}, f"{BASAL}/step_size", "above 0"),
        (
            {f"{BASAL}/step_size/norm": {"mean": 1e-9, "std": 0}},
            f"{BASAL}/step_size",
            "at least 1e-05 µm",
        ),
        ({f"{BASAL}/step_size/norm/mean": 1e300}, f"{BASAL}/step_size", "at most 1e+09 µm"),
        ({f"{BASAL}/step_size/norm/mean": NAN}, f"{BASAL}/step_size", "finite"),
        ({f"{BASAL}/step_size/norm/std": HUGE_INTEGER}, f"{BASAL}/step_size", "finite"),
        ({f"{BASAL}/randomness": NAN}, f"{BASAL}/randomness", "finite"),
        ({f"{BASAL}/targeting": NAN}, f"{BASAL}/targeting", "finite"),
        ({f"{BASAL}/targeting": 0}, f"{BASAL}/targeting", "no direction"),
        ({f"{BASAL}/targeting": 1e-200}, f"{BASAL}/targeting", "no direction"),
        ({f"{BASAL}/targeting": 0.9}, f"{BASAL}/randomness", "their sum is 1.05"),
        ({f"{BASAL}/tree_type": 1}, f"{BASAL}/tree_type", "2 is axon, 3 basal, 4 apical"),
        ({f"{BASAL}/tree_type": 3.0}, f"{BASAL}/tree_type", "no section type"),
        ({f"{BASAL}/tree_type": 20}, f"{BASAL}/tree_type", "no section type"),
        ({f"{BASAL}/metric": "path_distance"}, f"{BASAL}/metric", "mean 'path_distances'?"),
        ({f"{BASAL}/metric": "trunk_length"}, f"{BASAL}/metric", "growth method 'tmd'"),
        ({f"{BASAL}/branching_method": "up"}, f"{BASAL}/branching_method", "'bio_oriented'"),
        ({f"{BASAL}/branching_method": "random"}, f"{BASAL}/branching_method", "barcode"),
        ({f"{BASAL}/major_termination_length": 1e12}, BASAL, "points: the step size is 1 µm"),
        (
            {
                f"{BASAL}/growth_method": "trunk",
                f"{BASAL}/metric": "trunk_length",
                f"{BASAL}/num_seg": 10**12,
            },
            f"{BASAL}/num_seg",
            "at most 2e+07",
        ),
        (
            {
                f"{BASAL}/growth_method": "axon_trunk",
                f"{BASAL}/metric": "trunk_length",
                f"{BASAL}/major_termination_length": 1,
            },
            BASAL,
            "does not go with the growth method 'axon_trunk'",
        ),
        (
            {"context_constraints/basal_dendrite/hard_limit_max/layer": 1.0},
            "context_constraints/basal_dendrite/hard_limit_max/layer",
            "as 1",
        ),
        ({ORIENTATION: []}, ORIENTATION, "three numbers"),
        ({ORIENTATION: [[0, "up", 0]]}, ORIENTATION, "three numbers"),
        ({ORIENTATION: [[0, HUGE_INTEGER, 0.5]]}, ORIENTATION, "finite"),
        ({ORIENTATION: [[0, 0, 0]]}, ORIENTATION, "a length"),
        ({ORIENTATION: [[0, 1e300, 0]]}, ORIENTATION, "a length"),
        (
            {
                "apical_dendrite/orientation": [[0, 1, 0], [0, 0, 1]],
                "apical_dendrite/trunk_absolute_orientation": True,
            },
            "apical_dendrite/orientation",
            "exactly one vector",
        ),
        ({ORIENTATION: {"mode": "unifrom"}}, f"{ORIENTATION}/mode", "mean 'uniform'?"),
        (
            {ORIENTATION: {"mode": "unifrom", "values": {"directions": []}}},
            f"{ORIENTATION}/mode",
            "mean 'uniform'?",
        ),
        ({ORIENTATION: {"mode": "uniform"}}, f"{ORIENTATION}/values", "with null"),
        (
            {ORIENTATION: {"mode": "use_predefined", "values": None}},
            f"{ORIENTATION}/values/orientations",
            "three numbers",
        ),
        (
            {
                ORIENTATION: {
                    "mode": "sample_around_primary_orientation",
                    "values": {"primary_orientation": [0, 0, 0]},
                }
            },
            f"{ORIENTATION}/values/primary_orientation",
            "a length",
        ),
        (
            {
                ORIENTATION: {
                    "mode": "normal_pia_constraint",
                    "values": {"direction": {"mean": [0, 1], "std": 0}},
                }
            },
            f"{ORIENTATION}/values/direction",
            "2 mean(s) and 1 std(s)",
        ),
        (
            {ORIENTATION: {"mode": "pia_constraint", "values": {"form": "steps"}}},
            f"{ORIENTATION}/values/form",
            "mean 'step'?",
        ),
        (
            {ORIENTATION: {"mode": "pia_constraint", "values": {"form": "step", "params": [1]}}},
            f"{ORIENTATION}/values/params",
            "2 finite numbers",
        ),
        (
            {
                ORIENTATION: {
                    "mode": "pia_constraint",
                    "values": {"form": "step", "bounds": [[0, 1], [1, 1]]},
                }
            },
            f"{ORIENTATION}/values/bounds",
            "below its upper bound",
        ),
        (
            {"apical_dendrite/orientation": {"mode": "pia_constraint", "values": None}},
            "apical_dendrite/orientation/values",
            "only basal dendrites",
        ),
        (
            {
                "grow_types": [BASAL],
                ORIENTATION: {
                    "mode": "apical_constraint",
                    "values": {"form": "flat", "params": []},
                },
            },
            f"{ORIENTATION}/mode",
            "before this type in grow_types",
        ),
        ({"diameter_params/basal_dendrite": NAN}, "diameter_params/basal_dendrite", "in µm"),
        (
            {"diameter_params": {"method": "default", "neurite_types": BASAL}},
            "diameter_params/neurite_types",
            "a list or null",
        ),
    ],
)
def test_parameters_are_refused(parameters: dict[str, Any], key: str, words: str) -> None:
    found = refusal(parameters=parameters)
    assert found.startswith(f"tmd_parameters.json: key 'O/M/{key}")
    assert words in found


def test_scaled_axons_are_refused() -> None:
    axon = {**NEURITE, "tree_type": 2, "modify": {"funct": "scale"}}
    changes = {"grow_types": [BASAL, "axon"], "axon": axon}
    assert "key 'O/M/axon/modify'" in refusal(parameters=changes, distributions={"axon": TREES})


@pytest.mark.parametrize(
    ("distributions", "key", "words"),
    [
        ({"soma": {}}, "soma/size", 'is missing: add it, as {"norm":'),
        ({"soma/size": {}}, "soma/size", 'must be {"norm":'),
        ({"soma/size/norm": {"mean": 0, "std": 0}}, "soma/size", "above 0"),
        ({"soma/size/norm": {"mean": -10, "std": 1}}, "soma/size", "below 0"),
        ({f"{DATA}/bins": [2]}, DATA, "has 1 bins, but 2 weights"),
        ({f"{DATA}/bins": []}, f"{DATA}/bins", "finite numbers"),
        ({f"{DATA}/bins": [2, HUGE_INTEGER]}, f"{DATA}/bins", "finite numbers"),
        ({f"{DATA}/bins": [2, 1e9]}, f"{DATA}/bins", "at most 10000 trees"),
        ({f"{DATA}/bins": [2, -1e9]}, f"{DATA}/bins", "at most 10000 trees"),
        ({f"{DATA}/weights": [1, -1]}, f"{DATA}/weights", "negative"),
        ({f"{DATA}/weights": [0, 0]}, f"{DATA}/weights", "all zero"),
        ({f"{DATA}/weights": [1.5e308, 1.5e308]}, f"{DATA}/weights", "sum must be finite"),
        ({f"{BASAL}/trunk": None}, f"{BASAL}/trunk/orientation_deviation", '{"data":'),
        (
            {f"{BASAL}/trunk/orientation_deviation/data/bins": [NAN, 1, 2]},
            f"{BASAL}/trunk/orientation_deviation",
            "finite numbers",
        ),
        (
            {f"{BASAL}/trunk/azimuth/uniform": {"min": 0}},
            f"{BASAL}/trunk/azimuth/uniform/max",
            "is missing: add it",
        ),
        ({f"{BASAL}/persistence_diagram": ...}, f"{BASAL}/persistence_diagram", "is missing"),
        ({FIRST_DIAGRAM: []}, FIRST_DIAGRAM, "has no bars"),
        ({f"{FIRST_DIAGRAM}/1": [1, 2]}, FIRST_DIAGRAM, "six numbers"),
        ({f"{FIRST_DIAGRAM}/1/0": INFINITE}, FIRST_DIAGRAM, "not finite"),
        ({f"{FIRST_DIAGRAM}/1/0": HUGE_INTEGER}, FIRST_DIAGRAM, "too large"),
        ({f"{FIRST_DIAGRAM}/1/2": NAN}, f"{FIRST_DIAGRAM}/1", "the bar that starts first"),
        ({f"{FIRST_DIAGRAM}/1/1": -1}, f"{FIRST_DIAGRAM}/0", "the bar that starts first"),
        ({"diameter": {"method": "M6"}}, "diameter/method", "'M6' is none of"),
    ],
)
def test_distributions_are_refused(distributions: dict[str, Any], key: str, words: str) -> None:
    found = refusal(distributions=distributions)
    assert found.startswith(f"tmd_distributions.json: key 'O/M/{key}")
    assert words in found


def test_only_angles_that_are_read_must_be_finite() -> None:
    without = {f"{FIRST_DIAGRAM}/1": [50.0, 20.0, NAN, NAN, 0.3, 0.4]}
    assert "not finite" in refusal(distributions=without)
    check({f"{BASAL}/branching_method": "symmetric"}, without)


def test_bars_too_long_to_be_grown_are_refused_where_they_are_not_scaled() -> None:
    long = {f"{FIRST_DIAGRAM}/0/0": 1e10}
    check(distributions=long)
    assert "are they in µm?" in refusal(distributions=long, thicknesses_um=None)
    check(thicknesses_um=None)


def test_angles_to_be_fitted_must_be_there() -> None:
    fitted = {"grow_types": [BASAL], ORIENTATION: {"mode": "pia_constraint", "values": None}}
    without = {f"{BASAL}/trunk/pia_3d_angles": ...}
    found = refusal(parameters=fitted, distributions=without)
    assert f"key 'O/M/{BASAL}/trunk/pia_3d_angles': is missing" in found
    given = {"mode": "pia_constraint", "values": {"form": "flat", "params": []}}
    check({**fitted, ORIENTATION: given}, without)
    assert needs_angle_fit(fitted[ORIENTATION])
    assert not needs_angle_fit(given)


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"method": "external"}, "models': must be a list with one of generic"),
        ({"method": "external", "models": ["generics"]}, "did you mean 'generic'?"),
        ({**EXTERNAL, "method": "externl"}, "method': 'externl' is no method of diameters: did"),
        ({**EXTERNAL, "method": "simpler"}, '{"method": "external", "models": ["simpler"]}'),
        ({**EXTERNAL, "n_samples": 2.5}, "n_samples': must be a whole number"),
        ({**EXTERNAL, "n_samples": "2"}, "n_samples': must be a whole number"),
        ({**EXTERNAL, "n_samples": 10**9}, "n_samples': must be at most 100000"),
        ({**EXTERNAL, "models": ["simpler"], "n_samples": 2}, "must be 1 for 'simpler'"),
        ({**EXTERNAL, "seed": None}, "seed': must be a whole number from 0"),
        ({**EXTERNAL, "seed": -1}, "seed': must be a whole number from 0"),
        ({**EXTERNAL, "trunk_max_tries": INFINITE}, "trunk_max_tries': must be a finite number"),
        ({**EXTERNAL, "neurite_types": ["basal"]}, "did you mean 'basal_dendrite'?"),
    ],
)
def test_diameter_parameters_are_refused(chosen: dict[str, Any], words: str) -> None:
    found = refusal(parameters={"diameter_params": chosen}, distributions={"diameter": MODEL})
    assert found.startswith("tmd_parameters.json: key 'O/M/diameter_params/")
    assert words in found


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("tapers/basal_dendrite", ..., "is missing, and the model 'generic' needs it"),
        ("tapers/basal_dendrite/distribution", "skewnorm", "'skewnorm' is none of 'constant'"),
        ("tapers/basal_dendrite/params/a", ..., "finite number, but is missing"),
        ("tapers/basal_dendrite/params/loc", NAN, "finite number, but is nan"),
        ("tapers/basal_dendrite/params/min", 4, "above max, which is 3.0"),
    ],
)
def test_diameter_models_are_refused(path: str, value: Any, words: str) -> None:
    parameters = {"diameter_params": EXTERNAL}
    distributions = {"diameter": changed(MODEL, {path: value})}
    found = refusal(parameters=parameters, distributions=distributions)
    assert found.startswith(f"tmd_distributions.json: key 'O/M/diameter/{path}")
    assert words in found
    # what no grown type needs may be anything
    check({**parameters, "grow_types": ["apical_dendrite"]}, distributions)


def test_tapered_diameters_need_their_numbers() -> None:
    parameters = {"grow_types": [BASAL], "diameter_params": {"method": "M4"}}
    check(parameters, {"diameter": {"method": "M4", BASAL: TAPERS}})
    for name in TAPERS:
        diameter = {"method": "M4", BASAL: {**TAPERS, name: [] if name != "Rall_ratio" else 0}}
        if name == "siblings_ratio":
            del diameter[BASAL][name]  # type: ignore[attr-defined]
        found = refusal(parameters=parameters, distributions={"diameter": diameter})
        assert f"key 'O/M/diameter/{BASAL}/{name}'" in found


@pytest.mark.parametrize("method", [*BARCODE_METHODS, *TRUNK_METHODS])
@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("branching", BRANCHING_METHODS)
def test_neurots_grows_the_combinations_that_pass(method: str, metric: str, branching: str) -> None:
    neurots = pytest.importorskip("neurots")
    if branching == "random" and method in ("tmd_apical", "tmd_gradient"):
        pytest.skip("refused, but NeuroTS fails only at a bifurcation that is not major")
    parameters = {
        "grow_types": [BASAL],
        f"{BASAL}/growth_method": method,
        f"{BASAL}/metric": metric,
        f"{BASAL}/branching_method": branching,
        f"{BASAL}/num_seg": 5,
        f"{BASAL}/bias": 0.5,
        f"{BASAL}/bias_length": 0.5,
    }

    def grow(seed: int) -> Any:
        return neurots.NeuronGrower(
            changed(PARAMETERS, parameters),
            DISTRIBUTIONS,
            skip_preprocessing=True,
            rng_or_seed=seed,
        ).grow()

    try:
        check(parameters)
    except InvalidInputError:
        with pytest.raises((KeyError, TypeError)):
            list(map(grow, range(5)))
    else:
        assert all(np.isfinite(section.points).all() for section in grow(3).iter())
