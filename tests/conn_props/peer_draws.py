"""What the peer draws (peer_draws.json names the versions)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

PEER: dict[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
