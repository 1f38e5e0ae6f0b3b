// Neurites whose sections are turned or stretched at random.
#pragma once

#include <cstdint>
#include <vector>

#include "morphology.hpp"

namespace rghpc {

// Sections depth first, with points of somebody else, which are changed in place.
struct JitteredNeurites {
    Point* points = nullptr;
    std::vector<Section> sections;
    std::vector<int> subtree_stops;  // section number after the last descendant

    int count() const { return static_cast<int>(sections.size()); }
    bool has_children(int section) const { return subtree_stops[section] > section + 1; }
    // Rows of a section and its descendants end here.
    int subtree_end(int section) const { return sections[subtree_stops[section] - 1].stop; }
};

// Throws std::invalid_argument unless the sections (first point, stop, type, parent) come depth
// first and share out all `n_points` points in this order.
JitteredNeurites jittered_neurites(Point* points, int n_points, const int32_t* sections,
                                   int n_sections);

}  // namespace rghpc
