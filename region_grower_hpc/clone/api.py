"""Cloning from Python, with the names of `morphology_workflows.tasks.clone` 0.12.1.

No workflow framework: each class does its step when `run` is called.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from region_grower_hpc.clone.annotating import limits
from region_grower_hpc.clone.annotation import (
    AXON_LIMIT,
    DENDRITE_LIMIT,
    annotation_xml,
    read_annotation,
)
from region_grower_hpc.clone.counts import candidates_of
from region_grower_hpc.clone.dataset import read_dataset
from region_grower_hpc.clone.job import CloneJob
from region_grower_hpc.clone.originals import annotation_files
from region_grower_hpc.clone.recipe import Category
from region_grower_hpc.clone.repaired import read_repaired
from region_grower_hpc.clone.settings import (
    CROSS_MTYPES,
    MORPH_DB_COL,
    MORPH_PATH_COL,
    Y_SCALES,
    CloneSettings,
)
from region_grower_hpc.clone.value_checks import check_values
from region_grower_hpc.engine.local_ranks import (
    error_of,
    n_local_ranks,
    option_words,
    run_in_ranks,
)
from region_grower_hpc.engine.options import EngineOptions
from region_grower_hpc.engine.state_dir import state_dir_of_folder
from region_grower_hpc.errors import ExitCode, InvalidInputError
from region_grower_hpc.formats import atomic
from region_grower_hpc.formats.neurondb import NeuronDbRow, read_neurondb

if TYPE_CHECKING:
    import pandas as pd

LOGGER = logging.getLogger(__name__)

NEURONDB_XML = Path("neuronDB.xml")
PLACEMENT_RULES, TRANSFORM_RULES = "placement_rules.xml", "transform_rules.xml"
#: How the peer's tasks are distributed; all but `serial` are ranks of this machine here.
PARALLEL_FACTORIES = ("serial", "multiprocessing", "ipyparallel", "dask", "dask_dataframe")

PathLike = str | Path

__all__ = [
    "NEURONDB_XML",
    "Category",
    "CloneMorphologies",
    "CollectAnnotations",
    "CollectRepaired",
    "get_candidates_from_neurondb",
]


def get_candidates_from_neurondb(
    neurondb: PathLike | Sequence[NeuronDbRow],
) -> dict[Category, list[str]]:
    """The morphologies of each category, in the order of the database.

    Args:
        neurondb: file (.xml or .dat), or its rows.
    """
    rows = read_neurondb(Path(neurondb)) if isinstance(neurondb, str | Path) else neurondb
    return candidates_of(rows)


class CollectRepaired:
    """The rows of a data set, checked, with the paths of their morphologies.

    Args:
        dataset_df: CSV table of the repaired morphologies.
        morph_path_col: column with the paths of the morphologies.
        morph_db_col: column with the path of the database.

    Raises:
        InvalidInputError: the table cannot be used.
    """

    def __init__(
        self,
        dataset_df: PathLike,
        morph_path_col: str = MORPH_PATH_COL,
        *,
        morph_db_col: str = MORPH_DB_COL,
    ) -> None:
        self.dataset = read_dataset(Path(dataset_df), morph_path_col, morph_db_col)

    def run(self) -> pd.DataFrame:
        """One row a morphology, by name.

        Columns: morph_path, mtype, has_axon, has_basal, has_apical, is_valid, and comment, which
        tells why a row is not valid. Files are not opened.
        """
        import pandas as pd

        rows = self.dataset.rows
        columns: Mapping[str, list[Any]] = {
            "morph_path": [str(row.path) for row in rows],
            "mtype": [row.full_type for row in rows],
            "has_axon": [row.has_axon for row in rows],
            "has_basal": [row.has_basal for row in rows],
            "has_apical": [row.has_apical for row in rows],
            "is_valid": [row.problem is None for row in rows],
            "comment": [row.problem for row in rows],
        }
        return pd.DataFrame(columns, index=pd.Index([row.name for row in rows], name="morph_name"))


class CollectAnnotations:
    """An annotation for each morphology: the user's, or the limits as measured.

    Args:
        repaired: as `CollectRepaired.run` gave it.
        annotation_path: folder of annotations, NAME.xml; None measures all.
        result_path: folder to write to.
    """

    def __init__(
        self,
        repaired: pd.DataFrame,
        annotation_path: PathLike | None = None,
        result_path: PathLike = "CollectAnnotations",
    ) -> None:
        self.repaired = repaired
        self.annotation_path = None if annotation_path is None else Path(annotation_path)
        self.result_path = Path(result_path)

    def run(self) -> pd.DataFrame:
        """`repaired` with the column annotation_path; rows that cannot be read are not valid."""
        table = self.repaired.copy()
        table["annotation_path"] = None
        names = table.index[table["is_valid"]].tolist()
        given = annotation_files(self.annotation_path, names)
        self.result_path.mkdir(parents=True, exist_ok=True)
        for name in names:
            try:
                if name in given:
                    annotation = read_annotation(given[name])
                else:
                    annotation = limits(read_repaired(Path(table.at[name, "morph_path"])).arrays)
            except InvalidInputError as error:
                table.loc[name, ["is_valid", "comment"]] = False, str(error)
                continue
            path = self.result_path / f"{name}.xml"
            with atomic.replacing(path) as temporary:
                temporary.write_bytes(annotation_xml(name, annotation))
            table.at[name, "annotation_path"] = str(path)
        return table


class CloneMorphologies:
    """Graft axons, scale, transform the database and clone: what `clone-morphologies` does.

    Args:
        dataset_df: CSV table of the repaired morphologies.
        result_path: folder of grafting/, scaling/, transform_rules/ and clone/.
        cross_mtypes: types whose axons are exchanged.
        placement_rules_path: XML file; without the default one clones get no annotations.
        axon_limit_name, dendrite_limit_name: names of the limits, which are fixed.
        y_scales: factors along y of the scaled copies.
        transform_rules_path: XML file; without the default one there is no such step.
        builder_recipe_path: XML file.
        clone_multiplier: clones / cells of the recipe, above 0.
        std_angle: of the angles by which sections are turned, degrees.
        std_scale: of the factors by which sections are stretched.
        parallel_factory_type: `serial` computes in this process, all others in ranks.
        morph_path_col: column of the data set with the path of the database.
        annotation_path: folder of annotations; None measures them.
        nb_processes: ranks; None all CPUs.
        repaired_path_col: column with the paths of the morphologies.
        seed, random_stream, container, exact_counts: as the options of the command.
        max_failed_ratio: failures / morphologies that is allowed.
        overwrite: permit replacing a finished or foreign output.

    Raises:
        InvalidInputError: a value is out of its range.
    """

    def __init__(
        self,
        dataset_df: PathLike,
        result_path: PathLike = "CloneMorphologies",
        cross_mtypes: Sequence[str] = CROSS_MTYPES,
        placement_rules_path: PathLike = PLACEMENT_RULES,
        axon_limit_name: str = AXON_LIMIT,
        dendrite_limit_name: str = DENDRITE_LIMIT,
        y_scales: Sequence[float] = Y_SCALES,
        transform_rules_path: PathLike = TRANSFORM_RULES,
        builder_recipe_path: PathLike = "builder_recipe.xml",
        clone_multiplier: float = 1,
        std_angle: float = 10.0,
        std_scale: float = 0.2,
        parallel_factory_type: str = "multiprocessing",
        morph_path_col: str = MORPH_DB_COL,
        *,
        annotation_path: PathLike | None = None,
        nb_processes: int | None = None,
        repaired_path_col: str = MORPH_PATH_COL,
        seed: int = 0,
        random_stream: str = "independent",
        container: str = "files",
        exact_counts: bool = False,
        max_failed_ratio: float | None = None,
        overwrite: bool = False,
    ) -> None:
        if (axon_limit_name, dendrite_limit_name) != (AXON_LIMIT, DENDRITE_LIMIT):
            raise InvalidInputError(
                f"axon_limit_name and dendrite_limit_name are fixed: {AXON_LIMIT} and "
                f"{DENDRITE_LIMIT}"
            )
        if parallel_factory_type not in PARALLEL_FACTORIES:
            raise InvalidInputError(
                f"parallel_factory_type must be one of {', '.join(PARALLEL_FACTORIES)}"
            )
        self.nb_processes = 0 if parallel_factory_type == "serial" else nb_processes
        self.settings = CloneSettings(
            dataset=Path(dataset_df),
            recipe=Path(builder_recipe_path),
            out_dir=Path(result_path),
            placement_rules=_existing(placement_rules_path, PLACEMENT_RULES),
            transform_rules=_existing(transform_rules_path, TRANSFORM_RULES),
            annotations=None if annotation_path is None else Path(annotation_path),
            cross_mtypes=tuple(dict.fromkeys(cross_mtypes)),
            y_scales=tuple(dict.fromkeys(float(y_scale) for y_scale in y_scales)),
            clone_multiplier=float(clone_multiplier),
            std_angle_deg=float(std_angle),
            std_scale=float(std_scale),
            seed=seed,
            random_stream=random_stream,
            container=container,
            exact_counts=exact_counts,
            release_extensions=(),
            morph_path_col=repaired_path_col,
            morph_db_col=morph_path_col,
        )
        check_values(self.settings)
        self.options = EngineOptions(
            overwrite=overwrite, max_failed_ratio=max_failed_ratio, command=tuple(sys.argv)
        )

    def run(self) -> Path:
        """Do all steps; the folder of the clones.

        Raises:
            RegionGrowerHpcError: with the exit code that the command would have; its message has
                been printed.
        """
        state_dir = state_dir_of_folder(self.settings.out_dir)
        n_ranks = n_local_ranks(self.nb_processes)
        if n_ranks > 1:
            words = [*self.settings.to_arguments(), *option_words(self.options)]
            code = run_in_ranks(n_ranks, ["clone-morphologies", *words], state_dir)
        else:
            from region_grower_hpc.engine.launch import run

            code = run(CloneJob(self.settings), state_dir, self.options)
        if code != ExitCode.DONE:
            raise error_of(code)
        return self.settings.clone_dir


def _existing(path: PathLike, default: str) -> Path | None:
    """A file, or None for the one that nobody has named and that is not there."""
    if Path(path).exists() or str(path) != default:
        return Path(path)
    LOGGER.info("'%s' does not exist: done without", path)
    return None
