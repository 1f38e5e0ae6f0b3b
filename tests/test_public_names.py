"""Names that users' scripts rely on."""

from __future__ import annotations

import inspect

import pytest

from region_grower_hpc import cli, clone, conn_props, efeatures, errors, synthesis, testing

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
#: Parameters of bluepyefe.extract.extract_efeatures 2.3.63, in order.
EXTRACT_EFEATURES = [
    "output_directory",
    "files_metadata",
    "targets",
    "threshold_nvalue_save",
    "protocols_rheobase",
    "absolute_amplitude",
    "recording_reader",
    "map_function",
    "write_files",
    "plot",
    "low_memory_mode",
    "protocol_mode",
    "efel_settings",
    "extract_per_cell",
    "rheobase_strategy",
    "rheobase_settings",
    "auto_targets",
    "pickle_cells",
    "default_std_value",
]
#: Parameters of the other functions of bluepyefe.extract 2.3.63; ours may have more behind them.
EFEATURES = {
    "read_recordings": "files_metadata recording_reader map_function efel_settings",
    "extract_efeatures_at_targets": "cells targets map_function efel_settings",
    "group_efeatures": "cells targets absolute_amplitude use_global_rheobase protocol_mode "
    "efel_settings",
    "create_feature_protocol_files": "cells protocols output_directory threshold_nvalue_save "
    "write_files save_files_used default_std_value",
    "compute_rheobase": "cells protocols_rheobase rheobase_strategy rheobase_settings",
    "plot_recordings": "files_metadata output_directory recording_reader map_function",
    "convert_legacy_targets": "targets",
    "cells_pickle_output_path": "output_directory",
    "protocols_pickle_output_path": "output_directory",
}
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


def test_efeatures() -> None:
    assert efeatures.__all__ == [
        "AutoTarget",
        "cells_pickle_output_path",
        "compute_rheobase",
        "convert_legacy_targets",
        "create_feature_protocol_files",
        "extract_efeatures",
        "extract_efeatures_at_targets",
        "group_efeatures",
        "inspect_nwb",
        "plot_recordings",
        "protocols_pickle_output_path",
        "read_recordings",
        "translate_legacy_config",
    ]
    assert all(hasattr(efeatures, name) for name in efeatures.__all__)
    with pytest.raises(AttributeError):
        efeatures.absent  # noqa: B018


def test_extract_efeatures() -> None:
    parameters = inspect.signature(efeatures.extract_efeatures).parameters
    positional = [
        name for name, value in parameters.items() if value.kind is not value.KEYWORD_ONLY
    ]
    assert positional == EXTRACT_EFEATURES
    assert parameters["default_std_value"].default == 0.001
    assert parameters["rheobase_strategy"].default == "absolute"


@pytest.mark.parametrize("name", EFEATURES)
def test_functions_of_efeatures(name: str) -> None:
    parameters = inspect.signature(getattr(efeatures, name)).parameters
    expected = EFEATURES[name].split()
    assert list(parameters)[: len(expected)] == expected


#: Parameters of connectome_manipulator.model_building.conn_props 1.0.4, in order.
CONN_PROPS = {
    "extract": "circuit min_sample_size_per_group max_sample_size_per_group hist_bins sel_props "
    "sel_src sel_dest edges_popul_name CV_dict",
    "build": "syns_per_conn_data conn_prop_data m_types m_type_class m_type_layer syn_props "
    "distr_types data_types data_bounds shared_within",
    "plot": "out_dir syns_per_conn_data conn_prop_data m_types syn_props model plot_sample_size",
}


def test_conn_props() -> None:
    assert conn_props.__all__ == ["ConnPropsModel", "build", "extract", "plot"]
    assert all(hasattr(conn_props, name) for name in conn_props.__all__)
    with pytest.raises(AttributeError):
        conn_props.absent  # noqa: B018


@pytest.mark.parametrize("name", CONN_PROPS)
def test_functions_of_conn_props(name: str) -> None:
    parameters = inspect.signature(getattr(conn_props, name)).parameters
    positional = [
        one for one, value in parameters.items() if value.kind is value.POSITIONAL_OR_KEYWORD
    ]
    assert positional == CONN_PROPS[name].split()
    # Settings of the other functions may be handed over.
    assert any(value.kind is value.VAR_KEYWORD for value in parameters.values())


def test_commands() -> None:
    assert list(cli.COMMANDS) == [
        "generate-parameters",
        "generate-distributions",
        "synthesize-morphologies",
        "merge",
        "clone-morphologies",
        "extract-efeatures",
        "plot-recordings",
        "conn-props",
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
