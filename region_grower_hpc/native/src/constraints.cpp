#include "constraints.hpp"

#include <algorithm>
#include <utility>

namespace rghpc {

namespace {

// Python's min: a NaN found later does not replace what is there.
double least(double p, double other) { return other < p ? other : p; }

}  // namespace

Constraint::Constraint(const ConstraintScope& scope, Rule section_rule, Rule trunk_rule,
                       const ProposalLimits& limits)
    : scope_(scope),
      section_rule_(std::move(section_rule)),
      trunk_rule_(std::move(trunk_rule)),
      limits_(limits) {}

void SectionConstraints::add(const Constraint& constraint) {
    const ProposalLimits& own = constraint.limits();
    if (constraints_.empty()) {
        limits_ = own;
    } else {
        limits_.max_tries = std::max(limits_.max_tries, own.max_tries);
        limits_.randomness_increase =
            std::max(limits_.randomness_increase, own.randomness_increase);
    }
    constraints_.push_back(&constraint);
}

double SectionConstraints::probability(const Vector3& direction, const Vector3& point_um) const {
    double p = 1.0;
    for (const Constraint* constraint : constraints_) {
        p = least(p, constraint->section_probability(direction, point_um));
    }
    return p;
}

CellConstraints::CellConstraints(std::vector<std::shared_ptr<const Constraint>> constraints)
    : constraints_(std::move(constraints)) {
    for (const auto& constraint : constraints_) {
        has_trunk_rule_ = has_trunk_rule_ || constraint->holds_for_trunks();
    }
}

SectionConstraints CellConstraints::select(int section_type, bool is_major) const {
    SectionConstraints found;
    for (const auto& constraint : constraints_) {
        if (constraint->holds_for_section(section_type, is_major)) found.add(*constraint);
    }
    return found;
}

double CellConstraints::trunk_probability(const Vector3& direction, const Vector3& soma_center_um,
                                          double start) const {
    double p = start;
    for (const auto& constraint : constraints_) {
        p = least(p, constraint->trunk_probability(direction, soma_center_um));
    }
    return p;
}

}  // namespace rghpc
