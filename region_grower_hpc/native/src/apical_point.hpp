// Where the tuft of an apical dendrite begins, from its barcode.
#pragma once

#include "barcode.hpp"

namespace rghpc {

// The bin, of 99 between the least and the largest distance of a diagram, in whose middle the
// smoothed number of branches has its first minimum. It is the same for scaled diagrams.
//
// Throws GrowthRetry where too few bars are long enough for a smooth curve.
// Source: tmd.Topology.analysis.find_apical_point_distance_smoothed.
int apical_point_bin(const Diagram& diagram);

// The distance of the middle of that bin, µm.
double apical_point_distance_um(const Diagram& diagram, int bin);

}  // namespace rghpc
