"""What was kept of a task against what doing it again gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.engine.inspection.kept_task import KeptTask
from region_grower_hpc.engine.job import Failure, StoredResult, Written


@dataclass(frozen=True)
class Verdict:
    """One comparison.

    Attributes:
        what: was compared.
        place: the file of the run that holds it.
        difference: in words; empty where the bytes are the same.
    """

    what: str
    place: Path
    difference: str


def compare_kept(kept: KeptTask, outcome: StoredResult | Failure) -> list[Verdict]:
    """The outcome against that in a journal or a summary; empty where none is kept."""
    if kept.outcome is None or kept.file is None:
        return []
    theirs, place = kept.outcome, kept.file
    if isinstance(theirs, Failure) or isinstance(outcome, Failure):
        return [Verdict("failure", place, _failures(theirs, outcome))]
    verdicts = [Verdict("row", place, _rows(theirs.row, outcome.row))]
    verdicts += [
        Verdict(f"array {name}", place, _array(array, outcome.arrays.get(name)))
        for name, array in theirs.arrays.items()
    ]
    return verdicts


def compare_written(theirs: Sequence[Written], ours: Sequence[Written]) -> list[Verdict]:
    """The pieces of the run's outputs against those of the task's own outputs."""
    here = {piece.name: piece for piece in ours}
    there = {piece.name: piece for piece in theirs}
    verdicts = [
        Verdict(name, piece.place, _bytes(piece.content, here.get(name)))
        for name, piece in there.items()
    ]
    verdicts += [
        Verdict(name, piece.place, "the outputs of the run have nothing of it")
        for name, piece in here.items()
        if name not in there
    ]
    return verdicts


def _failures(theirs: StoredResult | Failure, ours: StoredResult | Failure) -> str:
    if isinstance(theirs, Failure) and theirs == ours:
        return ""
    return f"{_told(theirs)} -> {_told(ours)}"


def _told(outcome: StoredResult | Failure) -> str:
    if not isinstance(outcome, Failure):
        return "done"
    return f"{outcome.kind} {outcome.error} {outcome.message}"


def _rows(theirs: np.void, ours: np.void) -> str:
    if theirs.tobytes() == ours.tobytes():
        return ""
    names = theirs.dtype.names or ()
    words = [
        f"{name}: {theirs[name]!r} -> {ours[name]!r}"
        for name in names
        if np.asarray(theirs[name]).tobytes() != np.asarray(ours[name]).tobytes()
    ]
    return "; ".join(words) or f"{theirs!r} -> {ours!r}"


def _array(theirs: NDArray[Any], ours: NDArray[Any] | None) -> str:
    if ours is None:
        return "is not made any more"
    array = np.asarray(ours)
    if theirs.dtype != array.dtype or theirs.shape != array.shape:
        return f"{theirs.dtype} {theirs.shape} -> {array.dtype} {array.shape}"
    if theirs.tobytes() == array.tobytes():
        return ""
    differs = np.frombuffer(theirs.tobytes(), "u1") != np.frombuffer(array.tobytes(), "u1")
    numbers = np.flatnonzero(differs.reshape(-1, theirs.dtype.itemsize).any(axis=1))
    at = np.unravel_index(int(numbers[0]), theirs.shape)
    place = ", ".join(str(int(index)) for index in at)
    return (
        f"{len(numbers)} of {theirs.size} numbers, the first at ({place}): "
        f"{theirs[at]!r} -> {array[at]!r}"
    )


def _bytes(theirs: bytes, ours: Written | None) -> str:
    if ours is None:
        return "is not made any more"
    if theirs == ours.content:
        return ""
    if len(theirs) != len(ours.content):
        return f"{len(theirs)} bytes -> {len(ours.content)} bytes"
    pairs = zip(theirs, ours.content, strict=True)
    first = next(at for at, (one, other) in enumerate(pairs) if one != other)
    return f"the first of the bytes that differ is number {first}"
