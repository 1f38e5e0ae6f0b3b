"""Memory of this process, as it counts on a node that holds many of its kind."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Memory:
    """What this process holds, MB.

    Attributes:
        own_mb: what another process of its kind would add.
        peak_mb: the most that this has been, at most.
        files_mb: of libraries and mapped files, which a node holds once.
        data_mb: private address space, which `--memory-limit-per-rank` bounds.
    """

    own_mb: float
    peak_mb: float
    files_mb: float
    data_mb: float

    @classmethod
    def of_this_process(cls) -> Memory:
        """Read /proc/self/status; zeros where a kernel does not tell."""
        fields: dict[str, float] = {}
        try:
            status = Path("/proc/self/status").read_text(encoding="ascii")
        except OSError:
            status = ""
        for line in status.splitlines():
            name, _, value = line.partition(":")
            if value.endswith(" kB"):
                fields[name] = int(value.split()[0]) * 1024 / 1e6
        own_mb = fields.get("RssAnon", 0.0)
        above_mb = max(fields.get("VmHWM", 0.0) - fields.get("VmRSS", 0.0), 0.0)
        return cls(own_mb, own_mb + above_mb, fields.get("RssFile", 0.0), fields.get("VmData", 0.0))
