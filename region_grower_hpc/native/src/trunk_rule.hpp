// How the trunks of one neurite type leave the soma: the entry of a grow type in both TMD files,
// compiled.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "distribution.hpp"
#include "vector3.hpp"

namespace rghpc {

// How NeuroTS fails on the values of a mode when it comes to use them.
struct TrunkProblem {
    std::string error, message;
    bool is_retried = false;

    [[noreturn]] void raise() const;
};

// Probability of a trunk by its angle with a reference direction, 1 at the most likely angle of
// 100 equidistant ones. Source: neurots.generate.orientations.get_probability_function.
class TrunkAngleLaw {
   public:
    enum class Form { flat, step, double_step };

    TrunkAngleLaw() = default;
    // Throws std::invalid_argument for a number of parameters that does not fit the form.
    TrunkAngleLaw(Form form, std::vector<double> parameters);

    double probability(double angle_rad) const;

   private:
    double unscaled(double angle_rad) const;

    Form form_ = Form::flat;
    std::vector<double> parameters_;  // scale and rate of each sigmoid
    double largest_ = 1.0;
};

enum class TrunkPlacement {
    // orientation null, a list, or a list with trunk_absolute_orientation
    by_deviations,
    listed,
    around_listed,
    // orientation {mode, values}
    use_predefined,
    sample_around_primary_orientation,
    sample_pairwise_angles,
    uniform,
    normal_pia_constraint,
    pia_constraint,
    apical_constraint,
    // another orientation, or another mode
    unusable
};

struct TrunkRule {
    bool is_basal = false, is_apical = false;  // named basal_dendrite, apical_dendrite
    TrunkPlacement placement = TrunkPlacement::by_deviations;
    bool is_mapping = false;  // whether the orientation has a mode
    bool is_3d = false;       // whether that one is pia_, apical_ or normal_pia_constraint
    std::vector<Vector3> directions;  // list, predefined ones, or the primary one

    // Entries of the distributions; without value where they are missing or no distribution.
    std::optional<Distribution> num_trees;
    std::optional<Distribution> orientation_deviation;
    std::optional<Distribution> absolute_elevation_deviation;
    std::optional<Distribution> azimuth_cosine;

    // Of normal_pia_constraint.
    std::vector<double> means_rad, stds_rad;
    bool has_list_of_means = false;

    TrunkAngleLaw angles;  // of pia_constraint and apical_constraint

    std::optional<TrunkProblem> values_problem;  // of the mode
};

}  // namespace rghpc
