"""Make the inputs of cloning from a synthesized column: some of its cells become the parents.

    python make_inputs.py SYNTHESIS CELLS FOLDER [--parents N]

SYNTHESIS holds the outputs of ../synthesis, CELLS (SONATA) the circuit that is to be filled. FOLDER
gets repaired/ (one h5 file a parent), dataset.csv, neurondb.xml, annotations/, builder_recipe.xml,
placement_rules.xml and transform_rules.xml; the README beside this file tells what they say.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import h5py
import morphio
import numpy as np
from voxcell import CellCollection, VoxelData

CONTAINER = "morphologies.h5"
BASAL, APICAL = 3, 4
DENDRITE_LIMIT, AXON_LIMIT = "L1_hard_limit", "L1_axon_hard_limit"
#: Where the dendrites of a type reach to: the layer of the rule for it.
TARGET_LAYERS = {
    "L1_DAC": "1",
    "L2_TPC:A": "1",
    "L3_TPC:A": "1",
    "L4_UPC": "3",
    "L5_TPC:A": "1",
}
#: Cells of the first type serve as ones of the second, too.
SUBSTITUTE = "L2_TPC:A", "L3_TPC:A"
#: Its stretched copies are left out.
TALLEST, STRETCH = "L5_TPC:A", "_-_Scale_x1.000_y1.050_z1.000"
COLUMNS = (
    *("morph_name", "repair_release_morph_path_h5", "mtype"),
    *("has_apical", "has_axon", "has_basal", "repair_morph_db_path_h5"),
    "soma_y_um",  # in the column; for the picture, cloning does not read it
)
FLAGS = (
    *("use_axon", "use_dendrites", "axon_repair", "dendrite_repair", "basal_dendrite_repair"),
    *("tuft_dendrite_repair", "oblique_dendrite_repair", "unravel", "use_for_stats"),
)


@dataclass(frozen=True)
class Parent:
    """One cell of the column, taken as a reconstruction.

    Attributes:
        name: of its file.
        cell: its name in the column.
        mtype, layer: its type, and where its soma is.
        position_um: of its soma in the atlas.
        morphology: its soma at the origin, y towards the pia.
    """

    name: str
    cell: str
    mtype: str
    layer: str
    position_um: Any
    morphology: Any


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("synthesis", type=Path, help="outputs of the example of synthesis")
    parser.add_argument("cells", type=Path, help="SONATA file of the circuit's cells")
    parser.add_argument("folder", type=Path, help="where the inputs are written")
    parser.add_argument("--parents", type=int, default=3, help="of each mtype (default: 3)")
    arguments = parser.parse_args()
    if arguments.parents < 1:
        parser.error("--parents must be at least 1")
    parents = read_parents(arguments.synthesis, arguments.parents)
    make_inputs(arguments.folder, parents, arguments.synthesis, arguments.cells)
    n_mtypes = len({parent.mtype for parent in parents})
    print(f"{len(parents)} parents of {n_mtypes} types, and their rules: {arguments.folder}")


def read_parents(synthesis: Path, count: int) -> list[Parent]:
    """The first `count` cells of each mtype of the column."""
    cells = CellCollection.load_sonata(synthesis / "nodes.h5").as_dataframe()
    collection = morphio.Collection(synthesis / CONTAINER)
    parents = []
    for mtype, rows in cells.groupby("mtype", observed=True):
        for index, row in enumerate(rows.head(count).itertuples()):
            name = f"{str(mtype).replace(':', '-')}_{index}"
            position_um = np.array([row.x, row.y, row.z])
            cell = str(row.morphology)
            layer, morphology = str(row.layer), collection.load(cell)
            parents.append(Parent(name, cell, str(mtype), layer, position_um, morphology))
    return parents


def make_inputs(folder: Path, parents: Sequence[Parent], synthesis: Path, cells: Path) -> None:
    """Write all inputs into `folder`."""
    (folder / "repaired").mkdir(parents=True, exist_ok=True)
    (folder / "annotations").mkdir(exist_ok=True)
    bounds = {
        layer: VoxelData.load_nrrd(synthesis / "inputs" / "atlas" / f"[PH]{layer}.nrrd")
        for layer in set(TARGET_LAYERS.values())
    }
    rows = []
    for parent in parents:
        path = Path("repaired") / f"{parent.name}.h5"
        extract(synthesis / CONTAINER, parent.cell, folder / path)
        kinds = {int(section.type) for section in parent.morphology.root_sections}
        present = (APICAL in kinds, False, BASAL in kinds)  # the example grows no axons
        soma_y_um = repr(float(parent.position_um[1]))
        rows.append((parent.name, path, parent.mtype, *present, "neurondb.xml", soma_y_um))
        lower_um, upper_um = bounds[TARGET_LAYERS[parent.mtype]].lookup(parent.position_um)
        write_xml(
            annotation(parent, float(lower_um), float(upper_um)),
            folder / "annotations" / f"{parent.name}.xml",
        )
    with (folder / "dataset.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows((COLUMNS, *rows))
    write_xml(database(parents), folder / "neurondb.xml")
    write_xml(recipe(cells), folder / "builder_recipe.xml")
    write_xml(placement_rules(), folder / "placement_rules.xml")
    write_xml(transform_rules(parents), folder / "transform_rules.xml")


def extract(container: Path, name: str, path: Path) -> None:
    """Write a morphology of a container to a file of its own; the same bytes each time."""
    with h5py.File(container) as source, h5py.File(path, "w") as target:
        for member in ("points", "structure", "metadata"):
            source.copy(f"{name}/{member}", target)


def annotation(parent: Parent, lower_um: float, upper_um: float) -> ElementTree.Element:
    """How far its dendrites reach, and how far in its target layer, at its own place."""
    root = ElementTree.Element("annotations", morphology=parent.name)
    y_um = np.concatenate([section.points[:, 1] for section in parent.morphology.iter()])
    y_um = y_um.astype(float)
    in_layer = y_um[(y_um >= lower_um - parent.position_um[1])]
    in_layer = in_layer[in_layer <= upper_um - parent.position_um[1]]
    for rule, values in ((DENDRITE_LIMIT, y_um), (target_rule(parent.mtype), in_layer)):
        if len(values):
            ElementTree.SubElement(
                root,
                "placement",
                rule=rule,
                y_min=repr(float(values.min())),
                y_max=repr(float(values.max())),
            )
    return root


def target_rule(mtype: str) -> str:
    """Identifier of the rule for the layer that the dendrites of a type reach to."""
    return f"dendrite, Layer_{TARGET_LAYERS[mtype]}"


def database(parents: Sequence[Parent]) -> ElementTree.Element:
    """The morphology database: each parent once, in its layer."""
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
    return root


def recipe(cells: Path) -> ElementTree.Element:
    """How many cells the circuit has of each type in each layer."""
    table = CellCollection.load_sonata(cells).as_dataframe()
    layers = Counter(map(str, table["layer"]))
    types = Counter(zip(map(str, table["layer"]), map(str, table["mtype"]), strict=True))
    root = ElementTree.Element("blueColumn")
    total = ElementTree.SubElement(root, "NeuronTypes", totalNeurons=str(len(table)))
    for layer, in_layer in sorted(layers.items()):
        share = repr(100 * in_layer / len(table))
        element = ElementTree.SubElement(total, "Layer", id=layer, percentage=share)
        for (other, mtype), count in sorted(types.items()):
            if other == layer:
                share = repr(100 * count / in_layer)
                ElementTree.SubElement(element, "StructuralType", id=mtype, percentage=share)
    return root


def placement_rules() -> ElementTree.Element:
    """Nothing above the pia; tufts and tips in the layer that they reached in the column."""
    root = ElementTree.Element("placement_rules")
    everyone = ElementTree.SubElement(root, "global_rule_set")
    for rule, kind in ((DENDRITE_LIMIT, "dendrite"), (AXON_LIMIT, "axon")):
        ElementTree.SubElement(
            everyone, "rule", id=rule, type="below", segment_type=kind,
            y_layer="1", y_fraction="1.0",
        )  # fmt: skip
    for layer in sorted(set(TARGET_LAYERS.values())):
        mtypes = [mtype for mtype, target in TARGET_LAYERS.items() if target == layer]
        own = ElementTree.SubElement(root, "mtype_rule_set", mtype="|".join(mtypes))
        ElementTree.SubElement(
            own, "rule", id=target_rule(mtypes[0]), type="region_target", segment_type="dendrite",
            y_min_layer=layer, y_min_fraction="0.0", y_max_layer=layer, y_max_fraction="1.0",
        )  # fmt: skip
    return root


def transform_rules(parents: Sequence[Parent]) -> ElementTree.Element:
    """Stretched copies of the tallest type are left out; one type serves as another, too."""
    root = ElementTree.Element("rules")
    for parent in parents:
        if parent.mtype == TALLEST:
            ElementTree.SubElement(root, "exclude", name=parent.name + STRETCH)
    ElementTree.SubElement(root, "substitute", dict(zip(("from", "to"), SUBSTITUTE, strict=True)))
    return root


def write_xml(root: ElementTree.Element, path: Path) -> None:
    """Write an indented document."""
    ElementTree.indent(root)
    ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


if __name__ == "__main__":
    main()
