// The trees of a stored neuron that is cloned.
#pragma once

#include <cstdint>
#include <vector>

#include "morphology.hpp"

namespace rghpc {

// Sections depth first, without the soma; they number from 0. Each has points of its own.
struct CloneSections {
    std::vector<Section> all;        // rows of the stored points
    std::vector<int> subtree_stops;  // section number after the last descendant

    int count() const { return static_cast<int>(all.size()); }
    bool has_children(int section) const { return subtree_stops[section] > section + 1; }
};

// From rows (first point, type, row of the parent), row 0 the soma's. Throws std::invalid_argument
// unless the sections come depth first and share out, in order, all points after the soma's.
CloneSections clone_sections(const std::int32_t* structure, int n_rows, int n_points);

// Section numbers, children before their parents, trees in their order.
std::vector<int> post_order(const CloneSections& sections);

// Of each section, the number of directions from its first point to the other points of its
// subtree, first points of sections and null vectors left out, after random turns of the sections
// below: what a turn moves has no null vector but by a chance of probability 0. Points are rows of
// x, y, z and the diameter.
std::vector<int> direction_counts(const CloneSections& sections, const float* points);

}  // namespace rghpc
