"""JSON schemas (draft 7) of one mtype's entries in the input files, and what breaks them in words.

`tmd_parameters` and `tmd_distributions` state what NeuroTS 3.7 accepts, `diameter_params` what
diameter-synthesis 0.7 accepts, `context_constraints` what region-grower 1.6 adds. What growth needs
beyond them is checked by `region_grower_hpc.synthesis.growth_inputs`.
"""

from region_grower_hpc.synthesis.schemas.validation import SchemaName, schema_problem

__all__ = ["SchemaName", "schema_problem"]
