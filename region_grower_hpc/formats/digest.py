"""Identity of contents: what plan.json remembers of inputs and options."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

WHOLE_BYTES = 64 << 20
EDGE_BYTES = 1 << 20


def digest_file(path: Path) -> str:
    """sha256 of a file's content; above 64 MB of its size, time and first and last MB."""
    path = Path(path)
    status = path.stat()
    digest = hashlib.sha256()
    with path.open("rb") as file:
        if status.st_size <= WHOLE_BYTES:
            while block := file.read(EDGE_BYTES):
                digest.update(block)
        else:
            digest.update(f"{status.st_size} {status.st_mtime_ns} ".encode())
            digest.update(file.read(EDGE_BYTES))
            file.seek(-EDGE_BYTES, 2)
            digest.update(file.read(EDGE_BYTES))
    return digest.hexdigest()


def digest_json(value: Any) -> str:
    """sha256 of a JSON value, whatever the order of its keys."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
