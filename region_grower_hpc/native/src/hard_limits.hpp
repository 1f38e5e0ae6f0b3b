// Rescaling of grown neurites to the limits of their layers.
#pragma once

#include <limits>
#include <map>
#include <vector>

#include "morphology.hpp"
#include "vector3.hpp"

namespace rghpc {

// Least and largest extent towards the pia, µm; NaN for none.
struct ExtentLimits {
    double least_um = std::numeric_limits<double>::quiet_NaN();
    double most_um = std::numeric_limits<double>::quiet_NaN();
};

struct Rescaling {
    int root = 0;  // section number of the neurite
    int type = 0;
    double scale = 1.0;
    bool is_deleted = false;
};

// Scales every neurite about its start by the factor that brings its extent within the limits of
// its type; also by a factor of 1, which changes last bits. A factor of `least_scale` or less
// deletes the neurite; for an apical dendrite it throws GrowthFailure. The soma is the origin.
//
// Returns what was done to each neurite. Deleted sections are left without points: `first` equals
// `stop`, and the numbers of all sections stay. Source: SpaceWorker._post_growth_rescaling of
// region-grower 1.6.0 and neuroc.scale.scale_section.
std::vector<Rescaling> apply_hard_limits(Morphology& morphology,
                                         const std::map<int, ExtentLimits>& limits,
                                         const Vector3& y_direction, double least_scale);

// Adds a vector to all points and the soma. Source: SpaceWorker.synthesize.
void translate(Morphology& morphology, const Vector3& shift_um);

bool is_finite(const Morphology& morphology);

}  // namespace rghpc
