"""A SLURM cluster of virtual nodes on this machine, for tests: no systemd, no cgroups, root."""

from __future__ import annotations

import os
import random
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ("slurmctld", "slurmd", "srun", "munged")
PACKAGES = (
    "slurmctld",
    "slurmd",
    "slurm-client",
    "munge",
    "slurm-wlm-basic-plugins",
    "libpmi2-0",
    "libpmi0",
)
NODES = ("n1", "n2", "n3")
ENDED = {"COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "PREEMPTED", "OUT_OF_MEMORY"}

#: FirstJobId: MPICH names its shared memory by job and step, and that of killed ranks stays, so
#: that a new cluster must not count from 1 again. On a real one no two jobs have one number.
#: KillWait: seconds from SIGTERM to SIGKILL. MinJobAge keeps ended jobs for scontrol to tell of.
CONFIGURATION = """\
ClusterName=test
FirstJobId={first_job}
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmctldPidFile={folder}/slurmctld.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmctldPort={ctld_port}
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmdLogFile={folder}/slurmd-%n.log
SlurmdSpoolDir={folder}/spool-%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=1,sched_interval=2,batch_sched_delay=0,sched_min_interval=0
PriorityType=priority/basic
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
JobAcctGatherType=jobacct_gather/linux
AccountingStorageType=accounting_storage/none
KillWait=5
MinJobAge=3600
InactiveLimit=0
ReturnToService=2
SlurmdTimeout=30
MessageTimeout=20
SlurmdParameters=config_overrides
PropagateResourceLimits=NONE
"""
NODE = (
    "NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs=4 Sockets=1 "
    "CoresPerSocket=4 ThreadsPerCore=1 RealMemory=4000 State=UNKNOWN\n"
)
PARTITIONS = """\
PartitionName=normal Nodes=ALL Default=YES MaxTime=INFINITE State=UP PriorityTier=1
PartitionName=urgent Nodes=ALL Default=NO MaxTime=INFINITE State=UP PriorityTier=10
"""


class ClusterError(Exception):
    """The cluster cannot be had, or did not do what was asked in time."""


class Cluster:
    """Three nodes of four CPUs, partitions `normal` and `urgent`, which preempts it by requeue.

    Args:
        folder: for configuration, logs and state; its path must be short (munge's socket).
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("SLURM", "SBATCH"))},
            "SLURM_CONF": str(folder / "slurm.conf"),
        }

    def start(self) -> None:
        """Start the daemons, and wait until all nodes are idle."""
        self._configure()
        munge = self.folder / "munge"
        self._daemon(
            *("munged", "--force", f"--key-file={munge}/key", f"--socket={munge}/socket"),
            *(f"--pid-file={munge}/pid", f"--log-file={munge}/log", f"--seed-file={munge}/seed"),
        )
        self._daemon("slurmctld", "-c")
        for node in NODES:
            self.start_node(node)
        self.wait_for_nodes()

    def start_node(self, node: str) -> None:
        """Start the daemon of one node."""
        self._daemon("slurmd", "-N", node)

    def wait_for_nodes(self, timeout_s: float = 60.0) -> None:
        """Wait until all nodes are idle."""
        limit_s = time.monotonic() + timeout_s
        while True:
            with suppress(ClusterError):
                idle = self.call("sinfo", "-h", "-N", "-p", "normal", "-t", "idle", "-o", "%N")
                if set(idle.split()) == set(NODES):
                    return
            if time.monotonic() > limit_s:
                raise ClusterError(f"nodes are not idle:\n{self.call('sinfo')}\n{self.log_tails()}")
            time.sleep(0.2)

    def stop(self) -> None:
        """End all jobs, the daemons, and every process that is left of them."""
        with suppress(ClusterError):
            self.call("scancel", "--user=root", timeout_s=5.0)
        for number, patience_s in ((signal.SIGTERM, 3.0), (signal.SIGKILL, 5.0)):
            limit_s = time.monotonic() + patience_s
            for pid in self._processes():
                with suppress(ProcessLookupError):
                    os.kill(pid, number)
            while self._processes() and time.monotonic() < limit_s:
                time.sleep(0.1)

    def call(self, *words: str, timeout_s: float = 30.0) -> str:
        """Output of a SLURM command, which may hang where a node is wedged."""
        finished = subprocess.run(
            ["timeout", "-k", "5", str(timeout_s), *words],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if finished.returncode:
            raise ClusterError(f"{' '.join(words)}: {finished.returncode}: {finished.stderr}")
        return finished.stdout

    def guard(self) -> None:
        """Stop the cluster and remove its folder when this process ends, in whatever way."""
        words = [sys.executable, "-m", "tests.slurm.cluster", str(self.folder)]
        self._guard = subprocess.Popen(
            words, cwd=ROOT, env=self.environment, stdin=subprocess.PIPE, start_new_session=True
        )

    def stop_by_guard(self) -> None:
        """Let the guard do it now, and wait for it."""
        self._guard.communicate(timeout=60)

    def job(self, job: str) -> dict[str, str]:
        """What scontrol tells of a job: JobState, Restarts, ExitCode and so on."""
        told = self.call("scontrol", "show", "job", "-o", job)
        return dict(word.split("=", 1) for word in told.splitlines()[0].split() if "=" in word)

    def wait_until(self, job: str, states: set[str], timeout_s: float = 60.0) -> dict[str, str]:
        """Wait for one of the states; a requeued job is not held for two minutes meanwhile."""
        limit_s = time.monotonic() + timeout_s
        released = set()
        while (told := self.job(job))["JobState"] not in states:
            if time.monotonic() > limit_s:
                raise ClusterError(f"job {job} is not {states}: {told}\n{self.log_tails()}")
            if told["Reason"] == "BeginTime" and told["Restarts"] not in released:
                # Not in the same second: "Job credential revoked" would end the new start.
                self.call("scontrol", "update", f"JobId={job}", "StartTime=now+3")
                released.add(told["Restarts"])
            time.sleep(0.3)
        return told

    def wait(self, job: str, timeout_s: float = 120.0) -> dict[str, str]:
        """Wait for the end of a job."""
        return self.wait_until(job, ENDED, timeout_s)

    def kill_node(self, node: str) -> None:
        """SIGKILL all processes of one node, and let SLURM know."""
        log = str(self.folder / f"slurmd-{node}.log")
        for pid in self._processes():
            is_rank = f"SLURMD_NODENAME={node}" in _read(pid, "environ").split("\0")
            if is_rank or log in _open_files(pid):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self.call("scontrol", "update", f"NodeName={node}", "State=DOWN", "Reason=test")

    def log_tails(self) -> str:
        """The last lines of every log."""
        logs = sorted(self.folder.glob("*.log"))
        return "\n".join(f"{p.name}:\n{_tail(p)}" for p in logs)

    def _configure(self) -> None:
        munge = self.folder / "munge"
        munge.mkdir()
        (self.folder / "state").mkdir()
        # munged insists on folders that others can pass and not write.
        self.folder.chmod(0o755)
        munge.chmod(0o711)
        (munge / "key").write_bytes(secrets.token_bytes(1024))
        (munge / "key").chmod(0o600)
        host = socket.gethostname().partition(".")[0]
        ctld_port, *ports = _free_ports(1 + len(NODES))
        text = CONFIGURATION.format(
            host=host,
            folder=self.folder,
            ctld_port=ctld_port,
            first_job=random.randrange(1_000, 60_000_000),
        )
        for name, port in zip(NODES, ports, strict=True):
            text += NODE.format(name=name, host=host, port=port)
        (self.folder / "slurm.conf").write_text(text + PARTITIONS, encoding="utf-8")

    def _daemon(self, *words: str) -> None:
        finished = subprocess.run(
            words,
            env=self.environment | {"PATH": _search_path()},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
        if finished.returncode:
            raise ClusterError(f"{' '.join(words)}: {finished.stderr}\n{self.log_tails()}")

    def _processes(self) -> list[int]:
        """Daemons and what they started: they know this cluster's configuration file."""
        mark = f"SLURM_CONF={self.environment['SLURM_CONF']}"
        everybody = [int(path.name) for path in Path("/proc").glob("[0-9]*")]
        return [
            pid
            for pid in everybody
            if pid != os.getpid()
            and mark in _read(pid, "environ").split("\0")
            and _read(pid, "stat").split()[2:3] != ["Z"]
        ]


def obtain_programs() -> str:
    """Install SLURM where it is absent; the reason why there is none, else an empty string."""
    if os.geteuid() != 0:
        return "a SLURM cluster for tests needs root"
    if not _missing():
        return ""
    if shutil.which("apt-get") is None:
        return f"{', '.join(_missing())} are not installed, and there is no apt-get"
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update"], ["install", "-y", "--no-install-recommends", *PACKAGES]):
        command = ["timeout", "-k", "5", "240", "apt-get", "-qq", *words]
        finished = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False
        )
        if finished.returncode:
            return f"apt-get {words[0]} failed: {finished.stderr.strip()[-300:]}"
    return f"{', '.join(_missing())} are not installed" if _missing() else ""


def _missing() -> Sequence[str]:
    return [name for name in PROGRAMS if shutil.which(name, path=_search_path()) is None]


def _search_path() -> str:
    """Daemons lie in sbin, which is not on everybody's PATH."""
    return f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _read(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _open_files(pid: int) -> set[str]:
    found = set()
    with suppress(OSError):
        for link in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                found.add(str(link.readlink()))
    return found


def _tail(path: Path) -> str:
    return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-8:])


def submit(
    cluster: Cluster, script: Path, cwd: Path, *options: str, **environment: str
) -> Mapping[str, str]:
    """Call a script of slurm/ by hand; the ids of the jobs it submits, by the first word told."""
    finished = subprocess.run(
        ["timeout", "-k", "5", "30", str(script), *options],
        cwd=cwd,
        env=cluster.environment | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode:
        raise ClusterError(f"{script.name}: {finished.stderr}")
    told = [line.split() for line in finished.stdout.splitlines()]
    return {words[1]: words[-1] for words in told if words[:1] == ["Submitted"]}


def main() -> None:
    """The guard: wait until standard input is closed, which the end of the tests does."""
    folder = Path(sys.argv[1])
    sys.stdin.read()
    Cluster(folder).stop()
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
