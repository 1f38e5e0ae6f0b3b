"""The trial of files (engine/trial.py) in a fork of this process instead of a new interpreter.

A new one takes half a second a file, a fork some milliseconds. The whole command, which some of
the files are given to, has the real trial.
"""

from __future__ import annotations

import importlib
import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest import mock

from region_grower_hpc.errors import InvalidInputError

MOST_TRIAL_S = 30.0
#: Modules that try files, by the name they know the trial by.
PLACES = (
    "region_grower_hpc.synthesis.preparation.Trial",
    "region_grower_hpc.synthesis.planning.Trial",
    "region_grower_hpc.synthesis.reconstructions.Trial",
    "region_grower_hpc.compare.comparison.Trial",
    "region_grower_hpc.clone.planning.Trial",
    "region_grower_hpc.clone.placement.preparation.Trial",
    "region_grower_hpc.engine.trial.Trial",
)


class ForkedTrial:
    """As `region_grower_hpc.engine.trial.Trial`, when asked."""

    def __init__(self, reader: str, files: Iterable[Path]) -> None:
        self._reader, self._files = reader, list(files)

    def __enter__(self) -> ForkedTrial:
        return self

    def __exit__(self, *error: object) -> None:
        """There is nothing to end."""

    def check(self) -> None:
        """Read each file in a fork.

        Raises:
            InvalidInputError: the reader refused a file, died of it, or was busy without end.
        """
        for path in filter(Path.is_file, self._files):
            told, status = _ended(self._reader, path)
            if told:
                raise InvalidInputError(told)
            if status:
                raise InvalidInputError(f"'{path}' cannot be read: the trial ended with {status}")


def _ended(reader: str, path: Path) -> tuple[str, int]:
    """What a fork said on refusal, and its wait status."""
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 0
        signal.setitimer(signal.ITIMER_REAL, MOST_TRIAL_S)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        try:
            module, _, function = reader.partition(":")
            getattr(importlib.import_module(module), function)(path)
        except InvalidInputError as error:
            os.write(write_end, str(error).encode("utf-8", "surrogateescape"))
        except MemoryError:
            status = 12
        except Exception:  # left to the reading that follows
            status = 0
        finally:
            os._exit(status)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as pipe:
        told = pipe.read().decode("utf-8", "surrogateescape")
    return told, os.waitpid(pid, 0)[1]


@contextmanager
def forked_trials() -> Iterator[None]:
    """Try files in forks instead of new interpreters."""
    with ExitStack() as stack:
        for place in PLACES:
            stack.enter_context(mock.patch(place, ForkedTrial))
        yield
