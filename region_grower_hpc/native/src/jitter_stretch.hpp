// Stretching of sections and segments.
#pragma once

#include "jitter_neurites.hpp"

namespace rghpc {

// Factors along x, y and z; a null pointer stands for none.
struct StretchFactors {
    const double* sections = nullptr;  // three a section
    const double* segments = nullptr;  // three a point, of the segment that ends there
};

// Stretches each section about its first point; its descendants follow its end. Children go before
// their parents. Sums are float64, stored as float32. Source: neuroc.scale.scale_section 0.3.0.
void stretch_sections(JitteredNeurites& neurites, const StretchFactors& factors);

}  // namespace rghpc
