// Turning of sections.
#pragma once

#include "jitter_direction.hpp"
#include "jitter_neurites.hpp"

namespace rghpc {

// Turns each section but the first ones of neurites, with its subtree, about its first point.
// Children go before their parents.
//
// The axis of a leaf is the direction of the last `n_parent_points` points of its parent; that of
// any other section is the main direction in which its subtree lies. A section whose axis has no
// length stays (neuroc: NaN or an error). The right-handed angles, one a section, are radians.
//
// Axes and vectors have float32 in the order of neuroc's sums, so that points get the same bits.
// Source: neuroc.scale.rotational_jitter 0.3.0.
void turn_sections(JitteredNeurites& neurites, const double* angles_rad, int n_parent_points,
                   PrincipalDirection& principal_direction);

}  // namespace rghpc
