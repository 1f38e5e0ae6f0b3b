// From sections in the order of their ends to a morphology in the order of MorphIO's files.
#pragma once

#include <vector>

#include "growing_neuron.hpp"
#include "morphology.hpp"

namespace rghpc {

// The morphology, with diameters of 1, and for each section to be found (by the number in which it
// was finished, -1 for none) its number there.
//
// It is found again by its last point, as NeuroTS does: the first section with a point that is
// close to it. Source: NeuronGrower._post_grow, neurots.utils.point_to_section_segment.
Morphology depth_first(const std::vector<FinishedSection>& finished, std::vector<int>& wanted);

}  // namespace rghpc
