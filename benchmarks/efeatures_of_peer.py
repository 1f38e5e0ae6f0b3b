"""The peer's whole extraction, in one process; runs in the peer's environment.

    python efeatures_of_peer.py FILES_METADATA.json TARGETS.json OUT PLOT PROTOCOL_RHEOBASE...

PLOT is 1 for figures, else 0. These are the peer's own functions with its own defaults.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import bluepyefe.extract  # type: ignore[import-not-found]


def main() -> None:
    files, targets, out, plot, *protocols_rheobase = sys.argv[1:]
    bluepyefe.extract.extract_efeatures(
        out,
        json.loads(Path(files).read_text(encoding="utf-8")),
        json.loads(Path(targets).read_text(encoding="utf-8")),
        protocols_rheobase=protocols_rheobase,
        plot=plot == "1",
        write_files=True,
    )


if __name__ == "__main__":
    main()
