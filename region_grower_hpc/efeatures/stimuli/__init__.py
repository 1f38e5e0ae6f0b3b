"""Classes of stimuli: what the current of a recording tells of them.

Source: spec 5; the eCodes of bluepyefe.
"""

from __future__ import annotations

from typing import Any

from region_grower_hpc.efeatures.stimuli.cheops import NegCheops, PosCheops
from region_grower_hpc.efeatures.stimuli.names import class_name_of
from region_grower_hpc.efeatures.stimuli.ramp import Ramp
from region_grower_hpc.efeatures.stimuli.recorded_waveform import CapCheck, PinkNoise
from region_grower_hpc.efeatures.stimuli.sahp import SAHP
from region_grower_hpc.efeatures.stimuli.sine_spec import SineSpec
from region_grower_hpc.efeatures.stimuli.spike_rec import SpikeRec
from region_grower_hpc.efeatures.stimuli.step import Step
from region_grower_hpc.efeatures.stimuli.stimulus import Interpretation, Stimulus
from region_grower_hpc.efeatures.stimuli.two_steps import DeHyperPol, HyperDePol

#: All classes; each has one object, which holds no state.
STIMULI: tuple[Stimulus, ...] = (
    *(Step(), SAHP(), Ramp(), HyperDePol(), DeHyperPol(), NegCheops(), PosCheops()),
    *(SpikeRec(), SineSpec(), PinkNoise(), CapCheck()),
)
#: The same by name, which the metadata's key `ecode` takes.
ECODES: dict[str, Stimulus] = {stimulus.name: stimulus for stimulus in STIMULI}

__all__ = ["ECODES", "STIMULI", "Interpretation", "Stimulus", "stimulus_of"]


def stimulus_of(protocol_name: str, ecode: Any = None) -> Stimulus | None:
    """Class of a protocol's stimulus, None if there is none.

    Args:
        protocol_name: tells the class by the part of it that is known.
        ecode: name of the class, if the metadata give it; it wins.
    """
    name = class_name_of(protocol_name) if ecode is None else ecode
    return ECODES.get(name) if isinstance(name, str) else None
