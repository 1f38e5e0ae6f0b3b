"""The one tree of exceptions; each class that ends a run knows its exit code.

::

    RegionGrowerHpcError                 1   internal error
    ├── InvalidInputError                3   a file, key or value of the user is wrong
    │   └── LauncherError                3   N processes were started that do not see each other
    ├── TooManyFailuresError             4   done, with more failed tasks than allowed
    ├── ForeignPlanError                 5   the output folder belongs to another plan
    └── StoppedEarly                    75   a signal or the time limit; the same command continues

    TaskFailure                          -   one task cannot be done; the run goes on
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a command returns to the shell."""

    DONE = 0
    INTERNAL = 1
    USAGE = 2
    INVALID_INPUT = 3
    TOO_MANY_FAILURES = 4
    FOREIGN_PLAN = 5
    STOPPED_EARLY = 75


class RegionGrowerHpcError(Exception):
    """A condition that ends the run on all ranks, with one message and `exit_code`."""

    exit_code = ExitCode.INTERNAL


class InvalidInputError(RegionGrowerHpcError):
    """The user's input is wrong: the message says what, where (file, key, gid) and the way out."""

    exit_code = ExitCode.INVALID_INPUT


class LauncherError(InvalidInputError):
    """The launcher and the MPI library do not fit: each process would be alone."""


class TooManyFailuresError(RegionGrowerHpcError):
    """All outputs are written, but more tasks failed than the user allows."""

    exit_code = ExitCode.TOO_MANY_FAILURES


class ForeignPlanError(RegionGrowerHpcError):
    """The output belongs to a run with other inputs or options."""

    exit_code = ExitCode.FOREIGN_PLAN


class StoppedEarly(RegionGrowerHpcError):
    """The run was asked to stop; everything finished is kept and the same command continues."""

    exit_code = ExitCode.STOPPED_EARLY


class TaskFailure(Exception):
    """One task cannot be done; it becomes one row of failures.csv and the run goes on.

    Args:
        kind: the class of failure as users count them: input, growth, internal, crash, memory,
            timeout.
        message: what is wrong, naming file and value; no addresses, times or ranks, since
            failures.csv is the same for any number of ranks.
        error: name of the underlying exception, empty where there is none.
    """

    def __init__(self, kind: str, message: str, error: str = "") -> None:
        super().__init__(kind, message, error)
        self.kind = kind
        self.message = message
        self.error = error

    def __str__(self) -> str:
        return self.message
