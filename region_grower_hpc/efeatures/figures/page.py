"""Figures as files: the same drawing gives the same bytes, whatever the user's settings are."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import matplotlib
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

#: Six recordings beside each other are 2,056 pixels wide.
DOTS_PER_INCH = 130
INK, FAINT_INK = "#1F2733", "#6B7683"

#: Type 3 fonts cost a tenth of a second less a document than type 42.
_STYLE = {"font.family": ["DejaVu Sans"], "pdf.fonttype": 3, "pdf.compression": 6}
#: Without dates and versions.
_PDF_METADATA = {"CreationDate": None, "Creator": "region-grower-hpc", "Producer": None}
_PNG_METADATA = {"Software": None}

#: Draws one page. Figures are built within `page_files`, where the style is in force.
Draw = Callable[[], Figure]


def page_files(stem: str, pages: Sequence[Draw], numbered: bool = False) -> dict[str, bytes]:
    """One PDF file with all pages, and a PNG file for each.

    Args:
        stem: path of the files without suffix.
        pages: called one after the other.
        numbered: PNG files are `<stem>_<page>.png`, from 1, also where there is but one page.

    Returns:
        Bytes by path: `<stem>.pdf`, `<stem>.png` or `<stem>_<page>.png`; nothing without pages.
    """
    if not pages:
        return {}
    pictures: list[bytes] = []
    document = io.BytesIO()
    with _fixed_style(), PdfPages(document, metadata=_PDF_METADATA) as pdf:
        for draw in pages:
            figure = draw()
            picture = io.BytesIO()
            figure.savefig(picture, format="png", dpi=DOTS_PER_INCH, metadata=_PNG_METADATA)
            pictures.append(picture.getvalue())
            pdf.savefig(figure)
    files = {f"{stem}.pdf": document.getvalue()}
    if len(pictures) == 1 and not numbered:
        return files | {f"{stem}.png": pictures[0]}
    return files | {f"{stem}_{page}.png": png for page, png in enumerate(pictures, start=1)}


@contextmanager
def _fixed_style() -> Iterator[None]:
    """Matplotlib's own defaults and our style; the user's settings and warnings come back after."""
    # The backend is not restored by `rc_context`, and nothing here asks for it.
    style = {key: value for key, value in matplotlib.rcParamsDefault.items() if key != "backend"}
    with warnings.catch_warnings():
        # of characters that the font does not have: it draws a box for them
        warnings.simplefilter("ignore")
        with matplotlib.rc_context(style | _STYLE):
            yield
