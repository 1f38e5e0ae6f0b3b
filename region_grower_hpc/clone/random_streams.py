"""Where the random turns and stretches of clones come from."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from region_grower_hpc.clone.jitter import Draws, post_order
from region_grower_hpc.clone.names import seed_of_name
from region_grower_hpc.formats.morphology import MorphologyArrays
from region_grower_hpc.native.clone_jitter import AxisSign, direction_counts

#: A section keeps at least this part of its length.
LEAST_FACTOR = 0.01

#: scikit-learn 1.4.2 finds the principal axis of more directions by a randomised decomposition,
#: which begins with so many normals: 3 dimensions by 1 component and 10 for oversampling.
MOST_EXACT_DIRECTIONS = 500
RANDOMISED_NORMALS = 33

#: Parents whose generator is kept between clones.
KEPT_STREAMS = 16
_NORMALS_AT_ONCE = 1 << 16


class IndependentStream:
    """One generator a clone, from seed, name and index alone; PCG64.

    First the angles of all sections but roots are drawn, then the factors of all sections, both in
    post-order.
    """

    def __init__(self, seed: int):
        """Keep the seed of the run, 0 or more."""
        self._seed = seed
        #: of the last parent: its structure, sections in post-order, and those that turn.
        self._orders: tuple[npt.NDArray[np.int32], ...] | None = None

    def draws(
        self,
        name: str,
        index: int,
        parent: MorphologyArrays,
        std_angle_deg: float,
        std_scale: float,
    ) -> Draws:
        """Return turns and stretches of clone `index` of the morphology `name`.

        Raises:
            ValueError: the parent's sections are not depth first.
        """
        order, turned = self._orders_of(parent.structure)
        digest = int(hashlib.sha256(name.encode()).hexdigest(), 16)
        seeds = np.random.SeedSequence([self._seed, digest, index])
        generator = np.random.Generator(np.random.PCG64(seeds))
        normals = generator.standard_normal(len(turned) + len(order))
        return _draws_of(
            order,
            turned,
            std_angle_deg * normals[: len(turned)],
            std_scale * normals[len(turned) :],
            "first_component",
        )

    def _orders_of(
        self, structure: npt.NDArray[np.int32]
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
        if self._orders is None or self._orders[0] is not structure:
            order = post_order(structure)
            self._orders = structure, order, order[_is_child(structure)[order]]
        return self._orders[1], self._orders[2]


@dataclass
class _KeptStream:
    generator: np.random.RandomState
    normals_per_clone: int
    next_index: int = 0


class SequentialStream:
    """The stream of morphology-workflows 0.12.1 with scikit-learn 1.4.2.

    The clones of a name are successive draws of one legacy generator, which is seeded with the
    name. It stays where the last clone left it, so that clones in order cost no draw twice; any
    order gives the same clones.

    Source: `neuroc.scale.yield_clones`, `morphology_workflows.utils.seed_from_name`.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[str, _KeptStream] = OrderedDict()

    def draws(
        self,
        name: str,
        index: int,
        parent: MorphologyArrays,
        std_angle_deg: float,
        std_scale: float,
    ) -> Draws:
        """Return turns and stretches of clone `index` of the morphology `name`.

        Raises:
            ValueError: the parent's sections are not depth first.
        """
        order = post_order(parent.structure)
        is_child = _is_child(parent.structure)
        turned = order[is_child[order]]
        thrown_away = _thrown_away(parent, is_child)[turned]
        n_turning = len(turned) + int(thrown_away.sum())
        normals = self._normals(name, index, n_turning + len(order))
        return _draws_of(
            order,
            turned,
            std_angle_deg * normals[np.arange(len(turned)) + np.cumsum(thrown_away)],
            std_scale * normals[n_turning:],
            "largest_projection",
        )

    def _normals(self, name: str, index: int, count: int) -> npt.NDArray[np.float64]:
        """The normals of one clone, when each takes `count`."""
        stream = self._kept.pop(name, None)
        if stream is None or stream.next_index > index or stream.normals_per_clone != count:
            stream = _KeptStream(np.random.RandomState(seed_of_name(name)), count)
        self._kept[name] = stream
        if len(self._kept) > KEPT_STREAMS:
            self._kept.popitem(last=False)
        skipped = (index - stream.next_index) * count
        while skipped:
            at_once = min(skipped, _NORMALS_AT_ONCE)
            stream.generator.standard_normal(at_once)
            skipped -= at_once
        stream.next_index = index + 1
        return stream.generator.standard_normal(count)


def _is_child(structure: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    """Whether each section has a parent: the others are roots."""
    return structure[1:, 2] > 0


def _thrown_away(
    parent: MorphologyArrays, is_child: npt.NDArray[np.bool_]
) -> npt.NDArray[np.int64]:
    """Number of normals drawn before the angle of each section, for nothing."""
    has_children = np.zeros(len(is_child), dtype=np.bool_)
    has_children[parent.structure[1:, 2][is_child] - 1] = True
    n_directions = direction_counts(parent.points, parent.structure)
    is_randomised = has_children & (n_directions > MOST_EXACT_DIRECTIONS)
    return np.where(is_randomised, RANDOMISED_NORMALS, 0)


def _draws_of(
    order: npt.NDArray[np.int32],
    turned: npt.NDArray[np.int32],
    angles_deg: npt.NDArray[np.float64],
    stretches: npt.NDArray[np.float64],
    sign: AxisSign,
) -> Draws:
    """What was drawn in post-order, by section number."""
    angles_rad = np.zeros(len(order))
    angles_rad[turned] = np.deg2rad(angles_deg)
    factors = np.empty(len(order))
    factors[order] = np.maximum(1.0 + stretches, LEAST_FACTOR)
    return Draws(angles_rad, factors, sign)
