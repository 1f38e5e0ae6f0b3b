"""Names of all files and folders that a run writes beside the folders of its cells."""

from __future__ import annotations

#: Documents; the second name of the currents is the one that bluepyefe's readers look for.
FEATURES, PROTOCOLS = "features.json", "protocols.json"
CURRENTS = ("currents.json", "holding_threshold_currents.json")
CELLS_PICKLE, PROTOCOLS_PICKLE = "cells.pkl", "protocols.pkl"
NODES = "nodes.h5"
#: What the passes leave for each other.
RECORDINGS, FEATURE_TABLE = "recordings.h5", "efeatures.h5"
FAILURES = "failures.csv"
#: Folder of figures below that of the outputs.
FIGURES = "figures"
#: End of the name of the folder in which the engine keeps the state of an output.
STATE_SUFFIX = ".rghpc"

_ALL = frozenset(
    (
        *(FEATURES, PROTOCOLS, *CURRENTS, CELLS_PICKLE, PROTOCOLS_PICKLE, NODES),
        *(RECORDINGS, FEATURE_TABLE, FAILURES, FIGURES),
    )
)


def is_output_name(name: str) -> bool:
    """Whether a file or folder of a run has this name, in any case, so that no cell may have it."""
    lower = name.lower()
    return lower in _ALL or lower.endswith(STATE_SUFFIX)
