"""Grafts: the dendrites of one neuron with the axon of another."""

from __future__ import annotations

import numpy as np

from region_grower_hpc.clone.axon_site import (
    NoAxonSiteError,
    axon_site,
    azimuth_rad,
)
from region_grower_hpc.clone.neurite_trees import AXON, Tree, assembled, trees
from region_grower_hpc.clone.neuron_order import neuron_ordered
from region_grower_hpc.errors import TaskFailure
from region_grower_hpc.formats.morphology import MorphologyArrays

#: Kind of the failures of grafts, in failures.csv.
GRAFT = "graft"


def graft_problem(recipient: MorphologyArrays, donor: MorphologyArrays) -> str | None:
    """Say why `graft` would fail on two neurons; None where it would not.

    Only the soma and the root sections are looked at.
    """
    try:
        axon_site(recipient, donor)
    except NoAxonSiteError as problem:
        return str(problem)
    return None


def graft(
    recipient: MorphologyArrays, donor: MorphologyArrays, recipient_name: str, donor_name: str
) -> MorphologyArrays:
    """Replace all axons of a neuron by the first axon of another.

    The axon comes with all its sections, of whatever type, and their diameters. It is moved so
    that it starts where `axon_site` says.

    Args:
        recipient: keeps its soma, its other neurites and its cell family; without perimeters.
        donor: without perimeters.
        recipient_name: with `donor_name`, draws the direction where the recipient has no axon.
        donor_name: of the donor.

    Returns:
        The graft, roots in NEURON's order.

    Raises:
        TaskFailure: of the kind "graft", with the text of `graft_problem`.

    Source: `morph_tool.graft.graft_axon` on freshly loaded neurons.
    """
    try:
        site = axon_site(recipient, donor)
    except NoAxonSiteError as problem:
        raise TaskFailure(GRAFT, str(problem)) from problem
    axon = next(tree for tree in trees(donor) if tree.type == AXON)
    others = [tree for tree in trees(recipient) if tree.type != AXON]
    start_um = site.start_um(azimuth_rad(recipient_name, donor_name))

    points = axon.points.astype(np.float64)
    points[:, :3] += start_um - points[0, :3]
    moved = Tree(points.astype(np.float32), axon.structure)
    soma = recipient.points[: recipient.soma_size]
    return neuron_ordered(assembled(soma, [moved, *others], recipient.family))
