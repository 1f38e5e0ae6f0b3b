// Random turns of the sections of a clone.
#pragma once

#include "clone_axis.hpp"
#include "clone_points.hpp"

namespace rghpc {

// Turns each section but the roots, with its subtree, about its first point, by the right-handed
// angle of its number. Children go before their parents.
//
// The axis of a leaf is where the last points of its parent go, else the chord of the parent, else
// its own; without any length it stays. That of another section is the principal axis of the
// directions from its first point to the points of its subtree, first points of sections left out.
//
// An angle of 0 leaves every bit. `rows` are the points before any turn. Definition: rotational
// jitter of neuroc (neuroc.scale.rotational_jitter), in float64.
void turn_clone(const CloneSections& sections, const float* rows, const double* angles_rad,
                AxisSense sense, ClonePoints& points);

}  // namespace rghpc
