// A neuron as the text of a .swc or .asc file, with the bytes of MorphIO 3.5.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace rghpc {

// The datasets of a MorphIO HDF5 file, not owned.
struct StoredNeuron {
    const float* points;            // (n_points, 4): x, y, z, diameter; the soma's points first
    std::size_t n_points;
    const std::int32_t* structure;  // (n_rows, 3): first point, type, row of the parent
    std::size_t n_rows;             // the soma's row 0 included
};

// Both throw std::invalid_argument where the rows contradict each other, where there is nothing to
// write, and where MorphIO refuses to write the neuron in the format. The text stands at the beginning
// of the buffer, which is longer as a rule; its size is returned.

// A section that begins with its parent's last diameter leaves its first point out.
std::size_t swc_text(const StoredNeuron& neuron, const std::string& creator, std::string& buffer);

std::size_t asc_text(const StoredNeuron& neuron, const std::string& creator, std::string& buffer);

}  // namespace rghpc
