"""What a PDF file of the figures holds."""

from __future__ import annotations

import re
import zlib


def n_pages(document: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b(?!s)", document))


def content(document: bytes) -> str:
    """All streams of a file, unpacked."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", document, re.DOTALL)
    texts = []
    for stream in streams:
        try:
            texts.append(zlib.decompress(stream))
        except zlib.error:
            texts.append(stream)
    return b"\n".join(texts).decode("latin-1")
