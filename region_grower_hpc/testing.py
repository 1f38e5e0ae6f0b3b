"""JobContract: what every system's Job must pass, as a class of tests to inherit from.

::

    class TestMyJob(JobContract):
        def job(self, out): return MyJob(out, ...)
        def command(self, out): return ["-m", "region_grower_hpc", "my-command", "--out", str(out)]

The tests run the command under the mpiexec of the environment and need pytest with pytest-timeout.
"""

from __future__ import annotations

import os
import pickle
import random
import signal
import subprocess
import sys
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from region_grower_hpc.engine.job import Job, Plan, Result
from region_grower_hpc.engine.launcher import find_mpiexec, without_launcher
from region_grower_hpc.errors import ExitCode, TaskFailure
from region_grower_hpc.run_processes import MARKER, VICTIMS, processes, strike

#: Exit codes of a run that somebody killed are the launcher's; these are never among them.
OUR_CODES = {ExitCode.DONE, ExitCode.INVALID_INPUT, ExitCode.FOREIGN_PLAN, ExitCode.STOPPED_EARLY}


def run_command(
    command: Sequence[str],
    n_ranks: int = 0,
    environment: Mapping[str, str] | None = None,
    timeout_s: float = 300.0,
) -> subprocess.CompletedProcess[str]:
    """Run the interpreter with `command`, under `mpiexec -n n_ranks` unless that is 0."""
    return subprocess.run(
        [*launcher(n_ranks), sys.executable, *command],
        env={**without_launcher(os.environ), **(environment or {})},
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )


