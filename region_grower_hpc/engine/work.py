"""The loop of a rank that computes: take a batch, run its tasks, keep each before the next."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.engine.dispatch import Dispatcher
from region_grower_hpc.engine.job import Failure, Job, Plan, Result
from region_grower_hpc.engine.journal import JournalWriter
from region_grower_hpc.engine.limits import TaskLimits, TaskTimeout
from region_grower_hpc.engine.order import IntArray
from region_grower_hpc.engine.places import Ledger
from region_grower_hpc.engine.record import array_parts
from region_grower_hpc.engine.signals import StopRequest
from region_grower_hpc.engine.suspects import ChildFailed, LeftUnfinished
from region_grower_hpc.errors import TaskFailure

logger = logging.getLogger(__name__)

Int64Array = NDArray[np.int64]
#: Positions turned into Python's numbers at a time.
POSITIONS_AT_ONCE = 1024
HOST = os.uname().nodename.encode()


@dataclass
class Worker:
    """Runs tasks on one rank and keeps what they give.

    Attributes:
        job: what to do.
        plan: with tasks and row dtype.
        journal: of this rank and session.
        ledger: gets the place of every finished task.
        file: number of the journal in the ledger.
        stop: asked between two tasks.
    """

    job: Job[Any]
    plan: Plan
    journal: JournalWriter
    ledger: Ledger
    file: int
    stop: StopRequest
    done: int = 0
    failed: int = 0
    #: tasks done and failed that are in the journal's file.
    kept: tuple[int, int] = (0, 0)
    #: positions of tasks that exceeded a bound here.
    suspected: list[int] = field(default_factory=list)

    def work(
        self,
        dispatcher: Dispatcher,
        order: IntArray,
        bounds: Int64Array,
        run: Callable[[int], Result],
        limits: TaskLimits,
    ) -> None:
        """Do batches until there are none, or until the run stops."""
        for position in self._positions(dispatcher, order, bounds):
            self._do(position, run, limits)

    def _positions(
        self, dispatcher: Dispatcher, order: IntArray, bounds: Int64Array
    ) -> Iterator[int]:
        """Positions of the tasks to do next, one at a time."""
        dispatcher.report(*self.kept, bool(self.stop))
        while (batch := dispatcher.next_batch()) is not None:
            for position in _each(order, int(bounds[batch]), int(bounds[batch + 1])):
                if not dispatcher.report(*self.kept, bool(self.stop)):
                    break
                yield position
            self.journal.flush()
            self.kept = self.done, self.failed
            dispatcher.report(*self.kept, bool(self.stop))

    def _do(self, position: int, run: Callable[[int], Result], limits: TaskLimits) -> None:
        task = int(self.plan.tasks[position])
        self.journal.started(task, self._note())
        # Only what a kill can no longer take is reported done.
        self.kept = self.done, self.failed
        started_s = time.perf_counter()
        try:
            with limits.around_task():
                result = run(task)
            row = np.array(result.row, dtype=self.plan.row_dtype).tobytes()
            payload = [row, *array_parts(result.arrays)]
        except (MemoryError, TaskTimeout) as error:
            logger.warning(
                "task %d exceeded its bounds (%s): settled alone at the end", task, error
            )
            self.suspected.append(position)
            self.journal.suspect(task)
            return
        except LeftUnfinished:
            return
        except ChildFailed:
            raise
        except TaskFailure as failure:
            self._fail(position, failure, time.perf_counter() - started_s)
            return
        except Exception as error:
            logger.exception("task %d failed", task)
            internal = TaskFailure("internal", str(error), type(error).__name__)
            self._fail(position, internal, time.perf_counter() - started_s)
            return
        seconds = time.perf_counter() - started_s
        place = self.journal.done(task, seconds, *payload)
        self.ledger.add(position, self.file, place, False, seconds)
        self.done += 1

    def _note(self) -> bytes:
        """For `status`, which reads only the end of the journal: done and failed here, host."""
        return b"%d %d %b" % (self.done, self.failed, HOST)

    def _fail(self, position: int, failure: TaskFailure, seconds: float) -> None:
        task = int(self.plan.tasks[position])
        kept = Failure.of(task, failure)
        logger.error("Skip %d because of the following error: %s", task, kept.message)
        place = self.journal.failed(kept, seconds)
        self.ledger.add(position, self.file, place, True, seconds)
        self.failed += 1


def _each(order: IntArray, first: int, stop: int) -> Iterator[int]:
    """Positions of a batch, not all of them turned into Python's numbers at once."""
    for here in range(first, stop, POSITIONS_AT_ONCE):
        yield from order[here : min(here + POSITIONS_AT_ONCE, stop)].tolist()


def remaining(finished: NDArray[np.bool_], suspects: Iterable[int]) -> IntArray:
    """Positions of tasks that are neither finished nor suspected, ascending.

    In int32, which holds any position (places.py).
    """
    mask = ~finished
    mask[list(suspects)] = False
    return np.flatnonzero(mask).astype(np.int32)
