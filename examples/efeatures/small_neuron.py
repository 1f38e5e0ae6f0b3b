"""A small neuron: one compartment that spikes, adapts and sags; many sweeps at once.

Sodium, delayed-rectifier and M-type currents after Pospischil et al., Biological Cybernetics 99
(2008), a hyperpolarization-activated current after Huguenard and McCormick, Journal of
Neurophysiology 68 (1992). Gates take the exact solution of a step of constant voltage, and the
voltage that of a step of constant conductances.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

STEP_MS = 0.025
#: Reversal potentials, mV; of the threshold of sodium channels.
SODIUM_MV, POTASSIUM_MV, H_MV, THRESHOLD_MV = 50.0, -90.0, -43.0, -56.2
CAPACITANCE_UF_CM2 = 1.0
#: Slowest time constant of the M-type current, which adapts the neuron.
ADAPTATION_MS = 300.0
#: Voltages for which gates are tabulated, mV.
LOWEST_MV, HIGHEST_MV, TABLE_STEP_MV = -150.0, 100.0, 0.02
START_MV, SETTLE_MS = -70.0, 400.0
#: Current that channels and synapses make at random: standard deviation and time constant.
NOISE_NA, NOISE_MS = 0.002, 2.0


@dataclass(frozen=True)
class Neuron:
    """What makes a cell another cell than the next.

    Attributes:
        area_cm2: of the membrane.
        sodium, potassium, m, h, leak: conductances, mS/cm2.
        leak_mv: reversal potential of the leak.
        holding_na: current that the cell is held with.
    """

    area_cm2: float
    sodium: float
    potassium: float
    m: float
    h: float
    leak: float
    leak_mv: float
    holding_na: float

    @classmethod
    def drawn(cls, seed: int) -> Neuron:
        """A neuron by its seed: conductances vary by some 10 %."""
        generator = np.random.default_rng([seed, 0])
        area, sodium, potassium, m, h, leak = np.exp(generator.normal(0.0, 0.1, 6))
        return cls(
            area_cm2=1.2e-4 * area,
            sodium=50.0 * sodium,
            potassium=5.0 * potassium,
            m=0.1 * m,
            h=0.03 * h,
            leak=0.04 * leak,
            leak_mv=generator.normal(-72.0, 1.0),
            holding_na=-0.02 * generator.uniform(0.5, 1.5),
        )


def simulate(
    neuron: Neuron, current_na: FloatArray, generator: np.random.Generator, every: int = 1
) -> FloatArray:
    """Voltage of sweeps, each from the rest that the holding current makes.

    Args:
        neuron: of all sweeps.
        current_na: injected, sweeps x steps of STEP_MS, holding current included.
        generator: of the noise.
        every: of the steps, one in so many is recorded.

    Returns:
        Voltage, mV, at each recorded step: sweeps x recorded steps.
    """
    n_sweeps, n_steps = current_na.shape
    rest = _State(neuron, 1)
    holding = np.full(1, neuron.holding_na)
    for _ in range(int(SETTLE_MS / STEP_MS)):
        rest.advance(holding)
    state = _State(neuron, n_sweeps, rest)
    recorded = np.empty((-(-n_steps // every), n_sweeps))
    noise = np.zeros(n_sweeps)
    keep = np.exp(-STEP_MS / NOISE_MS)
    kicks = NOISE_NA * np.sqrt(1 - keep**2) * generator.standard_normal((n_steps, n_sweeps))
    columns = np.ascontiguousarray(current_na.T)
    for step in range(n_steps):
        if step % every == 0:
            recorded[step // every] = state.voltage_mv
        noise = keep * noise + kicks[step]
        state.advance(columns[step] + noise)
    return recorded.T


class _State:
    """Voltage and gates of sweeps of one neuron."""

    def __init__(self, neuron: Neuron, n_sweeps: int, like: _State | None = None) -> None:
        self._neuron = neuron
        self.voltage_mv = np.full(n_sweeps, START_MV)
        self._gates = gate_table()[0][:, _rows(self.voltage_mv)]
        if like is not None:
            self.voltage_mv = np.repeat(like.voltage_mv, n_sweeps)
            self._gates = np.repeat(like._gates, n_sweeps, axis=1)

    def advance(self, current_na: FloatArray) -> None:
        """One step of STEP_MS with a current for each sweep."""
        neuron, voltage = self._neuron, self.voltage_mv
        steady, kept = gate_table()
        rows = _rows(voltage)
        target = steady[:, rows]
        self._gates = target + (self._gates - target) * kept[:, rows]
        m, h, n, p, q = self._gates
        sodium = neuron.sodium * m * m * m * h
        potassium = neuron.potassium * n * n * n * n + neuron.m * p
        mixed = neuron.h * q
        total = sodium + potassium + mixed + neuron.leak
        driving = (
            SODIUM_MV * sodium
            + POTASSIUM_MV * potassium
            + H_MV * mixed
            + neuron.leak_mv * neuron.leak
            + current_na * (1e-3 / neuron.area_cm2)
        )
        goal = driving / total
        self.voltage_mv = goal + (voltage - goal) * np.exp(-STEP_MS / CAPACITANCE_UF_CM2 * total)


def _rows(voltage_mv: FloatArray) -> NDArray[np.int64]:
    """Rows of the table that are nearest to voltages."""
    clipped = np.clip(voltage_mv, LOWEST_MV, HIGHEST_MV)
    return np.rint((clipped - LOWEST_MV) / TABLE_STEP_MV).astype(np.int64)


@cache
def gate_table() -> tuple[FloatArray, FloatArray]:
    """Steady state, and what a step keeps of the distance to it, of m, h, n, p, q by voltage."""
    # Half a step beside the round numbers at which the quotients below are 0 / 0.
    v = np.arange(LOWEST_MV, HIGHEST_MV + TABLE_STEP_MV, TABLE_STEP_MV) + 1e-6
    u = v - THRESHOLD_MV
    rates = [
        (0.32 * (u - 13) / (1 - np.exp((13 - u) / 4)), 0.28 * (u - 40) / (np.exp((u - 40) / 5) - 1)),
        (0.128 * np.exp((17 - u) / 18), 4 / (1 + np.exp((40 - u) / 5))),
        (0.032 * (u - 15) / (1 - np.exp((15 - u) / 5)), 0.5 * np.exp((10 - u) / 40)),
    ]
    steady = [opening / (opening + closing) for opening, closing in rates]
    time_ms = [1 / (opening + closing) for opening, closing in rates]
    slow = np.exp((v + 35) / 20)
    steady += [1 / (1 + np.exp(-(v + 35) / 10)), 1 / (1 + np.exp((v + 75) / 5.5))]
    time_ms += [
        ADAPTATION_MS / (3.3 * slow + 1 / slow),
        1 / (np.exp(-14.59 - 0.086 * v) + np.exp(-1.87 + 0.0701 * v)),
    ]
    return np.array(steady), np.exp(-STEP_MS / np.array(time_ms))