def start_command(command: Sequence[str], n_ranks: int = 0) -> subprocess.Popen[bytes]:
    """Start a command in a process group of its own, to be signalled or killed."""
    return subprocess.Popen(
        [*launcher(n_ranks), sys.executable, *command],
        env={
            MARKER: uuid.uuid4().hex,
            **without_launcher(os.environ),
            "RGHPC_MPI_INIT_TIMEOUT": "20",
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def descendants(pid: int) -> list[int]:
    """Process ids of all children, grandchildren and so on (Linux)."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(word) for word in task.read_text(encoding="ascii").split()]
        except OSError:
            continue
        for child in children:
            found += [child, *descendants(child)]
    return found


def kill_somebody(process: subprocess.Popen[bytes], choices: random.Random) -> str:
    """SIGKILL one process of a run that `start_command` started, or all of them; tells which."""
    alive = processes(_marker(process.pid))
    preferred = choices.sample(VICTIMS, len(VICTIMS))
    return strike(alive, preferred, choices) or "nothing"


def _marker(pid: int) -> str:
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return ""
    of_run = [entry for entry in environment if entry.startswith(f"{MARKER}=".encode())]
    return of_run[0].decode().partition("=")[2] if of_run else ""


def launcher(n_ranks: int) -> list[str]:
    """Words that start so many ranks; none for 0. Skips where there is no MPI."""
    if n_ranks == 0:
        return []
    mpiexec = find_mpiexec()
    if mpiexec is None:
        pytest.skip("there is no mpiexec: pip install 'region-grower-hpc[mpich]'")
    return [mpiexec, "-n", str(n_ranks)]


def results(out: Path) -> dict[str, bytes]:
    """Name and content of every file below a folder, the state of runs left out."""
    return {
        str(path.relative_to(out)): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file()
        and not any(part.endswith(".rghpc") for part in path.relative_to(out).parts)
    }


def differences(expected: Mapping[str, bytes], found: Mapping[str, bytes]) -> list[str]:
    """Names of files that only one side has, or that differ."""
    names = {*expected, *found}
    return sorted(name for name in names if expected.get(name) != found.get(name))


def sessions(out: Path) -> int:
    """Sessions that have left journals below `out`; 0 once a run is complete."""
    return len(list(out.rglob("journals/*/[0-9]*")))


_REFERENCES: dict[type, tuple[dict[str, bytes], float]] = {}


class JobContract(ABC):
    """Tests that a job is pure, indifferent to ranks, and loses nothing when killed."""

    #: bound of one run.
    timeout_s = 120.0
    #: kills before the run is left to end; the moments spread over a run's usual length.
    n_kills = int(os.environ.get("KILLS", 3))
    #: choice of the moments; another one by KILL_SEED.
    kill_seed = os.environ.get("KILL_SEED", "0")

    @abstractmethod
    def job(self, out: Path) -> Job[Any]:
        """A job that writes below `out`."""

    @abstractmethod
    def command(self, out: Path) -> Sequence[str]:
        """The same job as arguments of the interpreter."""

    # -- the job in this process ---------------------------------------------------------------

    @pytest.mark.timeout(300)
    def test_is_picklable(self, tmp_path: Path) -> None:
        """A child process and other ranks get job and plan by pickle."""
        job = self.job(tmp_path)
        plan = pickle.loads(pickle.dumps(job.plan()))
        assert pickle.loads(pickle.dumps(job)).plan().options == plan.options

    @pytest.mark.timeout(300)
    def test_plan_is_in_order(self, tmp_path: Path) -> None:
        """Ids ascend, costs are not negative, inputs exist."""
        plan = self.job(tmp_path).plan()
        assert plan.tasks.dtype == np.int64
        assert np.all(np.diff(plan.tasks) > 0)
        assert len(plan.costs_s) == plan.n_tasks
        assert np.all(plan.costs_s >= 0)
        assert all(path.exists() for path in plan.inputs.values())

    @pytest.mark.timeout(300)
    def test_plan_writes_nothing(self, tmp_path: Path) -> None:
        """A refused run leaves no trace."""
        before = results(tmp_path)
        self.job(tmp_path).plan()
        assert results(tmp_path) == before

    @pytest.mark.timeout(300)
    def test_run_is_pure(self, tmp_path: Path) -> None:
        """A task gives the same whatever was done before it."""
        job = self.job(tmp_path)
        plan = job.plan()
        tasks = [int(task) for task in plan.tasks[:6]]
        state = job.setup(plan)
        forward = {task: _outcome(job, plan, state, task) for task in tasks}
        backward = {task: _outcome(job, plan, state, task) for task in reversed(tasks)}
        afresh = job.setup(plan)
        once_more = {task: _outcome(job, plan, afresh, task) for task in tasks[1::2]}
        assert backward == forward
        assert once_more == {task: forward[task] for task in once_more}

    # -- the command ---------------------------------------------------------------------------

    @pytest.fixture
    def reference(self, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], float]:
        """Files of a run without MPI, and the seconds it took; made once a class."""
        if type(self) not in _REFERENCES:
            out = tmp_path_factory.mktemp("reference") / "out"
            started_s = time.monotonic()
            finished = run_command(self.command(out), timeout_s=self.timeout_s)
            assert finished.returncode == ExitCode.DONE, finished.stderr
            _REFERENCES[type(self)] = results(out), time.monotonic() - started_s
        return _REFERENCES[type(self)]

    @pytest.mark.mpi
    @pytest.mark.timeout(300)
    @pytest.mark.parametrize("dispatch", ["node", "master"])
    @pytest.mark.parametrize("n_ranks", [1, 2, 3, 5])
    def test_same_bytes(
        self,
        reference: tuple[dict[str, bytes], float],
        tmp_path: Path,
        n_ranks: int,
        dispatch: str,
    ) -> None:
        """The files are the same for any number of ranks and both dispatchers."""
        out = tmp_path / "out"
        command = [*self.command(out), "--dispatch", dispatch]
        finished = run_command(command, n_ranks, timeout_s=self.timeout_s)
        assert finished.returncode == ExitCode.DONE, finished.stderr
        assert differences(reference[0], results(out)) == []

    @pytest.mark.mpi
    @pytest.mark.timeout(300)
    def test_same_bytes_on_two_shared_memory_domains(
        self, reference: tuple[dict[str, bytes], float], tmp_path: Path
    ) -> None:
        """Ranks that share memory in two groups, as on two nodes."""
        out = tmp_path / "out"
        two_domains = {"MPIR_CVAR_NUM_CLIQUES": "2"}
        finished = run_command(self.command(out), 4, two_domains, timeout_s=self.timeout_s)
        assert finished.returncode == ExitCode.DONE, finished.stderr
        assert differences(reference[0], results(out)) == []

    @pytest.mark.timeout(300)
    def test_second_run_does_nothing(self, tmp_path: Path) -> None:
        """A complete run is left as it is."""
        out = tmp_path / "out"
        assert run_command(self.command(out), timeout_s=self.timeout_s).returncode == ExitCode.DONE
        before = {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}
        again = run_command(self.command(out), timeout_s=self.timeout_s)
        assert again.returncode == ExitCode.DONE, again.stderr
        after = {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}
        assert after == before

    @pytest.mark.mpi
    @pytest.mark.kill
    @pytest.mark.timeout(3600)
    def test_killed_and_resumed(
        self, reference: tuple[dict[str, bytes], float], tmp_path: Path
    ) -> None:
        """SIGKILL at random moments, resumed with another number of ranks: the same bytes.

        The victim is a rank, the launcher, or all of the run.
        """
        expected, length_s = reference
        out = tmp_path / "out"
        moments = random.Random(f"{type(self).__name__} {self.kill_seed}")
        for attempt in range(self.n_kills):
            process = start_command(self.command(out), n_ranks=1 + attempt % 3)
            time.sleep(moments.uniform(0.2, 1.0) * length_s)
            victims = kill_somebody(process, moments)
            code = process.wait(timeout=self.timeout_s)
            assert code not in OUR_CODES - {ExitCode.DONE}, f"{code} after the kill of {victims}"
        finished = run_command(self.command(out), 2, timeout_s=self.timeout_s)
        assert finished.returncode == ExitCode.DONE, finished.stderr
        assert differences(expected, results(out)) == []
        assert sessions(out) == 0

    @pytest.mark.mpi
    @pytest.mark.timeout(300)
    def test_stopped_and_continued(
        self, reference: tuple[dict[str, bytes], float], tmp_path: Path
    ) -> None:
        """SIGTERM ends the run with 75, and the same command continues."""
        expected, length_s = reference
        out = tmp_path / "out"
        process = start_command(self.command(out), n_ranks=2)
        time.sleep(0.6 * length_s)
        process.terminate()
        # Before the handlers are there, a signal kills as it always does.
        assert process.wait(timeout=self.timeout_s) in {
            ExitCode.STOPPED_EARLY,
            ExitCode.DONE,
            -signal.SIGTERM,
            128 + signal.SIGTERM,
            signal.SIGTERM,
        }
        finished = run_command(self.command(out), 3, timeout_s=self.timeout_s)
        assert finished.returncode == ExitCode.DONE, finished.stderr
        assert differences(expected, results(out)) == []


def _outcome(job: Job[Any], plan: Plan, state: Any, task: int) -> tuple[Any, ...]:
    """Row and arrays of a task as bytes, or its failure, to compare."""
    try:
        result: Result = job.run(state, task)
    except TaskFailure as failure:
        return (failure.kind, failure.error, failure.message)
    row = np.array(result.row, dtype=plan.row_dtype).tobytes()
    arrays = [(name, array.dtype.str, array.shape) for name, array in result.arrays.items()]
    return (row, arrays, [array.tobytes() for array in result.arrays.values()])
