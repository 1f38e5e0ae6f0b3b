"""Names that users' scripts rely on."""

from __future__ import annotations

import inspect

import pytest

from region_grower_hpc import cli, clone, errors, synthesis, testing

#: Parameters of region_grower.synthesize_morphologies.SynthesizeMorphologies 1.6.0, in order.
SYNTHESIZE_MORPHOLOGIES = [
    "input_cells",
    "tmd_parameters",
    "tmd_distributions",
    "atlas",
    "out_cells",
    "out_apical",
    "out_morph_dir",
    "out_morph_ext",
    "morph_axon",
    "base_morph_dir",
    "atlas_cache",
    "seed",
    "out_apical_nrn_sections",
    "max_files_per_dir",
    "overwrite",
    "max_drop_ratio",
    "scaling_jitter_std",
    "rotational_jitter_std",
    "out_debug_data",
    "nb_processes",
    "with_mpi",
    "min_depth",
    "max_depth",
    "skip_write",
    "min_hard_scale",
    "region_structure",
    "container_path",
    "hide_progress_bar",
    "dask_config",
    "chunksize",
    "synthesize_axons",
]
#: Parameters of morphology_workflows.tasks.clone.CloneMorphologies 0.12.1, in order.
CLONE_MORPHOLOGIES = [
    "cross_mtypes",
    "placement_rules_path",
    "axon_limit_name",
    "dendrite_limit_name",
    "y_scales",
    "transform_rules_path",
    "builder_recipe_path",
    "clone_multiplier",
    "std_angle",
    "std_scale",
    "parallel_factory_type",
    "morph_path_col",
]
METHODS = [
    "assign_atlas_data",
    "check_context_consistency",
    "compute",
    "export_empty_results",
    "finalize",
    "set_cortical_depths",
    "set_default_params_and_distrs",
    "synthesize",
    "task_ids",
    "verify",
]


def test_synthesis() -> None:
    assert synthesis.__all__ == ["RegionMapper", "SynthesizeMorphologies"]
    with pytest.raises(AttributeError):
        synthesis.absent  # noqa: B018


def test_synthesize_morphologies() -> None:
    parameters = inspect.signature(synthesis.SynthesizeMorphologies).parameters
    positional = [
        name for name, value in parameters.items() if value.kind is not value.KEYWORD_ONLY
    ]
    assert positional == SYNTHESIZE_MORPHOLOGIES
    assert parameters["max_depth"].default == 5000
    assert parameters["min_hard_scale"].default == 0.2
    assert all(hasattr(synthesis.SynthesizeMorphologies, name) for name in METHODS)


def test_region_mapper() -> None:
    parameters = list(inspect.signature(synthesis.RegionMapper).parameters)
    assert parameters == ["synthesis_regions", "region_map", "known_regions"]


def test_clone() -> None:
    assert clone.__all__ == [
        "Category",
        "CloneMorphologies",
        "CollectAnnotations",
        "CollectRepaired",
        "MakeCloneRelease",
        "get_candidates_from_neurondb",
    ]
    assert all(hasattr(clone, name) for name in clone.__all__)
    with pytest.raises(AttributeError):
        clone.absent  # noqa: B018


def test_clone_morphologies() -> None:
    parameters = inspect.signature(clone.CloneMorphologies).parameters
    positional = [
        name for name, value in parameters.items() if value.kind is not value.KEYWORD_ONLY
    ]
    assert positional == ["dataset_df", "result_path", *CLONE_MORPHOLOGIES]
    assert parameters["y_scales"].default == (0.95, 0.975, 1.025, 1.05)


def test_commands() -> None:
    assert list(cli.COMMANDS) == [
        "generate-parameters",
        "generate-distributions",
        "synthesize-morphologies",
        "merge",
        "clone-morphologies",
        "status",
        "rerun",
        "compare",
    ]


def test_exit_codes() -> None:
    assert {code.name: int(code) for code in errors.ExitCode} == {
        "DONE": 0,
        "INTERNAL": 1,
        "USAGE": 2,
        "INVALID_INPUT": 3,
        "TOO_MANY_FAILURES": 4,
        "FOREIGN_PLAN": 5,
        "STOPPED_EARLY": 75,
    }


def test_the_contract_is_shipped() -> None:
    tests = [name for name in dir(testing.JobContract) if name.startswith("test_")]
    assert len(tests) >= 9
