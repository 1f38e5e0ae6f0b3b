"""What a user asks of the building of models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Fold:
    """Data files of a fold, for its scores.

    Attributes:
        number: from 1.
        train, test: data files.
        model: of the train part.
    """

    number: int
    train: Path
    test: Path
    model: Path


@dataclass(frozen=True)
class BuildSettings:
    """Inputs, outputs and choices of building.

    Attributes:
        models: (data file, model file) pairs.
        distr_types: property -> type of distribution; `"auto"`: all of them automatic.
        data_types: property -> type of drawn values.
        data_bounds: property -> lower and upper bound.
        shared_within: property -> whether synapses of a connection share a value.
        compat: "peer" or None.
        estimate_cov: fill the covariance of properties.
        failures_csv: what was replaced.
        folds: whose scores are written to `scores_csv`.
        scores_csv: None where there are no folds.
    """

    models: tuple[tuple[Path, Path], ...]
    failures_csv: Path
    distr_types: Mapping[str, Any] | str = field(default_factory=dict)
    data_types: Mapping[str, Any] = field(default_factory=dict)
    data_bounds: Mapping[str, Any] = field(default_factory=dict)
    shared_within: Mapping[str, Any] = field(default_factory=dict)
    compat: str | None = None
    estimate_cov: bool = False
    folds: tuple[Fold, ...] = ()
    scores_csv: Path | None = None

    @property
    def arguments(self) -> dict[str, Any]:
        """Those of `build_model`."""
        names = ("distr_types", "data_types", "data_bounds", "shared_within", "compat")
        return {**{name: getattr(self, name) for name in names}, "estimate_cov": self.estimate_cov}

    def quality_csv(self, model: Path) -> Path:
        """How well the entries of a model fit."""
        return model.with_name(f"{model.stem}.quality.csv")

    def choices_csv(self, model: Path) -> Path:
        """Candidates of automatic types of distribution."""
        return model.with_name(f"{model.stem}.distributions.csv")

    @classmethod
    def names(cls) -> frozenset[str]:
        """Of all attributes."""
        return frozenset(one.name for one in fields(cls))
