"""The axon that one cell gets from a reconstructed neuron."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from region_grower_hpc.synthesis.axons.donor import Donor
from region_grower_hpc.synthesis.axons.donors import Donors
from region_grower_hpc.synthesis.axons.grafting import graft_axon, oriented_points
from region_grower_hpc.synthesis.axons.jitter import RotationalJitter, ScalingJitter
from region_grower_hpc.synthesis.neuron_arrays import NeuronArrays


@dataclass(frozen=True)
class AxonGraft:
    """Donor, scale and jitters of one cell's axon.

    Attributes:
        donors: of this rank.
        name: of the donor.
        scale: factor of the donor's coordinates; None for none.
        rotational_jitter_std_deg, scaling_jitter_std: None for no jitter.
    """

    donors: Donors
    name: str
    scale: float | None = None
    rotational_jitter_std_deg: float | None = None
    scaling_jitter_std: float | None = None

    def donor(self) -> Donor:
        """The donor.

        Raises:
            TaskFailure: kind `input`, it cannot be used.
        """
        return self.donors.get(self.name)

    def onto(
        self,
        neuron: NeuronArrays,
        donor: Donor,
        orientation: npt.NDArray[np.float64],
        rng: np.random.Generator,
    ) -> NeuronArrays:
        """The neuron with the donor's axon, in place of any axons.

        Args:
            neuron: soma at the origin; not changed.
            donor: as `donor()` gave it; not changed.
            orientation: (3, 3) of the cell.
            rng: the cell's random stream, after growth.

        Raises:
            TaskFailure: kind `growth`, there are no dendrites to place it by, or its points are not
                finite.
        """
        turn, stretch = self.rotational_jitter_std_deg, self.scaling_jitter_std
        points = oriented_points(
            donor,
            orientation,
            self.scale,
            None if turn is None else RotationalJitter(std_deg=turn),
            None if stretch is None else ScalingJitter(std=stretch),
            rng,
        )
        return graft_axon(neuron, donor, points, rng)
