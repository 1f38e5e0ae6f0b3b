"""The list that says which reconstructed axon each cell gets (`--morph-axon`)."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.safe_name import check_relative_name, relative_name_problem

if TYPE_CHECKING:
    import pandas as pd

LOGGER = logging.getLogger(__name__)

NO_AXON = -1
GIDS_SHOWN = 10


@dataclass(frozen=True)
class AxonChoices:
    """Donor and scale of the axon of each cell.

    Attributes:
        names: distinct donors, sorted.
        codes: (n,) int32, index in `names`; -1 for a cell without axon.
        scales: (n,) float64, factor of the donor's coordinates; NaN for none.
    """

    names: list[str]
    codes: npt.NDArray[np.int32]
    scales: npt.NDArray[np.float64]

    @property
    def has_axon(self) -> npt.NDArray[np.bool_]:
        """(n,) whether a cell gets an axon."""
        return np.not_equal(self.codes, NO_AXON)


def load_axon_list(path: Path, n_cells: int) -> AxonChoices:
    """Read the axon list: whitespace separated, one row per cell, in any order.

    The first column is the gid, its header may be empty; `morphology` names the donor, `scale` may
    be absent. What pandas takes for missing (N/A, NaN, null, ...) means no axon or no scale.

    Raises:
        InvalidInputError: naming file and gids.

    Source: `region_grower.utils.load_morphology_list` 1.6.0.
    """
    table = _read_table(path)
    if not len(table) and not n_cells:
        return AxonChoices([], np.empty(0, dtype=np.int32), np.empty(0))
    if "morphology" not in table:
        raise InvalidInputError(
            f"axon list '{path}': no column 'morphology': its header must be 'morphology', or "
            "'morphology scale', and each row must begin with a gid"
        )
    rows = _rows_by_gid(table, n_cells, path)
    donors = table["morphology"].to_numpy(dtype=object)[rows]
    missing = table["morphology"].isna().to_numpy()[rows]
    names = sorted(set(donors[~missing]))
    for name in names:
        if relative_name_problem(name) is not None:
            gid = np.flatnonzero(donors == name)[0]
            check_relative_name(name, f"axon list '{path}', gid {gid}")
    numbers = {name: number for number, name in enumerate(names)}
    codes = np.full(n_cells, NO_AXON, dtype=np.int32)
    codes[~missing] = [numbers[name] for name in donors[~missing]]
    scales = np.full(n_cells, np.nan)
    if "scale" in table:
        scales[~missing] = table["scale"].to_numpy(dtype=np.float64)[rows][~missing]
    refused = np.flatnonzero((scales <= 0) | np.isinf(scales))
    if len(refused):
        raise InvalidInputError(
            f"axon list '{path}': gid {refused[0]} has scale {scales[refused[0]]:g}: it must be "
            "positive and finite, or N/A for none"
        )
    return AxonChoices(names, codes, scales)


def check_drop_ratio(
    choices: AxonChoices,
    mtype_codes: npt.NDArray[np.integer[Any]],
    mtype_names: Sequence[str],
    max_drop_ratio: float,
    path: Path,
) -> None:
    """Tell which cells get no axon, and are left out; refuse too many of them.

    Args:
        choices: of all cells.
        mtype_codes: (n,) index in `mtype_names`.
        mtype_names: names of the mtypes.
        max_drop_ratio: cells without axon / cells that each mtype may have.
        path: of the list, for the message.

    Raises:
        InvalidInputError: an mtype has more of them.

    Source: `region_grower.utils.check_na_morphologies` 1.6.0.
    """
    left_out = np.flatnonzero(~choices.has_axon)
    if not len(left_out):
        return
    counts = np.bincount(mtype_codes, minlength=len(mtype_names))
    n_left_out = np.bincount(mtype_codes[left_out], minlength=len(mtype_names))
    codes = np.flatnonzero(n_left_out)
    percent = 100.0 * n_left_out[codes] / counts[codes]
    order = np.argsort(-percent, kind="stable")
    shares = [
        f"{mtype_names[code]} ({n_left_out[code]} of {counts[code]}, {share:.1f}%)"
        for code, share in zip(codes[order], percent[order], strict=True)
    ]
    LOGGER.warning("N/A morphologies for %d position(s)", len(left_out))
    LOGGER.info("N/A ratio by mtypes: %s", ", ".join(shares))
    n_exceeding = np.count_nonzero(0.01 * percent > max_drop_ratio)
    if n_exceeding:
        raise InvalidInputError(
            f"axon list '{path}': more cells without axon than --max-drop-ratio "
            f"{max_drop_ratio:g} allows, for mtype(s) {', '.join(shares[:n_exceeding])}: name an "
            "axon for them or raise --max-drop-ratio"
        )
    LOGGER.warning("Cells without axon are left out: gids %s", _some(left_out.tolist()))


def _read_table(path: Path) -> pd.DataFrame:
    import pandas as pd

    try:
        return pd.read_csv(
            path, sep=r"\s+", index_col=0, dtype={"morphology": object, "scale": float}
        )
    except OSError as error:
        raise InvalidInputError(
            f"axon list '{path}' cannot be read ({error.strerror}): check --morph-axon"
        ) from error
    except (UnicodeDecodeError, pd.errors.EmptyDataError, pd.errors.ParserError) as error:
        raise InvalidInputError(
            f"axon list '{path}' is no table of gid, morphology and scale: {error}"
        ) from error
    except ValueError as error:
        raise InvalidInputError(f"axon list '{path}': {_scale_problem(path, error)}") from error


def _scale_problem(path: Path, error: ValueError) -> str:
    """Which scale is not a number."""
    import pandas as pd

    try:
        scales = pd.read_csv(path, sep=r"\s+", index_col=0, dtype=object).get("scale")
    except ValueError:  # without types pandas objects to something else
        return str(error)
    if scales is not None:
        wrong = scales[pd.to_numeric(scales, errors="coerce").isna() & scales.notna()]
        for gid, scale in wrong.items():
            return f"gid {gid} has scale {scale!r}: it must be a number, or N/A for none"
    return str(error)


def _rows_by_gid(table: pd.DataFrame, n_cells: int, path: Path) -> npt.NDArray[np.int64]:
    """(n,) row of each gid."""
    import pandas as pd

    labels = table.index
    numbers = np.asarray(pd.to_numeric(labels, errors="coerce"), dtype=np.float64)
    known = (numbers >= 0) & (numbers < n_cells) & (numbers == np.floor(numbers))
    if not known.all():
        raise InvalidInputError(
            f"axon list '{path}': no cell has gid {_some(labels[~known])}: gids must be "
            f"the rows of the cells file, 0 to {n_cells - 1}"
        )
    gids = numbers.astype(np.int64)
    counts = np.bincount(gids, minlength=n_cells)
    for wrong, what in (
        (counts > 1, "more than one row"),
        (counts == 0, "no row; write N/A where there is no axon,"),
    ):
        if wrong.any():
            raise InvalidInputError(
                f"axon list '{path}': {what} for gid {_some(np.flatnonzero(wrong).tolist())}"
            )
    return np.argsort(gids)


def _some(values: Iterable[object]) -> str:
    """The first few of many values."""
    shown = [str(value) for value in values]
    more = len(shown) - GIDS_SHOWN
    return ", ".join(shown[:GIDS_SHOWN]) + (f" and {more} more" if more > 0 else "")
