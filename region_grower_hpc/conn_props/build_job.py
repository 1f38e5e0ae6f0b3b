"""The Job that builds models: one task a model."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.build_settings import BuildSettings
from region_grower_hpc.conn_props.csv_table import csv_text
from region_grower_hpc.conn_props.cv_scores import STAGE as SCORES
from region_grower_hpc.conn_props.cv_scores import fold_scores, missing_types, write_scores
from region_grower_hpc.conn_props.data_file import read_data
from region_grower_hpc.conn_props.distribution_settings import checked_settings
from region_grower_hpc.conn_props.failure_rows import FailureRow, write_failures
from region_grower_hpc.conn_props.inputs import read_inputs
from region_grower_hpc.conn_props.settings import ExtractSettings
from region_grower_hpc.conn_props.statistics import N_SYN
from region_grower_hpc.engine.job import Failure, Job, Outlook, Plan, Result, StoredResult
from region_grower_hpc.errors import InvalidInputError, TaskFailure
from region_grower_hpc.formats import atomic

ROW = np.dtype([("n_entries", "i8")])
#: Arrays of a result: texts.
MODEL, ROWS, QUALITY, CHOICES = "model", "rows", "quality", "choices"
#: Kind of a failure for which the data or the settings are to blame.
WRONG = "build"


@dataclass(frozen=True)
class BuildJob(Job[None]):
    """Build models from data files.

    Attributes:
        settings: of all of them.
        extraction: what makes the data in the same command; None: they are there.
    """

    settings: BuildSettings
    extraction: ExtractSettings | None = None

    name = "build-models"

    def plan(self) -> Plan:
        """Check settings and data."""
        settings = self.settings
        for data, _ in settings.models:
            statistics = read_data(data)
            self._check(list(statistics.quantities))
            if settings.estimate_cov and statistics.correlations is None:
                raise InvalidInputError(
                    f"--estimate-cov: data file '{data}' holds no correlations: extract with "
                    "--estimate-cov too"
                )
        return Plan(
            tasks=np.arange(len(settings.models), dtype=np.int64),
            costs_s=np.ones(len(settings.models)),
            row_dtype=ROW,
            options=self._options(),
            inputs={f"data {k}": data for k, (data, _) in enumerate(settings.models)},
            outputs=[model for _, model in settings.models],
            kept=(MODEL, ROWS, QUALITY, CHOICES),
        )

    def outlook(self) -> Outlook | None:
        """Nothing yet, but that the settings suit the properties that the data will have."""
        if self.extraction is not None:
            self._check([*read_inputs(self.extraction).properties, N_SYN])
        return None

    def _check(self, names: Sequence[str]) -> None:
        settings = self.settings
        checked_settings(
            names,
            *(settings.distr_types, settings.data_types),
            *(settings.data_bounds, settings.shared_within),
        )

    def _options(self) -> dict[str, Any]:
        arguments = self.settings.arguments
        return {
            name: dict(value) if isinstance(value, dict) else value
            for name, value in arguments.items()
        }

    def setup(self, plan: Plan) -> None:
        """Nothing is shared by models."""

    def run(self, state: None, task: int) -> Result:
        """Build one model."""
        from region_grower_hpc.conn_props.auto_distribution import Choice
        from region_grower_hpc.conn_props.building import build_model
        from region_grower_hpc.conn_props.fit_quality import FitQuality

        data, _ = self.settings.models[task]
        try:
            built = build_model(
                read_data(data), **self.settings.arguments, where=f"data file '{data}'"
            )
        except InvalidInputError as error:
            raise TaskFailure(WRONG, f"{data}: {error}") from error
        texts = {
            MODEL: json.dumps(built.model),
            ROWS: json.dumps([asdict(row) for row in built.rows]),
            QUALITY: csv_text(FitQuality, built.quality),
            CHOICES: csv_text(Choice, built.choices) if built.choices else "",
        }
        return Result(
            (len(built.quality),),
            {name: np.frombuffer(text.encode(), dtype=np.uint8) for name, text in texts.items()},
        )

    def gather(
        self,
        plan: Plan,
        rows: NDArray[Any],
        failures: Sequence[Failure],
        kept: Iterable[StoredResult],
    ) -> None:
        """Write models with their tables, then scores of folds.

        Raises:
            InvalidInputError: a model could not be built.
        """
        from region_grower_hpc.conn_props.conn_props_model import ConnPropsModel

        if failures and all(one.kind == WRONG for one in failures):
            raise InvalidInputError(failures[0].message)
        if failures:
            raise RuntimeError(f"a model could not be built: {failures[0].message}")
        settings, told = self.settings, []
        for result in kept:
            texts = {name: array.tobytes().decode() for name, array in result.arrays.items()}
            _, path = settings.models[result.task]
            path.parent.mkdir(parents=True, exist_ok=True)
            ConnPropsModel(**json.loads(texts[MODEL])).save_model(path.parent, path.stem)
            atomic.write_text(settings.quality_csv(path), texts[QUALITY])
            choices = settings.choices_csv(path)
            if texts[CHOICES]:
                atomic.write_text(choices, texts[CHOICES])
            else:
                choices.unlink(missing_ok=True)
            told += [FailureRow(**row) for row in json.loads(texts[ROWS])]
        # Folds tell of the same keys.
        write_failures(settings.failures_csv, "build", list(dict.fromkeys(told)))
        if settings.scores_csv is not None:
            _write_scores(settings)


def _write_scores(settings: BuildSettings) -> None:
    from region_grower_hpc.conn_props.conn_props_model import ConnPropsModel

    scores, rows = [], []
    for fold in settings.folds:
        train, test = read_data(fold.train), read_data(fold.test)
        model = ConnPropsModel.model_from_file(fold.model)
        scores += fold_scores(fold.number, train, test, model)
        rows += missing_types(fold.number, train, test)
    assert settings.scores_csv is not None
    write_scores(settings.scores_csv, scores, with_model=True)
    write_failures(settings.failures_csv, SCORES, rows)


def failures_beside(path: Path) -> Path:
    """failures.csv of an output."""
    return path.with_name("failures.csv")
