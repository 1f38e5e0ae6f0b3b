"""Plots of the impedance of a membrane against the frequency."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import gaussian_filter1d

from region_grower_hpc.efeatures.figures.artists import add_text
from region_grower_hpc.efeatures.figures.chart import Box, Chart
from region_grower_hpc.efeatures.figures.envelope import envelope
from region_grower_hpc.efeatures.figures.file_part import file_part
from region_grower_hpc.efeatures.figures.limits import limits_of
from region_grower_hpc.efeatures.figures.page import FAINT_INK, INK, page_files
from region_grower_hpc.efeatures.figures.shown_text import shown_text

if TYPE_CHECKING:
    from region_grower_hpc.efeatures.recording import Recording

FloatArray = NDArray[np.float64]

#: eFEL's default of its setting impedance_max_freq.
MAX_FREQ_HZ = 50.0
_SIGMA_BINS = 10
_CURVE_COLOUR, _PEAK_COLOUR = "#0072B2", "#D55E00"
_N_BINS = 1500
_WIDTH, _HEIGHT = 5.0, 3.6
_CHART = Box(left=0.85, bottom=0.55, width=3.95, height=2.5)
_SIZE, _TITLE_SIZE = 8.0, 9.5


def impedance_curve(
    voltage_mv: ArrayLike, current_na: ArrayLike, dt_ms: float, max_freq_hz: float
) -> tuple[FloatArray, FloatArray]:
    """The impedance against the frequency.

    Args:
        voltage_mv: (n,)
        current_na: (n,)
        dt_ms: sampling interval of both.
        max_freq_hz: highest frequency.

    Returns:
        Frequencies (Hz) above 0 and |FFT V / FFT I| there, normalised to its largest, smoothed by
        a Gaussian of 10 frequencies. Frequencies that the current does not hold have no impedance
        and are left out; a trace with a sample that is not finite gives empty arrays.

    Source: spec 9; eFEL's feature `impedance`, whose value is where this curve is highest.
    """
    voltage = np.asarray(voltage_mv, dtype=np.float64)
    current = np.asarray(current_na, dtype=np.float64)
    n_samples = min(voltage.size, current.size)
    nothing = np.empty(0)
    if n_samples < 2 or not 0 < dt_ms < np.inf:
        return nothing, nothing
    voltage, current = voltage[:n_samples], current[:n_samples]
    if not (np.isfinite(voltage).all() and np.isfinite(current).all()):
        return nothing, nothing
    # Any constant, the holding values too, is in the frequency 0 only, which is not drawn.
    voltage_spectrum = np.fft.rfft(voltage - voltage[0])
    current_spectrum = np.fft.rfft(current - current[0])
    frequencies = np.fft.rfftfreq(n_samples, dt_ms / 1e3)
    is_drawn = (frequencies > 0) & (frequencies <= max_freq_hz) & (current_spectrum != 0)
    with np.errstate(over="ignore", invalid="ignore"):
        impedance = np.abs(voltage_spectrum[is_drawn] / current_spectrum[is_drawn])
    if not impedance.size or not 0 < impedance.max() < np.inf:
        return nothing, nothing
    return frequencies[is_drawn], gaussian_filter1d(impedance / impedance.max(), _SIGMA_BINS)


def impedance(
    cell_name: str,
    protocol: str,
    number: int,
    recording: Recording,
    max_freq_hz: float = MAX_FREQ_HZ,
) -> dict[str, bytes]:
    """Draw the impedance that a sine sweep of a recording shows.

    Args:
        cell_name: of the cell.
        protocol: as the metadata name it.
        number: of the recording among those of cell and protocol, from 0.
        recording: with its trace.
        max_freq_hz: the setting impedance_max_freq.

    Returns:
        Bytes by relative path, `<cell>/impedance/<cell>_<protocol>_<number>_<recording>_impedance`
        with .pdf and .png; nothing without trace. A recording without impedance (no current, not
        finite) gives a figure that says so.
    """
    trace = recording.trace
    if trace is None:
        return {}
    curve = impedance_curve(trace.voltage_mv, trace.current_na, trace.dt_ms, max_freq_hz)
    cell = file_part(cell_name)
    stem = f"{cell}_{file_part(protocol)}_{number}_{file_part(str(recording.name))}_impedance"
    heads = (
        f"Impedance, {shown_text(cell_name, 34)}",
        f"{shown_text(protocol, 24)}, {shown_text(recording.name, 40)}",
    )
    return page_files(f"{cell}/impedance/{stem}", [partial(_plot, *curve, max_freq_hz, heads)])


def _plot(
    frequencies: FloatArray, curve: FloatArray, max_freq_hz: float, heads: tuple[str, str]
) -> Figure:
    figure = Figure(figsize=(_WIDTH, _HEIGHT))
    add_text(figure, _CHART.left, _HEIGHT - 0.25, heads[0], size=_TITLE_SIZE, weight="bold")
    add_text(figure, _CHART.left, _HEIGHT - 0.42, heads[1], size=_SIZE, color=FAINT_INK)
    x_limits = limits_of([np.array([0.0, max_freq_hz])], 1e-3, 0.0)
    y_limits = limits_of([np.array([0.0]), curve], 1e-6, 0.0)
    y_limits = (y_limits[0], y_limits[1] * 1.12)
    chart = Chart(figure, _CHART, x_limits, y_limits)
    chart.frame("frequency (Hz)", "normalised impedance |Z|", _SIZE)
    if not curve.size:
        middle = (_CHART.left + _CHART.width / 2, _CHART.bottom + _CHART.height / 2)
        text = "no impedance: no current, or samples that are not finite"
        add_text(figure, *middle, text, ha="center", size=_SIZE, color=INK)
        return figure
    chart.line(*envelope(frequencies, curve, _N_BINS), color=_CURVE_COLOUR, linewidth=1.2)
    peak = int(curve.argmax())
    at, height = float(frequencies[peak]), float(curve[peak])
    chart.markers([at], [height], color=_PEAK_COLOUR, marker="o", markersize=4.5)
    is_left = at < max_freq_hz / 2
    style = {"ha": "left" if is_left else "right", "va": "bottom", "color": _PEAK_COLOUR}
    shift = 0.06 if is_left else -0.06
    x, y = float(chart.x_inches(at)) + shift, float(chart.y_inches(height)) + 0.03
    add_text(figure, x, y, f"{at:.3g} Hz", size=_SIZE, **style)
    return figure
