// One step of a growing section, and whether the section bifurcates or ends there.
#pragma once

#include "constraints.hpp"
#include "growing_section.hpp"
#include "random_stream.hpp"
#include "tree_rule.hpp"

namespace rghpc {

enum class SectionState { goes_on, bifurcates, ends };

// What all sections of one tree share.
struct StepRule {
    const WalkRule& walk;
    Metric metric;
    bool has_barcode;
    double num_seg;  // points of a section without barcode
};

// Adds a point. The first point of a section is not random, unless constraints are in force.
// Source: SectionGrower.next_point.
void step(GrowingSection& section, const StepRule& rule, const SectionConstraints& constraints,
          RandomStream& random, bool is_random);

// Adds a point and draws what happens at it. Source: SectionGrower.next.
SectionState grow_on(GrowingSection& section, const StepRule& rule,
                     const SectionConstraints& constraints, RandomStream& random);

}  // namespace rghpc
