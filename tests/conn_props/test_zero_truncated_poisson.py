from __future__ import annotations

import math

import numpy as np
import pytest

from region_grower_hpc.conn_props.zero_truncated_poisson import (
    cdf_of_mean,
    deviation_of_mean,
    rate_of_mean,
)


@pytest.mark.parametrize("rate", [1e-7, 1e-4, 0.01, 0.9999, 1.6, 12.0, 900.0])
def test_rate_of_mean_inverts_the_mean(rate):
    assert rate_of_mean(rate / -math.expm1(-rate)) == pytest.approx(rate, rel=1e-8)


def test_rate_of_a_mean_of_one_is_null():
    assert rate_of_mean([1.0, 2.0])[0] == 0.0
    assert deviation_of_mean(1.0) == 0.0
    assert cdf_of_mean([0.9, 1.0, 5.0], 1.0).tolist() == [0.0, 1.0, 1.0]


def test_rates_are_those_of_the_peer():
    # ConnPropsModel.compute_ztpoisson_lambda of connectome-manipulator 1.0.4
    peer = {1.5: 0.874217465798722, 2.0: 1.59362426004004, 5.7: 5.680553483171666}
    for mean, rate in peer.items():
        assert rate_of_mean(mean) == pytest.approx(rate, rel=1e-12)


@pytest.mark.parametrize("mean", [1.001, 1.7, 8.0])
def test_moments_and_cdf_are_those_of_the_series(mean):
    rate = float(rate_of_mean(mean))
    count = np.arange(1, 60)
    logs = count * math.log(rate) - rate - np.array([math.lgamma(k + 1) for k in count])
    weights = np.exp(logs) / -math.expm1(-rate)
    assert np.sum(weights * count) == pytest.approx(mean, rel=1e-12)
    spread = math.sqrt(np.sum(weights * (count - mean) ** 2))
    assert deviation_of_mean(mean) == pytest.approx(spread, rel=1e-9)
    np.testing.assert_allclose(cdf_of_mean(count, mean), np.cumsum(weights), rtol=1e-12)
    np.testing.assert_allclose(cdf_of_mean(count + 0.5, mean), np.cumsum(weights), rtol=1e-12)
