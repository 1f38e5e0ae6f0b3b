"""Names that TMD parameters may use, as NeuroTS 3.7 and diameter-synthesis 0.7 know them."""

from __future__ import annotations

#: Growth along a barcode, and growth of plain trunks.
BARCODE_METHODS = ("tmd", "tmd_apical", "tmd_gradient")
TRUNK_METHODS = ("trunk", "axon_trunk")

#: Metrics of barcodes, and the one that counts points.
BARCODE_METRICS = ("path_distances", "radial_distances")
TRUNK_METRIC = "trunk_length"
METRICS = (*BARCODE_METRICS, TRUNK_METRIC)

#: `random` takes no angles, so it cannot follow a barcode.
BRANCHING_METHODS = ("bio_oriented", "symmetric", "directional", "random")

#: Modes of trunk directions; the second group draws angles to the pia or the apical trunk.
PLAIN_MODES = (
    "use_predefined",
    "sample_around_primary_orientation",
    "sample_pairwise_angles",
    "uniform",
)
ANGLE_MODES = ("pia_constraint", "apical_constraint", "normal_pia_constraint")
ORIENTATION_MODES = (*PLAIN_MODES, *ANGLE_MODES)

#: Where the distributions hold the angles that a mode's probability is fitted to.
FITTED_ANGLES = {"pia_constraint": "pia_3d_angles", "apical_constraint": "apical_3d_angles"}
#: Number of parameters of each form of that probability.
ANGLE_FORMS = {"flat": 0, "step": 2, "double_step": 4}

#: Section types of neurites in MorphIO: 2 axon, 3 basal, 4 apical, then free ones.
SECTION_TYPES = range(2, 20)
SECTION_TYPE_NAMES = {
    **{2: "axon", 3: "basal_dendrite", 4: "apical_dendrite"},
    **{number: f"custom{number}" for number in range(5, 20)},
}

DIAMETER_METHODS = ("uniform", "default", "external", "no_diameters", "M1", "M2", "M3", "M4", "M5")
#: Models of the method `external`.
DIAMETER_MODELS = ("generic", "simpler", "astrocyte", "neurite_based")
#: What is read of each distribution of an external model.
DIAMETER_DISTRIBUTIONS = {
    "constant": ("value",),
    "expon_rev": ("loc", "scale", "min", "max"),
    "exponnorm": ("a", "loc", "scale", "min", "max"),
    "gamma": ("a", "loc", "scale", "min", "max"),
}
