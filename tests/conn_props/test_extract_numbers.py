"""Data files against the specification in plain numpy, for random circuits."""

from __future__ import annotations

import csv
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from region_grower_hpc.conn_props.in_process import run_here
from region_grower_hpc.conn_props.inputs import forget
from region_grower_hpc.conn_props.passes import extraction_jobs
from region_grower_hpc.conn_props.settings import ExtractSettings
from tests.conn_props.made_circuits import MadeCircuit, made_circuit
from tests.conn_props.plain_extraction import (
    LISTS,
    N_SYN,
    SCALARS,
    PlainStatistics,
    folds,
    plain_statistics,
)

#: One of them, and what it selects of a table of nodes.
SELECTIONS: dict[str, tuple[Any, Any]] = {
    "all": (None, lambda nodes: np.ones(len(nodes["mtype"]), dtype=bool)),
    "none given": ({}, lambda nodes: np.ones(len(nodes["mtype"]), dtype=bool)),
    "node set": ("low", lambda nodes: np.isin(nodes["number"], [1, 2])),
    "compound node set": (
        "few",
        lambda nodes: np.isin(nodes["number"], [1, 2]) | (np.arange(len(nodes["number"])) == 0),
    ),
    "two properties": (
        {"mtype": ["L2_B", "L10_A"], "synapse_class": "EXC"},
        lambda nodes: (
            np.isin(nodes["mtype"], ["L2_B", "L10_A"]) & (nodes["synapse_class"] == "EXC")
        ),
    ),
    "node set and number": (
        {"node_set": "low", "depth": 2.5},
        lambda nodes: np.isin(nodes["number"], [1, 2]) & (nodes["depth"] == np.float32(2.5)),
    ),
    "ids": ([0, 2], lambda nodes: np.isin(np.arange(len(nodes["mtype"])), [0, 2])),
    "id": (1, lambda nodes: np.arange(len(nodes["mtype"])) == 1),
}
KINDS_OF_ORDER = ("by target", "by source", "none")


@dataclass
class Asked:
    """Circuit and settings of one extraction."""

    circuit: MadeCircuit
    selections: tuple[str, str]
    group_by: str
    properties: list[str]
    n_bins: int
    least: int | None
    most: int | None
    n_folds: int
    seed: int
    chunk_edges: int

    @property
    def masks(self) -> tuple[np.ndarray, np.ndarray]:
        one, other = (
            SELECTIONS[name][1](side)
            for name, side in zip(self.selections, self.circuit.sides, strict=True)
        )
        return one, other


@st.composite
def asked(draw: st.DrawFn) -> Asked:
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    circuit = made_circuit(
        rng,
        draw(st.sampled_from([0, 1, 8, 40, 150, 500])),
        (draw(st.integers(4, 9)), draw(st.integers(4, 9))),
        one_population=draw(st.booleans()),
    )
    order = draw(st.sampled_from(KINDS_OF_ORDER))
    if order != "none":
        keys = (circuit.source, circuit.target)
        rows = np.lexsort(keys if order == "by target" else keys[::-1])
        circuit.source, circuit.target = circuit.source[rows], circuit.target[rows]
        circuit.columns = {name: one[rows] for name, one in circuit.columns.items()}
    circuit.id_dtype = draw(st.sampled_from(["u8", "i8", "i4", "u2"]))
    circuit.plain_texts = draw(st.booleans())
    names = draw(st.permutations(sorted(circuit.columns)))
    result = Asked(
        circuit,
        *((draw(st.sampled_from(list(SELECTIONS))), draw(st.sampled_from(list(SELECTIONS)))),),
        group_by=draw(st.sampled_from(["mtype", "number", "depth", "layer"])),
        properties=names[: draw(st.integers(0, 6))],
        n_bins=draw(st.sampled_from([1, 2, 7, 51])),
        least=draw(st.sampled_from([None, 0, 2, 6])),
        most=draw(st.sampled_from([None, 0, 1, 3, 10])),
        n_folds=draw(st.sampled_from([0, 1, 2, 3])),
        seed=draw(st.integers(0, 1000)),
        chunk_edges=draw(st.sampled_from([40, 200, 1_000_000])),
    )
    # What selects nothing is refused, which other tests tell.
    result.selections = tuple(
        name if mask.any() else "all"
        for name, mask in zip(result.selections, result.masks, strict=True)
    )
    if any(mask.sum() < result.n_folds for mask in result.masks):
        result.n_folds = 0
    return result


