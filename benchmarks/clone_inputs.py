"""Inputs of measured clone runs, the same for both tools: database, recipe, rules, annotations.

A recipe asks for a given number of clones of each candidate.
"""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import morphio
import numpy as np
from clone_parents import APICAL, AXON, BASAL, Parent

#: points of a segment kind that a placement rule is about, as quantiles of their y
RULE_QUANTILES = (0.25, 0.75)
FLAGS = (
    *("use_axon", "use_dendrites", "axon_repair", "dendrite_repair", "basal_dendrite_repair"),
    *("tuft_dendrite_repair", "oblique_dendrite_repair", "unravel", "use_for_stats"),
)
#: Type of two of the four parents, which can exchange axons.
CROSSED = "L4_UPC"
HEADINGS = (
    *("morph_name", "repair_release_morph_path_h5", "morph_path", "mtype"),
    *("has_apical", "has_axon", "has_basal", "repair_morph_db_path_h5"),
)


@dataclass(frozen=True)
class CloneCase:
    """A folder with all inputs of a run, named as the peer's workflow expects them.

    Attributes:
        folder: of the files.
        cross_mtype: the type whose axons are exchanged.
        y_scales: factors of the scaled copies.
        n_clones: that the recipe asks for.
        n_morphologies: of the whole run in clone/: parents, grafts, scaled copies, clones.
    """

    folder: Path
    cross_mtype: str
    y_scales: tuple[float, ...]
    n_clones: int
    n_morphologies: int

    @property
    def dataset(self) -> Path:
        """Table of the parents."""
        return self.folder / "dataset.csv"

    @property
    def recipe(self) -> Path:
        """How many cells there are of each type."""
        return self.folder / "builder_recipe.xml"

    @property
    def placement_rules(self) -> Path:
        """Rules of each type for axon and dendrites."""
        return self.folder / "placement_rules.xml"

    @property
    def annotations(self) -> Path:
        """One file a parent."""
        return self.folder / "annotations"

    @property
    def transform_rules(self) -> Path:
        """Substitutions; not in each case."""
        return self.folder / "transform_rules.xml"


def write_case(
    folder: Path,
    parents: Sequence[Parent],
    clones_each: int,
    *,
    grafts: bool = False,
    y_scales: tuple[float, ...] = (1.05,),
    transforms: bool = False,
) -> CloneCase:
    """Write the inputs of a run.

    Args:
        folder: new folder.
        parents: repaired morphologies.
        clones_each: clones of each candidate: parents, grafts and their scaled copies.
        grafts: the two morphologies of type CROSSED exchange axons; else none does.
        y_scales: factors of the scaled copies.
        transforms: write transform rules, too.
    """
    # The peer must be given a type that has an axon; its only morphology exchanges none.
    mtypes = [parent.mtype for parent in parents]
    cross_mtype = CROSSED if grafts else next(m for m in mtypes if mtypes.count(m) == 1)
    (folder / "annotations").mkdir(parents=True)
    candidates = _candidates(parents, cross_mtype, 1 + len(y_scales))
    n_candidates = sum(candidates.values())
    case = CloneCase(
        folder, cross_mtype, y_scales, clones_each * n_candidates, (1 + clones_each) * n_candidates
    )
    rows = []
    for parent in parents:
        shutil.copy(parent.path, folder)
        morphology = morphio.Morphology(parent.path)
        kinds = {int(section.type) for section in morphology.root_sections}
        path = parent.path.name
        present = (APICAL in kinds, AXON in kinds, BASAL in kinds)
        rows.append((parent.name, path, path, parent.mtype, *present, "neurondb.xml"))
        annotation = _annotation(parent, morphology)
        annotation.write(case.annotations / f"{parent.name}.xml", encoding="utf-8")
    with case.dataset.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows((HEADINGS, *rows))
    _database(parents).write(folder / "neurondb.xml", encoding="utf-8")
    _recipe(candidates, clones_each).write(case.recipe, encoding="utf-8")
    _placement_rules(candidates).write(case.placement_rules, encoding="utf-8")
    if transforms:
        _transform_rules().write(case.transform_rules, encoding="utf-8")
    return case


