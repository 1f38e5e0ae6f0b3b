"""One cell grown by the native kernel and by NeuroTS, compared bit by bit."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from region_grower_hpc.errors import TaskFailure
from region_grower_hpc.synthesis.growers import Grower, GrownNeuron, GrowthRequest

Failure = tuple[str, str]


@dataclass(frozen=True)
class Outcome:
    """What a grower made of a cell.

    Attributes:
        grown: the neuron; None where there is none.
        failure: kind and name of the error; None where there is a neuron.
        state: of the random generator after it.
        cpu_s: of the growth.
    """

    grown: GrownNeuron | None
    failure: Failure | None
    state: Any
    cpu_s: float


@dataclass(frozen=True)
class CellComparison:
    """What differs in one cell.

    Attributes:
        seed: of the cell.
        kind: of its recipe.
        n_points: of NeuroTS's neuron; 0 without one.
        n_numbers: float32 coordinates and diameters compared, of neurites and soma.
        n_differing: of them.
        largest_um: difference of two numbers.
        differences: what else differs: `topology` (sections, apical sections), `state` of the
            generator, `records` of the scaling, `failure`.
        failure: both ended so.
        native_s, neurots_s: CPU seconds of the growth.
        is_given_up: NeuroTS took too long; nothing was compared.
    """

    seed: int
    kind: str = ""
    n_points: int = 0
    n_numbers: int = 0
    n_differing: int = 0
    largest_um: float = 0.0
    differences: tuple[str, ...] = ()
    failure: Failure | None = None
    native_s: float = field(default=0.0, compare=False)
    neurots_s: float = field(default=0.0, compare=False)
    is_given_up: bool = False


def outcome(grower: Grower, request: GrowthRequest, seed: int, max_attempts: int = 3) -> Outcome:
    """Grow a cell with its own stream."""
    rng = np.random.default_rng(seed)
    grown, failure = None, None
    start_s = time.process_time()
    try:
        grown = grower.grow(request, rng, max_attempts)
    except TaskFailure as error:
        failure = error.kind, error.error
    cpu_s = time.process_time() - start_s
    return Outcome(grown, failure, rng.bit_generator.state, cpu_s)


def compare(seed: int, native: Outcome, neurots: Outcome) -> CellComparison:
    """Compare two outcomes; after failures of the same name the streams may be anywhere."""
    result = CellComparison(seed, native_s=native.cpu_s, neurots_s=neurots.cpu_s)
    if native.grown is None or neurots.grown is None:
        if native.failure != neurots.failure:
            return replace(result, differences=("failure",))
        return replace(result, failure=native.failure)
    ours, theirs = native.grown.neuron.arrays(), neurots.grown.neuron.arrays()
    result = replace(result, n_points=len(theirs[0]))
    differences = []
    if native.state != neurots.state:
        differences.append("state")
    if native.grown.records != neurots.grown.records:
        differences.append("records")
    sections = [np.array_equal(ours[2], theirs[2]), len(ours[3]) == len(theirs[3])]
    if not all(sections) or native.grown.apical_sections != neurots.grown.apical_sections:
        return replace(result, differences=("topology", *differences))
    pairs = [(ours[row], theirs[row]) for row in (0, 1, 3)]
    return replace(
        result,
        n_numbers=sum(one.size for one, _ in pairs),
        n_differing=sum(int(differing(*pair).sum()) for pair in pairs),
        largest_um=max(_largest_um(*pair) for pair in pairs),
        differences=tuple(differences),
    )


def differing(ours: npt.NDArray[Any], theirs: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Where the bits of two arrays of float32 differ; one NaN is as good as another."""
    both_nan = np.isnan(ours) & np.isnan(theirs)
    result: npt.NDArray[np.bool_] = (_bits(ours) != _bits(theirs)) & ~both_nan
    return result


def _bits(values: npt.NDArray[Any]) -> npt.NDArray[np.uint32]:
    return np.ascontiguousarray(values, dtype=np.float32).view(np.uint32)


def _largest_um(ours: npt.NDArray[Any], theirs: npt.NDArray[Any]) -> float:
    with np.errstate(invalid="ignore"):
        ways = np.abs(ours - theirs)[differing(ours, theirs)]
    return float(np.max(ways, initial=0.0)) if not np.isnan(ways).any() else float("inf")
