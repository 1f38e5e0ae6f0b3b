"""Colours of numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, LogNorm, Normalize
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

from region_grower_hpc.conn_props.figures.shown import shown_number
from region_grower_hpc.conn_props.figures.ticks import write_numbers

Reals = NDArray[np.float64]

#: Differences below this part of the largest value are pale.
_SMALLEST_DIFFERENCE = 0.02


@dataclass(frozen=True)
class ColourScale:
    """A range of numbers and its colours.

    Attributes:
        norm: from numbers to 0..1.
        colours: from 0..1 to colours.
        only: the only number there is, None if there are several.
        extend: which end of the bar is pointed, because numbers lie beyond: neither or max.
        largest: of a logarithmic scale.
    """

    norm: Normalize
    colours: Colormap
    only: float | None = None
    extend: str = "neither"
    largest: float = 0.0

    def ink_on(self, value: float) -> str:
        """A colour for letters on the colour of a number."""
        red, green, blue, _ = self.colours(float(self.norm(value)))
        return "black" if 0.299 * red + 0.587 * green + 0.114 * blue > 0.5 else "white"

    def draw_bar(self, axes: Axes, label: str, size: float) -> None:
        """The scale, its numbers to the right.

        Args:
            axes: where; the bar fills them.
            label: beside the numbers.
            size: of the letters, points.
        """
        mappable = ScalarMappable(self.norm, self.colours)
        bar = axes.figure.colorbar(mappable, cax=axes, extend=self.extend)
        axis = bar.ax.yaxis
        write_numbers(axis, *bar.ax.get_ylim(), size)
        if self.only is not None:
            bar.set_ticks([self.only])
            axis.set_major_formatter(FuncFormatter(lambda at, _: shown_number(at, 5)))
        elif isinstance(self.norm, LogNorm):
            ticks = _round_counts(self.largest)
            bar.set_ticks(ticks, labels=[f"{one:,}" for one in ticks])
            bar.set_ticks([], minor=True)
        bar.ax.spines["outline"].set_linewidth(0.4)
        bar.set_label(label, size=size)


def common_scale(matrices: Iterable[Reals]) -> ColourScale:
    """From the smallest to the largest of all numbers; NaN is none."""
    low, high = _range(matrices)
    colours = matplotlib.colormaps["viridis"]
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        pad = 0.5 * abs(low) or 1.0
        return ColourScale(Normalize(low - pad, high + pad), colours, only=(low + high) / 2)
    return ColourScale(Normalize(low, high), colours)


def count_scale(counts: Reals) -> ColourScale:
    """Logarithmic, from 1; NaN is none."""
    _, high = _range([counts])
    end = max(high, 10.0)
    return ColourScale(LogNorm(1.0, end), matplotlib.colormaps["cividis"], largest=end)


def difference_scale(differences: Reals, values: Reals) -> ColourScale:
    """Around 0, both ways alike.

    Args:
        differences: NaN is none.
        values: what they are differences of: beside large ones, small differences stay pale.
    """
    low, high = _range([differences])
    smallest = _SMALLEST_DIFFERENCE * max(map(abs, _range([values])))
    half = max(abs(low), abs(high), smallest) or 1.0
    return ColourScale(Normalize(-half, half), matplotlib.colormaps["RdBu_r"])


def distance_scale() -> ColourScale:
    """Of distances of distributions: the same in all figures, what is above a half looks alike."""
    return ColourScale(Normalize(0.0, 0.5), matplotlib.colormaps["YlOrRd"], extend="max")


def _round_counts(largest: float) -> list[int]:
    """1, 2, 5, 10, ... up to a number; powers of ten alone where there are many."""
    powers = [10**power for power in range(int(np.log10(largest)) + 1)]
    steps = (1, 2, 5) if len(powers) <= 3 else (1,)
    return [step * power for power in powers for step in steps if step * power <= largest]


def _range(matrices: Iterable[Reals]) -> tuple[float, float]:
    """Smallest and largest finite number; 0 where there is none."""
    numbers = np.concatenate([one[np.isfinite(one)] for one in matrices])
    return (float(numbers.min()), float(numbers.max())) if numbers.size else (0.0, 0.0)
