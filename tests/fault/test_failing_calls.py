"""Each call that changes a file fails in turn: a clear end, nothing half, nothing lost.

FAULTS=all tries every call with every fault (`make fault-test`), else a sample is tried; FAULT_SEED
gives another one.
"""

from __future__ import annotations

import errno
import os
import random
from pathlib import Path

import pytest

from region_grower_hpc.errors import ExitCode
from region_grower_hpc.testing import differences, results, run_command
from tests.fault.campaign import FAULTS, Campaign, Server, System, everything, sample
from tests.fault.failing_calls import read_log

TRIES_ALL = os.environ.get("FAULTS") == "all"
#: How many calls a sample has; each costs two runs in forks.
SAMPLES = {"toy": 20, "shards": 8, "every-output": 12, "clones": 8, "efeatures": 6, "conn-props": 6}


@pytest.mark.timeout(0 if TRIES_ALL else 300)
@pytest.mark.parametrize("name", SAMPLES)
def test_any_call_may_fail(
    name: str, server: Server, systems: dict[str, System], tmp_path: Path
) -> None:
    campaign = Campaign(server, systems[name], tmp_path)
    campaign.prepare()
    choices = random.Random(os.environ.get("FAULT_SEED", "0"))
    chosen = everything(campaign.calls, FAULTS)
    if not TRIES_ALL:
        chosen = sample(campaign.calls, FAULTS, SAMPLES[name], choices)
    wrong = [words for at, fault in chosen for words in campaign.try_one(at, fault)]
    print(f"{name}: {len(campaign.calls)} calls, {len(chosen)} times a call failed")
    assert not wrong, "\n".join(wrong)


def test_the_library_sees_the_calls_that_matter(
    server: Server, systems: dict[str, System], tmp_path: Path
) -> None:
    """A library that saw nothing would prove nothing."""
    out = tmp_path / "out"
    run = server.run(systems["every-output"].command(out, 0), roots=[out])
    assert run.code == ExitCode.DONE, run.told
    seen = {(call.name, Path(call.path).suffix) for call in run.calls}
    for name in ("open", "write", "fsync", "close"):
        assert (name, ".journal") in seen
    for suffix in (".h5", ".asc", ".yaml", ".csv", ".pkl", ".json"):
        assert ("fsync", suffix) in seen
        assert ("rename", suffix) in seen
    assert ("pwrite", ".h5") in seen


@pytest.mark.mpi
@pytest.mark.timeout(240)
@pytest.mark.parametrize("rank", [0, 1])
@pytest.mark.parametrize("name", ["journal", "shard"])
def test_a_call_of_one_of_two_ranks_fails(
    library: Path, tmp_path: Path, rank: int, name: str
) -> None:
    """All ranks end, with one message, and the same command continues."""
    out, whole = tmp_path / "out", tmp_path / "whole"
    command = ["-m", "tests.engine.toy", str(out), "--sleep", "0.01", "--dispatch", "node"]
    shim = {"LD_PRELOAD": str(library), "FAULT_RANK": str(rank), "FAULT_ROOTS": str(out)}
    log = tmp_path / "calls.log"
    counted = run_command(command, 2, {**shim, "FAULT_LOG": str(log)})
    assert counted.returncode == ExitCode.DONE, counted.stderr
    writes = [call for call in read_log(log) if call.name == "write" and name in call.path]
    assert run_command([*command[:2], str(whole)]).returncode == ExitCode.DONE

    at = writes[len(writes) // 2].number
    fault = {"FAULT_AT": str(at), "FAULT_KIND": str(errno.ENOSPC), "FAULT_STICKY": "1"}
    failed = run_command([*command, "--overwrite"], 2, {**shim, **fault}, timeout_s=60)
    assert failed.returncode == ExitCode.INTERNAL, failed.stderr
    assert "Traceback" not in failed.stderr
    assert failed.stderr.count("No space left on device") >= 1
    assert sum(line.startswith("Error: ") for line in failed.stderr.splitlines()) == 1
    again = run_command([*command, "--overwrite"], 3, timeout_s=60)
    assert again.returncode == ExitCode.DONE, again.stderr
    assert differences(results(whole), results(out)) == []
