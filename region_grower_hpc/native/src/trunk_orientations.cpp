#include "trunk_orientations.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

#include "failures.hpp"

namespace rghpc {

namespace {

constexpr int64_t FEWEST_BASALS = 2;

[[noreturn]] void fail_retried(const std::string& message) {
    throw GrowthRetry("ValueError", message);
}

void check_basals(const TrunkRule& rule, int64_t n_trees) {
    if (!rule.is_basal || n_trees >= FEWEST_BASALS) return;
    throw GrowthRetry("NeuroTSError", "There should be at least 2 basal dendrites (got " +
                                          std::to_string(n_trees) + ")");
}

}  // namespace

TrunkOrientations::TrunkOrientations(const std::vector<TrunkRule>& rules, const CellPlace& place,
                                     const Soma& soma, const TrunkConstraints* constraints,
                                     RandomStream& random)
    : rules_(rules), place_(place), soma_(soma), constraints_(constraints), random_(random) {
    if (rules_.empty()) return;
    is_3d_ = rules_.front().is_3d;
    uses_modes_ = rules_.front().is_mapping;
    for (const TrunkRule& rule : rules_) {
        if (rule.is_3d != is_3d_) {
            throw GrowthRetry("NeuroTSError", "Only partial 3d_angle parameters are present");
        }
    }
}

std::vector<Vector3> TrunkOrientations::of(std::size_t grow_type) {
    const TrunkRule& rule = rules_.at(grow_type);
    if (!uses_modes_) return without_mode(rule);
    Directions directions = by_mode(rule);
    if (rule.is_apical) {
        apical_ = directions;
        has_apical_ = true;
    }
    if (!is_3d_) check_basals(rule, static_cast<int64_t>(directions.size()));
    return directions;
}

// Source: NeuronGrower._simple_grow_trunks, _convert_orientation2points.
std::vector<Vector3> TrunkOrientations::without_mode(const TrunkRule& rule) {
    const int64_t n_trees = draw_count(rule);
    check_basals(rule, n_trees);
    switch (rule.placement) {
        case TrunkPlacement::by_deviations:
            return by_deviations(rule, n_trees);
        case TrunkPlacement::listed:
            return listed(rule, n_trees);
        case TrunkPlacement::around_listed:
            check_listed(rule);
            if (rule.directions.size() == 1) return around_direction(rule, n_trees);
            fail_retried("The orientation should contain exactly one point!");
        default:
            fail_retried("Input orientation format is not correct!");
    }
}

// Source: OrientationManagerBase.compute_tree_type_orientations, OrientationManager._mode_...
std::vector<Vector3> TrunkOrientations::by_mode(const TrunkRule& rule) {
    if (!rule.is_mapping && rule.placement != TrunkPlacement::by_deviations) {
        throw GrowthFailure("AttributeError", "an orientation has no mode, but the first one has");
    }
    if (!rule.is_mapping || rule.placement == TrunkPlacement::unusable) {
        throw GrowthRetry("NeuroTSError", "an orientation is no mode with values, or no known one");
    }
    if (rule.placement == TrunkPlacement::use_predefined) return predefined(rule);
    const int64_t n_trees = draw_count(rule);
    switch (rule.placement) {
        case TrunkPlacement::sample_around_primary_orientation:
            return around_direction(rule, n_trees);
        case TrunkPlacement::sample_pairwise_angles:
            return by_deviations(rule, n_trees);
        case TrunkPlacement::uniform:
            return anywhere(n_trees);
        case TrunkPlacement::normal_pia_constraint:
            return around_pia(rule, n_trees);
        case TrunkPlacement::pia_constraint:
            return by_angle(place_.y_direction, rule, n_trees);
        default:  // apical_constraint
            if (!has_apical_) throw GrowthFailure("KeyError", "'apical_dendrite'");
            if (apical_.empty()) {
                throw GrowthFailure("IndexError", "there is no apical trunk to start from");
            }
            return by_angle(apical_.front(), rule, n_trees);
    }
}

void TrunkOrientations::check_listed(const TrunkRule& rule) const {
    if (rule.directions.empty()) fail_retried("the list of orientations is empty");
    for (const Vector3& direction : rule.directions) {
        if (norm(place_.orientation * direction) > 0.0) continue;
        throw GrowthFailure("AssertionError", "Orientations should have non-zero lengths");
    }
}

std::vector<Vector3> TrunkOrientations::listed(const TrunkRule& rule, int64_t n_trees) const {
    check_listed(rule);
    const auto known = static_cast<int64_t>(rule.directions.size());
    if (n_trees > known) fail_retried("Not enough orientation points!");
    // a negative number counts from the end of the list, as a Python slice does
    const int64_t taken = n_trees >= 0 ? n_trees : std::max<int64_t>(known + n_trees, 0);
    Directions directions;
    for (int64_t i = 0; i < taken; ++i) {
        directions.push_back(unit(place_.orientation * rule.directions[static_cast<size_t>(i)]));
    }
    return directions;
}

std::vector<Vector3> TrunkOrientations::predefined(const TrunkRule& rule) {
    if (rule.values_problem && !rule.values_problem->is_retried) rule.values_problem->raise();
    draw_count(rule);  // of no effect but on the stream
    if (rule.values_problem) rule.values_problem->raise();
    if (rule.directions.empty()) fail_retried("the list of orientations is empty");
    Directions directions;
    for (const Vector3& direction : rule.directions) directions.push_back(unit(direction));
    return directions;
}

}  // namespace rghpc
