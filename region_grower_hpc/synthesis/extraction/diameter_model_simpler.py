"""The model "simpler": diameter as a polynomial of the distance to the farthest tip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.polynomial import Polynomial
from numpy.typing import NDArray

from region_grower_hpc.synthesis.extraction.errors import ExtractionError
from region_grower_hpc.synthesis.extraction.section_geometry import section_length_um

FloatArray = NDArray[np.float64]

FIT_ORDERS = {"basal_dendrite": 1, "apical_dendrite": 2, "axon": 1}

#: Of one cell and neurite type: (n,) relative distances to the tip, (n,) diameters in µm.
Samples = tuple[FloatArray, FloatArray]


@dataclass(frozen=True)
class SimplerModel:
    """A polynomial a neurite type; types without a neurite get no coefficients.

    Source: `build_simpler_model` of diameter-synthesis 0.7.1.
    """

    neurite_types: tuple[str, ...]
    #: Degrees of polynomials that differ from `FIT_ORDERS`.
    fit_orders: Mapping[str, int]

    def measure(self, roots: Sequence[Any]) -> dict[str, Samples]:
        """Distance and mean diameter of each section of a cell, for each neurite type it has.

        The distance goes from the start of a section to its farthest tip, as a fraction of the
        longest one of the cell's neurites of that type.
        """
        samples = {}
        for neurite_type in self.neurite_types:
            own = [root for root in roots if root.type.name == neurite_type]
            if own:
                distances = np.concatenate([_tip_distances_um(root) for root in own])
                diameters = [
                    float(np.mean(section.diameters)) for root in own for section in root.iter()
                ]
                samples[neurite_type] = (distances / distances.max(), np.array(diameters))
        return samples

    def fit(self, measures: Sequence[Mapping[str, Samples]]) -> dict[str, Any]:
        """Coefficients of each neurite type, of the constant first."""
        return {
            name: self._coefficients(name, [each[name] for each in measures if name in each])
            for name in self.neurite_types
        }

    def _coefficients(self, neurite_type: str, samples: Sequence[Samples]) -> list[float]:
        if not samples:
            return []
        distances, diameters = (np.concatenate(each) for each in zip(*samples, strict=True))
        order = {**FIT_ORDERS, **self.fit_orders}[neurite_type]
        residuals: Sequence[float] = ()
        if len(np.unique(distances)) > order:
            polynomial, (residuals, *_) = Polynomial.fit(  # type: ignore[no-untyped-call]
                distances, diameters, order, full=True
            )
        # NumPy gives none where the points do not determine the polynomial.
        if len(residuals) == 0:
            raise ExtractionError(
                f"{len(distances)} section(s) of type {neurite_type} do not determine a "
                f"polynomial of degree {order} for the diameters; add a tree with more sections "
                "(more than two terminations), and with diameters"
            )
        coefficients: list[float] = polynomial.convert().coef.tolist()
        return coefficients


def _tip_distances_um(root: Any) -> FloatArray:
    """Path from the start of each section to its farthest tip, sections depth first."""
    sections = list(root.iter())
    index = {section.id: position for position, section in enumerate(sections)}
    above = [-1 if each.is_root else index[each.parent.id] for each in sections]
    lengths = [section_length_um(section) for section in sections]
    paths: list[float] = []
    for length, parent in zip(lengths, above, strict=True):
        paths.append(length + (paths[parent] if parent >= 0 else 0.0))
    farthest = paths.copy()
    for position in range(len(sections) - 1, 0, -1):
        parent = above[position]
        farthest[parent] = max(farthest[parent], farthest[position])
    distances: FloatArray = np.array(farthest) - np.array(paths) + np.array(lengths)
    return distances
