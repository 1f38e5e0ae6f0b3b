"""Which axons go to which dendrites, and the database after that."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from region_grower_hpc.clone.grafting import graft_problem
from region_grower_hpc.clone.names import graft_name
from region_grower_hpc.clone.originals import Original, Refused
from region_grower_hpc.formats.neurondb import NeuronDbRow

LOGGER = logging.getLogger(__name__)

#: Kind of the rows of failures.csv that tell of grafts.
GRAFT_KIND = "graft"


@dataclass(frozen=True)
class Graft:
    """Dendrites of one original with the axon of another.

    Attributes:
        recipient, donor: numbers of the originals.
        full_type: of both.
    """

    recipient: int
    donor: int
    full_type: str


def cross(
    originals: Sequence[Original], database: Sequence[NeuronDbRow], cross_mtypes: Sequence[str]
) -> tuple[list[Graft], list[Refused]]:
    """All grafts of the types that are crossed, in order of type, recipient and donor.

    Each ordered pair of different morphologies of a type: a recipient has dendrites, a donor an
    axon, by the data set.

    Returns:
        The grafts, and those that cannot be made.
    """
    named = {row.name for row in database}
    in_order = sorted(
        (original.name, number)
        for number, original in enumerate(originals)
        if original.name in named and original.neuron.perimeters is None
    )
    grafts, refused, without = [], [], []
    for mtype in cross_mtypes:
        members = [number for _, number in in_order if originals[number].row.full_type == mtype]
        recipients = [number for number in members if originals[number].row.has_dendrites]
        donors = [number for number in members if originals[number].row.has_axon]
        if not {*recipients, *donors}:
            without.append(mtype)
        for recipient in recipients:
            for donor in donors:
                if recipient == donor:
                    continue
                problem = graft_problem(originals[recipient].neuron, originals[donor].neuron)
                if problem is None:
                    grafts.append(Graft(recipient, donor, mtype))
                else:
                    name = graft_name(originals[recipient].name, originals[donor].name)
                    refused.append(Refused(GRAFT_KIND, name, problem))
    if without:
        LOGGER.info("No morphology takes part in the grafts of %s", ", ".join(without))
    return grafts, refused


def grafted_rows(
    originals: Sequence[Original], database: Sequence[NeuronDbRow], grafts: Sequence[Graft]
) -> list[NeuronDbRow]:
    """The rows of grafting/: a graft in each layer of its recipient, and what may be used whole.

    Sorted by name; rows of one name in the order in which they were added.
    """
    layers: dict[str, dict[str, None]] = {}
    for row in database:
        layers.setdefault(row.name, {})[row.layer] = None
    rows = [
        NeuronDbRow(
            graft_name(originals[graft.recipient].name, originals[graft.donor].name),
            graft.full_type,
            layer,
        )
        for graft in grafts
        for layer in layers[originals[graft.recipient].name]
    ]
    rows += [row for row in database if row.flags["use_axon"] and row.flags["use_dendrites"]]
    return sorted(rows, key=lambda row: row.name)
