"""The Job that fits normal distributions to histograms and writes the data files."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc import __version__
from region_grower_hpc.conn_props.cv_scores import fold_scores, missing_types, write_scores
from region_grower_hpc.conn_props.data_file import read_data, write_data
from region_grower_hpc.conn_props.extraction_job import ExtractionJob, refuse_failures
from region_grower_hpc.conn_props.failure_rows import FailureRow, write_failures
from region_grower_hpc.conn_props.inputs import Inputs, read_inputs
from region_grower_hpc.conn_props.measured_file import Measured, read_measured
from region_grower_hpc.conn_props.parts import TEST, TRAIN
from region_grower_hpc.conn_props.peer_dictionary import edge_dtype
from region_grower_hpc.conn_props.settings import ExtractSettings
from region_grower_hpc.conn_props.statistics import Quantity, Statistics
from region_grower_hpc.engine.job import Failure, Outlook, Plan, Result, StoredResult, Written
from region_grower_hpc.errors import InvalidInputError

ROW = np.dtype([("n_fits", "i4")])
FITS = "fits"
#: Seconds of a fit: only their proportion matters.
SECONDS = 1e-3


@dataclass(frozen=True)
class FitState:
    """What a rank fits: the statistics of all parts, and the first task of each."""

    measured: list[Measured]
    first_task: NDArray[np.int64]


@dataclass(frozen=True)
class FitJob(ExtractionJob[FitState]):
    """One task a pathway."""

    name = "fit-pathways"

    def plan(self) -> Plan:
        """A task is a pathway with data of a part; its number counts those of all parts."""
        inputs, settings = read_inputs(self.settings), self.settings
        measured = _read(settings, inputs)
        tasks = np.flatnonzero(np.concatenate([_present(one) for one in measured]))
        return Plan(
            tasks=tasks.astype(np.int64),
            costs_s=np.full(len(tasks), SECONDS * (1 + len(inputs.properties))),
            row_dtype=ROW,
            options=_options(settings, inputs),
            inputs={**inputs.population.inputs(), "statistics": settings.binned_file},
            outputs=_outputs(settings, inputs),
            context=len(measured),
            kept=(FITS,),
            settings=settings.to_json(),
        )

    def outlook(self) -> Outlook:
        """All but what has been binned."""
        inputs = read_inputs(self.settings)
        return Outlook(
            _options(self.settings, inputs),
            inputs.population.inputs(),
            _outputs(self.settings, inputs),
        )

    def warm_up(self) -> None:
        """Import what fits."""
        import region_grower_hpc.conn_props.normal_fit  # noqa: F401

    def setup(self, plan: Plan) -> FitState:
        """Read all statistics."""
        settings = self.settings
        measured = read_measured(settings.binned_file, plan.context, settings.hist_bins)
        sizes = [one.statistics.present.size for one in measured]
        return FitState(measured, np.concatenate(([0], np.cumsum(sizes))).astype(np.int64))

    def run(self, state: FitState, task: int) -> Result:
        """Fit all quantities of a pathway."""
        part = int(np.searchsorted(state.first_task, task, side="right")) - 1
        statistics = state.measured[part].statistics
        place = divmod(task - int(state.first_task[part]), statistics.shape[1])
        fits = [
            _fit(quantity, place, self.settings.fits) for quantity in statistics.quantities.values()
        ]
        return Result((len(fits),), {FITS: np.array(fits, dtype=np.float64)})

    def gather(
        self,
        plan: Plan,
        rows: NDArray[Any],
        failures: Sequence[Failure],
        kept: Iterable[StoredResult],
    ) -> None:
        """Write the data files, then remove the sorted copy of the edges."""
        refuse_failures(failures)
        inputs, settings = read_inputs(self.settings), self.settings
        measured = _read(settings, inputs)
        fits = [_no_fits(one.statistics) for one in measured]
        flat = np.concatenate(
            [one.reshape(-1, *one.shape[2:]) for one in fits] or [np.empty((0, 0, 3))]
        )
        for result in kept:
            flat[result.task] = result.arrays[FITS]
        first, failed = 0, list(inputs.rows)
        for part, one in zip(inputs.parts, measured, strict=True):
            statistics = one.statistics
            last = first + statistics.present.size
            _keep(statistics, flat[first:last])
            first = last
            statistics.attributes = _attributes(settings, inputs, part.fold)
            write_data(settings.data_file(part.name), statistics)
            failed += _non_finite(one, part.name)
        write_failures(settings.failures, "extract", failed)
        if settings.writes_scores:
            _write_scores(settings, inputs)
        if settings.former is None:
            shutil.rmtree(settings.sorted_folder, ignore_errors=True)

    def elsewhere(self, folder: Path) -> FitJob:
        """The same job with its data files in a folder."""
        return FitJob(self.settings.elsewhere(folder))

    def lost(self, plan: Plan) -> Path | None:
        """A data file."""
        return next((path for path in plan.outputs if not path.is_file()), None)

    def written(self, plan: Plan, task: int) -> list[Written]:
        """What the data files tell of a pathway."""
        found = []
        for part, path in enumerate(plan.outputs):
            if not path.is_file():
                continue
            statistics = read_data(path)
            if task < statistics.present.size:
                place = divmod(task, statistics.shape[1])
                found.append(Written(f"part {part}", path, _text(statistics, place)))
                break
            task -= statistics.present.size
        return found


def _read(settings: ExtractSettings, inputs: Inputs) -> list[Measured]:
    return read_measured(settings.binned_file, len(inputs.parts), settings.hist_bins)


def _present(measured: Measured) -> NDArray[np.bool_]:
    return measured.statistics.present.ravel()


def _options(settings: ExtractSettings, inputs: Inputs) -> dict[str, Any]:
    return {"properties": inputs.properties, **settings.options()}


def _outputs(settings: ExtractSettings, inputs: Inputs) -> list[Path]:
    return [settings.data_file(part.name) for part in inputs.parts]


def _write_scores(settings: ExtractSettings, inputs: Inputs) -> None:
    """How far the test part of each fold is from its train part."""
    files = {part.fold: settings.data_file(part.name) for part in inputs.parts if part.fold}
    scores, rows = [], []
    for index in range(settings.cv_folds):
        train, test = (read_data(files[settings.cv_folds, index, one]) for one in (TRAIN, TEST))
        scores += fold_scores(index + 1, train, test)
        rows += missing_types(index + 1, train, test)
    write_scores(settings.out.with_name("cv_scores.csv"), scores, with_model=False)
    write_failures(settings.failures, "scores", rows)


def _fit(quantity: Quantity, place: tuple[int, int], method: str) -> tuple[float, float, int]:
    """Location, scale and where they come from; NaN and 0 where there is no histogram."""
    from region_grower_hpc.conn_props.normal_fit import fitted

    counts, edges, mean, std = quantity.counts, quantity.edges, quantity.mean, quantity.std
    if counts is None or edges is None or mean is None or std is None:
        raise InvalidInputError("binned.h5 lacks statistics: start again with --overwrite")
    if not np.isfinite(edges[place][0]):
        return np.nan, np.nan, 0
    location, scale, status = fitted(
        counts[place],
        edges[place].astype(edge_dtype(quantity.dtype)),
        float(mean[place]),
        float(std[place]),
        method,
    )
    return location, scale, int(status)


def _no_fits(statistics: Statistics) -> NDArray[np.float64]:
    fits = np.zeros((*statistics.shape, len(statistics.quantities), 3))
    fits[..., :2] = np.nan
    return fits


def _keep(statistics: Statistics, fits: NDArray[np.float64]) -> None:
    shape = statistics.shape
    for k, quantity in enumerate(statistics.quantities.values()):
        quantity.norm_loc = fits[:, k, 0].reshape(shape)
        quantity.norm_scale = fits[:, k, 1].reshape(shape)
        quantity.norm_fit = fits[:, k, 2].reshape(shape).astype(np.uint8)


def _attributes(
    settings: ExtractSettings, inputs: Inputs, fold: tuple[int, int, str] | None
) -> dict[str, Any]:
    files = {}
    for role, path in sorted(inputs.population.inputs().items()):
        status = path.stat()
        files[role] = {"size": status.st_size, "mtime_ns": status.st_mtime_ns}
    plan = {**_options(settings, inputs), "circuit": str(settings.circuit), "files": files}
    attributes: dict[str, Any] = {
        "group_by": settings.group_by,
        "edges_population": inputs.population.name,
        "seed": -1 if settings.seed is None else settings.seed,
        "plan": json.dumps(plan, default=str),
        "version": __version__,
    }
    if fold is not None:
        attributes |= {"cv_folds": fold[0], "cv_fold": fold[1] + 1, "cv_part": fold[2]}
    return attributes


def _non_finite(measured: Measured, part: str) -> list[FailureRow]:
    statistics, rows = measured.statistics, []
    for s, t, p in np.argwhere(measured.non_finite > 0).tolist():
        number = measured.non_finite[s, t, p]
        place = f" of {part.removeprefix('__')}" if part else ""
        rows.append(
            FailureRow(
                *("extract", str(statistics.m_types[0][s]), str(statistics.m_types[1][t])),
                *(statistics.properties[p], "non_finite"),
                f"{number} values{place} left out: not finite",
            )
        )
    return rows


def _text(statistics: Statistics, place: tuple[int, int]) -> bytes:
    """All numbers of a pathway, a quantity a line."""
    lines = []
    number = place[0] * statistics.shape[1] + place[1]
    for name, quantity in statistics.quantities.items():
        values = {
            key: value[place].tolist() if isinstance(value, np.ndarray) else value[number].tolist()
            for key, value in vars(quantity).items()
            if key not in ("name", "dtype") and value is not None
        }
        lines.append(f"{name}: {json.dumps(values)}")
    return "\n".join(lines).encode()