def _candidates(
    parents: Sequence[Parent], cross_mtype: str, versions: int
) -> dict[tuple[str, str], int]:
    """Morphologies of each type and layer: parents, grafts, each in so many versions."""
    counts = Counter((parent.mtype, parent.layer) for parent in parents)
    return {
        (mtype, layer): versions * (count * count if mtype == cross_mtype else count)
        for (mtype, layer), count in counts.items()
    }


def _database(parents: Sequence[Parent]) -> ElementTree.ElementTree:
    root = ElementTree.Element("neurondb")
    listing = ElementTree.SubElement(root, "listing")
    for parent in parents:
        row = ElementTree.SubElement(listing, "morphology")
        mtype, _, subtype = parent.mtype.partition(":")
        texts = {"name": parent.name, "mtype": mtype, "msubtype": subtype, "layer": parent.layer}
        for tag, text in texts.items():
            ElementTree.SubElement(row, tag).text = text
        repair = ElementTree.SubElement(row, "repair")
        for flag in FLAGS:
            ElementTree.SubElement(repair, flag).text = "true"
        ElementTree.SubElement(repair, "axon_sources")
    return ElementTree.ElementTree(root)


def _recipe(candidates: dict[tuple[str, str], int], clones_each: int) -> ElementTree.ElementTree:
    """So many cells of each type that each candidate gets `clones_each` clones.

    One cell less in all: shares are rounded up, by no more than it takes.
    """
    n_candidates = sum(candidates.values())
    root = ElementTree.Element("blueColumn")
    types = ElementTree.SubElement(
        root, "NeuronTypes", totalNeurons=str(clones_each * n_candidates - 1)
    )
    for (mtype, layer), count in candidates.items():
        percentage = repr(100 * count / n_candidates)
        element = ElementTree.SubElement(types, "Layer", id=layer, percentage=percentage)
        ElementTree.SubElement(element, "StructuralType", id=mtype, percentage="100")
    return ElementTree.ElementTree(root)


def _placement_rules(candidates: dict[tuple[str, str], int]) -> ElementTree.ElementTree:
    root = ElementTree.Element("placement_rules")
    everyone = ElementTree.SubElement(root, "global_rule_set")
    for rule, kind in (("L1_hard_limit", "dendrite"), ("L1_axon_hard_limit", "axon")):
        ElementTree.SubElement(
            everyone, "rule", id=rule, type="below", segment_type=kind, y_layer="1",
            y_fraction="1.0",
        )  # fmt: skip
    for mtype, layer in candidates:
        own = ElementTree.SubElement(root, "mtype_rule_set", mtype=mtype)
        for kind in ("axon", "dendrite"):
            ElementTree.SubElement(
                own, "rule", id=f"{mtype}, {kind}", type="region_target", segment_type=kind,
                y_min_layer=layer, y_min_fraction="0.0", y_max_layer=layer, y_max_fraction="1.0",
            )  # fmt: skip
    return ElementTree.ElementTree(root)


def _annotation(parent: Parent, morphology: morphio.Morphology) -> ElementTree.ElementTree:
    """Both limits, and for each rule of the type the middle half of the points."""
    root = ElementTree.Element("annotations", morphology=parent.name)
    for kind, limit, types in (
        ("axon", "L1_axon_hard_limit", {AXON}),
        ("dendrite", "L1_hard_limit", {BASAL, APICAL}),
    ):
        points = [s.points[:, 1] for s in morphology.iter() if int(s.type) in types]
        y = np.concatenate(points).astype(float)
        for rule, (low, high) in (
            (limit, (y.min(), y.max())),
            (f"{parent.mtype}, {kind}", np.quantile(y, RULE_QUANTILES)),
        ):
            ElementTree.SubElement(
                root, "placement", rule=rule, y_min=repr(float(low)), y_max=repr(float(high))
            )
    return ElementTree.ElementTree(root)


def _transform_rules() -> ElementTree.ElementTree:
    root = ElementTree.Element("rules")
    ElementTree.SubElement(root, "substitute", {"from": "L4_UPC", "to": "L6_UPC"})
    copy = {"mtype": "L4_UPC", "src_layer": "4", "dst_layer": "3"}
    ElementTree.SubElement(root, "mtype_copy_to_layer", copy)
    return ElementTree.ElementTree(root)
