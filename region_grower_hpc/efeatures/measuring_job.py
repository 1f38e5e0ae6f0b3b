"""The Job of measuring: one task an entry of the metadata whose recordings targets ask for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.efeatures import documents_folder
from region_grower_hpc.efeatures.documents_folder import NAME, PROBLEMS, VALUES
from region_grower_hpc.efeatures.efeature_job import EfeatureJob
from region_grower_hpc.efeatures.inputs import read_inputs
from region_grower_hpc.efeatures.settings import PRESET, EfeatureSettings
from region_grower_hpc.engine.job import Failure, Outlook, Plan, Result, StoredResult, Written
from region_grower_hpc.errors import TaskFailure

if TYPE_CHECKING:
    from region_grower_hpc.efeatures.efel_engine import Engine

ROW = np.dtype([("n_recordings", "i4"), ("n_values", "i4")])
#: Seconds of an entry, and of each value: only their proportion matters.
SECONDS, SECONDS_A_VALUE = 4e-3, 2e-4


@dataclass(frozen=True)
class MeasuringState:
    """What a rank measures with."""

    plan: Plan
    engine: Engine


@dataclass(frozen=True)
class MeasuringJob(EfeatureJob[MeasuringState]):
    """Compute the features of recordings within the windows of targets."""

    name = NAME

    def plan(self) -> Plan:
        """Find rheobases and targets, and what each recording is measured for."""
        from region_grower_hpc.efeatures.analysis import analysed, keep
        from region_grower_hpc.efeatures.work_list import WorkList

        settings = self.settings
        inputs = read_inputs(settings)
        analysis = analysed(settings, inputs)
        keep(settings, analysis)
        work = WorkList.of(analysis, inputs.entries, settings)
        return Plan(
            tasks=work.tasks,
            costs_s=SECONDS + SECONDS_A_VALUE * work.n_values,
            row_dtype=ROW,
            options=_options(settings),
            inputs=_inputs(settings),
            outputs=documents_folder.outputs(settings),
            shared=work.arrays,
            context=work.requests,
            group_bytes=(8.0 * float(work.n_values.mean()) if len(work.tasks) else 0.0,),
            kept=(VALUES, PROBLEMS),
            settings=settings.to_json(),
        )

    def outlook(self) -> Outlook:
        """All but what has been read."""
        inputs = _inputs(self.settings)
        del inputs["recordings"]
        return Outlook(_options(self.settings), inputs, documents_folder.outputs(self.settings))

    def warm_up(self) -> None:
        """Import what reads and measures."""
        import region_grower_hpc.efeatures.entry_recordings  # noqa: F401

    def setup(self, plan: Plan) -> MeasuringState:
        """Start eFEL."""
        from region_grower_hpc.efeatures.process_engine import process_engine

        return MeasuringState(plan, process_engine())

    def run(self, state: MeasuringState, task: int) -> Result:
        """Measure the recordings of one entry."""
        from region_grower_hpc.efeatures.measuring import measured
        from region_grower_hpc.efeatures.problem import RecordingProblem
        from region_grower_hpc.efeatures.work_list import work_of

        entry, work = work_of(state.plan, task)
        try:
            values, problems = measured(entry, work, state.engine, self.settings.compat)
        except RecordingProblem as problem:
            raise TaskFailure(problem.stage, str(problem)) from problem
        told = [[problem.stage, problem.key, problem.text] for problem in problems]
        return Result(
            (len(work), len(values)),
            {
                VALUES: np.array(values, dtype=np.float64),
                PROBLEMS: np.frombuffer(json.dumps(told).encode(), dtype=np.uint8),
            },
        )

    def gather(
        self,
        plan: Plan,
        rows: NDArray[Any],
        failures: Sequence[Failure],
        kept: Iterable[StoredResult],
    ) -> None:
        """Group and reduce the values, and write all documents."""
        documents_folder.gather(self.settings, plan, failures, kept)

    def lost(self, plan: Plan) -> Path | None:
        """A document that a complete run lacks."""
        return next((path for path in plan.outputs if not path.exists()), None)

    def clear(self, plan: Plan) -> None:
        """Remove the documents of another run."""
        documents_folder.clear(self.settings)

    def written(self, plan: Plan, task: int) -> list[Written]:
        """The features that efeatures.h5 holds of an entry."""
        from region_grower_hpc.efeatures.feature_file import rows_of_entry
        from region_grower_hpc.efeatures.work_list import work_of

        entry, _ = work_of(plan, task)
        path = self.settings.feature_table_file
        if not path.is_file():
            return []
        values = rows_of_entry(path, entry.cell, entry.protocol, entry.index)
        return [Written(str(entry), path, values.tobytes())]


def _options(settings: EfeatureSettings) -> dict[str, Any]:
    """What changes results or tells which of them are written."""
    values = settings.to_json()
    names = (
        *("threshold_nvalue_save", "protocols_rheobase", "absolute_amplitude", "protocol_mode"),
        *("efel_settings", "extract_per_cell", "rheobase_strategy", "rheobase_settings"),
        *("pickle_cells", "default_std_value", "save_files_used", "compat", "all_recordings"),
    )
    options = {name: values[name] for name in names}
    if settings.pickle_cells:
        options["low_memory_mode"] = settings.low_memory_mode
    return options


def _inputs(settings: EfeatureSettings) -> dict[str, Path]:
    inputs = {"recordings": settings.recordings_file}
    if settings.targets is not None:
        inputs["targets"] = settings.targets
    elif settings.auto_targets != PRESET:
        inputs["auto_targets"] = Path(settings.auto_targets)
    return inputs
