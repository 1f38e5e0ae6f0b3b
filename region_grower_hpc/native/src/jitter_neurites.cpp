#include "jitter_neurites.hpp"

#include <algorithm>
#include <stdexcept>

namespace rghpc {

JitteredNeurites jittered_neurites(Point* points, int n_points, const int32_t* sections,
                                   int n_sections) {
    JitteredNeurites neurites;
    neurites.points = points;
    neurites.sections.reserve(n_sections);
    int next = 0;
    for (int i = 0; i < n_sections; ++i) {
        const int32_t* row = sections + 4 * static_cast<std::ptrdiff_t>(i);
        const Section section{row[0], row[1], row[2], row[3]};
        if (section.first != next || section.stop <= section.first || section.stop > n_points) {
            throw std::invalid_argument("each section must have points of its own, in order");
        }
        if (!continues_depth_first(neurites.sections, section.parent)) {
            throw std::invalid_argument("sections must come depth first");
        }
        next = section.stop;
        neurites.sections.push_back(section);
    }
    if (next != n_points) throw std::invalid_argument("each point must belong to a section");
    neurites.subtree_stops.resize(n_sections);
    for (int i = n_sections; i-- > 0;) {
        std::vector<int>& stops = neurites.subtree_stops;
        stops[i] = std::max(stops[i], i + 1);
        const int parent = neurites.sections[i].parent;
        if (parent >= 0) stops[parent] = std::max(stops[parent], stops[i]);
    }
    return neurites;
}

}  // namespace rghpc
