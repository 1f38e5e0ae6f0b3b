"""Cases of axon grafting: donors, scales, jitters, cells without a donor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import morphio
import numpy as np

from tests.parity.case_inputs import CaseBook, CaseInputs
from tests.parity.context_cases import at, constrain
from tests.parity.growth_cases import DAC, TPC2, TPC3, add_axon
from tests.parity.orientation_cases import apicals_first, towards_pia

AXON = CaseBook()
case = AXON.case

DONORS = ("straight", "bushy", "two-axons")
WITHOUT_AXON = "no-axon"


def write_donors(folder: Path) -> None:
    """Write the donors, and one without axon."""
    folder.mkdir(parents=True)
    for number, (name, n_axons) in enumerate((*((n, 1) for n in DONORS[:2]), (DONORS[2], 2))):
        _write_donor(folder / f"{name}.h5", number, n_axons)
    _write_donor(folder / f"{WITHOUT_AXON}.h5", 7, 0)


def _write_donor(path: Path, seed: int, n_axons: int) -> None:
    rng = np.random.default_rng(seed)
    morphology = morphio.mut.Morphology()
    angles = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    contour = np.column_stack([6 * np.cos(angles), 6 * np.sin(angles), 0 * angles])
    morphology.soma.points = contour + rng.normal(0, 0.5, contour.shape)
    morphology.soma.diameters = np.zeros(8)
    morphology.soma.type = morphio.SomaType.SOMA_SIMPLE_CONTOUR
    types = [morphio.SectionType.basal_dendrite] * 3 + [morphio.SectionType.apical_dendrite]
    types += [morphio.SectionType.axon] * n_axons
    for kind in types:
        direction = rng.normal(0, 1, 3)
        root = morphology.append_root_section(_walk(rng, 6 * _unit(direction), direction), kind)
        _branch(rng, root, direction, 2 + seed)
    morphology.write(str(path))


def _branch(rng: Any, section: Any, direction: Any, depth: int) -> None:
    for _ in range(2 if depth else 0):
        turned = _unit(direction) + rng.normal(0, 0.5, 3)
        child = section.append_section(_walk(rng, section.points[-1], turned))
        if rng.random() < 0.7:
            _branch(rng, child, turned, depth - 1)


def _walk(rng: Any, start: Any, direction: Any) -> Any:
    n_points = int(rng.integers(2, 15))
    steps = 3 * _unit(direction) + rng.normal(0, 1, (n_points, 3))
    steps[0] = 0
    points = np.asarray(start, dtype=float) + np.cumsum(steps, axis=0)
    return morphio.PointLevel(points.tolist(), rng.uniform(0.3, 1.2, n_points).tolist())


def _unit(vector: Any) -> Any:
    return np.asarray(vector) / np.linalg.norm(vector)


def graft(
    inputs: CaseInputs,
    names: list[str],
    scales: list[float] | None = None,
    order: list[int] | None = None,
    **options: float,
) -> None:
    """Give the cells donors: one name, and one scale, for each gid."""
    header = "\tmorphology" if scales is None else "\tmorphology\tscale"
    rows = [
        "\t".join([str(gid), names[gid], *([] if scales is None else [str(scales[gid])])])
        for gid in order or range(len(names))
    ]
    inputs.files["axons.tsv"] = "\n".join([header, *rows]) + "\n"
    inputs.options.update({"--morph-axon": "axons.tsv", "--base-morph-dir": "../../donors"})
    inputs.options.update({f"--{name.replace('_', '-')}": value for name, value in options.items()})


@case(DAC, TPC2, TPC3)
def donors(inputs: CaseInputs) -> None:
    graft(inputs, list(DONORS))


@case(DAC, TPC2, TPC3, TPC2)
def donors_scaled(inputs: CaseInputs) -> None:
    """Rows in another order than the cells."""
    graft(inputs, [*DONORS, "bushy"], [0.5, 1.0, 1.7, 1.1], order=[2, 0, 3, 1])
    inputs.options["--out-debug-data"] = "debug.pkl"


@case(DAC, TPC2, TPC2)
def donors_rotated(inputs: CaseInputs) -> None:
    graft(inputs, list(DONORS), rotational_jitter_std=15.0)


@case(DAC, TPC2, TPC2)
def donors_sections_scaled(inputs: CaseInputs) -> None:
    graft(inputs, list(DONORS), scaling_jitter_std=0.4)


@case(DAC, TPC2, DAC, TPC2)
def donors_jittered(inputs: CaseInputs) -> None:
    graft(
        inputs,
        [*DONORS, "straight"],
        [0.8, 1.2, 0.9, 1.0],
        rotational_jitter_std=8.0,
        scaling_jitter_std=0.2,
    )


@case(DAC, DAC, DAC, TPC2, TPC2)
def donors_for_some(inputs: CaseInputs) -> None:
    """N/A for one cell of each mtype, but not the first, with which the peer ends."""
    names = ["bushy", "N/A", "straight", "N/A", "two-axons"]
    graft(inputs, names, [1.0, 1.0, 0.9, 1.1, 1.2], max_drop_ratio=0.5)
    inputs.options["--out-debug-data"] = "debug.pkl"


@case(DAC, DAC, TPC2, TPC2, TPC3)
def donors_and_failures(inputs: CaseInputs) -> None:
    graft(inputs, ["bushy", "bushy", "N/A", "straight", "bushy"], max_drop_ratio=0.5)
    inputs.place(1, 6, -0.1)


@case(TPC2, TPC2)
def donors_with_modes_and_limits(inputs: CaseInputs) -> None:
    apicals_first(inputs)
    inputs.vary(**towards_pia(0.3, 0.2))
    constrain(inputs, apical_dendrite={"hard_limit_max": at(1, 0.5)})
    graft(inputs, ["two-axons", "bushy"], [0.9, 1.3], rotational_jitter_std=20.0)


@case(TPC2, DAC)
def donors_beside_grown_axons(inputs: CaseInputs) -> None:
    """--synthesize-axons makes the list meaningless."""
    add_axon(inputs)
    graft(inputs, ["bushy", "bushy"])
    inputs.options["--synthesize-axons"] = True


@case(TPC2, DAC, exit_code=4, failures=((1, "input"),))
def donor_missing(inputs: CaseInputs) -> None:
    """The peer, too, skips the cell."""
    graft(inputs, ["bushy", "nobody"])


@case(TPC2, DAC, TPC2)
def donors_all_formats(inputs: CaseInputs) -> None:
    graft(inputs, ["two-axons", "bushy", "straight"], scaling_jitter_std=0.1)
    inputs.options["--out-morph-ext"] = ["swc", "asc", "h5"]


RECONSTRUCTED = CaseBook()


def _reconstructed(inputs: CaseInputs) -> None:
    """Donors of the developers' data folder."""
    graft(inputs, ["C170797A-P1", "C280199C-P3", "C280998A-P3"], [0.9, 1.1, 1.0])
    inputs.options["--base-morph-dir"] = "../../reconstructions"


@RECONSTRUCTED.case(DAC, TPC2, TPC3)
def reconstructed_donors(inputs: CaseInputs) -> None:
    _reconstructed(inputs)


@RECONSTRUCTED.case(DAC, TPC2, TPC3)
def reconstructed_donors_jittered(inputs: CaseInputs) -> None:
    _reconstructed(inputs)
    inputs.options.update({"--rotational-jitter-std": 5.0, "--scaling-jitter-std": 0.1})
