"""A small neuron: one compartment that spikes, adapts and sags; many sweeps at once.

Sodium, delayed-rectifier and M-type currents after Pospischil et al., Biological Cybernetics 99
(2008), a hyperpolarization-activated current after Huguenard and McCormick, Journal of
Neurophysiology 68 (1992). Within a step the voltage goes as with constant conductances, and gates
go as with constant voltage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

STEP_MS = 0.025
#: Reversal potentials, and where the sodium current begins, mV.
SODIUM_MV, POTASSIUM_MV, H_MV, THRESHOLD_MV = 50.0, -90.0, -43.0, -56.2
CAPACITANCE_UF_CM2 = 1.0
#: Of the M-type current, which adapts the neuron.
ADAPTATION_MS = 300.0
START_MV, SETTLE_MS = -72.0, 300.0
#: Current that channels and synapses make at random: standard deviation and time constant.
NOISE_NA, NOISE_MS = 0.002, 2.0
#: Voltages for which gates are tabulated, mV.
LOWEST_MV, HIGHEST_MV, ROWS_PER_MV = -150.0, 100.0, 50.0


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
        """A neuron by its seed: size and conductances vary by some 20 %."""
        generator = np.random.default_rng([seed, 0])
        area, sodium, potassium, m, h, leak = np.exp(generator.normal(0.0, 0.2, 6))
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
    neurons: Sequence[Neuron], current_na: FloatArray, generator: np.random.Generator, every: int
) -> FloatArray:
    """Voltage of sweeps, each from the rest that the holding current makes.

    Args:
        neurons: of each sweep.
        current_na: injected, sweeps x steps of STEP_MS, holding current included.
        generator: of the noise.
        every: of so many steps, one is recorded.

    Returns:
        Voltage, mV, before each recorded step: sweeps x recorded steps.
    """
    n_sweeps, n_steps = current_na.shape
    membranes = Membranes(neurons)
    holding_na = np.array([neuron.holding_na for neuron in neurons])
    for _ in range(int(SETTLE_MS / STEP_MS)):
        membranes.advance(holding_na)
    recorded = np.empty((-(-n_steps // every), n_sweeps))
    noise_na, kept = np.zeros(n_sweeps), np.exp(-STEP_MS / NOISE_MS)
    kicks_na = NOISE_NA * np.sqrt(1 - kept**2) * generator.standard_normal((n_steps, n_sweeps))
    for step, injected_na in enumerate(np.ascontiguousarray(current_na.T)):
        if step % every == 0:
            recorded[step // every] = membranes.voltage_mv
        noise_na = kept * noise_na + kicks_na[step]
        membranes.advance(injected_na + noise_na)
    return recorded.T


class Membranes:
    """Voltage and gates of sweeps.

    Args:
        neurons: of each sweep.
    """

    def __init__(self, neurons: Sequence[Neuron]) -> None:
        values = {name: np.array([vars(one)[name] for one in neurons]) for name in vars(neurons[0])}
        self._sodium, self._potassium = values["sodium"], values["potassium"]
        self._m, self._h, self._leak = values["m"], values["h"], values["leak"]
        self._leak_drive = values["leak_mv"] * values["leak"]
        self._density = 1e-3 / values["area_cm2"]
        self._steady, self._kept = gate_table()
        self.voltage_mv = np.full(len(neurons), START_MV)
        self._gates = self._steady.take(self._rows(), axis=1)

    def advance(self, current_na: FloatArray) -> None:
        """One step of STEP_MS with a current for each sweep."""
        rows, voltage_mv = self._rows(), self.voltage_mv
        target = self._steady.take(rows, axis=1, mode="clip")
        self._gates = target + (self._gates - target) * self._kept.take(rows, axis=1, mode="clip")
        m, h, n, p, q = self._gates
        n_squared = n * n
        sodium = self._sodium * m * m * m * h
        potassium = self._potassium * n_squared * n_squared + self._m * p
        mixed = self._h * q
        total = sodium + potassium + mixed + self._leak
        goal_mv = (
            SODIUM_MV * sodium
            + POTASSIUM_MV * potassium
            + H_MV * mixed
            + self._leak_drive
            + self._density * current_na
        ) / total
        kept = np.exp(-STEP_MS / CAPACITANCE_UF_CM2 * total)
        self.voltage_mv = goal_mv + (voltage_mv - goal_mv) * kept

    def _rows(self) -> NDArray[np.intp]:
        """Rows of the table that are nearest to the voltages."""
        return (ROWS_PER_MV * (self.voltage_mv - LOWEST_MV) + 0.5).astype(np.intp)


def gate_table() -> tuple[FloatArray, FloatArray]:
    """Steady state, and what a step keeps of the distance to it: gates m, h, n, p, q x voltages."""
    # A little beside the round numbers, where quotients below are 0 / 0.
    v = np.arange(LOWEST_MV, HIGHEST_MV, 1 / ROWS_PER_MV) + 1e-6
    u = v - THRESHOLD_MV
    rates = [
        (
            0.32 * (u - 13) / (1 - np.exp((13 - u) / 4)),
            0.28 * (u - 40) / (np.exp((u - 40) / 5) - 1),
        ),
        (0.128 * np.exp((17 - u) / 18), 4 / (1 + np.exp((40 - u) / 5))),
        (0.032 * (u - 15) / (1 - np.exp((15 - u) / 5)), 0.5 * np.exp((10 - u) / 40)),
    ]
    steady = [opening / (opening + closing) for opening, closing in rates]
    times_ms = [1 / (opening + closing) for opening, closing in rates]
    slow = np.exp((v + 35) / 20)
    steady += [1 / (1 + np.exp(-(v + 35) / 10)), 1 / (1 + np.exp((v + 75) / 5.5))]
    times_ms += [
        ADAPTATION_MS / (3.3 * slow + 1 / slow),
        1 / (np.exp(-14.59 - 0.086 * v) + np.exp(-1.87 + 0.0701 * v)),
    ]
    return np.array(steady), np.exp(-STEP_MS / np.array(times_ms))
