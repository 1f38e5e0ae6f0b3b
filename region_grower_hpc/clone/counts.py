"""How many clones each row of the database gives, so that the circuit has enough of each type."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.clone.recipe import Category
from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats.neurondb import NeuronDbRow

#: Categories that a message tells the numbers of.
SHOWN = 20
#: Each is a task, and in most runs a file.
MOST_CLONES = 100_000_000


@dataclass(frozen=True)
class CategoryCount:
    """What is made of one category that recipe and database have.

    Attributes:
        category: full type and layer.
        cells: of the recipe.
        asked: clones that these cells need, times the multiplier.
        made: clones.
        n_candidates: morphologies that they are made of.
    """

    category: Category
    cells: int
    asked: int
    made: int
    n_candidates: int

    @property
    def overshoot(self) -> int:
        """Clones beyond those asked for; from rounding up for each candidate."""
        return self.made - self.asked


@dataclass(frozen=True)
class CloneCounts:
    """The clones of a database.

    Attributes:
        of_rows: (n,) clones of each row.
        categories: those of recipe and database, in the order of the recipe.
        only_in_recipe: those without a morphology, in the order of the recipe.
        only_in_database: those without clones, in the order of the database.
    """

    of_rows: NDArray[np.int64]
    categories: tuple[CategoryCount, ...]
    only_in_recipe: tuple[Category, ...]
    only_in_database: tuple[Category, ...]

    @property
    def total(self) -> int:
        """All clones."""
        return sum(count.made for count in self.categories)

    @property
    def overshoot(self) -> int:
        """Clones beyond those asked for."""
        return sum(count.overshoot for count in self.categories)

    @property
    def warnings(self) -> list[str]:
        """What a user should know: types that the circuit will lack."""
        if not self.only_in_recipe:
            return []
        return [
            "the recipe asks for types that no morphology has, so there are no clones of them: "
            f"{_listed(self.only_in_recipe)}"
        ]

    @property
    def notes(self) -> list[str]:
        """What may be of interest: clones beyond the recipe, and types that it does not name."""
        told = []
        if self.overshoot:
            over = sorted(self.categories, key=lambda count: -count.overshoot)
            shares = [
                f"{_shown(count.category)} {count.made} for {count.asked} "
                f"({count.n_candidates} candidates)"
                for count in over
                if count.overshoot
            ]
            more = f" and {len(shares) - SHOWN} more" if len(shares) > SHOWN else ""
            told.append(
                f"{self.overshoot} of {self.total} clones are more than the recipe asks for, since "
                "each candidate of a type gives as many (none are with --exact-counts): "
                f"{', '.join(shares[:SHOWN])}{more}"
            )
        if self.only_in_database:
            told.append(
                "the recipe does not name these types of the database, which have no clones: "
                f"{_listed(self.only_in_database)}"
            )
        return told


def candidates_of(rows: Iterable[NeuronDbRow]) -> dict[Category, list[str]]:
    """The morphologies of each category in the order of the rows, each name once.

    Source: `morphology_workflows.tasks.clone.get_candidates_from_neurondb`.
    """
    names: dict[Category, dict[str, None]] = {}
    for row in rows:
        names.setdefault(Category(row.full_type, row.layer), {})[row.name] = None
    return {category: list(candidates) for category, candidates in names.items()}


def clone_counts(
    rows: Sequence[NeuronDbRow],
    cells: Mapping[Category, int],
    multiplier: float,
    exact: bool,
    source: str = "the recipe",
) -> CloneCounts:
    """Count the clones of each row.

    Every candidate of a category gives ceil(multiplier * cells / candidates) clones. With `exact`
    all of them together give ceil(multiplier * cells), the first ones one more than the last.

    Args:
        rows: of the database; one that repeats name, type and layer of another gives none.
        cells: of the recipe.
        multiplier: clones / cells, positive.
        exact: as above.
        source: of `cells`, for messages.

    Raises:
        InvalidInputError: more clones than `MOST_CLONES`.

    Source: `morphology_workflows.tasks.clone.CloneMorphologies._clone_step`.
    """
    rows_of = _rows_of_categories(rows)
    of_rows = np.zeros(len(rows), dtype=np.int64)
    counted: list[CategoryCount] = []
    total = 0
    for category, n_cells in cells.items():
        candidates = rows_of.get(category)
        if candidates is None:
            continue
        wanted = multiplier * n_cells
        n = len(candidates)
        _check(total + wanted, multiplier, source)
        asked = math.ceil(wanted)
        if exact:
            each, more = divmod(asked, n)
            of_rows[candidates[:more]] = each + 1
            of_rows[candidates[more:]] = each
            made = asked
        else:
            each = math.ceil(wanted / n)
            of_rows[candidates] = each
            made = each * n
        total += made
        _check(total, multiplier, source)
        counted.append(CategoryCount(category, n_cells, asked, made, n))
    return CloneCounts(
        of_rows,
        tuple(counted),
        tuple(category for category in cells if category not in rows_of),
        tuple(category for category in rows_of if category not in cells),
    )


def _rows_of_categories(rows: Sequence[NeuronDbRow]) -> dict[Category, NDArray[np.int64]]:
    """The first row of each name in each category."""
    numbers: dict[Category, dict[str, int]] = {}
    for number, row in enumerate(rows):
        numbers.setdefault(Category(row.full_type, row.layer), {}).setdefault(row.name, number)
    return {
        category: np.fromiter(found.values(), np.int64, len(found))
        for category, found in numbers.items()
    }


def _check(clones: float, multiplier: float, source: str) -> None:
    if not clones <= MOST_CLONES:
        raise InvalidInputError(
            f"{source}: {clones:.4g} clones or more with --clone-multiplier {multiplier:g} are "
            f"beyond {MOST_CLONES}: lower its number of cells, or the multiplier"
        )


def _shown(category: Category) -> str:
    return f"{category.mtype} in layer {category.layer}"


def _listed(categories: Iterable[Category]) -> str:
    return ", ".join(map(_shown, categories))
