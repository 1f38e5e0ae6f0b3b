"""The axon that one cell gets from a reconstructed neuron."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from region_grower_hpc.synthesis.axons.donors import Donors
from region_grower_hpc.synthesis.axons.grafting import graft_axon, orient_donor


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

    def donor(self) -> Any:
        """A copy of the donor, to be changed.

        Raises:
            TaskFailure: kind `input`, it cannot be used.
        """
        return self.donors.get(self.name)

    def onto(
        self,
        morphology: Any,
        donor: Any,
        orientation: npt.NDArray[np.float64],
        rng: np.random.Generator,
    ) -> None:
        """Graft the donor's axon, in place of any axons.

        Args:
            morphology: morphio.mut.Morphology of the cell, soma at the origin.
            donor: as `donor()` gave it; it is changed.
            orientation: (3, 3) of the cell.
            rng: the cell's random stream, after growth.

        Raises:
            TaskFailure: kind `growth`, there are no dendrites to place it by.
        """
        orient_donor(
            donor,
            orientation,
            self.scale,
            self.rotational_jitter_std_deg,
            self.scaling_jitter_std,
            rng,
        )
        graft_axon(morphology, donor, rng)
