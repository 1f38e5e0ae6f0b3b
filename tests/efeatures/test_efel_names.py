"""Names of features and settings as a user writes them."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import efel
import numpy as np
import pytest

from region_grower_hpc.efeatures.efel_names import feature_names, feature_problem, setting_problem
from region_grower_hpc.efeatures.efel_requests import request


def test_known_features() -> None:
    assert feature_names() == set(efel.get_feature_names())
    assert feature_problem("AP_amplitude") is None
    assert feature_problem("ISI_CV") is None


def test_unknown_features_name_near_ones() -> None:
    text = feature_problem("AP_amplitud")
    assert text is not None
    assert "AP_amplitud'" in text
    assert "AP_amplitude" in text
    assert feature_problem("xyz") == "eFEL has no feature 'xyz'"
    assert feature_problem(3) == "eFEL has no feature 3"
    assert feature_problem(["peak_time"]) is not None


@pytest.mark.parametrize("name", sorted(vars(efel.Settings()).keys() - {"dependencyfile_path"}))
def test_defaults_of_efel_are_no_problem(name: str) -> None:
    assert setting_problem(name, getattr(efel.Settings(), name)) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Threshold", -20),
        ("Threshold", np.float32(-20)),
        ("strict_stiminterval", 1),
        ("max_spike_skip", 2.0),
        ("stim_start", 100),
        ("multi_stim_start", [1, 2.5]),
        ("multi_stim_end", (3.0,)),
        ("decay_start_after_stim", 1.0),
        ("stimulus_current", 0.2),
    ],
)
def test_good_settings(name: str, value: Any) -> None:
    assert setting_problem(name, value) is None


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("threshold", 1.0, "do you mean Threshold?"),
        ("xyz", 1.0, "no setting 'xyz'"),
        (3, 1.0, "no setting 3"),
        ("dependencyfile_path", "list.txt", "cannot be set"),
        ("Threshold", "-20", "a number"),
        ("Threshold", True, "a number"),
        ("Threshold", float("inf"), "a number"),
        ("Threshold", 10**400, "a number"),
        ("Threshold", None, "a number"),
        ("interp_step", 0, "above 0"),
        ("strict_stiminterval", "false", "true or false"),
        ("strict_stiminterval", 2, "true or false"),
        ("max_spike_skip", 2.5, "a whole number, 0 or above"),
        ("max_spike_skip", -1, "a whole number"),
        ("DerivativeWindow", 0, "1 or above"),
        ("voltage_base_mode", "mode", "mean or median"),
        ("voltage_base_mode", ["mean"], "mean or median"),
        ("multi_stim_start", 3.0, "a list of numbers"),
        ("multi_stim_start", ["3"], "a list of numbers"),
    ],
)
def test_wrong_settings(name: Any, value: Any, words: str) -> None:
    text = setting_problem(name, value)
    assert text is not None
    assert words in text


def test_no_import_of_efel_before_it_is_needed() -> None:
    code = (
        "import sys, region_grower_hpc.efeatures.efel_names, "
        "region_grower_hpc.efeatures.efel_requests; sys.exit('efel' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_equal_requests_are_one() -> None:
    one = request("AP_width", {"b": [1, 2], "a": np.float64(3)})
    assert one == request("AP_width", {"a": 3.0, "b": (1.0, 2.0)})
    assert one.settings == (("a", 3.0), ("b", (1, 2)))
    assert len({one, request("AP_width", {}), request("AP_height", {})}) == 3
    assert hash(request("AP_width", {"a": {"b": [1]}}))
