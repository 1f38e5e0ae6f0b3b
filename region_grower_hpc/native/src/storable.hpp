// A neuron as the two datasets of a MorphIO HDF5 file.
#pragma once

#include <cstdint>
#include <utility>

#include "morphology.hpp"

namespace rghpc {

// The neuron without sections that were deleted, the others numbered anew.
Morphology without_deleted(const Morphology& neuron);

// Rows of points and structure, the soma's included.
std::pair<std::size_t, std::size_t> storable_size(const Morphology& neuron);

// Fills points (x, y, z, diameter; the soma first) and structure (first point, type, parent; the
// soma first). Neurites are sorted by type as NEURON orders them: axons, basals, apicals, others.
void write_storable(const Morphology& neuron, float* points, int32_t* structure);

}  // namespace rghpc
