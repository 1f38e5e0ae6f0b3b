"""Figures as PNG files: the same drawing gives the same bytes, whatever the user's settings are."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable

import matplotlib
from matplotlib.figure import Figure

DOTS_PER_INCH = 140
INK, FAINT_INK = "#1F2733", "#6B7683"
#: Readable with the common colour vision deficiencies.
DATA_COLOUR, MODEL_COLOUR = "#7FA6C9", "#C8500A"

#: Names of types and properties are texts: `$` and `_` have no meaning in them.
_STYLE = {
    "font.family": ["DejaVu Sans"],
    "text.parse_math": False,
    "text.color": INK,
    "axes.edgecolor": FAINT_INK,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.6,
    "xtick.color": FAINT_INK,
    "ytick.color": FAINT_INK,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "axes.formatter.useoffset": False,
    "hatch.linewidth": 0.5,
    "legend.frameon": False,
}
#: Without dates and versions.
_METADATA = {"Software": None}


def png_bytes(build: Callable[[], Figure]) -> bytes:
    """Bytes of the PNG file of a figure.

    Args:
        build: makes the figure; called where the style is in force.

    Returns:
        The file; the figure belongs to no window and goes with it. The user's settings and
        warnings come back after.
    """
    # The backend is not restored by `rc_context`, and nothing here asks for it.
    style = {key: value for key, value in matplotlib.rcParamsDefault.items() if key != "backend"}
    picture = io.BytesIO()
    with warnings.catch_warnings():
        # of characters that the font does not have: it draws a box for them
        warnings.simplefilter("ignore")
        with matplotlib.rc_context(style | _STYLE):
            build().savefig(picture, format="png", dpi=DOTS_PER_INCH, metadata=_METADATA)
    return picture.getvalue()
