"""`--out-debug-data`: all that is known of each cell, as a pickled pandas.DataFrame."""

from __future__ import annotations

import io
import pickle
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.engine.job import Plan, StoredResult
from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats import atomic
from region_grower_hpc.formats.sonata import load_cells
from region_grower_hpc.synthesis.cell_record import debug_infos, nrn_sections
from region_grower_hpc.synthesis.names import cell_seed
from region_grower_hpc.synthesis.settings import SynthesisSettings

if TYPE_CHECKING:
    import pandas as pd

#: What synthesis tells of a cell, after what was known of it before.
NEW_COLUMNS = (
    "name",
    "apical_points",
    "apical_sections",
    "apical_NRN_sections",
    "debug_infos",
)
#: Fixed, so that the bytes do not depend on the Python that writes them.
PICKLE_PROTOCOL = 4
#: All that a pickle of such a table names.
TABLE_CLASSES = {
    "builtins.slice",
    *("numpy.dtype", "numpy.ndarray"),
    *("numpy.core.multiarray._reconstruct", "numpy.core.multiarray.scalar"),
    *("pandas.DataFrame", "pandas.core.frame.DataFrame"),
    *("pandas.Index", "pandas.core.indexes.base.Index", "pandas.core.indexes.base._new_Index"),
    "pandas.core.internals.managers.BlockManager",
    "pandas._libs.internals._unpickle_block",
}


def write_debug_data(
    path: Path,
    settings: SynthesisSettings,
    plan: Plan,
    paths: Mapping[int, str],
    kept: Sequence[StoredResult],
) -> None:
    """Write one row a gid, with the columns of region-grower 1.6.0.

    Args:
        path: of the pickle.
        settings: of the run.
        plan: of the run.
        paths: {gid: morphology} of the cells that were synthesized.
        kept: what was kept of them.
    """
    described = {cell.task: cell.arrays for cell in kept}
    table = _places(settings, plan)
    gids = plan.tasks.tolist()
    results: dict[str, list[Any]] = {
        "name": [paths.get(gid) for gid in gids],
        "apical_points": _column(gids, described, lambda arrays: list(arrays["apical_points"])),
        "apical_sections": _column(
            gids, described, lambda arrays: arrays["apical_sections"].tolist()
        ),
        "apical_NRN_sections": [None] * len(gids),
        "debug_infos": _column(gids, described, debug_infos),
    }
    if settings.out_apical_nrn_sections is not None:
        results["apical_NRN_sections"] = _column(gids, described, nrn_sections)
    write_table(path, with_results(table, results))


def with_results(table: pd.DataFrame, results: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    """A table of cells with `NEW_COLUMNS`, as plain objects: None stays None.

    Args:
        table: one row a cell.
        results: by column, one value a row.
    """
    added = {name: _objects(results[name], table.index) for name in NEW_COLUMNS}
    return table.assign(**added)


def write_table(path: Path, table: pd.DataFrame) -> None:
    """Pickle a DataFrame, without the dtypes that only some versions of pandas know."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic.replacing(path) as temporary:
        temporary.write_bytes(pickle.dumps(_plain_table(table), protocol=PICKLE_PROTOCOL))


def read_results(path: Path, gids: Sequence[int]) -> dict[str, list[Any]]:
    """`NEW_COLUMNS` of a pickle that `write_debug_data` wrote, for some gids.

    Raises:
        InvalidInputError: the file holds what no table of ours has, which might be a program.
    """
    try:
        table = _TableUnpickler(io.BytesIO(path.read_bytes())).load()
    except pickle.UnpicklingError as error:
        raise InvalidInputError(
            f"debug data '{path}' are not those of this program: {error}; make them again with "
            "--overwrite"
        ) from error
    return {name: table.loc[gids, name].tolist() for name in NEW_COLUMNS}


class _TableUnpickler(pickle.Unpickler):
    """Reads a table of numbers and objects; what else a pickle may name is not even imported.

    The output folder may be shared: another user may have replaced the file.
    """

    def find_class(self, module: str, name: str) -> Any:
        # numpy 2 calls numpy.core numpy._core, pandas 3 leaves out the modules of its classes.
        if f"{module.replace('numpy._core', 'numpy.core')}.{name}" not in TABLE_CLASSES:
            raise pickle.UnpicklingError(f"it holds {module}.{name}")
        return super().find_class(module, name)


def _places(settings: SynthesisSettings, plan: Plan) -> pd.DataFrame:
    """The cells' own properties, and where they lie."""
    table = load_cells(settings.input_cells).as_dataframe()
    table.index = table.index - 1
    table = table.loc[plan.tasks].rename_axis("index")
    shared, context, gids = plan.shared, plan.context, plan.tasks
    regions = np.array(context.synthesis_region_names, dtype=object)
    table["synthesis_region"] = regions[shared["region_codes"][gids]]
    table["current_depth"] = shared["depths_um"][gids]
    counts = shared["n_layers"][gids].tolist()
    depths = shared["layer_depths_um"][gids].tolist()
    table["layer_depths"] = _objects(
        [row[: count + 1] if count else None for row, count in zip(depths, counts, strict=True)],
        table.index,
    )
    table["orientation"] = _objects(shared["orientations"][gids].tolist(), table.index)
    if "axon_codes" in shared:
        names = np.array(context.donor_names, dtype=object)
        table["axon_name"] = names[shared["axon_codes"][gids]]
        table["axon_scale"] = shared["axon_scales"][gids]
    table["seed"] = np.array([cell_seed(settings.seed, gid) for gid in gids.tolist()], dtype="i8")
    return table


def _column(gids: Sequence[int], described: Mapping[int, Any], read: Any) -> list[Any]:
    """One value a gid, None where the cell failed."""
    return [read(described[gid]) if gid in described else None for gid in gids]


def _objects(values: Sequence[Any], index: Any) -> pd.Series:
    """Column of the values as they are, whatever numpy or pandas would make of lists and texts."""
    import pandas as pd

    column = np.empty(len(values), dtype=object)
    for number, value in enumerate(values):
        column[number] = value
    return pd.Series(column, index=index, dtype=object)


def _plain_table(table: pd.DataFrame) -> pd.DataFrame:
    """The same of numpy's numbers and Python's objects, none of which depends on its origin.

    Pickle tells equal objects from the same object twice, and numpy's dtypes from their copies in
    arrays that came from another rank. So numbers go by way of lists, and equal texts become one.
    """
    import pandas as pd

    index = pd.Index(_numbers(table.index), name=_plain(table.index.name))
    columns = {_plain(name): _plain_column(table[name], index) for name in table.columns.tolist()}
    plain = pd.DataFrame(columns, index=index)
    plain.columns = pd.Index(list(columns), dtype=object)
    return plain


def _plain_column(column: pd.Series, index: pd.Index) -> pd.Series:
    import pandas as pd

    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "biuf":
        return pd.Series(_numbers(column), index=index)
    return _objects([_plain(value) for value in _without_missing(column.tolist())], index)


def _numbers(values: pd.Series | pd.Index) -> NDArray[Any]:
    return np.array(values.tolist(), dtype=values.dtype.str)


def _without_missing(values: Iterable[Any]) -> list[Any]:
    """None for each of pandas' ways to say that there is no value."""
    import pandas as pd

    return [None if pd.api.types.is_scalar(value) and pd.isna(value) else value for value in values]


def _plain(value: Any) -> Any:
    """A copy that shares nothing with other values but equal texts."""
    if isinstance(value, str):
        return sys.intern(str(value))
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {_plain(key): _plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        return np.array(value.tolist(), dtype=value.dtype.str).reshape(value.shape)
    return value
