"""All files of the developers' data, against what bluepyefe read of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from region_grower_hpc.efeatures.readers import read_entry, suffix_problem
from region_grower_hpc.efeatures.trace import standardised


@pytest.mark.shared
@pytest.mark.parametrize("case", ["formats", "ecodes"])
def test_number_and_length_of_recordings(shared_data: Path, case: str) -> None:
    folder = shared_data / "efeatures"
    document = json.loads((folder / "metadata" / f"files_{case}.json").read_text())
    expected = json.loads((folder / "expected" / case / "recordings.json").read_text())
    found = []
    for cell, protocols in document.items():
        for protocol, entries in protocols.items():
            for entry in entries:
                metadata: dict[str, Any] = {**entry, "protocol_name": protocol}
                for key in ("filepath", "i_file", "v_file"):
                    if "/" in entry.get(key, ""):
                        metadata[key] = str(folder / "metadata" / entry[key])
                assert suffix_problem(metadata) is None
                for raw in read_entry(metadata):
                    trace = standardised(raw, metadata)
                    found.append((cell, protocol, trace.dt_ms, trace.tend_ms))
    assert found == [(row["cell"], row["protocol"], row["dt"], row["tend"]) for row in expected]
