"""Wide variations of growth, trunk directions, diameters, places and options against the peer.

`RGHPC_PEER` names the environment of region-grower 1.6.0 (`make parity` builds one), and
`RGHPC_PARITY_TABLE` a file for a table of what was compared.
"""

from __future__ import annotations

import csv
import json
from typing import Any

import pytest

from region_grower_hpc.errors import ExitCode
from tests.parity.case_inputs import Ending
from tests.parity.comparison import Comparison, compare
from tests.parity.conftest import ParityRun
from tests.parity.wide_cases import (
    SHARED_SEEDS,
    WIDE,
    WIDE_SHARED,
    has_constraint_cases,
)

pytestmark = [pytest.mark.parity, pytest.mark.timeout(3600)]


@pytest.mark.parametrize("name", WIDE)
def test_wide_case_equals_the_peer(parity_run: ParityRun, name: str) -> None:
    check(parity_run, name, WIDE[name].ending)


@pytest.mark.shared
@pytest.mark.parametrize("name", [*WIDE_SHARED, *SHARED_SEEDS])
def test_shared_case_equals_the_peer(parity_run: ParityRun, shared_data: Any, name: str) -> None:
    check(parity_run, name, WIDE_SHARED[name].ending if name in WIDE_SHARED else Ending())


@pytest.mark.shared
def test_constraint_cases_equal_the_peer(parity_run: ParityRun, shared_data: Any) -> None:
    if not has_constraint_cases():
        pytest.skip("there are no cases of direction and boundary constraints")
    differences = {}
    for name in parity_run.constraint_cases:
        try:
            check(parity_run, name, Ending())
        except AssertionError as error:
            differences[name] = str(error)
    assert parity_run.constraint_cases
    assert not differences


def check(run: ParityRun, name: str, ending: Ending) -> None:
    """Compare how both runs ended, which cells they lack, and all outputs."""
    peer, finished = run.told_by_peer(name), run.finished[name]
    run.table[name] = Comparison(), "ended otherwise"
    assert finished.returncode == ending.exit_code, finished.stderr
    failures = read_failures(run, name) if ending.exit_code != ExitCode.INVALID_INPUT else []
    if ending.peer_error is not None:
        assert peer["error"] is not None
        assert peer["error"].startswith(ending.peer_error)
        run.table[name] = Comparison(), f"the peer ends: {peer['error'].splitlines()[0][:60]}"
        assert failures == sorted(ending.failures or ())
        return
    assert peer["error"] is None
    expected = ending.failures
    if expected is None:
        expected = tuple((gid, "growth") for gid in peer["failed"])
    assert failures == sorted(expected)
    assert [gid for gid, _ in failures] == peer["failed"]
    arguments = json.loads((run.cases[name] / "case.json").read_text())["args"]
    found = compare(run.peer / run.cases[name].name, run.ours / name, arguments)
    run.table[name] = found, "; ".join(found.differences) or "equal"
    assert found.differences == []


def read_failures(run: ParityRun, name: str) -> list[tuple[int, str]]:
    """(gid, kind) of the cells in our table of failures."""
    with next((run.ours / name).glob("*.failures.csv")).open() as file:
        return sorted((int(row["gid"]), row["kind"]) for row in csv.DictReader(file))
