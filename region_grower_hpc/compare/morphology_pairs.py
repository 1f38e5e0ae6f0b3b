"""Compare morphologies: two files, or those of the same name in two folders or containers."""

from __future__ import annotations

from pathlib import Path

from region_grower_hpc.compare.morphologies import FORMATS, Morphologies
from region_grower_hpc.compare.morphology_file import read_morphology
from region_grower_hpc.compare.neurons import NeuronComparison, compare_neurons
from region_grower_hpc.compare.tally import Tally
from region_grower_hpc.compare.tolerance import Tolerance


def compare_files(a: Path, b: Path, tally: Tally) -> None:
    """Compare two morphology files."""
    found = compare_neurons(read_morphology(a), read_morphology(b), tally.tolerance)
    _add(tally, a.name if a.name == b.name else f"{a.name} / {b.name}", found)


def compare_collections(a: Morphologies, b: Morphologies, tally: Tally) -> None:
    """Compare the morphologies of each name, one at a time, in the order of their names."""
    names_a, names_b = a.names(), b.names()
    in_a, in_b = set(names_a), set(names_b)
    for name in names_a:
        if name not in in_b:
            tally.add_only("A", name)
        else:
            pair = (a, name, a.formats(name)), (b, name, b.formats(name))
            _add(tally, name, compare_named(*pair, tally.tolerance))
    for name in names_b:
        if name not in in_a:
            tally.add_only("B", name)


def compare_named(
    a: tuple[Morphologies, str, list[str]],
    b: tuple[Morphologies, str, list[str]],
    tolerance: Tolerance,
) -> NeuronComparison:
    """Compare two morphologies, in a format that both have if there is one.

    Args:
        a: where it is, its name there, and the formats it has there, one at least.
        b: the other one.
        tolerance: of coordinates and diameters.
    """
    (source_a, name_a, formats_a), (source_b, name_b, formats_b) = a, b
    common = [item for item in FORMATS if item in formats_a and item in formats_b]
    chosen = (common[0], common[0]) if common else (formats_a[0], formats_b[0])
    neurons = source_a.read(name_a, chosen[0]), source_b.read(name_b, chosen[1])
    return compare_neurons(*neurons, tolerance)


def _add(tally: Tally, name: str, found: NeuronComparison) -> None:
    tally.count_numbers(name, found)
    tally.add(name, found.part, found.text, identical=found.identical)
