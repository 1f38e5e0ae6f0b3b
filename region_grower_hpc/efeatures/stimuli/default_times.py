"""Times of a stimulus that are usual, for those that are not given."""

from __future__ import annotations

from collections.abc import Mapping

from region_grower_hpc.efeatures.stimuli.sweep import Sweep


def times_or_defaults(
    sweep: Sweep, defaults_ms: Mapping[str, float], compat: bool
) -> tuple[dict[str, int], list[str]]:
    """Indices of all times, and a warning that names those taken by default.

    Args:
        sweep: tells what is given.
        defaults_ms: time of each key.
        compat: one missing time replaces all, as in bluepyefe.

    Raises:
        RecordingProblem: interpret, a time is outside the recording.
    """
    missing = [key for key in defaults_ms if sweep.index(key, is_clipped=True) is None]
    if missing and compat:
        missing = list(defaults_ms)
    times = {}
    for key, default_ms in defaults_ms.items():
        index = None if key in missing else sweep.index(key)
        times[key] = sweep.default_index(key, default_ms) if index is None else index
    taken = ", ".join(f"{key} {defaults_ms[key]:g}" for key in missing)
    return times, [f"times that are not given are set to (ms): {taken}"] if missing else []
