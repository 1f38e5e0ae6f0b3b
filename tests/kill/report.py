"""The summary of what campaigns have found, as Markdown tables.

``python -m tests.kill.report kills.jsonl``
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from region_grower_hpc.run_processes import VICTIMS
from tests.kill.results import Results
from tests.kill.state_files import PHASES

Records = Sequence[dict[str, Any]]
#: How the words for a run that did not end begin (life.py).
_HUNG = ("hangs", "does not end")


def summary(records: Records) -> str:
    """One table of systems, and how many kills struck whom and when."""
    systems = sorted({record["system"] for record in records})
    kills = [record for record in records if record["what"] == "kill"]
    lives = [record for record in records if record["what"] == "life"]
    versions = sorted({record["version"] for record in records})
    return "\n\n".join(
        [
            _table(["", *systems], _rows(systems, kills, lives)),
            _table(["struck in", *VICTIMS, "all kills"], _struck(kills)),
            f"Versions: {', '.join(versions)}",
        ]
    )


def _rows(systems: Sequence[str], kills: Records, lives: Records) -> list[list[str]]:
    columns = [
        _column(
            [kill for kill in kills if kill["system"] == system],
            [life for life in lives if life["system"] == system],
        )
        for system in systems
    ]
    return [[name, *(column[name] for column in columns)] for name in columns[0]] if columns else []


def _column(kills: Records, lives: Records) -> dict[str, str]:
    repeated = [kill["repeated"] for kill in kills] or [0]
    above = sum(kill["repeated"] > kill["ranks"] for kill in kills)
    wound_down = [kill["wound_down_s"] for kill in kills] or [0.0]
    return {
        "kills": f"{len(kills)}",
        "outputs (lives)": f"{len(lives)}",
        "complete outputs": f"{sum(life['complete'] for life in lives)}",
        "starts that continued a killed run": f"{sum(life['starts'] - 1 for life in lives)}",
        "bytes that differ": f"{sum(life['bytes_differing'] for life in lives)}",
        "files that differ": f"{sum(len(life['files_differing']) for life in lives)}",
        "cells lost": f"{sum(life['cells_lost'] for life in lives)}",
        "cells repeated per kill: mean": f"{np.mean(repeated):.2f}",
        "cells repeated per kill: p99": f"{np.quantile(repeated, 0.99, method='higher')}",
        "cells repeated per kill: most": f"{max(repeated)}",
        "kills that cost more than a cell a rank": f"{above}",
        "suspects settled": f"{sum(life['suspects'] for life in lives)}",
        "runs that hung": f"{sum(words.startswith(_HUNG) for words in _defects(lives))}",
        "seconds from kill to end: p99": f"{np.quantile(wound_down, 0.99, method='higher'):.1f}",
        "seconds from kill to end: most": f"{max(wound_down):.1f}",
        "defects": f"{len(_defects(lives))}",
    }


def _defects(lives: Records) -> list[str]:
    return [words for life in lives for words in life["defects"]]


def _struck(kills: Records) -> list[list[str]]:
    counts = Counter((kill["phase"], kill["victim"]) for kill in kills)
    rows = []
    for phase in (*PHASES, "all phases"):
        of_phase = [
            sum(
                count
                for (at, who), count in counts.items()
                if phase in (at, "all phases") and victim in (who, "all kills")
            )
            for victim in (*VICTIMS, "all kills")
        ]
        rows.append([phase, *map(str, of_phase)])
    return rows


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    """Print the summary of the files named on the command line."""
    records = [record for name in sys.argv[1:] for record in Results(Path(name)).read()]
    print(summary(records))


if __name__ == "__main__":
    main()
