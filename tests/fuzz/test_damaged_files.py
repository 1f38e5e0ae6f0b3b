"""Damaged files of each format are refused by name or read; none costs a traceback or a hang.

FUZZ_FILES says how many files of each format, FUZZ_SEED which ones; `make fuzz` tries many. Files
that break a promise are kept in FUZZ_KEEP (default: fuzz-defects), with the command that repeats
them.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.fuzz.campaign import all_formats, kinds_of_defects, replay, try_format
from tests.fuzz.good_files import make_good_files
from tests.fuzz.targets import TARGETS
from tests.fuzz.zygote import ACCEPTED, REFUSED, try_undamaged

N_FILES = int(os.environ.get("FUZZ_FILES", "100"))
SEED = int(os.environ.get("FUZZ_SEED", "0"))
KEPT = Path(os.environ.get("FUZZ_KEEP", "fuzz-defects"))


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fuzz") / "good"
    make_good_files(folder)
    return folder


@pytest.mark.timeout(60 + N_FILES)
@pytest.mark.parametrize("format_", all_formats())
def test_damaged_files(format_: str, good: Path) -> None:
    tally = try_format(format_, N_FILES, SEED, good, KEPT)
    print(f"{format_}: {dict(tally.counts)} in {tally.seconds:.0f} s")
    told = [
        f"{len(outcomes)} x {cause}\n  {replay(outcomes[0], SEED)}"
        for cause, outcomes in kinds_of_defects(tally).items()
    ]
    assert not told, "\n".join(told)
    # Damage that is never noticed, or that always is, tests little.
    assert min(tally.counts[REFUSED], tally.counts[ACCEPTED]) > 0


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", TARGETS)
def test_undamaged_files_are_accepted(name: str, good: Path, tmp_path: Path) -> None:
    assert try_undamaged(TARGETS[name], good, tmp_path / "out") is None
