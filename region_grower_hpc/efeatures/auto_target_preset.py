"""The automatic targets that are used where a user gives none."""

from __future__ import annotations

from typing import Any

_STEPS = (
    *("Step", "FirePattern", "IDrest", "IDRest", "IDthresh", "IDThresh"),
    *("IDThres", "IDthres", "IV"),
)

#: Source: `bluepyefe.auto_targets.default_auto_targets`.
PRESET_DOCUMENT: tuple[dict[str, Any], ...] = (
    {
        "protocols": _STEPS,
        "amplitudes": (200, 150, 250, 300),
        "efeatures": (
            *("voltage_base", "adaptation_index2", "mean_frequency"),
            *("time_to_first_spike", "time_to_last_spike"),
            *("inv_first_ISI", "inv_second_ISI", "inv_third_ISI"),
            *("inv_fourth_ISI", "inv_fifth_ISI", "inv_last_ISI"),
            *("ISI_CV", "ISI_log_slope", "doublet_ISI"),
            *("AP_amplitude", "AP1_amp", "APlast_amp"),
            *("AHP_depth", "AHP_time_from_peak"),
        ),
        "min_recordings_per_amplitude": 1,
        "preferred_number_protocols": 2,
        "tolerance": 25.0,
    },
    {
        "protocols": ("APWaveform", "APwaveform", *_STEPS),
        "amplitudes": (300, 350, 250, 400, 200),
        "efeatures": (
            *("AP_amplitude", "AP1_amp", "AP2_amp"),
            *("AP_width", "AP_duration_half_width", "AP_rise_time", "AP_fall_time"),
            *("AHP_depth_abs", "AHP_time_from_peak", "AHP_depth"),
        ),
        "min_recordings_per_amplitude": 1,
        "preferred_number_protocols": 1,
        "tolerance": 25.0,
    },
    {
        "protocols": ("IV", "Step"),
        "amplitudes": (-50, -100),
        "efeatures": (
            *("voltage_base", "steady_state_voltage_stimend"),
            *("ohmic_input_resistance_vb_ssse", "voltage_deflection", "voltage_deflection_begin"),
            *("decay_time_constant_after_stim", "Spikecount"),
            *("sag_ratio1", "sag_ratio2", "sag_amplitude", "sag_time_constant"),
        ),
        "min_recordings_per_amplitude": 1,
        "preferred_number_protocols": 1,
        "tolerance": 10.0,
    },
)