def extract_files(asked: Asked, folder: Path) -> ExtractSettings:
    """Write the circuit and extract it, as the command does."""
    asked.circuit.write(folder)
    options = ExtractSettings(
        asked.circuit.config,
        folder / "data.h5",
        min_sample_size_per_group=asked.least,
        max_sample_size_per_group=asked.most,
        hist_bins=asked.n_bins,
        sel_props=tuple(asked.properties),
        sel_src=SELECTIONS[asked.selections[0]][0],
        sel_dest=SELECTIONS[asked.selections[1]][0],
        cv_folds=asked.n_folds,
        group_by=asked.group_by,
        seed=asked.seed,
        chunk_edges=asked.chunk_edges,
        correlations=bool(asked.properties),
    )
    options.work.mkdir()
    forget()
    run_here(extraction_jobs(options))
    return options


@given(asked=asked())
@settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_data_files_hold_the_numbers_of_the_specification(asked: Asked) -> None:
    with tempfile.TemporaryDirectory() as folder:
        check_files(asked, Path(folder))


@pytest.mark.parametrize("n_unique", [100, 101])
def test_longer_lists_than_100_are_not_kept(tmp_path: Path, n_unique: int) -> None:
    """Every value twice, in different blocks of edges."""
    n = 2 * n_unique
    zero, ids = np.zeros(n, dtype=np.int64), np.arange(n)
    columns = {"real": np.arange(n) % n_unique / 7, "whole": ids.astype(np.int16) % n_unique}
    nodes = {"mtype": np.array(["A"] * n)}
    circuit = MadeCircuit(zero, ids, columns, ({"mtype": np.array(["A"])}, nodes))
    whole = Asked(circuit, ("all", "all"), "mtype", list(columns), 51, None, None, 0, 0, 30)
    check_files(whole, tmp_path)
    with h5py.File(tmp_path / "data.h5") as file:
        lengths = np.diff(file["val/properties/offsets"][()]).tolist()
    assert lengths == ([100, 100] if n_unique == 100 else [0, 0])


@pytest.mark.parametrize("seed", [0, 4, 5])
def test_connections_that_are_not_used_tell_that_values_vary(tmp_path: Path, seed: int) -> None:
    """One value in all connections means no sharing; so does not one value in those used."""
    targets = np.repeat(np.arange(4), 2)
    columns = {"real": np.where(targets == 3, 2.0, 1.0), "whole": np.full(8, 7, dtype=np.int16)}
    nodes = {"mtype": np.array(["A"] * 4)}
    ends = np.zeros(8, dtype=np.int64), targets
    circuit = MadeCircuit(*ends, columns, ({"mtype": np.array(["A"])}, nodes))
    some = Asked(circuit, ("all", "all"), "mtype", list(columns), 3, None, 2, 0, seed, 3)
    check_files(some, tmp_path)
    with h5py.File(tmp_path / "data.h5") as file:
        assert file["shared_within/properties"][0, 0].tolist() == [1, 0]


def check_files(asked: Asked, folder: Path) -> None:
    """Extract, and compare all that is written with what it should be."""
    rng = np.random.RandomState(asked.seed)
    parts = [("", asked.masks, rng)]
    if asked.n_folds > 1:
        parts += folds(asked.masks, asked.n_folds, asked.seed)
    options = extract_files(asked, folder)
    failed = non_finite_rows(options.failures)
    for name, masks, stream in parts:
        expected = plain_statistics(
            *(asked.circuit, masks, asked.group_by, asked.properties, asked.n_bins),
            *(asked.least or 0, asked.most or 0, stream),
        )
        with h5py.File(options.data_file(name)) as file:
            check(file, expected, asked)
        for place, number in expected.n_non_finite.items():
            row = (*pathway(expected, place), place[2], name)
            assert failed.pop(row, 0) == number
    assert failed == {}


def pathway(expected: PlainStatistics, place: tuple[int, int, str]) -> tuple[str, str]:
    return expected.types[0][place[0]], expected.types[1][place[1]]


