"""Errors that all ranks know of, so that they leave together and one of them tells the user."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from region_grower_hpc.engine.communicator import Communicator
from region_grower_hpc.errors import RegionGrowerHpcError

T = TypeVar("T")


class AgreedError(Exception):
    """All ranks raise it at the same place; rank 0 tells the user what `error` says."""

    def __init__(self, error: RegionGrowerHpcError) -> None:
        super().__init__(str(error))
        self.error = error


def on_root(comm: Communicator, action: Callable[[], T]) -> T | None:
    """Do something on rank 0; its value there, None elsewhere.

    Raises:
        AgreedError: on all ranks, if the action raises one of our errors.
    """
    value: T | None = None
    error: RegionGrowerHpcError | None = None
    if comm.is_root:
        try:
            value = action()
        except RegionGrowerHpcError as problem:
            error = problem
    error = comm.bcast(error)
    if error is not None:
        raise AgreedError(error)
    return value


def from_root(comm: Communicator, action: Callable[[], T]) -> T:
    """Do something on rank 0; its value on every rank.

    Raises:
        AgreedError: on all ranks, if the action raises one of our errors.
    """
    return comm.bcast(on_root(comm, action))  # type: ignore[return-value]


def on_all(comm: Communicator, action: Callable[[], T]) -> T:
    """Do something on every rank.

    Raises:
        AgreedError: on all ranks, with the error of the first rank that raises one of ours.
    """
    value: T | None = None
    error: RegionGrowerHpcError | None = None
    try:
        value = action()
    except RegionGrowerHpcError as problem:
        error = problem
    errors = [problem for problem in comm.allgather(error) if problem is not None]
    if errors:
        raise AgreedError(errors[0])
    return value  # type: ignore[return-value]
