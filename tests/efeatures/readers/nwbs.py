"""Small NWB files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np

RATE_HZ = 4000.0


def add_series(
    file: h5py.File,
    path: str,
    values: Any,
    unit: Any = "volts",
    conversion: Any = 1.0,
    **attributes: Any,
) -> h5py.Group:
    """A series with its sampling rate; attributes are those of its data."""
    group = file.create_group(path)
    data = group.create_dataset("data", data=np.asarray(values))
    if conversion is not None:
        data.attrs["conversion"] = conversion
    for key, value in {"unit": unit, **attributes}.items():
        data.attrs[key] = value
    clock = group.create_dataset("starting_time", data=0.0)
    clock.attrs["rate"] = RATE_HZ
    clock.attrs["unit"] = "seconds"
    return group


def write_scala(path: Path, n_sweeps: int = 3, **attributes: Any) -> Path:
    """Sweeps `CurrentClampSeries_0`... of protocol IV; attributes are those of the voltage."""
    with h5py.File(path, "w") as file:
        for sweep in range(n_sweeps):
            voltage = np.arange(10, dtype=np.float32) + sweep
            name = f"CurrentClamp{{}}Series_{sweep}"
            series = add_series(file, f"acquisition/{name.format('')}", voltage, **attributes)
            series.attrs["stimulus_description"] = "IV"
            add_series(
                file, f"stimulus/presentation/{name.format('Stimulus')}", -voltage, "amperes"
            )
    return path