def non_finite_rows(path: Path) -> dict[tuple[str, str, str, str], int]:
    """Values left out, by source type, target type, property and part."""
    found = {}
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            if row["kind"] != "non_finite":
                continue
            number, _, *rest = row["message"].split()
            part = f"__{rest[1]}" if rest[0] == "of" else ""
            key = (row["src_type"], row["tgt_type"], row["property"], part)
            found[key] = int(number)
    return found


def check(file: h5py.File, expected: PlainStatistics, asked: Asked) -> None:
    """Compare a data file with what it should hold."""
    for side, types in zip(("source", "target"), expected.types, strict=True):
        assert [one.decode() for one in file[f"m_types/{side}"][()]] == types
    assert [one.decode() for one in file["syn_props"][()]] == asked.properties
    shape = tuple(len(types) for types in expected.types)
    for k, name in enumerate(("n_conn", "n_conn_used", "n_syn_used")):
        wanted = np.array([expected.counts[place][k] for place in np.ndindex(shape)])
        np.testing.assert_array_equal(file[f"count/{name}"][()], wanted.reshape(shape))
    for k, name in enumerate((N_SYN, *asked.properties)):
        group, place = (N_SYN, ...) if k == 0 else ("properties", (slice(None), slice(None), k - 1))
        check_quantity(file, expected, name, group, place, asked.n_bins)
    if asked.properties:
        for k, name in enumerate(("per_connection", "per_synapse")):
            found = file[f"correlation/{name}"][()]
            for place in np.ndindex(shape):
                if place in expected.correlations:
                    np.testing.assert_allclose(
                        found[place], expected.correlations[place][k], rtol=0, atol=1e-9
                    )


def check_quantity(
    file: h5py.File, expected: PlainStatistics, name: str, group: str, place: Any, n_bins: int
) -> None:
    keys = (*SCALARS, *(() if name == N_SYN else ("shared_within",)))
    scalars = {key: file[f"{key}/{group}"][()][place] for key in keys}
    counts, edges = (file[f"hist/{group}/{key}"][()][place] for key in ("counts", "edges"))
    fits = {key: file[f"{key}/{group}"][()][place] for key in ("norm_loc", "norm_scale")}
    outcome = file[f"norm_fit/{group}"][()][place]
    lists = {key: lists_of(file, key, group, place) for key in LISTS}
    for where in np.ndindex(counts.shape[:2]):
        wanted = expected.values.get((*where, name))
        if wanted is None:
            assert all(np.isnan(one[where]) for one in (*scalars.values(), *fits.values()))
            assert np.isnan(edges[where]).all()
            assert not counts[where].any()
            assert outcome[where] == 0
            assert all(len(one[where]) == 0 for one in lists.values())
            continue
        for key, found in scalars.items():
            # The definition itself loses the last digits of a small deviation.
            rounding = 1e-13 * abs(wanted["mean"]) if key == "std" else 0.0
            tolerance = 1e-12 if key in ("mean", "std") else 0.0
            assert found[where] == pytest.approx(wanted[key], rel=tolerance, abs=rounding), key
        np.testing.assert_array_equal(edges[where], wanted["edges"])
        np.testing.assert_array_equal(counts[where], wanted["counts"])
        for key, found in lists.items():
            np.testing.assert_allclose(
                found[where], wanted[key], rtol=1e-12 if key == "p" else 0, atol=0
            )
        assert outcome[where] in (1, 2)
        assert np.isfinite([one[where] for one in fits.values()]).all()
        if outcome[where] == 2:
            assert fits["norm_loc"][where] == scalars["mean"][where]
            assert fits["norm_scale"][where] == scalars["std"][where]


def lists_of(file: h5py.File, key: str, group: str, place: Any) -> np.ndarray:
    """(S, T) lists of a quantity."""
    values, offsets = (file[f"{key}/{group}/{name}"][()] for name in ("values", "offsets"))
    shape = file[f"mean/{group}"].shape
    lists = np.empty(len(offsets) - 1, dtype=object)
    for k in range(len(lists)):
        lists[k] = values[offsets[k] : offsets[k + 1]]
    return lists.reshape(shape)[place]
