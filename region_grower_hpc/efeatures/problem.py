"""What fails of one recording."""

from __future__ import annotations

#: Where a recording can fail, in the order of the work. The engine adds: internal, crash, memory,
#: timeout.
STAGES = ("open", "read", "units", "interpret", "features", "draw")


class RecordingProblem(Exception):
    """A recording that cannot be used; the others are.

    Args:
        stage: one of `STAGES`.
        key: of the metadata, of the file's header, or of a feature; "" if there is none.
        text: what is wrong, one sentence for the user.
    """

    def __init__(self, stage: str, key: str, text: str) -> None:
        super().__init__(stage, key, text)
        self.stage = stage
        self.key = key
        self.text = " ".join(text.split())

    def __str__(self) -> str:
        return f"{self.key}: {self.text}" if self.key else self.text
