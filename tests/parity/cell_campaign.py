"""Grow many random cells with the native kernel and with NeuroTS, and compare them bit by bit.

    python -m tests.parity.cell_campaign --cells 2000 --ranks 2 --table table.md

Cell n of every campaign is the same. Half of the recipes are random, of them half with barcodes of
the developers' data folder; the other half are those of its cases, at random places. A quarter of
the cells has directions and boundaries.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import logging
import signal
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import FrameType

import numpy as np

from region_grower_hpc.synthesis.grower_choice import make_grower
from region_grower_hpc.synthesis.growers import NATIVE, NEUROTS, Grower, GrowthRequest
from region_grower_hpc.synthesis.recipe import CellRecipe
from tests.conftest import SHARED_DATA
from tests.parity.cell_comparison import CellComparison, compare, outcome
from tests.parity.cell_tally import HEADER, Tally
from tests.synthesis.random_recipes import random_recipe
from tests.synthesis.random_requests import placed
from tests.synthesis.shared_recipes import barcodes, shared_recipes

MOST_CELL_S = 300
LARGEST_UM = (50.0, 1000.0)
MOST_BARS = (12, 30, 80)
#: About the extent of the neurons whose recipes are shared.
SHARED_REACH_UM = 800.0


class TooLong(BaseException):
    """No error that NeuroTS could take for one of its own."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a campaign; 1 if anything but a few last places differs."""
    options = _options(arguments)
    seeds = range(options.first, options.first + options.cells)
    total = Tally()
    kinds: dict[str, Tally] = {}
    with ProcessPoolExecutor(options.ranks) as pool:
        for cell in pool.map(compare_cell, seeds):
            total.add(cell)
            kinds.setdefault(cell.kind, Tally()).add(cell)
            if (cell.seed - options.first + 1) % 100 == 0:
                print(f"cell {cell.seed}: {total.n_points} points", file=sys.stderr, flush=True)
    print("\n".join(total.lines()))
    if options.table is not None:
        rows = [tally.row(kind) for kind, tally in sorted(kinds.items())]
        text = "\n".join([HEADER, *rows, total.row("all")])
        options.table.write_text(text + "\n", encoding="utf-8")
    if options.append is not None:
        line = {"first": options.first, "cells": options.cells, **total.as_json()}
        with options.append.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
    return 0 if total.is_equal else 1


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cells", type=int, default=100, help="number of cells")
    parser.add_argument("--first", type=int, default=0, help="number of the first cell")
    parser.add_argument("--ranks", type=int, default=2, help="processes")
    parser.add_argument("--table", type=Path, help="Markdown table of the kinds of cells")
    parser.add_argument("--append", type=Path, help="file that gets one line of JSON")
    return parser.parse_args(arguments)


def compare_cell(seed: int) -> CellComparison:
    """Grow and compare one cell; the kernel's time is that of its second growth."""
    kind, request = request_of(seed)
    native, neurots = _growers()
    logging.disable(logging.WARNING)  # of diameter-synthesis
    # a kernel that hangs cannot be interrupted: the process ends, and tells where it was
    faulthandler.dump_traceback_later(2 * MOST_CELL_S, exit=True)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        outcome(native, request, seed)
        ours = outcome(native, request, seed)
        try:
            with time_limit(MOST_CELL_S):
                theirs = outcome(neurots, request, seed)
        except TooLong:
            return CellComparison(seed, kind, is_given_up=True)
        finally:
            faulthandler.cancel_dump_traceback_later()
    return replace(compare(seed, ours, theirs), kind=kind)


def request_of(seed: int) -> tuple[str, GrowthRequest]:
    """The cell of this number, and what kind of recipe it has."""
    rng = np.random.default_rng(seed)
    is_constrained = bool(rng.random() < 0.25)
    shared, diagrams = _shared()
    if shared and rng.random() < 0.5:
        case = str(rng.choice(list(shared)))
        recipe = shared[case][rng.integers(len(shared[case]))]
        kind, reach_um = f"case {case}", SHARED_REACH_UM
    else:
        reach_um = float(np.exp(rng.uniform(*np.log(LARGEST_UM))))
        has_real_bars = bool(diagrams) and rng.random() < 0.5
        entries = random_recipe(
            rng, reach_um, int(rng.choice(MOST_BARS)), diagrams if has_real_bars else None
        )
        recipe = CellRecipe("R", "M", *entries, None)
        kind = "random, real barcodes" if has_real_bars else "random"
    if is_constrained:
        kind += ", constrained"
    return kind, placed(rng, recipe, seed, reach_um, is_constrained)


@cache
def _growers() -> tuple[Grower, Grower]:
    return make_grower(NATIVE), make_grower(NEUROTS)


@cache
def _shared() -> tuple[dict[str, list[CellRecipe]], dict[str, list[list[list[float]]]]]:
    recipes = shared_recipes(SHARED_DATA / "synthesis")
    return recipes, barcodes([recipe for several in recipes.values() for recipe in several])


@contextmanager
def time_limit(limit_s: float) -> Iterator[None]:
    """Raise TooLong in Python code that runs for longer."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise TooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, limit_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


if __name__ == "__main__":
    start_s = time.monotonic()
    code = main()
    print(f"wall seconds: {time.monotonic() - start_s:.0f}")
    sys.exit(code)
