"""Files that crash HDF5 or MorphIO, or keep them busy without end; all found by mutation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import h5py
import numpy as np


def break_strings(path: Path) -> None:
    """Give a string of an HDF5 file the size that keeps HDF5 busy without end.

    Strings of variable length lie one after the other in a global heap. With its header of 16 bytes
    the first one seems to take 2^64 bytes, which is 0 to HDF5: the next one is the same again.
    """
    content = bytearray(path.read_bytes())
    heap = content.index(b"GCOL")
    # Header of 16 bytes, then the first string: number and references (8 bytes), size (8 bytes).
    content[heap + 24 : heap + 32] = (2**64 - 16).to_bytes(8, "little")
    path.write_bytes(content)


def write_deep_asc(path: Path, depth: int = 100_000) -> None:
    """A dendrite that branches within each branch: MorphIO overflows its stack."""
    soma = '("CellBody"\n(CellBody)\n(0 0 0 1)(1 0 0 1)(0 1 0 1))\n'
    path.write_text(soma + "((Dendrite)\n" + "(0 0 0 1)\n(1 1 1 1)\n(\n" * depth)


def write_deep_swc(path: Path, depth: int = 150_000) -> None:
    """A dendrite of so many generations that MorphIO overflows its stack."""
    lines = ["1 1 0 0 0 1 -1"]
    for level in range(1, depth):
        parent = max(1, 2 * level - 2)
        lines.append(f"{2 * level} 3 {level} 0 0 1 {parent}")
        lines.append(f"{2 * level + 1} 3 {level} 1 0 1 {parent}")
    path.write_text("\n".join(lines) + "\n")


def write_h5(
    path: Path,
    structure: Sequence[Sequence[int]] = ((0, 1, -1), (3, 2, 0), (6, 3, 0)),
    n_points: int = 10,
) -> None:
    """A morphology of soma, axon and dendrite, or with another structure."""
    points = np.ones((n_points, 4), dtype=np.float32)
    points[:, 0] = np.arange(n_points)
    with h5py.File(path, "w") as file:
        file["points"] = points
        file["structure"] = np.array(structure, dtype=np.int32)
        metadata = file.create_group("metadata")
        metadata.attrs["version"] = np.array([1, 3], dtype=np.uint32)
        metadata.attrs["cell_family"] = np.array([0], dtype=np.uint32)


def write_deep_h5(path: Path, depth: int = 300_000) -> None:
    """A chain of sections: MorphIO's mutable morphology overflows its stack."""
    structure = [(0, 1, -1), *((3 + 2 * row, 2, row) for row in range(depth))]
    write_h5(path, structure, 3 + 2 * depth)
