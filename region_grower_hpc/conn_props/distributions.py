"""The eight types of distribution of a connection-property model.

Random numbers, order and number of draws are those of `ConnPropsModel.draw_from_distribution` of
connectome-manipulator 1.0.4: equal seeds give equal values.
"""

from __future__ import annotations

from collections.abc import Mapping

from region_grower_hpc.conn_props.continuous_distributions import Gamma, Normal, TruncatedNormal
from region_grower_hpc.conn_props.counting_distributions import Poisson, ZeroTruncatedPoisson
from region_grower_hpc.conn_props.discrete_distribution import Discrete
from region_grower_hpc.conn_props.distribution import Distribution
from region_grower_hpc.conn_props.fixed_distributions import Constant, Zero

#: Name in a model -> distribution.
DISTRIBUTIONS: Mapping[str, Distribution] = {
    one.name: one
    for one in (
        Constant(),
        Normal(),
        TruncatedNormal(),
        Gamma(),
        Poisson(),
        ZeroTruncatedPoisson(),
        Discrete(),
        Zero(),
    )
}
