"""The moment of a kill: after a time, or when something has appeared below the output."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

#: A kill waits for at most so many paths of a kind: later sessions write fewer.
MOST_TIMES = 6
#: Part of the kills that strike after a time.
TIMED = 0.4
#: Mean of the pause between an event and the kill; in a part of the kills there is none.
PAUSE_S, WITHOUT_PAUSE = 0.02, 0.4


@dataclass(frozen=True)
class Moment:
    """When to kill.

    Attributes:
        after_s: seconds after the start, or after the event.
        event: kind of a path (watch.py); "" for none.
        times: how many paths of this kind must have appeared.
    """

    after_s: float
    event: str = ""
    times: int = 1

    @classmethod
    def drawn(cls, choices: random.Random, length_s: float, kinds: Mapping[str, int]) -> Moment:
        """A part of the moments anywhere in what is left of the run, the others at an event.

        Args:
            choices: randomness.
            length_s: how long the run would take.
            kinds: how often each kind of path appears in a whole run.
        """
        if choices.random() < TIMED or not kinds:
            return cls(choices.uniform(0.0, 1.05 * length_s))
        event = choices.choice(sorted(kinds))
        pause_s = 0.0 if choices.random() < WITHOUT_PAUSE else choices.expovariate(1 / PAUSE_S)
        times = choices.randint(1, min(kinds[event], MOST_TIMES))
        return cls(pause_s, event, times)

    def __str__(self) -> str:
        if not self.event:
            return f"{self.after_s:.3f} s after the start"
        return f"{self.after_s:.3f} s after {self.times} x {self.event}"
