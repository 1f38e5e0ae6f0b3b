"""What the numbers were measured on; no names of hosts or users."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

PACKAGES = ("numpy", "neurots", "diameter-synthesis", "morphio", "voxcell", "mpi4py", "mpich")


def machine() -> dict[str, Any]:
    """Hardware, system and versions."""
    memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cpu": _value(Path("/proc/cpuinfo"), "model name", ":"),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory_bytes / 2**30, 1),
        "system": _value(Path("/etc/os-release"), "PRETTY_NAME", "=").strip('"'),
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in PACKAGES},
        "version": _version("region-grower-hpc"),
        "commit": _commit(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def describe(about: dict[str, Any]) -> str:
    """In two lines."""
    packages = ", ".join(f"{name} {version}" for name, version in about["packages"].items())
    return (
        f"{about['cpu']}, {about['cores']} cores, {about['memory_gib']} GiB; {about['system']}, "
        f"Python {about['python']}; load before: {about['load_before']}\n"
        f"region-grower-hpc {about['version']} ({about['commit']}); {packages}"
    )


def _value(path: Path, key: str, separator: str) -> str:
    """The value of the first line `key separator value` of a file; "unknown" without one."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    pairs = (line.partition(separator) for line in lines)
    return next((value.strip() for name, _, value in pairs if name.strip() == key), "unknown")


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "none"


def _commit() -> str:
    """Of the checkout, with -dirty where it has been changed."""
    try:
        done = subprocess.run(
            ["git", "describe", "--always", "--dirty"],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown commit"
    return done.stdout.strip()
