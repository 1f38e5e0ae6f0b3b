"""The state folder of a run, and what a new start of the command may do with it.

::

    .rghpc/  or  <main output>.rghpc/
    ├── plan.json         what is computed: digest, options, digests of inputs
    ├── journals/<run>/   what is finished; removed on success
    ├── costs.json        measured seconds a task, per group
    ├── progress.jsonl    events of all sessions
    ├── provenance.json   how it was computed
    ├── part.json         of a run over a part of the tasks: what the whole is
    ├── summary.journal   of such a run: what `merge` needs of each task
    ├── lock              held by rank 0 of a running command; the kernel frees it with the process
    └── complete          written last
"""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import fcntl
import json
import os
import shutil
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from region_grower_hpc import __version__
from region_grower_hpc.engine.job import Plan
from region_grower_hpc.engine.selection import identity
from region_grower_hpc.engine.state_dir import state_dir_of_file as state_dir_of_file
from region_grower_hpc.engine.state_dir import state_dir_of_folder as state_dir_of_folder
from region_grower_hpc.errors import InvalidInputError
from region_grower_hpc.formats import atomic
from region_grower_hpc.formats.digest import digest_file, digest_json

#: How long to wait for a former run on the same output that is still dying.
LOCK_PATIENCE_S = 30.0
#: What a damaged JSON file may raise where it is read.
_DAMAGE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


