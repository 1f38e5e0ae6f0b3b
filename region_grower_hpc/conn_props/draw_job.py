"""The Job that draws data against models: one task a figure."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.conn_props_model import ConnPropsModel
from region_grower_hpc.conn_props.data_file import read_data
from region_grower_hpc.conn_props.failure_rows import FailureRow, write_failures
from region_grower_hpc.conn_props.statistics import Statistics
from region_grower_hpc.engine.job import Failure, Job, Plan, Result, StoredResult
from region_grower_hpc.errors import InvalidInputError, TaskFailure
from region_grower_hpc.formats import atomic

logger = logging.getLogger(__name__)

ROW = np.dtype([("n_bytes", "i8")])
PNG = "png"
SAMPLE_SIZE = 1000


@dataclass(frozen=True)
class Drawing:
    """Figures of one data file.

    Attributes:
        data, model: files.
        folder: of the figures.
    """

    data: Path
    model: Path
    folder: Path


@dataclass
class DrawState:
    """What a rank has read."""

    plan: Plan
    read: dict[int, tuple[Statistics, ConnPropsModel]] = field(default_factory=dict)


@dataclass(frozen=True)
class DrawJob(Job[DrawState]):
    """Draw all figures.

    Attributes:
        drawings: data, models and folders.
        plot_sample_size: draws from the model in histograms.
        failures_csv: what has no figure.
    """

    drawings: tuple[Drawing, ...]
    failures_csv: Path
    plot_sample_size: int = SAMPLE_SIZE

    name = "draw-models"

    def plan(self) -> Plan:
        """List all figures."""
        figures = [
            (number, name)
            for number, drawing in enumerate(self.drawings)
            for name in _figures(drawing)
        ]
        files: dict[str, Path] = {}
        for number, drawing in enumerate(self.drawings):
            files |= {f"data {number}": drawing.data, f"model {number}": drawing.model}
        return Plan(
            tasks=np.arange(len(figures), dtype=np.int64),
            costs_s=np.ones(len(figures)),
            row_dtype=ROW,
            options={"plot_sample_size": self.plot_sample_size},
            inputs=files,
            outputs=[self.drawings[number].folder / name for number, name in figures],
            context=figures,
            kept=(PNG,),
        )

    def warm_up(self) -> None:
        """Import what draws."""
        import region_grower_hpc.conn_props.figures.drawing  # noqa: F401

    def setup(self, plan: Plan) -> DrawState:
        """Read files when they are needed."""
        return DrawState(plan)

    def run(self, state: DrawState, task: int) -> Result:
        """Draw one figure."""
        from region_grower_hpc.conn_props.figures.drawing import draw

        number, name = state.plan.context[task]
        drawing = self.drawings[number]
        try:
            if number not in state.read:
                state.read[number] = read_data(drawing.data), _model(drawing)
            content = draw(name, *state.read[number], self.plot_sample_size)
        except InvalidInputError as error:
            raise TaskFailure("plot", f"{drawing.folder / name}: {error}") from error
        return Result((len(content),), {PNG: np.frombuffer(content, dtype=np.uint8)})

    def gather(
        self,
        plan: Plan,
        rows: NDArray[Any],
        failures: Sequence[Failure],
        kept: Iterable[StoredResult],
    ) -> None:
        """Write the figures."""
        for drawing in self.drawings:
            drawing.folder.mkdir(parents=True, exist_ok=True)
        with atomic.ReplacedTogether() as together:
            for result in kept:
                together.write(plan.outputs[result.task], result.arrays[PNG].tobytes())
        told = [
            FailureRow("plot", "", "", "", failure.kind, failure.message) for failure in failures
        ]
        write_failures(self.failures_csv, "plot", [*self._left_out(), *told])

    def _left_out(self) -> list[FailureRow]:
        from region_grower_hpc.conn_props.figures.drawing import properties_left_out

        text = "{}: no values in the largest pathway, so no histogram and no AUC"
        names = dict.fromkeys(
            name
            for drawing in self.drawings
            for name in properties_left_out(read_data(drawing.data), _model(drawing))
        )
        for name in names:
            logger.warning("%s", text.format(name))
        return [FailureRow("plot", "", "", name, "no_data", text.format(name)) for name in names]


def _figures(drawing: Drawing) -> list[str]:
    """Names of the figures, if data and model fit."""
    from region_grower_hpc.conn_props.figures.drawing import figure_names

    statistics, model = read_data(drawing.data), _model(drawing)
    try:
        return figure_names(statistics, model)
    except InvalidInputError as error:
        raise InvalidInputError(f"'{drawing.data}' and '{drawing.model}': {error}") from error


def _model(drawing: Drawing) -> ConnPropsModel:
    return ConnPropsModel.model_from_file(drawing.model)
