from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import truncnorm

from region_grower_hpc.conn_props.truncated_normal import cut_normal_cdf, cut_normal_moments

# (loc, scale, low, high): both sides, one tail, and tails where the uncut mass is below 1e-300
CUTS = [
    (0.0, 1.0, -1.0, 3.0),
    (2.0, 0.5, 2.5, 9.0),
    (2.0, 0.5, -9.0, 1.0),
    (0.0, 1.0, 50.0, 60.0),
    (0.0, 1.0, -60.0, -50.0),
    (0.0, 1.0, -300.0, 400.0),
    (5.0, 1e3, 1.0, 2.0),
]


@pytest.mark.parametrize("cut", CUTS)
def test_moments_are_those_of_the_integral(cut):
    loc, scale, low, high = cut
    peak = np.clip(loc, low, high)

    def density(x):
        return np.exp(((peak - loc) ** 2 - (x - loc) ** 2) / (2 * scale**2))

    # the integrand is null but near the peak
    reach = 10 * scale if low < loc < high else 40 * scale**2 / abs(peak - loc)
    ends = (max(low, peak - reach), min(high, peak + reach))

    def moment(of):
        return quad(lambda x: of(x) * density(x), *ends, epsabs=1e-12, epsrel=1e-10)[0]

    mass = moment(lambda x: 1.0)
    mean = moment(lambda x: x - peak) / mass
    std = np.sqrt(moment(lambda x: (x - peak - mean) ** 2) / mass)
    found_mean, found_std = cut_normal_moments(*cut)
    assert found_mean - peak == pytest.approx(mean, rel=1e-9, abs=1e-12)
    assert found_std == pytest.approx(std, rel=1e-9)


@pytest.mark.parametrize("cut", CUTS)
def test_cdf_is_that_of_scipy(cut):
    loc, scale, low, high = cut
    x = np.linspace(low - 1, high + 1, 31)
    expected = truncnorm.cdf(x, (low - loc) / scale, (high - loc) / scale, loc, scale)
    np.testing.assert_allclose(cut_normal_cdf(x, *cut), expected, rtol=1e-9, atol=1e-13)


def test_cdf_of_one_value_is_a_step():
    x = [0.9, 1.0, 1.5, 2.0, 2.1]
    assert cut_normal_cdf(x, 1.5, 0.0, 1.0, 2.0).tolist() == [0, 0, 1, 1, 1]
    assert cut_normal_cdf(x, 0.0, 1.0, 2.0, 2.0).tolist() == [0, 0, 0, 1, 1]
    assert cut_normal_cdf(x, 9.0, 0.0, 1.0, 2.0).tolist() == [0, 0, 0, 1, 1]


def test_moments_without_spread():
    mean, std = cut_normal_moments([9.0, 1.5, 0.0], [0.0, 0.0, 1.0], [1.0, 1.0, 2.0], 2.0)
    assert mean.tolist() == [2.0, 1.5, 2.0]
    assert std.tolist() == [0.0, 0.0, 0.0]
