"""Default parameters of mtypes."""

from __future__ import annotations

from typing import Any

import pytest

from region_grower_hpc.synthesis.extraction.default_parameters import default_parameters

BOTH = ["basal_dendrite", "apical_dendrite"]
CONFIGS: list[dict[str, Any] | None] = [
    None,
    {"neurite_types": BOTH},
    {"models": ["generic"], "method": "M1", "neurite_types": BOTH},
    {},
]


def test_an_interneuron_grows_no_apical_dendrite() -> None:
    entry = default_parameters(["basal_dendrite"])
    assert entry["grow_types"] == ["basal_dendrite"]
    assert entry["apical_dendrite"] == entry["axon"] == {}
    assert entry["basal_dendrite"]["orientation"] is None


@pytest.mark.parametrize(
    ("config", "expected"),
    zip(
        CONFIGS,
        [
            {"method": "default", "models": ["simpler"]},
            {"method": "default", "models": ["simpler"], "neurite_types": BOTH},
            {"models": ["generic"], "method": "external", "neurite_types": BOTH},
            {"method": "external"},
        ],
        strict=True,
    ),
)
def test_the_diametrizer_becomes_diameter_params(config: Any, expected: Any) -> None:
    entry = default_parameters(BOTH, config)["diameter_params"]
    assert list(entry.items()) == list(expected.items())
    assert config is None or entry is not config
