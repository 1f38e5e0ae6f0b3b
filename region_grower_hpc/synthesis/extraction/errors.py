"""Why the reconstructions of an mtype do not suffice."""

from __future__ import annotations


class ExtractionError(ValueError):
    """The morphologies lack what is measured; the message says what, and what to do."""
