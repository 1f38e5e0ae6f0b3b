"""What a user asks of the extraction of connection properties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal

HIST_BINS = 51
CHUNK_EDGES = 1_000_000
GROUP_BY = "mtype"
#: How normal distributions are fitted (normal_fit.py).
Method = Literal["compiled", "scipy"]
FITS: tuple[Method, ...] = ("compiled", "scipy")
#: Parts of a population that a run makes files of.
WHOLE, WHOLE_AND_FOLDS, FOLDS = "whole", "whole and folds", "folds"

_PATHS = ("circuit", "out", "failures_csv", "work_dir")


@dataclass(frozen=True)
class ExtractSettings:
    """Inputs, outputs and choices of one extraction.

    Attributes:
        circuit: circuit_config.json.
        out: the data file.
        edges_popul_name: of the edges; None: the only one, or the peer's default.
        min_sample_size_per_group: fewest connections of a pathway.
        max_sample_size_per_group: most connections of a pathway that are used.
        hist_bins: of histograms.
        sel_props: properties in order; None: the default selection; () none.
        sel_src, sel_dest: selections of nodes.
        cv_folds: number of cross-validation folds; 0 or 1: none.
        parts: which data files are made.
        fold: (n, i from 0, "train" or "test"): this part alone, for `extract` from Python.
        group_by: node property by which pathways are told apart.
        seed: of the random numbers; None: numpy's global stream.
        chunk_edges: edges that are held at a time.
        correlations: find those of properties too.
        fits: how normal distributions are fitted.
        failures_csv: None: beside `out`.
        is_one_of_several: a command makes data files of several populations there: failures.csv and
            cv_scores.csv are named after each.
        work_dir: see `work`; None: beside `out`.
    """

    circuit: Path
    out: Path
    edges_popul_name: str | None = None
    min_sample_size_per_group: int | None = None
    max_sample_size_per_group: int | None = None
    hist_bins: int = HIST_BINS
    sel_props: tuple[str, ...] | None = None
    sel_src: Any = None
    sel_dest: Any = None
    cv_folds: int = 0
    parts: str = WHOLE_AND_FOLDS
    fold: tuple[int, int, str] | None = None
    group_by: str = GROUP_BY
    seed: int | None = 0
    chunk_edges: int = CHUNK_EDGES
    correlations: bool = False
    fits: Method = FITS[0]
    failures_csv: Path | None = None
    is_one_of_several: bool = False
    work_dir: Path | None = None

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> ExtractSettings:
        """Inverse of `to_json`."""
        known: dict[str, Any] = {
            name: Path(value) if name in _PATHS and value is not None else value
            for name, value in values.items()
        }
        for name in ("sel_props", "fold"):
            known[name] = None if known[name] is None else tuple(known[name])
        return cls(**known)

    def to_json(self) -> dict[str, Any]:
        """JSON values, paths made absolute: a later command may start elsewhere."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        for name in _PATHS:
            values[name] = None if values[name] is None else str(Path(values[name]).absolute())
        for name in ("sel_props", "fold"):
            values[name] = None if values[name] is None else list(values[name])
        return values

    def moved(self, out: Path) -> ExtractSettings:
        """The same settings for a data file that was moved."""
        return replace(self, out=out, work_dir=None)

    def elsewhere(self, folder: Path) -> ExtractSettings:
        """The same settings for a last pass that writes into another folder."""
        out = folder / self.out.name
        return replace(self, out=out, work_dir=self.work, failures_csv=None)

    @property
    def work(self) -> Path:
        """Folder of what passes leave for each other, and of their state."""
        return self.work_dir or self.out.with_name(self.out.name + ".rghpc")

    @property
    def blocks_file(self) -> Path:
        """Where the edges of each block lie."""
        return self.work / "blocks.h5"

    @property
    def sorted_folder(self) -> Path:
        """A copy of the edges in the order of their targets, if theirs is another."""
        return self.work / "sorted"

    @property
    def counts_file(self) -> Path:
        """Numbers of connections of each block."""
        return self.work / "counts.h5"

    @property
    def sample_file(self) -> Path:
        """The connections that are used of pathways that have too many."""
        return self.work / "sample.h5"

    @property
    def measured_file(self) -> Path:
        """Sums, extrema and lists of all pathways."""
        return self.work / "measured.h5"

    @property
    def binned_file(self) -> Path:
        """The same with histograms."""
        return self.work / "binned.h5"

    @property
    def failures(self) -> Path:
        """What was left out."""
        return self.failures_csv or self._table("failures.csv")

    @property
    def scores_csv(self) -> Path:
        """How the parts of folds agree."""
        return self._table("cv_scores.csv")

    def _table(self, name: str) -> Path:
        return self.out.with_name(f"{self.out.stem}.{name}" if self.is_one_of_several else name)

    def data_file(self, part: str) -> Path:
        """The data file of a part by its name; "" is the whole."""
        return self.out.with_name(f"{self.out.stem}{part}{self.out.suffix}")

    @property
    def writes_scores(self) -> bool:
        """Whether cv_scores.csv is written beside the data files."""
        return self.parts == WHOLE_AND_FOLDS and self.cv_folds > 1 and self.fold is None

    def finds_correlations(self, properties: Sequence[str]) -> bool:
        """Whether there are any to find."""
        return self.correlations and len(properties) > 0

    def options(self) -> dict[str, Any]:
        """What results depend on beside the content of files; for plans and data files."""
        names = (
            *("edges_popul_name", "min_sample_size_per_group", "max_sample_size_per_group"),
            *("hist_bins", "sel_props", "sel_src", "sel_dest", "cv_folds", "parts", "fold"),
            *("group_by", "seed", "chunk_edges", "correlations", "fits"),
        )
        values = self.to_json()
        if self.cv_folds < 2:
            values |= {"cv_folds": 0, "parts": WHOLE}
        return {name: values[name] for name in names}
