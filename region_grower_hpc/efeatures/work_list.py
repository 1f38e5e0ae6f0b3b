"""Which recordings are measured for which features, as arrays that all ranks share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.efeatures.analysis import Analysis
from region_grower_hpc.efeatures.efel_requests import FeatureRequest
from region_grower_hpc.efeatures.matching import requests_of
from region_grower_hpc.efeatures.metadata import Entry
from region_grower_hpc.efeatures.packed_entries import ends_of, entry_at, packed, span
from region_grower_hpc.efeatures.recording import Recording
from region_grower_hpc.efeatures.recording_text import from_bytes, to_bytes
from region_grower_hpc.efeatures.settings import EfeatureSettings
from region_grower_hpc.engine.job import Plan

#: What one entry is measured for: its recordings, each with its requests.
Work = list[tuple[Recording, list[FeatureRequest]]]


@dataclass(frozen=True)
class WorkList:
    """All work of a run.

    Attributes:
        tasks: (n,) numbers of the entries with a recording to measure, ascending.
        n_values: (n,) values of each.
        requests: features with settings, by number.
        arrays: `numbers` of the entries, and these; `texts` (bytes of the recordings of each) with
            `text_ends` (n,); `asked` (numbers of requests) with `asked_ends` (one a recording) and
            `recording_ends` (n,).
    """

    tasks: NDArray[np.int64]
    n_values: NDArray[np.int64]
    requests: tuple[FeatureRequest, ...]
    arrays: dict[str, NDArray[Any]]

    @classmethod
    def of(
        cls, analysis: Analysis, entries: Sequence[Entry], settings: EfeatureSettings
    ) -> WorkList:
        """The work that targets ask for."""
        numbers = {
            (entry.cell, entry.protocol, entry.index): number
            for number, entry in enumerate(entries)
        }
        recordings = [one for cell in analysis.cells for one in cell.recordings]
        asked = requests_of(
            recordings,
            analysis.targets,
            absolute_amplitude=settings.absolute_amplitude,
            efel_settings=settings.efel_settings,
            compat=settings.compat,
            everywhere=settings.all_recordings,
        )
        requests: dict[FeatureRequest, int] = {}
        by_task: dict[int, list[tuple[Recording, list[int]]]] = {}
        for recording, wanted in zip(recordings, asked, strict=True):
            if wanted:
                key = recording.cell_name, recording.protocol_name, recording.index
                codes = [requests.setdefault(one, len(requests)) for one in wanted]
                by_task.setdefault(numbers[key], []).append((recording, codes))
        tasks = sorted(by_task)
        work = [by_task[task] for task in tasks]
        texts = [to_bytes([recording for recording, _ in each]) for each in work]
        codes_of_all = [codes for each in work for _, codes in each]
        flat = [code for codes in codes_of_all for code in codes]
        arrays: dict[str, NDArray[Any]] = {
            "numbers": np.array(tasks, dtype=np.int64),
            **packed(entries[task] for task in tasks),
            "texts": np.frombuffer(b"".join(texts), dtype=np.uint8),
            "text_ends": ends_of(map(len, texts)),
            "asked": np.array(flat, dtype=np.int32),
            "asked_ends": ends_of(map(len, codes_of_all)),
            "recording_ends": ends_of(map(len, work)),
        }
        n_values = [sum(len(codes) for _, codes in each) for each in work]
        return cls(
            np.array(tasks, dtype=np.int64),
            np.array(n_values, dtype=np.int64),
            tuple(requests),
            arrays,
        )


def entry_of(plan: Plan, task: int) -> Entry:
    """The entry of a task."""
    return entry_at(plan.shared, _place(plan, task))


def work_of(plan: Plan, task: int) -> tuple[Entry, Work]:
    """What a task does: its entry and the recordings with their requests."""
    shared, known = plan.shared, plan.context
    place = _place(plan, task)
    begin, end = span(shared["text_ends"], place)
    recordings = from_bytes(shared["texts"][begin:end].tobytes())
    first, _ = span(shared["recording_ends"], place)
    work: Work = []
    for number, recording in enumerate(recordings, first):
        begin, end = span(shared["asked_ends"], number)
        asked = [known[code] for code in shared["asked"][begin:end].tolist()]
        work.append((recording, asked))
    return entry_at(shared, place), work


def _place(plan: Plan, task: int) -> int:
    # Not that among the tasks of the plan, which may be those of a part.
    return int(np.searchsorted(plan.shared["numbers"], task))
