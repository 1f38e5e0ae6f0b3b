"""What every type of distribution of a connection-property model can do."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from region_grower_hpc.errors import InvalidInputError

#: One entry of a model: type, attributes, and what limits the values.
Spec = Mapping[str, Any]
#: Drawn values keep whole numbers whole.
Drawn = NDArray[Any]
Floats = NDArray[np.float64]


def floats(value: Any) -> Floats:
    """An attribute, or several, as float64."""
    return np.asarray(value, dtype=np.float64)


def repeated(value: Any, size: int) -> Drawn:
    """(size,) of one number, whole if it is."""
    return np.full(size, value, dtype=np.int64 if isinstance(value, Integral) else np.float64)


#: Whole numbers of 64 bits are below it.
LARGEST = 2**63


def is_number(value: object) -> bool:
    """Whether a value is a number that numpy can hold: whole ones have 64 bits."""
    if isinstance(value, Integral):
        return abs(int(value)) < LARGEST
    return isinstance(value, Real)


class Distribution(ABC):
    """One type of distribution; the numbers come from the entries that are handed over.

    In `cdf`, `mean` and `std` the attributes (and bounds) of an entry may be arrays that broadcast
    with `x`: many pathways at once. `discrete` takes one entry at a time.
    """

    name: ClassVar[str]
    #: Keys of an entry that it needs.
    attributes: ClassVar[tuple[str, ...]]
    #: Whether the values are whole numbers for any attributes.
    is_integer: ClassVar[bool] = False
    #: Whether correlated properties may have it.
    can_correlate: ClassVar[bool] = False

    def malformed(self, spec: Spec) -> str | None:
        """What is wrong with the attributes as such: missing, or not a number; None if nothing."""
        for key in self.attributes:
            value = spec.get(key)
            if value is None:
                return f"needs the attribute '{key}'"
            if not is_number(value):
                return f"'{key}' is no number: {value!r:.80}"
        return None

    def problem(self, spec: Spec) -> str | None:
        """Why nothing can be drawn from an entry; None if it can."""
        wrong = self.malformed(spec)
        if wrong is not None:
            return wrong
        for key in self.attributes:
            if not math.isfinite(spec[key]):
                return f"'{key}' is {spec[key]}"
        return self._out_of_range(spec)

    def _out_of_range(self, spec: Spec) -> str | None:
        """Why the attributes, finite numbers, define no distribution."""
        return None

    def draw(self, spec: Spec, size: int) -> Drawn:
        """Random values of numpy's global stream, used exactly as the peer uses it.

        Returns:
            (size,) before bounds and dtype.

        Raises:
            InvalidInputError: the entry has a `problem`.
        """
        wrong = self.problem(spec)
        if wrong is not None:
            raise InvalidInputError(f"distribution {self.name}: {wrong}")
        return self._draw(spec, size)

    @abstractmethod
    def _draw(self, spec: Spec, size: int) -> Drawn: ...

    def cdf(self, x: ArrayLike, spec: Spec) -> Floats:
        """Probability of a value of at most `x`, after the bounds of the entry, before its dtype.

        Args:
            x: any shape.
            spec: an entry without `problem`.
        """
        at = floats(x)
        part = self._cdf(at, spec)
        lower, upper = spec.get("lower_bound"), spec.get("upper_bound")
        if lower is not None:
            part = np.where(at < lower, 0.0, part)
        if upper is not None:
            part = np.where(at >= upper, 1.0, part)
        return floats(part)

    @abstractmethod
    def _cdf(self, x: Floats, spec: Spec) -> Floats: ...

    def mean(self, spec: Spec) -> Floats:
        """Mean before bounds and dtype; shape of the attributes, () for numbers."""
        return self._mean(spec)

    @abstractmethod
    def _mean(self, spec: Spec) -> Floats: ...

    def std(self, spec: Spec) -> Floats:
        """Standard deviation before bounds and dtype; shape of the attributes."""
        return self._std(spec)

    @abstractmethod
    def _std(self, spec: Spec) -> Floats: ...

    def isf(self, tail: ArrayLike, spec: Spec) -> Floats:
        """Value above which lies the probability `tail`: the inverse survival function.

        Raises:
            InvalidInputError: the type cannot be correlated, or the entry has a `problem`.
        """
        wrong = self.problem(spec) or self.uncorrelated(spec)
        if wrong is not None:
            raise InvalidInputError(f"correlated distribution {self.name}: {wrong}")
        return self._isf(floats(tail), spec)

    def uncorrelated(self, spec: Spec) -> str | None:
        """Why an entry without `problem` cannot belong to correlated properties; None if it can."""
        if not self.can_correlate:
            return "values of this type cannot be correlated with others"
        return None

    def _isf(self, tail: Floats, spec: Spec) -> Floats:
        """The value with this part above it, of types that can be correlated."""
        raise NotImplementedError(f"{self.name} cannot be correlated")
