"""The command current of an Axon file, made from its table of epochs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.readers.axon_epochs import Epoch, drawn
from region_grower_hpc.efeatures.readers.axon_outputs import Output
from region_grower_hpc.efeatures.units import is_current_unit

#: Part of a sweep that comes before its first epoch.
_SAMPLES_BEFORE = 64
#: Where the waveform of an output comes from.
_EPOCHS, _FILE = 1, 2


@dataclass(frozen=True)
class Command:
    """The command of a sweep.

    Attributes:
        current: (n,) in the unit of the output.
        window: samples at which the stimulus begins and ends; None: there is none.
    """

    current: NDArray[np.float64]
    window: tuple[int, int] | None


def command_output(outputs: Sequence[Output], active: int) -> Output:
    """The output that injected the current.

    The active one where it is a current with a waveform, else the first such, else the first
    current, whose command is its holding level.

    Args:
        outputs: of the file.
        active: number of the active one.

    Raises:
        RecordingProblem: read, there is none, or its waveform lies in another file.
    """
    currents = [one for one in outputs if is_current_unit(one.unit)]
    driven = [one for one in currents if one.is_enabled]
    chosen = [*(one for one in driven if one.number == active), *driven, *currents]
    if not chosen:
        text = "has no channel of current, and no output of current that it could be made from"
        raise RecordingProblem("read", "current", text)
    if chosen[0].is_enabled and chosen[0].source == _FILE:
        text = "has no channel of current, and its command comes from another file"
        raise RecordingProblem("read", "current", text)
    return chosen[0]


def commands_of(output: Output, lengths: Sequence[int]) -> list[Command]:
    """The command of each sweep.

    The stimulus is the first epoch that changes from sweep to sweep, or else the first one away
    from the holding level: others, the same in all sweeps, test the seal or the resistance.

    Args:
        output: as chosen.
        lengths: samples of each sweep.

    Raises:
        RecordingProblem: read, an epoch has a kind that cannot be made.

    Source: pCLAMP's waveform editor; the first epoch begins after 1/64 of the sweep.
    """
    has_epochs = output.is_enabled and output.source == _EPOCHS
    epochs = [one for one in output.epochs if one.kind] if has_epochs else []
    stimulus = _stimulus(epochs, output.holding)
    commands = []
    before = output.holding
    for sweep, n_samples in enumerate(lengths):
        command = np.full(n_samples, output.holding)
        position = n_samples // _SAMPLES_BEFORE
        command[:position] = before
        level, window = before, None
        for epoch in epochs:
            stop = min(position + epoch.duration_in(sweep), n_samples)
            n_epoch = epoch.duration_in(sweep)
            shape = drawn(epoch, sweep, level, n_epoch, max(stop - position, 0))
            command[position : position + len(shape)] = shape
            if epoch is stimulus and position < stop:
                window = position, stop
            position = stop
            level = epoch.level_in(sweep)
        before = level if output.stays else output.holding
        command[position:] = before
        commands.append(Command(command, window))
    return commands


def _stimulus(epochs: Sequence[Epoch], holding: float) -> Epoch | None:
    changing = (one for one in epochs if one.level_step or one.duration_step)
    away = (one for one in epochs if one.level != holding)
    return next(changing, None) or next(away, None)
