"""What a process holds, and nothing where the kernel does not tell."""

from __future__ import annotations

import mmap
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from region_grower_hpc.engine.limits import TaskLimits
from region_grower_hpc.engine.memory import Memory


def test_what_is_allocated_is_told() -> None:
    before = Memory.of_this_process()
    # Fresh from the kernel, whatever memory other tests have left to the allocator.
    held = np.frombuffer(mmap.mmap(-1, 64_000_000, flags=mmap.MAP_PRIVATE), dtype=np.uint8)
    held[:] = 1
    after = Memory.of_this_process()
    assert after.own_mb - before.own_mb == pytest.approx(held.nbytes / 1e6, abs=5)
    assert after.data_mb - before.data_mb == pytest.approx(held.nbytes / 1e6, abs=5)
    assert after.peak_mb >= after.own_mb


def test_zeros_where_the_kernel_does_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(path: Path, **_: Any) -> str:
        raise FileNotFoundError(path)

    monkeypatch.setattr(Path, "read_text", absent)
    assert Memory.of_this_process() == Memory(0.0, 0.0, 0.0, 0.0)
    TaskLimits(memory_mb=1.0).check()
