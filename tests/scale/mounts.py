"""Commands with a small file system of their own, in a mount namespace (root, Linux)."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from region_grower_hpc.engine.launcher import without_launcher
from region_grower_hpc.testing import launcher


def run_with_tmpfs(
    folder: Path,
    options: str,
    command: Sequence[str],
    n_ranks: int = 0,
    timeout_s: float = 100.0,
) -> subprocess.CompletedProcess[str]:
    """Run the interpreter with `command` while a tmpfs is mounted over `folder`, for it alone.

    Args:
        folder: that exists.
        options: of mount, such as ``size=16m``.
        command: of the interpreter.
        n_ranks: under mpiexec, unless 0.
        timeout_s: for all.
    """
    check_namespaces(folder)
    mount = f"mount -t tmpfs -o {options} tmpfs {shlex.quote(str(folder))}"
    words = [*launcher(n_ranks), sys.executable, *command]
    return subprocess.run(
        ["unshare", "-m", "sh", "-c", f"{mount} && exec {shlex.join(words)}"],
        env=without_launcher(os.environ),
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )


def check_namespaces(folder: Path) -> None:
    """Skip the test where a tmpfs cannot be mounted."""
    words = ["unshare", "-m", "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    try:
        tried = subprocess.run(words, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"no mount namespace for a tmpfs: {error}")
    if tried.returncode:
        pytest.skip(f"a tmpfs cannot be mounted here (root?): {tried.stderr.strip()}")
