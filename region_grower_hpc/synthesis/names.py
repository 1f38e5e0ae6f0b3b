"""Names of morphologies and their place below the output folder."""

from __future__ import annotations

import random
import uuid

from region_grower_hpc.errors import InvalidInputError

SUBFOLDERS_PER_LEVEL = 256
MAX_LEVELS = 3


def cell_seed(seed: int, gid: int) -> int:
    """Seed of one cell: (seed + gid) mod 2^32, whatever rank and order it is computed in."""
    return int((seed + gid) % (1 << 32))


def morphology_name(seed: int) -> str:
    """32 hexadecimal digits drawn from the cell's seed with Python's Mersenne twister."""
    return uuid.UUID(int=random.Random(seed).getrandbits(128)).hex


def folder_levels(n_files: int, max_files_per_dir: int | None) -> int | None:
    """Levels of hashed sub-folders that keep folders below a number of files.

    Args:
        n_files: files to be written, cells times extensions.
        max_files_per_dir: the user's limit; None is no limit.

    Returns:
        None where all files lie in the output folder itself, else the smallest d with
        `max_files_per_dir * 256^d >= n_files`; 0 means one folder `hashed`.

    Raises:
        InvalidInputError: the limit is below 256, or more than 3 levels would be needed.
    """
    if max_files_per_dir is None or n_files < max_files_per_dir:
        return None
    if max_files_per_dir < SUBFOLDERS_PER_LEVEL:
        raise InvalidInputError(
            f"--max-files-per-dir {max_files_per_dir}: Less than 256 files per folder is too "
            f"restrictive. Give at least 256, or leave the option out."
        )
    levels, capacity = 0, max_files_per_dir
    while capacity < n_files:
        levels += 1
        capacity *= SUBFOLDERS_PER_LEVEL
    if levels > MAX_LEVELS:
        raise InvalidInputError(
            f"--max-files-per-dir {max_files_per_dir}: {n_files} files would need {levels} levels "
            f"of sub-folders, and {MAX_LEVELS} is the most. Raise the limit, or write a container."
        )
    return levels


def morphology_path(name: str, levels: int | None) -> str:
    """Path below the output folder without extension, such as `hashed/ab/cd/abcd...`."""
    if levels is None:
        return name
    return "/".join(["hashed", *(name[2 * k : 2 * k + 2] for k in range(levels)), name])


def cell_path(seed: int, gid: int, levels: int | None) -> str:
    """Path of a cell's morphology; `seed` is that of the run."""
    return morphology_path(morphology_name(cell_seed(seed, gid)), levels)
