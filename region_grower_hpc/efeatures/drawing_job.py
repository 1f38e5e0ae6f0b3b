"""The Job of drawing: one task a sheet of figures."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.efeatures.efeature_job import EfeatureJob
from region_grower_hpc.efeatures.failures import FailureRow, add_failures
from region_grower_hpc.efeatures.problem import RecordingProblem
from region_grower_hpc.efeatures.settings import EfeatureSettings
from region_grower_hpc.engine.job import Failure, Plan, Result, StoredResult, Written
from region_grower_hpc.errors import TaskFailure
from region_grower_hpc.formats.atomic import ReplacedTogether

if TYPE_CHECKING:
    from region_grower_hpc.efeatures.feature_table import FeatureTable
    from region_grower_hpc.efeatures.sheets import Sheet

ROW = np.dtype([("n_files", "i4"), ("n_problems", "i4")])
#: Bytes of the files of a sheet, as far as is known before any is drawn.
SHEET_BYTES = 300e3
STAGE = "draw"


@dataclass(frozen=True)
class DrawingContext:
    """What every rank gets.

    Attributes:
        sheets: of the tasks, in order.
        table: of features; None where only recordings are drawn.
    """

    sheets: tuple[Sheet, ...]
    table: FeatureTable | None


@dataclass(frozen=True)
class DrawingJob(EfeatureJob[DrawingContext]):
    """Draw recordings, and features where they have been measured."""

    with_features: bool = True
    name = "draw-recordings"

    def plan(self) -> Plan:
        """Divide the figures into sheets."""
        from region_grower_hpc.efeatures.drawing_plan import pages_of, read_sheets

        settings = self.settings
        sheets, table, costs_s = read_sheets(settings, with_features=self.with_features)
        pages = pages_of(sheets)
        inputs = {"recordings": settings.recordings_file}
        if self.with_features:
            inputs["features"] = settings.measured_file
        return Plan(
            tasks=np.arange(len(sheets), dtype=np.int64),
            costs_s=np.array(costs_s),
            row_dtype=ROW,
            options={"with_features": self.with_features},
            inputs=inputs,
            outputs=[self._root] if self.with_features else [*map(self._root.joinpath, pages)],
            context=DrawingContext(tuple(sheets), table),
            group_bytes=(SHEET_BYTES,),
            settings={**settings.to_json(), "with_features": self.with_features},
        )

    def setup(self, plan: Plan) -> DrawingContext:
        """Everything is in the plan."""
        context: DrawingContext = plan.context
        return context

    def run(self, state: DrawingContext, task: int) -> Result:
        """Draw one sheet."""
        from region_grower_hpc.efeatures.sheets import RecordingsSheet

        sheet = state.sheets[task]
        problems: list[RecordingProblem] = []
        if isinstance(sheet, RecordingsSheet):
            frequency_hz = self.settings.impedance_max_freq_hz
            files, problems = sheet.draw(self.settings.compat, frequency_hz)
        elif state.table is not None:
            files = sheet.draw(state.table)
        if problems:
            raise TaskFailure(STAGE, "; ".join(map(str, problems)))
        arrays = {name: np.frombuffer(found, dtype=np.uint8) for name, found in files.items()}
        return Result((len(files), len(problems)), arrays)

    def write_shard(self, plan: Plan, shard: int, results: Iterable[StoredResult]) -> None:
        """Write the files of some sheets."""
        for result in results:
            with ReplacedTogether() as replaced:
                for name, content in result.arrays.items():
                    path = self._root / name
                    path.parent.mkdir(parents=True, exist_ok=True)
                    replaced.write(path, content.tobytes())

    def gather(
        self,
        plan: Plan,
        rows: NDArray[Any],
        failures: Sequence[Failure],
        kept: Iterable[StoredResult],
    ) -> None:
        """Add what could not be drawn to failures.csv."""
        found = []
        for failure in failures:
            sheet = plan.context.sheets[failure.task]
            cell, protocol = getattr(sheet, "cell", ""), getattr(sheet, "protocol", "")
            found.append(FailureRow(str(cell), str(protocol), 0, "", STAGE, "", failure.message))
        add_failures(self.settings.failures_csv, {STAGE}, found)

    def lost(self, plan: Plan) -> Path | None:
        """The pages of a cell and protocol that are no longer there."""
        from region_grower_hpc.efeatures.drawing_plan import pages_of

        pages = (self._root / name for name in pages_of(plan.context.sheets))
        return next((path for path in pages if not path.exists()), None)

    def clear(self, plan: Plan) -> None:
        """Remove the figures of another run, where they have a folder of their own."""
        if self.with_features and self.settings.figures.exists():
            shutil.rmtree(self.settings.figures)

    def written(self, plan: Plan, task: int) -> list[Written]:
        """The pages of recordings; other figures follow from efeatures.h5."""
        from region_grower_hpc.efeatures.drawing_plan import pages_of

        pages = ((name, self._root / name) for name in pages_of([plan.context.sheets[task]]))
        return [Written(name, path, path.read_bytes()) for name, path in pages if path.is_file()]

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any], output: Path | None) -> DrawingJob:
        """The job of a run, whose folder may have been moved."""
        values = dict(settings)
        with_features = values.pop("with_features")
        made = EfeatureSettings.from_json(values)
        if output is not None:
            made = made.moved(output.absolute())
        return cls(made, with_features)

    @property
    def _root(self) -> Path:
        return self.settings.figures if self.with_features else self.settings.output_directory
