"""A virtual clock, and ranks that take turns on it: everything follows from one seed.

Each rank is a greenlet. It runs until it pauses or sleeps; then the rank or the message whose
moment comes next goes on. So a thousand seconds of a run take a millisecond, no two runs of a seed
differ, and a rank that would wait for ever is seen at once.
"""

from __future__ import annotations

import heapq
import random
from collections import deque
from collections.abc import Callable, Sequence

from greenlet import getcurrent, greenlet

#: Events that a failure shows.
TRACE_LENGTH = 25


class SimulationError(Exception):
    """What a run of simulated ranks must not do."""


class Sleeper:
    """A rank that waits until somebody wakes it; what comes later finds it awake."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rank = getcurrent()
        self._awake = False

    def sleep(self, timeout_s: float | None = None) -> bool:
        """Wait; False if `timeout_s` passes before `wake`."""
        if timeout_s is not None:
            self._world.after(timeout_s, self._expire)
        return bool(self._world.hub.switch())

    def wake(self) -> None:
        """Let the rank go on now (an action of the agenda)."""
        if not self._awake:
            self._awake = True
            self._rank.switch(True)

    def _expire(self) -> None:
        if not self._awake:
            self._awake = True
            self._rank.switch(False)


class World:
    """The clock, the agenda of what comes when, and a trace of what happened.

    Args:
        choices: where all chance comes from.
    """

    def __init__(self, choices: random.Random) -> None:
        self.choices = choices
        self.now_s = 0.0
        #: entries of the agenda that were carried out.
        self.steps = 0
        self.hub = getcurrent()
        self._agenda: list[tuple[float, float, Callable[[], object]]] = []
        self._running = 0
        self._trace: deque[tuple[float, int, str, tuple[object, ...]]] = deque(maxlen=TRACE_LENGTH)

    def after(self, seconds: float, action: Callable[[], object]) -> None:
        """Put an action on the agenda; of two at the same moment chance puts one first."""
        entry = (self.now_s + seconds, self.choices.random(), action)
        heapq.heappush(self._agenda, entry)

    def pause(self, seconds: float) -> None:
        """Let the rank that calls go on after some time."""
        self.after(seconds, getcurrent().switch)
        self.hub.switch()

    def note(self, rank: int, text: str, *details: object) -> None:
        """Remember what a rank did, for the trace of a failure."""
        self._trace.append((self.now_s, rank, text, details))

    def trace(self) -> str:
        """What happened last."""
        return "\n".join(
            f"  {at_s:12.6f} s  rank {rank:2d}  {text} {' '.join(map(str, details))}".rstrip()
            for at_s, rank, text, details in self._trace
        )

    def run(self, programs: Sequence[Callable[[], None]], most_steps: int) -> None:
        """Run the ranks until all have ended.

        Raises:
            SimulationError: ranks wait for what never comes, or there are more steps than that.
        """
        ranks = [greenlet(self._until_end(program)) for program in programs]
        self._running = len(ranks)
        for rank in ranks:
            self.after(0.0, rank.switch)
        try:
            self._carry_out(most_steps)
            if self._running:
                waiting = [number for number, rank in enumerate(ranks) if not rank.dead]
                raise SimulationError(f"ranks {waiting} wait for ever")
        finally:
            for rank in ranks:
                if not rank.dead:
                    rank.throw()

    def _carry_out(self, most_steps: int) -> None:
        while self._agenda and self._running:
            if self.steps == most_steps:
                raise SimulationError(f"no end after {most_steps} steps")
            self.steps += 1
            self.now_s, _, action = heapq.heappop(self._agenda)
            action()

    def _until_end(self, program: Callable[[], None]) -> Callable[[], None]:
        def run() -> None:
            program()
            self._running -= 1

        return run
