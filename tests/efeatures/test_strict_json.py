from __future__ import annotations

import json
import math

import numpy as np

from region_grower_hpc.efeatures.strict_json import json_text, strict


def test_only_plain_finite_values_are_left() -> None:
    given = {
        "a": [math.nan, math.inf, -math.inf, 1.5, True, None],
        "b": {"c": np.float32(0.5), "d": np.float64("nan"), "e": np.int64(3), "f": np.bool_(True)},
        3: (np.array([1.0, np.nan]), "text"),
    }
    found = strict(given)
    assert found == {
        "a": [None, None, None, 1.5, True, None],
        "b": {"c": 0.5, "d": None, "e": 3, "f": True},
        "3": [[1.0, None], "text"],
    }
    assert type(found["b"]["e"]) is int
    assert json.loads(json_text(given)) == found


def test_text_is_indented_by_two_and_keeps_the_order() -> None:
    assert json_text({"b": 1, "a": [0.1]}) == '{\n  "b": 1,\n  "a": [\n    0.1\n  ]\n}\n'
