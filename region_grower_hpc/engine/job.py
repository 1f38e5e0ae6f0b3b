"""The Job: all that a system owes the engine."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.errors import RegionGrowerHpcError, TaskFailure, TooManyFailuresError

StateT = TypeVar("StateT")
Int64Array = NDArray[np.int64]
FloatArray = NDArray[np.float64]
Array = NDArray[Any]

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{6,}")


def default_shard_size(n_tasks: int) -> int:
    """Tasks a shard: at least 100, and never more than 10,000 shards (files) a run."""
    return max(100, -(-n_tasks // 10_000))


@dataclass(frozen=True)
class Plan:
    """What rank 0 decides before any computing.

    Rank 0 fills it; every rank gets it with `tasks` and `shared` in node-shared memory, and without
    `costs_s`, `cost_groups` and `left_out`, which rank 0 alone needs.
    """

    #: (n,) task ids, ascending and unique.
    tasks: Int64Array
    #: (n,) predicted seconds; only their proportions matter. They order the work, not the results.
    costs_s: FloatArray
    #: dtype of the row that `Job.run` returns for every task.
    row_dtype: np.dtype[Any]
    #: every option that changes results, JSON values; part of the plan's digest.
    options: Mapping[str, Any]
    #: role -> input file; the content, never the path, is part of the plan's digest.
    inputs: Mapping[str, Path] = field(default_factory=dict)
    #: files and folders that must exist once the run is complete.
    outputs: Sequence[Path] = ()
    #: read-only arrays for all ranks, held once a node.
    shared: Mapping[str, Array] = field(default_factory=dict)
    #: small picklable things for all ranks.
    context: Any = None
    #: (n,) group of each task; tasks of a group are expected to cost alike.
    cost_groups: Int64Array | None = None
    #: names of the groups, the keys of costs.json.
    cost_group_names: Sequence[str] = ()
    #: tasks a shard; 0 stands for `default_shard_size`.
    shard_size: int = 0
    #: ids that a user may name but that need no task.
    left_out: Int64Array = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    #: predicted bytes of the results of a task of each cost group; empty: not known. It serves to
    #: refuse a run for which there is no room on the disk (disk.py).
    group_bytes: Sequence[float] = ()
    #: bytes that `write_shard` writes for a byte of results, at least.
    written_ratio: float = 0.0
    #: files that `write_shard` writes for a task.
    files_a_task: int = 0
    #: names of arrays, small ones, that go to `gather` too.
    kept: Sequence[str] = ()
    #: JSON values from which `merge` makes the job of the whole again; None: it has no parts.
    #: `rerun` too; they go to plan.json.
    settings: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        if not self.shard_size:
            object.__setattr__(self, "shard_size", default_shard_size(len(self.tasks)))

    @property
    def n_tasks(self) -> int:
        """Number of tasks."""
        return len(self.tasks)

    @property
    def n_shards(self) -> int:
        """Number of shards; shard k holds tasks [k·S, (k+1)·S) in id order."""
        return -(-self.n_tasks // self.shard_size)

    @property
    def destination(self) -> str:
        """Where the outputs go: files written for one destination are not there for another."""
        return "\n".join(str(path.absolute()) for path in self.outputs)

    def shard(self, number: int) -> slice:
        """Positions of the tasks of one shard."""
        first = number * self.shard_size
        return slice(first, min(first + self.shard_size, self.n_tasks))


@dataclass(frozen=True)
class Outlook:
    """The part of a later pass's plan that does not depend on what former passes write.

    Attributes:
        options: all of `Plan.options`.
        inputs: those of `Plan.inputs` that are files of the user.
        outputs: some or all of `Plan.outputs`.
    """

    options: Mapping[str, Any]
    inputs: Mapping[str, Path] = field(default_factory=dict)
    outputs: Sequence[Path] = ()


@dataclass(frozen=True)
class Result:
    """What one task gives.

    Attributes:
        row: values for the fields of `Plan.row_dtype`, in order.
        arrays: named arrays to keep until the shard is written.
    """

    row: tuple[Any, ...]
    arrays: Mapping[str, Array] = field(default_factory=dict)


@dataclass(frozen=True)
class StoredResult:
    """A result as it comes back from a journal: the row as a structured scalar."""

    task: int
    row: np.void
    arrays: Mapping[str, Array]


@dataclass(frozen=True)
class Failure:
    """One task that could not be done; a row of failures.csv."""

    task: int
    kind: str
    error: str
    message: str

    @classmethod
    def of(cls, task: int, failure: TaskFailure) -> Failure:
        """What a task raised, in one line and without addresses, which change from run to run."""
        message = _ADDRESS.sub("0x...", " ".join(failure.message.split()))
        return cls(task, failure.kind, failure.error, message)


@dataclass(frozen=True)
class Written:
    """A piece of the outputs that belongs to one task.

    Attributes:
        name: the same for each run of the job that writes this piece, wherever it writes.
        place: the file that holds it, for messages.
        content: its bytes.
    """

    name: str
    place: Path
    content: bytes


@dataclass(frozen=True)
class Footprint:
    """What a complete run will have written.

    Attributes:
        size_bytes: of all outputs.
        inodes: files and folders.
        writing_s: CPU seconds of writing all shards.
    """

    size_bytes: float
    inodes: int
    writing_s: float


class Job(ABC, Generic[StateT]):
    """One pass over a set of tasks: plan, setup, run, gather.

    A job is created with the same options on every rank, is picklable, and keeps no state between
    calls: what `run` needs is returned by `setup`, what a rank must know is in the plan.
    """

    #: name of the job in plan.json and messages.
    name: str

    @abstractmethod
    def plan(self) -> Plan:
        """Check every input and list the tasks (rank 0).

        Raises:
            InvalidInputError: naming file, key and value, before any computing.
        """

    def warm_up(self) -> None:
        """Import what `setup` will need (other ranks, while rank 0 plans). The default does not."""
        return

    @abstractmethod
    def setup(self, plan: Plan) -> StateT:
        """Load what `run` needs (each computing rank, once)."""

    @abstractmethod
    def run(self, state: StateT, task: int) -> Result:
        """Do one task: a pure function of the inputs, the seed and the task id (any rank).

        Raises:
            TaskFailure: this task cannot be done; it becomes a row of failures.csv. Any other
                exception becomes one of kind `internal`.
        """

    def write_shard(self, plan: Plan, shard: int, results: Iterable[StoredResult]) -> None:
        """Write what belongs to the tasks of one shard, in id order (any rank).

        Called once all tasks are done; again after a kill, so it replaces what it finds. Failed
        tasks are left out. The default writes nothing.
        """

    def merge_shard(
        self, plan: Plan, shard: int, origins: Sequence[tuple[int, Job[StateT]]]
    ) -> None:
        """Write one shard from what runs over parts of the tasks have written (any rank).

        The same bytes as `write_shard`. A job without parts has no need of it.

        Args:
            plan: of the whole.
            shard: its number.
            origins: (task, job of the part that did it) in id order, failed tasks left out.
        """
        raise NotImplementedError(f"{self.name} has no parts")

    @abstractmethod
    def gather(
        self,
        plan: Plan,
        rows: Array,
        failures: Sequence[Failure],
        kept: Iterable[StoredResult],
    ) -> None:
        """Write what describes the whole, each file by temporary file, fsync, rename (rank 0).

        Args:
            plan: the plan that `plan()` gave.
            rows: (n,) structured, one row a task in id order, zeros where the task failed.
            failures: in task order.
            kept: the results in task order, of their arrays only those that `Plan.kept` names;
                read from disk, empty if it names none.
        """

    def outlook(self) -> Outlook | None:
        """What is known of the plan before former passes of the command have run (rank 0).

        The default knows nothing: for a job that is alone or the first, `plan` tells all.

        Raises:
            InvalidInputError: as in `plan`.
        """
        return None

    def lost(self, plan: Plan) -> Path | None:
        """An output that a complete run lacks, and for which it is to be done again (rank 0).

        The default knows none: a run whose `Plan.outputs` are not there is refused.
        """
        return None

    def clear(self, plan: Plan) -> None:
        """Remove the outputs of a run of another plan, which `--overwrite` gives up (rank 0).

        The default removes nothing: it is for jobs whose outputs have names of their own.
        """
        return

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any], output: Path | None) -> Job[Any]:
        """The job that `Plan.settings` describes, for `rerun`.

        Args:
            settings: as plan.json keeps them.
            output: the main output as the user names it, which may have been moved; None where
                only the state folder is known.

        Raises:
            KeyError, TypeError, ValueError: they are not those of this version.
            NotImplementedError: the job gives no settings, which is the default.
        """
        raise NotImplementedError(f"{cls.__name__} gives no settings")

    def elsewhere(self, folder: Path) -> Job[StateT] | None:
        """The same job with all its outputs below a folder, for `rerun`.

        The default is None: it cannot write elsewhere.
        """
        return None

    def task_of(self, plan: Plan, gid: int) -> int:
        """The task that does what users know by an id, for `rerun`; the default is that id itself.

        Raises:
            InvalidInputError: none does it; the message tells why.
        """
        return gid

    def written(self, plan: Plan, task: int) -> Sequence[Written]:
        """What the outputs of a complete run hold of a task, for `rerun`; the default knows none.

        What cannot be read is left out. A task that failed has its row of the failures.
        """
        return ()

    def footprint(
        self, plan: Plan, results: Sequence[StoredResult], weights: FloatArray
    ) -> Footprint | None:
        """What a complete run will have written, for a dry run (rank 0).

        The default does not know. Outside a temporary folder nothing is written.

        Args:
            plan: of the run.
            results: of a few tasks, at least one.
            weights: (m,) number of tasks for which each result stands.
        """
        return None

    def verdict(
        self, n_tasks: int, failed: Mapping[str, int], max_failed_ratio: float | None
    ) -> RegionGrowerHpcError | None:
        """What the failures mean for the exit code; None is success (rank 0, outputs written).

        Args:
            n_tasks: of the plan.
            failed: number of failures of each kind.
            max_failed_ratio: failed / all tasks that is allowed; None is the job's default, here 0.
        """
        n_failed = sum(failed.values())
        if n_failed <= (max_failed_ratio or 0.0) * n_tasks:
            return None
        return TooManyFailuresError(
            f"{n_failed} of {n_tasks} tasks failed; --max-failed-ratio allows "
            f"{max_failed_ratio or 0:g}"
        )
