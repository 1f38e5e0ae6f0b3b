"""Which class of stimuli the name of a protocol means."""

from __future__ import annotations

_STEP_NAMES = (
    "spontaneous",
    "idrest",
    "idthresh",
    "idthres",
    "idthreshold",
    "apwaveform",
    "iv",
    "step",
    "genericstep",
    "spontaps",
    "sponaps",
    "firepattern",
    "sponnohold30",
    "sponhold30",
    "spontnohold30",
    "sponthold30",
    "spontaneousnohold",
    "starthold",
    "startnohold",
    "delta",
)
#: Part of a protocol's name in lower case, and its class. The order matters: the first part that
#: occurs in the name in any case wins.
CLASS_OF_PART: tuple[tuple[str, str], ...] = (
    *((part, "Step") for part in _STEP_NAMES),
    *((part, "SAHP") for part in ("sahp", "idhyperpol", "irdepol", "irhyperpol", "iddepol")),
    *((part, "Ramp") for part in ("ramp", "ap_thresh", "apthresh", "apthreshold")),
    ("hyperdepol", "HyperDePol"),
    ("dehyperpol", "DeHyperPol"),
    ("negcheops", "NegCheops"),
    ("poscheops", "PosCheops"),
    ("spikerec", "SpikeRec"),
    ("sinespec", "SineSpec"),
    ("pinknoise", "PinkNoise"),
    ("capcheck", "CapCheck"),
)


def class_name_of(protocol_name: str) -> str | None:
    """Name of the class of stimuli of a protocol, None if no part of its name is known."""
    name = protocol_name.lower()
    return next((cls for part, cls in CLASS_OF_PART if part in name), None)
