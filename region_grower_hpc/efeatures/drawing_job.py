"""The Job of drawing: one task a sheet of figures."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.efeatures.efeature_job import EfeatureJob
from region_grower_hpc.efeatures.failures import FailureRow, write_failures
from region_grower_hpc.efeatures.settings import EfeatureSettings
from region_grower_hpc.engine.job import Failure, Outlook, Plan, Result, StoredResult, Written
from region_grower_hpc.formats.atomic import ReplacedTogether

if TYPE_CHECKING:
    from region_grower_hpc.efeatures.feature_table import FeatureTable
    from region_grower_hpc.efeatures.sheets import Sheet

ROW = np.dtype([("n_files", "i4"), ("n_problems", "i4")])
#: Bytes of the files of a sheet, as far as is known before any is drawn.
SHEET_BYTES = 300e3
#: Array of a result: JSON text of the rows of failures.csv; the others are files by their names.
PROBLEMS = "problems"


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
            kept=(PROBLEMS,),
            settings={**settings.to_json(), "with_features": self.with_features},
        )

    def outlook(self) -> Outlook:
        """All but what has been read and measured."""
        outputs = [self._root] if self.with_features else []
        return Outlook({"with_features": self.with_features}, outputs=outputs)

    def setup(self, plan: Plan) -> DrawingContext:
        """Everything is in the plan."""
        context: DrawingContext = plan.context
        return context

    def run(self, state: DrawingContext, task: int) -> Result:
        """Draw one sheet."""
        from region_grower_hpc.efeatures.sheets import RecordingsSheet

        sheet = state.sheets[task]
        problems: list[FailureRow] = []
        if isinstance(sheet, RecordingsSheet):
            frequency_hz = self.settings.impedance_max_freq_hz
            files, problems = sheet.draw(self.settings.compat, frequency_hz)
        elif state.table is not None:
            files = sheet.draw(state.table)
        told = json.dumps([astuple(row) for row in problems]).encode()
        arrays = {
            name: np.frombuffer(found, dtype=np.uint8)
            for name, found in {**files, PROBLEMS: told}.items()
        }
        return Result((len(files), len(problems)), arrays)

    def write_shard(self, plan: Plan, shard: int, results: Iterable[StoredResult]) -> None:
        """Write the files of some sheets."""
        for result in results:
            with ReplacedTogether() as replaced:
                for name in result.arrays.keys() - {PROBLEMS}:
                    path = self._root / name
                    path.parent.mkdir(parents=True, exist_ok=True)
                    replaced.write(path, result.arrays[name].tobytes())

    def gather(
        self,
        plan: Plan,
        rows: NDArray[Any],
        failures: Sequence[Failure],
        kept: Iterable[StoredResult],
    ) -> None:
        """Add what could not be drawn to failures.csv."""
        from region_grower_hpc.efeatures.kept_failures import kept_failures

        settings = self.settings
        former = kept_failures(settings.recordings_file)
        if self.with_features:
            former += kept_failures(settings.measured_file)
        rows_by_task = {
            one.task: [self._row_of(plan.context.sheets[one.task], one)] for one in failures
        }
        for result in kept:
            told = json.loads(result.arrays[PROBLEMS].tobytes())
            rows_by_task[result.task] = [FailureRow(*row) for row in told]
        found = [row for task in sorted(rows_by_task) for row in rows_by_task[task]]
        write_failures(settings.failures_csv, [*former, *found])

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

    @staticmethod
    def _row_of(sheet: Sheet, failure: Failure) -> FailureRow:
        """The row of a sheet of which nothing could be drawn."""
        cell, protocol = (str(getattr(sheet, key, "")) for key in ("cell", "protocol"))
        return FailureRow(cell, protocol, 0, "", failure.kind, "", failure.message)

    @property
    def _root(self) -> Path:
        return self.settings.figures if self.with_features else self.settings.output_directory