@dataclass(frozen=True)
class PlanRecord:
    """The identity of a plan, as plan.json keeps it.

    The digest covers everything that changes results: options and the content of inputs, never
    paths. The version of the product and the job's settings are recorded, not covered.
    """

    job: str
    n_tasks: int
    shard_size: int
    options: Mapping[str, Any]
    inputs: Mapping[str, str]
    tasks: str
    version: str = __version__
    #: JSON values from which `rerun` makes the job again; None where it cannot.
    settings: Mapping[str, Any] | None = None

    @classmethod
    def of(cls, job: str, plan: Plan) -> PlanRecord:
        """The record of a plan; reads the inputs."""
        options = json.loads(json.dumps(dict(plan.options)))
        inputs = {role: digest_file(path) for role, path in plan.inputs.items()}
        settings = None if plan.settings is None else json.loads(json.dumps(dict(plan.settings)))
        return cls(
            *(job, plan.n_tasks, plan.shard_size, options, inputs, identity(plan.tasks)),
            settings=settings,
        )

    def over(self, plan: Plan) -> PlanRecord:
        """The record of the same plan over a part of its tasks."""
        return dataclasses.replace(
            self, n_tasks=plan.n_tasks, shard_size=plan.shard_size, tasks=identity(plan.tasks)
        )

    @property
    def digest(self) -> str:
        """Identity of the results."""
        return digest_json(
            [
                *(self.job, self.n_tasks, self.shard_size, self.tasks),
                *(dict(self.options), dict(self.inputs)),
            ]
        )

    def as_json(self) -> dict[str, Any]:
        """For plan.json."""
        return {
            "job": self.job,
            "version": self.version,
            "digest": self.digest,
            "n_tasks": self.n_tasks,
            "shard_size": self.shard_size,
            "tasks": self.tasks,
            "options": dict(self.options),
            "inputs": dict(self.inputs),
            "settings": None if self.settings is None else dict(self.settings),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> PlanRecord:
        """Inverse of `as_json`."""
        keys = ("job", "n_tasks", "shard_size", "tasks", "options", "inputs", "version")
        for key in ("options", "inputs"):
            if not isinstance(value[key], dict):
                raise TypeError(f"'{key}' must be a mapping")
        for key in ("n_tasks", "shard_size"):
            if not isinstance(value[key], int):
                raise TypeError(f"'{key}' must be a whole number")
        # Former versions recorded no settings.
        return cls(**{key: value[key] for key in keys}, settings=value.get("settings"))

    def differences(self, other: PlanRecord) -> list[str]:
        """What differs, in words: `option: theirs -> ours`."""
        words = []
        for key in ("job", "n_tasks", "shard_size"):
            theirs, ours = getattr(other, key), getattr(self, key)
            if theirs != ours:
                words.append(f"{key}: {theirs!r} -> {ours!r}")
        if other.n_tasks == self.n_tasks and other.tasks != self.tasks:
            words.append("which tasks are selected")
        for key in sorted({*self.options, *other.options}):
            theirs, ours = other.options.get(key), self.options.get(key)
            if theirs != ours:
                words.append(f"{key}: {theirs!r} -> {ours!r}")
        for role in sorted({*self.inputs, *other.inputs}):
            if self.inputs.get(role) != other.inputs.get(role):
                words.append(f"the content of {role}")
        return words


class StateFolder:
    """The folder that holds the state of one run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.journals = path / "journals"
        self.plan_json = path / "plan.json"
        self.complete = path / "complete"
        self.costs_json = path / "costs.json"
        self.progress_jsonl = path / "progress.jsonl"
        self.provenance_json = path / "provenance.json"
        self.rows = path / "rows.npy"
        self.summary = path / "summary.journal"
        self.part_json = path / "part.json"
        self._lock: int | None = None

    @property
    def is_complete(self) -> bool:
        """Whether the run that plan.json tells of has ended well."""
        try:
            marker = json.loads(self.complete.read_text(encoding="utf-8"))
            failed = marker["failed"].values()
            return bool(marker["run"] == self.run) and all(isinstance(n, int) for n in failed)
        except (OSError, *_DAMAGE):
            return False

    @property
    def run(self) -> str:
        """Identity of the run that plan.json tells of: a fresh start is another run."""
        return str(json.loads(self.plan_json.read_text(encoding="utf-8"))["run"])

    @property
    def run_journals(self) -> Path:
        """Folder of the journals of this run."""
        return self.journals / self.run

    def read_plan(self) -> PlanRecord | None:
        """The plan of the former run; None if there is none."""
        try:
            content = json.loads(self.plan_json.read_text(encoding="utf-8"))
            if not isinstance(content["run"], str):
                raise TypeError("'run' must be a string")
            return PlanRecord.from_json(content)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except _DAMAGE as error:
            raise InvalidInputError(
                f"{self.plan_json} is damaged ({error}): remove {self.path} and start again with "
                "--overwrite"
            ) from error
        except OSError as error:
            raise InvalidInputError(f"cannot read {self.plan_json}: {error.strerror}") from error

    def begin(self, record: PlanRecord) -> None:
        """Make the folder ready for a fresh run.

        plan.json is replaced as a whole, and with it the run: what former runs left is never looked
        at again, and removed.
        """
        atomic.write_json(self.plan_json, {"run": uuid.uuid4().hex, **record.as_json()})
        for path in (self.complete, self.provenance_json, self.progress_jsonl, self.part_json):
            path.unlink(missing_ok=True)
        self.clear_journals()
        self.summary.unlink(missing_ok=True)

    def discard(self) -> None:
        """Forget the run, as if there had been none; its outputs stay."""
        for path in (self.plan_json, self.complete):
            path.unlink(missing_ok=True)
        self.clear_journals()

    def clear_journals(self) -> None:
        """Remove the record of finished tasks."""
        shutil.rmtree(self.journals, ignore_errors=True)
        with contextlib.suppress(OSError):
            self.rows.unlink(missing_ok=True)
            if not self.part_json.exists():
                self.summary.unlink(missing_ok=True)

    def finish(self, account: Mapping[str, Any]) -> None:
        """Write the completion marker, last of all; then the journals go.

        What a part leaves for `merge` stays.
        """
        atomic.write_json(self.complete, {"run": self.run, **account})
        self.clear_journals()

    def lock(self) -> None:
        """Hold the folder until this process ends, waiting a while for a run that is dying.

        Raises:
            InvalidInputError: another run holds it, or it cannot be made.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise InvalidInputError(
                f"cannot write to the state folder {self.path}: {error.strerror}; choose another "
                "output, or --state-dir"
            ) from error
        limit_s = time.monotonic() + LOCK_PATIENCE_S
        while True:
            try:
                fcntl.lockf(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > limit_s:
                    raise InvalidInputError(
                        f"another run is at work on {self.path}: wait for its end, or choose "
                        "another output"
                    ) from None
                time.sleep(0.2)
            except OSError as error:
                if error.errno not in (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP):
                    raise
                return  # A file system without locks: two runs at once are the user's care.

    def unlock(self) -> None:
        """Let others work on the folder."""
        if self._lock is not None:
            with contextlib.suppress(OSError):  # It is free in any case.
                os.close(self._lock)
            self._lock = None
