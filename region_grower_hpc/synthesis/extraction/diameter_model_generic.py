"""The models "generic" and "astrocyte": distributions of what diameters do at forks and tips."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from region_grower_hpc.synthesis.extraction.diameter_fits import FITS
from region_grower_hpc.synthesis.extraction.section_geometry import mean_radius_um, taper_rate

#: Values of one cell: quantity -> neurite type -> values.
Samples = dict[str, dict[str, list[float]]]

#: [lowest, highest) value that is taken for a measurement; of tapers the configuration says.
BOUNDS = {
    "sibling_ratios": (0, 1 + 1e-5),
    "diameter_power_relation": (0.0, 100.0),
    "terminal_diameters": (0, 100),
    "trunk_diameters": (0, 100),
}


@dataclass(frozen=True)
class Sampling:
    """In what the two models differ."""

    #: Quantity -> name of its distribution.
    distributions: Mapping[str, str]
    #: Diameter of a trunk: at its last point, or averaged over its length.
    trunk_diameter: Callable[[Any], Any]


_COMMON = {
    "sibling_ratios": "expon_rev",
    "diameter_power_relation": "exponnorm",
    "terminal_diameters": "exponnorm",
    "trunk_diameters": "exponnorm",
}
SAMPLING = {
    "generic": Sampling({**_COMMON, "tapers": "expon_rev"}, lambda trunk: trunk.diameters[-1]),
    "astrocyte": Sampling(
        {**_COMMON, "tapers": "exponnorm"}, lambda trunk: 2.0 * mean_radius_um(trunk)
    ),
}


@dataclass(frozen=True)
class GenericModel:
    """Five distributions for each neurite type; one without values is empty.

    Source: `build_models.build_single_model` of diameter-synthesis 0.7.1.
    """

    neurite_types: tuple[str, ...]
    sampling: Sampling
    #: Tips count up to this multiple of the mean diameter of their neurite's points.
    terminal_threshold: float
    #: [lowest, highest) taper rate that counts.
    taper_bounds: tuple[float, float]

    def measure(self, roots: Sequence[Any]) -> Samples:
        """All values within their bounds, neurite after neurite and depth first."""
        bounds = {**BOUNDS, "tapers": self.taper_bounds}
        samples: Samples = {
            quantity: {name: [] for name in self.neurite_types}
            for quantity in self.sampling.distributions
        }
        for root in roots:
            if root.type.name in self.neurite_types:
                # A section without a length has no mean radius: NaN is within no bounds.
                with np.errstate(invalid="ignore", divide="ignore"):
                    values = self._values(root)
                for quantity, measured in values.items():
                    lowest, highest = bounds[quantity]
                    array = np.array(measured)
                    kept = array[(array >= lowest) & (array < highest)]
                    samples[quantity][root.type.name] += kept.tolist()
        return samples

    def fit(self, measures: Sequence[Samples]) -> dict[str, Any]:
        """The parameters of each distribution: quantity -> neurite type -> model."""
        result: dict[str, Any] = {}
        for quantity, distribution in self.sampling.distributions.items():
            result[quantity] = {}
            for name in self.neurite_types:
                values = [value for each in measures for value in each[quantity][name]]
                result[quantity][name] = _fitted(distribution, values) if values else {}
        return result

    def _values(self, root: Any) -> dict[str, Sequence[Any]]:
        sections = list(root.iter())
        forks = [section for section in sections if len(section.children) == 2]
        radii = {section.id: mean_radius_um(section) for fork in forks for section in _family(fork)}
        families = [[radii[section.id] for section in _family(fork)] for fork in forks]
        return {
            "sibling_ratios": [min(pair) / max(pair) for _, *pair in families],
            "diameter_power_relation": [_power_relation(*family) for family in families],
            "terminal_diameters": self._terminal_diameters(sections),
            "trunk_diameters": [self.sampling.trunk_diameter(root)],
            "tapers": [taper_rate(section) for section in sections],
        }

    def _terminal_diameters(self, sections: Sequence[Any]) -> list[np.float32]:
        mean = float(np.mean(np.concatenate([section.diameters for section in sections])))
        tips = [np.mean(section.diameters) for section in sections if not section.children]
        return [tip for tip in tips if float(tip) < self.terminal_threshold * mean]


def _fitted(distribution: str, values: Sequence[float]) -> dict[str, Any]:
    params = FITS[distribution](values)
    return {"distribution": distribution, "sequential": None, "params": params}


def _family(fork: Any) -> list[Any]:
    return [fork, *fork.children]


def _power_relation(parent: np.float32, first: np.float32, second: np.float32) -> np.float64:
    """(parent / first child)^(3/2) + (parent / second child)^(3/2)."""
    ratios = np.array([parent / first, parent / second]).astype(np.float64)
    powers = np.power(ratios, 1.5)
    total: np.float64 = powers[0] + powers[1]
    return total
