"""Calls of libraries that know nothing of damaged files."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from region_grower_hpc.efeatures.problem import RecordingProblem

#: Addresses and identities of objects, which differ from run to run.
_ADDRESS = re.compile(r"0x[0-9a-fA-F]+|\b\d{12,}\b")
_MAX_TEXT = 200


@contextmanager
def foreign(stage: str, key: str, what: str) -> Iterator[None]:
    """Turn whatever a library raises into a `RecordingProblem`, and keep its warnings quiet.

    Args:
        stage: of the problem.
        key: of the problem.
        what: could not be done, as in "cannot read the wave".
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except RecordingProblem:
        raise
    except MemoryError as error:
        text = f"{what}: it takes more memory than there is"
        raise RecordingProblem(stage, key, text) from error
    except Exception as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        reason = _ADDRESS.sub("...", str(reason))[:_MAX_TEXT]
        raise RecordingProblem(stage, key, f"{what}: {reason}") from error
