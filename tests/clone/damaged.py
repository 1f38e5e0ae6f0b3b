"""Damaged copies of a user's file: a reader takes them, or refuses them by name."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

from region_grower_hpc.errors import InvalidInputError
from tests.fuzz.byte_mutations import BYTE_MUTATIONS, Mutation
from tests.fuzz.text_mutations import TEXT_MUTATIONS
from tests.fuzz.xml_mutations import XML_MUTATIONS

OF_TABLES: Sequence[Mutation] = (*BYTE_MUTATIONS, *TEXT_MUTATIONS)
OF_XML: Sequence[Mutation] = (*OF_TABLES, *XML_MUTATIONS)
#: Longer ones only take more time.
MOST_BYTES = 300_000


def accepted_share(
    path: Path, read: Callable[[Path], object], mutations: Sequence[Mutation], n: int = 200
) -> float:
    """Damage a good file n times, the same each time, and say how many are read all the same.

    Raises:
        AssertionError: a refusal does not name the file.
    """
    good = path.read_bytes()
    accepted = 0
    for number in range(n):
        draw = random.Random(number)
        path.write_bytes(draw.choice(mutations)(draw, good, [good])[:MOST_BYTES])
        try:
            read(path)
        except InvalidInputError as error:
            assert path.name in str(error), error  # noqa: PT017
        else:
            accepted += 1
    path.write_bytes(good)
    return accepted / n
