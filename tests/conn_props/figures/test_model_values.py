from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import truncnorm

from region_grower_hpc.conn_props.figures.model_values import entries_of, model_matrix
from region_grower_hpc.errors import InvalidInputError
from tests.conn_props.figures.made_statistics import made_model, made_statistics

CUT = {"type": "truncnorm", "norm_loc": 1.0, "norm_scale": 2.0, "min": 0.5, "max": 6.0}
MOMENTS = truncnorm.stats(-0.25, 2.5, loc=1.0, scale=2.0)
RATE = 1.5936242600400401  # of the Poisson distribution whose mean without zeros is 2


@pytest.mark.parametrize(
    ("entry", "mean", "std"),
    [
        ({"type": "constant", "mean": 3.0}, 3.0, 0.0),
        ({"type": "normal", "mean": 3.0, "std": 0.5}, 3.0, 0.5),
        ({"type": "gamma", "mean": 3.0, "std": 0.5}, 3.0, 0.5),
        ({"type": "poisson", "mean": 4.0}, 4.0, 2.0),
        ({"type": "ztpoisson", "mean": 2.0}, 2.0, np.sqrt(2.0 * (1 + RATE - 2.0))),
        ({"type": "discrete", "val": [1, 3], "p": [0.25, 0.75]}, 2.5, np.sqrt(0.75)),
        ({"type": "zero"}, 0.0, 0.0),
        (CUT, MOMENTS[0], np.sqrt(MOMENTS[1])),
    ],
)
def test_numbers_that_an_entry_does_not_store_are_derived(
    entry: dict[str, object], mean: float, std: float
) -> None:
    entries = [[None, entry], [entry, None]]
    for statistic, expected in (("mean", mean), ("std", std)):
        values = model_matrix(entries, statistic)
        np.testing.assert_allclose(values[[0, 1], [1, 0]], expected, rtol=1e-9)
        assert np.isnan(values[[0, 1], [0, 1]]).all()


def test_sharing_is_what_the_entry_says() -> None:
    entries = [[{"type": "zero", "shared_within": True}, {"type": "zero", "shared_within": 0.0}]]
    assert model_matrix(entries, "shared_within").tolist() == [[1.0, 0.0]]
    assert np.isnan(model_matrix([[{"type": "zero"}]], "shared_within")).all()


def test_types_that_the_model_lacks_have_no_entry() -> None:
    statistics = made_statistics(3, 3, part_missing=0.0)
    entries = entries_of(made_model(made_statistics(2, 3)), "u_syn", statistics)
    assert [[one is None for one in row] for row in entries] == [
        [False] * 3,
        [False] * 3,
        [True] * 3,
    ]


def test_a_property_that_the_model_lacks_is_named() -> None:
    statistics = made_statistics(2, 2)
    with pytest.raises(InvalidInputError, match=r"no property 'speed'.*'u_syn'"):
        entries_of(made_model(statistics), "speed", statistics)
