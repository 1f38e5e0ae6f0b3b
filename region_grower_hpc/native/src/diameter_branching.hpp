// Diameters of the daughters at a bifurcation.
#pragma once

#include <vector>

#include "diameter_given.hpp"
#include "diameter_law.hpp"
#include "random_stream.hpp"

namespace rghpc {

struct BranchingModel {
    Given<DiameterLaw> sibling_ratio;   // second daughter to first
    Given<DiameterLaw> power_relation;  // of the diameters to the power 3/2
    // Where a major branch goes on, it keeps its diameter and nothing is drawn.
    bool is_major_unreduced;
    double most_reduction;  // larger reduction factors are drawn again
};

// First daughter to parent.
//
// Throws GrowthFailure where Python's numbers overflow, divide by zero or turn complex.
// Source: diameter_synthesis.morph_functions.diameter_power_relation_factor.
double reduction_factor(const DrawnNumber& power_relation, const DrawnNumber& sibling_ratio);

// Fills `daughters_um`, one a child: the first is the larger one, the others are equal. The larger
// goes to the first child on a major branch, or to a child drawn at random where there is none.
//
// Throws GrowthFailure("DiameterSynthesisError") where no factor in a million is small enough.
// Source: diameter_synthesis.build_diameters._sample_daughter_diameters.
void draw_daughters(const BranchingModel& model, double parent_um, double terminal_um,
                    const std::vector<int>& children, const std::vector<char>& is_major,
                    RandomStream& random, std::vector<double>& daughters_um);

}  // namespace rghpc
