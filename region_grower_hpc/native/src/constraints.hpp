// Directions and boundaries in force for one cell.
#pragma once

#include <bitset>
#include <memory>
#include <vector>

#include "constraint_rules.hpp"
#include "vector3.hpp"

namespace rghpc {

// Which sections a constraint holds for: section types of MorphIO, 2 to 19, and processes.
struct ConstraintScope {
    static constexpr int SECTION_TYPES = 20;

    std::bitset<SECTION_TYPES> section_types;
    bool has_major = true, has_secondary = true;

    bool holds(int section_type, bool is_major) const {
        return section_type >= 0 && section_type < SECTION_TYPES && section_types[section_type] &&
               (is_major ? has_major : has_secondary);
    }
};

// How long and how wildly steps are proposed. Source: neurots/generate/section.py.
struct ProposalLimits {
    double max_tries = 50.0;
    double randomness_increase = 1.2;
};

// One direction or boundary. Without rule of its own it leaves sections, or trunks, free.
class Constraint {
   public:
    using Rule = std::shared_ptr<const ProbabilityRule>;

    Constraint(const ConstraintScope& scope, Rule section_rule, Rule trunk_rule,
               const ProposalLimits& limits = {});

    bool holds_for_section(int section_type, bool is_major) const {
        return section_rule_ != nullptr && scope_.holds(section_type, is_major);
    }
    bool holds_for_trunks() const { return trunk_rule_ != nullptr; }
    double section_probability(const Vector3& direction, const Vector3& point_um) const {
        return section_rule_ ? section_rule_->probability(direction, point_um) : 1.0;
    }
    double trunk_probability(const Vector3& direction, const Vector3& soma_center_um) const {
        return trunk_rule_ ? trunk_rule_->probability(direction, soma_center_um) : 1.0;
    }
    const ProposalLimits& limits() const { return limits_; }

   private:
    ConstraintScope scope_;
    Rule section_rule_, trunk_rule_;
    ProposalLimits limits_;
};

// Those of a cell's constraints that steer a section. Valid as long as the CellConstraints are.
// Source: TreeGrower.add_section, SectionGrower.next_point.
class SectionConstraints {
   public:
    SectionConstraints() = default;

    bool empty() const { return constraints_.empty(); }
    // The least probability of them; NaN counts as no limit.
    double probability(const Vector3& direction, const Vector3& point_um) const;
    // The largest of them; an entry without the number counts with the default.
    double max_tries() const { return limits_.max_tries; }
    double randomness_increase() const { return limits_.randomness_increase; }

   private:
    friend class CellConstraints;
    void add(const Constraint& constraint);

    std::vector<const Constraint*> constraints_;
    ProposalLimits limits_;
};

class CellConstraints {
   public:
    CellConstraints() = default;
    // In the order of the file, directions before boundaries.
    explicit CellConstraints(std::vector<std::shared_ptr<const Constraint>> constraints);

    SectionConstraints select(int section_type, bool is_major) const;
    bool has_trunk_rule() const { return has_trunk_rule_; }
    // The least of `start` and the probabilities of a trunk; a NaN among these does not count.
    // Source: OrientationManager._sample_trunk_from_3d_angle, _mode_normal_pia_constraint.
    double trunk_probability(const Vector3& direction, const Vector3& soma_center_um,
                             double start = 1.0) const;

   private:
    std::vector<std::shared_ptr<const Constraint>> constraints_;
    bool has_trunk_rule_ = false;
};

}  // namespace rghpc
