"""Diameter models of cells whose diameters follow a known rule."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from region_grower_hpc.synthesis.extraction.diameter_config import check_diameter_config
from region_grower_hpc.synthesis.extraction.diameter_fits import FITS
from region_grower_hpc.synthesis.extraction.diameter_model import diameter_model
from region_grower_hpc.synthesis.extraction.errors import ExtractionError
from tests.synthesis.extraction.cells import Y_SHAPE, morphology, random_cell

CONFIG: dict[str, Any] = {
    "models": ["generic"],
    "neurite_types": ["basal_dendrite"],
    "taper": {"min": -1, "max": 1},
    "terminal_threshold": 2.0,
}


def measured(config: dict[str, Any] | None, text: str, types: list[str]) -> Any:
    return diameter_model(config, types).measure(morphology(text).root_sections)


def test_simpler_takes_the_distance_to_the_farthest_tip() -> None:
    samples = measured(None, Y_SHAPE, ["basal_dendrite", "apical_dendrite"])
    assert list(samples) == ["basal_dendrite"]
    distances, diameters = samples["basal_dendrite"]
    assert distances.tolist() == [1, 5 / 20, 10 / 20]
    # A section has the last point of its parent too: (2 + 1) / 2 and (2 + 1 + 1) / 3.
    assert diameters == pytest.approx([2, 1.5, 4 / 3])


def test_simpler_fits_a_polynomial_a_type() -> None:
    model = diameter_model(None, ["basal_dendrite", "axon"])
    distances = np.linspace(0, 1, 9)
    coefficients = model.fit([{"basal_dendrite": (distances, 0.5 + 2 * distances)}, {}])
    assert coefficients["basal_dendrite"] == pytest.approx([0.5, 2])
    assert coefficients["axon"] == []
    quadratic = {"models": ["simpler"], "fit_orders": {"basal_dendrite": 2}}
    samples = {"basal_dendrite": (distances, 1 - distances**2)}
    fitted = diameter_model(quadratic, ["basal_dendrite"]).fit([samples])
    assert fitted["basal_dendrite"] == pytest.approx([1, 0, -1], abs=1e-9)
    assert fitted["apical_dendrite"] == []


@pytest.mark.parametrize("distances", [[1.0], [1.0, 1.0, 1.0], [0.5, 1.0]])
def test_simpler_needs_more_sections_than_coefficients(distances: list[float]) -> None:
    sample = {"basal_dendrite": (np.array(distances), np.ones(len(distances)))}
    with pytest.raises(ExtractionError, match="of type basal_dendrite do not determine"):
        diameter_model(None, ["basal_dendrite"]).fit([sample])


@pytest.mark.parametrize("name", ["generic", "astrocyte"])
def test_what_generic_models_measure(name: str) -> None:
    samples = measured({**CONFIG, "models": [name]}, Y_SHAPE, [])
    values = {quantity: types["basal_dendrite"] for quantity, types in samples.items()}
    # Mean radii over length: trunk 1, left 0.75; right (5 * 0.75 + 5 * 0.5) / 10 = 0.625.
    assert values["sibling_ratios"] == pytest.approx([0.625 / 0.75])
    power = (1 / 0.75) ** 1.5 + (1 / 0.625) ** 1.5
    assert values["diameter_power_relation"] == pytest.approx([power])
    assert values["terminal_diameters"] == pytest.approx([1.5, 4 / 3])
    assert values["trunk_diameters"] == [2]
    assert values["tapers"] == pytest.approx([0, -1 / 5, -1 / 10], abs=1e-6)


def test_values_out_of_bounds_do_not_count() -> None:
    config = {**CONFIG, "taper": {"min": -0.15, "max": 0.0}, "terminal_threshold": 0.9}
    values = measured(config, Y_SHAPE, [])
    assert values["tapers"]["basal_dendrite"] == pytest.approx([-1 / 10], abs=1e-6)
    # The mean over all points of all sections is 11 / 7.
    assert values["terminal_diameters"]["basal_dendrite"] == pytest.approx([4 / 3])


def test_a_type_without_neurites_has_empty_models() -> None:
    config = {**CONFIG, "neurite_types": ["basal_dendrite", "apical_dendrite"]}
    model = diameter_model(config, [])
    cells = [
        model.measure(morphology(random_cell(seed, with_apical=False)).root_sections)
        for seed in range(3)
    ]
    fitted = model.fit(cells)
    assert all(types["apical_dendrite"] == {} for types in fitted.values())
    sibling = fitted["sibling_ratios"]["basal_dendrite"]
    assert (sibling["distribution"], sibling["sequential"]) == ("expon_rev", None)
    n_values = sum(len(cell["sibling_ratios"]["basal_dendrite"]) for cell in cells)
    assert sibling["params"]["num_value"] == n_values


def test_fits_recover_what_was_drawn() -> None:
    rng = np.random.default_rng(5)
    values = 1 - 0.25 * rng.standard_exponential(4000)
    params = FITS["expon_rev"](values.tolist())
    assert params["loc"] == -params["max"] == -values.max()
    assert params["scale"] == pytest.approx(0.25, rel=0.05)
    values = 2 + 0.1 * (1.5 * rng.standard_exponential(4000) + rng.standard_normal(4000))
    params = FITS["exponnorm"](values.tolist())
    assert params["a"] == pytest.approx(1.5, rel=0.15)
    assert params["loc"] == pytest.approx(2, rel=0.02)
    assert params["scale"] == pytest.approx(0.1, rel=0.1)
    assert [params["min"], params["max"]] == np.percentile(values, [5, 95]).tolist()


@pytest.mark.parametrize(("spread", "shape"), [("normal", 0.3), ("exponential", 4)])
def test_shapes_of_exponnorm_stay_within_bounds(spread: str, shape: float) -> None:
    values = getattr(np.random.default_rng(3), f"standard_{spread}")(300)
    assert FITS["exponnorm"](values.tolist())["a"] == shape


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"models": []}, "'models' must be a list"),
        ({"models": ["generic", "neurite_based"]}, "'models' must be a list"),
        ({"models": [["generic"]]}, "'models' must be a list"),
        ({"neurite_types": ["basal"]}, "'neurite_types' must be a list of names"),
        ({"neurite_types": "axon"}, "'neurite_types' must be a list of names"),
        ({"taper": {"min": 0}}, "'min' and 'max'"),
        ({"taper": None}, "'min' and 'max'"),
        ({"terminal_threshold": "2"}, "'terminal_threshold' must be a number"),
        ({"models": ["simpler"], "fit_orders": {"basal_dendrite": "1"}}, "'fit_orders' must be"),
        ({"models": ["simpler"], "fit_orders": [1]}, "'fit_orders' must be"),
        ({"models": ["simpler"], "neurite_types": ["custom5"]}, "'fit_orders' .* custom5"),
    ],
)
def test_a_bad_configuration_is_refused(change: dict[str, Any], words: str) -> None:
    check_diameter_config(CONFIG)
    check_diameter_config({"models": ["simpler"], "neurite_types": None})
    with pytest.raises(ExtractionError, match=words):
        check_diameter_config({**CONFIG, **change})
