"""Units of features, for axes."""

from __future__ import annotations


def unit_of(efeature: str) -> str:
    """Unit that eFEL gives of a feature; "" for a number without unit or an unknown feature."""
    from efel.units import get_unit

    try:
        unit = get_unit(efeature)
    except KeyError:
        return ""
    return "" if unit in ("constant", "") else str(unit)
