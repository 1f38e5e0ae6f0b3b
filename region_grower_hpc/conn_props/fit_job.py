"""The Job that fits normal distributions to histograms and writes the data files."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from region_grower_hpc import __version__
from region_grower_hpc.conn_props.cv_scores import STAGE as SCORES
from region_grower_hpc.conn_props.cv_scores import fold_scores, missing_types, write_scores
from region_grower_hpc.conn_props.data_file import (
    PathwayHistograms,
    read_data,
    read_dtypes,
    read_histograms,
    write_data,
)
from region_grower_hpc.conn_props.extraction_job import ExtractionJob, refuse_failures
from region_grower_hpc.conn_props.failure_rows import FailureRow, write_failures
from region_grower_hpc.conn_props.inputs import Inputs, read_inputs
from region_grower_hpc.conn_props.measured_file import Measured, read_part, read_present
from region_grower_hpc.conn_props.own_file import damaged, opened
from region_grower_hpc.conn_props.parts import TEST, TRAIN
from region_grower_hpc.conn_props.peer_dictionary import edge_dtype
from region_grower_hpc.conn_props.settings import ExtractSettings, Method
from region_grower_hpc.conn_props.statistics import Statistics
from region_grower_hpc.engine.job import Failure, Outlook, Plan, Result, StoredResult, Written
from region_grower_hpc.errors import InvalidInputError, TaskFailure
from region_grower_hpc.formats.hdf5_errors import HDF5_ERRORS

logger = logging.getLogger(__name__)

ROW = np.dtype([("n_fits", "i4")])
FITS = "fits"
#: Integers up to it are floats exactly.
LARGEST_EXACT = 2.0**53
#: Seconds of a fit: only their proportion matters.
SECONDS = 1e-3


@dataclass
class FitState:
    """What a rank fits: histograms are read pathway by pathway.

    Attributes:
        path: of the statistics of all parts.
        n_target_types: of each part.
        first_task: of each part.
    """

    path: Path
    n_target_types: list[int]
    first_task: NDArray[np.int64]
    _stack: ExitStack = field(default_factory=ExitStack)
    _file: h5py.File | None = None
    _dtypes: dict[int, list[np.dtype[Any]]] = field(default_factory=dict)

    def of_task(self, task: int) -> tuple[PathwayHistograms, list[np.dtype[Any]]]:
        """Histograms of a pathway, and the type of their edges.

        Raises:
            TaskFailure: the statistics are damaged.
        """
        try:
            return self._of_task(task)
        except HDF5_ERRORS as error:
            raise TaskFailure("read", str(damaged(self.path, error))) from error
        except InvalidInputError as error:
            raise TaskFailure("read", str(error)) from error

    def _of_task(self, task: int) -> tuple[PathwayHistograms, list[np.dtype[Any]]]:
        if self._file is None:
            self._file = self._stack.enter_context(opened(self.path))
        part = int(np.searchsorted(self.first_task, task, side="right")) - 1
        place = divmod(task - int(self.first_task[part]), self.n_target_types[part])
        group = self._file[f"{part}"]
        if part not in self._dtypes:
            self._dtypes[part] = [edge_dtype(dtype) for dtype in read_dtypes(group)]
        return read_histograms(group, place), self._dtypes[part]


@dataclass(frozen=True)
class FitJob(ExtractionJob[FitState]):
    """One task a pathway."""

    name = "fit-pathways"

    def plan(self) -> Plan:
        """A task is a pathway with data of a part; its number counts those of all parts."""
        inputs, settings = read_inputs(self.settings), self.settings
        present = read_present(settings.binned_file, len(inputs.parts))
        tasks = np.flatnonzero(np.concatenate(present))
        return Plan(
            tasks=tasks.astype(np.int64),
            costs_s=np.full(len(tasks), SECONDS * (1 + len(inputs.properties))),
            row_dtype=ROW,
            options=_options(settings, inputs),
            inputs={**inputs.population.inputs(), "statistics": settings.binned_file},
            outputs=_outputs(settings, inputs),
            context=inputs.shapes,
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
        """Read nothing yet."""
        shapes: list[tuple[int, int]] = plan.context
        sizes = [n_source * n_target for n_source, n_target in shapes]
        first_task = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
        return FitState(self.settings.binned_file, [one for _, one in shapes], first_task)

    def run(self, state: FitState, task: int) -> Result:
        """Fit all quantities of a pathway."""
        fits = _fits(*state.of_task(task), self.settings.fits)
        return Result((len(fits),), {FITS: fits})

    def gather(
        self,
        plan: Plan,
        rows: NDArray[Any],
        failures: Sequence[Failure],
        kept: Iterable[StoredResult],
    ) -> None:
        """Write the data files."""
        refuse_failures(failures)
        inputs, settings = read_inputs(self.settings), self.settings
        fits = np.empty((len(plan.tasks), len(inputs.properties) + 1, 3))
        for place, result in enumerate(kept):
            fits[place] = result.arrays[FITS]
        settings.out.parent.mkdir(parents=True, exist_ok=True)
        first, failed = 0, list(inputs.rows)
        for k, (part, shape) in enumerate(zip(inputs.parts, inputs.shapes, strict=True)):
            last = first + shape[0] * shape[1]
            begin, end = np.searchsorted(plan.tasks, (first, last))
            one = read_part(settings.binned_file, k, settings.hist_bins)
            statistics = one.statistics
            _keep(statistics, plan.tasks[begin:end] - first, fits[begin:end])
            first = last
            statistics.attributes = _attributes(settings, inputs, part.fold)
            write_data(settings.data_file(part.name), statistics)
            failed += _non_finite(one, part.name) + _rounded(one.statistics, part.name)
        write_failures(settings.failures, "extract", failed)
        for kind in dict.fromkeys(row.kind for row in failed):
            some = [row for row in failed if row.kind == kind]
            logger.warning(
                "%s: %d rows in failures.csv, the first: %s", kind, len(some), some[0].message
            )
        if settings.writes_scores:
            _write_scores(settings, inputs)

    def elsewhere(self, folder: Path) -> FitJob:
        """The same job with its data files in a folder."""
        return FitJob(self.settings.elsewhere(folder))

    def lost(self, plan: Plan) -> Path | None:
        """A data file, or a table beside it."""
        settings = self.settings
        tables = [settings.failures, *([settings.scores_csv] if settings.writes_scores else [])]
        return next((path for path in [*plan.outputs, *tables] if not path.is_file()), None)

    def written(self, plan: Plan, task: int) -> list[Written]:
        """What the data files tell of a pathway."""
        found = []
        # Not those of the plan, which may be that of a job that writes elsewhere.
        for part, path in enumerate(_outputs(self.settings, read_inputs(self.settings))):
            if not path.is_file():
                continue
            statistics = read_data(path)
            if task < statistics.present.size:
                place = divmod(task, statistics.shape[1])
                found.append(Written(f"part {part}", path, _text(statistics, place)))
                break
            task -= statistics.present.size
        return found


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
    write_scores(settings.scores_csv, scores, with_model=False)
    write_failures(settings.failures, SCORES, rows)


def _rounded(statistics: Statistics, part: str) -> list[FailureRow]:
    """Integers too large for the float64 that statistics are computed in."""
    rows = []
    for name, quantity in statistics.quantities.items():
        if quantity.dtype is None or quantity.dtype.itemsize < 8 or quantity.dtype.kind == "f":
            continue
        sizes = [abs(one) for one in (quantity.min, quantity.max) if one is not None]
        if sizes and np.fmax.reduce(sizes, axis=None, initial=0.0) > LARGEST_EXACT:
            place = f" of {part.removeprefix('__')}" if part else ""
            message = f"{name}{place} has integers beyond 2^53, which were rounded"
            rows.append(FailureRow("extract", "", "", name, "rounded", message))
    return rows


def _fits(
    pathway: PathwayHistograms, dtypes: Sequence[np.dtype[Any]], method: Method
) -> NDArray[np.float64]:
    """(Q, 3) location, scale and where they come from; NaN and 0 where there is no histogram."""
    from region_grower_hpc.conn_props.normal_fit import fitted_all

    result = np.empty((len(dtypes), 3))
    # Centres of bins have the type of their edges.
    for dtype in dict.fromkeys(dtypes):
        rows = [row for row, one in enumerate(dtypes) if one == dtype]
        fitted = fitted_all(
            pathway.counts[rows],
            pathway.edges[rows].astype(dtype),
            *(pathway.mean[rows], pathway.std[rows]),
            method,
        )
        result[rows] = np.stack(fitted, axis=1)
    return result


def _keep(statistics: Statistics, pathways: NDArray[np.int64], fits: NDArray[np.float64]) -> None:
    """Give fits (n, Q, 3) of some pathways, numbered row by row, to the statistics."""
    for k, quantity in enumerate(statistics.quantities.values()):
        values = np.full((statistics.present.size, 3), (np.nan, np.nan, 0.0))
        values[pathways] = fits[:, k]
        location, scale, status = (values[:, n].reshape(statistics.shape) for n in range(3))
        quantity.norm_loc, quantity.norm_scale = location, scale
        quantity.norm_fit = status.astype(np.uint8)


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
