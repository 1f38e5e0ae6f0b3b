// A grown neuron as flat arrays, as MorphIO numbers and stores it.
#pragma once

#include <vector>

#include "vector3.hpp"

namespace rghpc {

// Section types of MorphIO.
constexpr int SOMA = 1, AXON = 2, BASAL_DENDRITE = 3, APICAL_DENDRITE = 4;

struct Point {
    float x = 0.0f, y = 0.0f, z = 0.0f;
};

inline Vector3 float64(const Point& point) { return {point.x, point.y, point.z}; }
inline Point float32(const Vector3& v) {
    return {static_cast<float>(v.x), static_cast<float>(v.y), static_cast<float>(v.z)};
}

// Rows [first, stop) of the points; `parent` is -1 for the first section of a neurite.
struct Section {
    int first = 0, stop = 0, type = 0, parent = -1;
    int size() const { return stop - first; }
};

// Whether a section with this parent may follow `sections` depth first: its parent is the section
// before, or one from which that one descends.
inline bool continues_depth_first(const std::vector<Section>& sections, int parent) {
    int before = static_cast<int>(sections.size()) - 1;
    while (before >= 0 && before != parent) before = sections[before].parent;
    return before == parent;
}

// Sections come depth first: a section, then its children, each with all its descendants. The
// first point of a section repeats the last one of its parent. Points are µm, float32.
struct Morphology {
    std::vector<Point> points;
    std::vector<float> diameters;  // one a point, µm; 1 until a diametrizer has run
    std::vector<Section> sections;
    std::vector<std::vector<int>> children;  // of each section, in order
    std::vector<Point> soma;                 // a contour; its diameters are 0

    std::vector<int> roots() const {
        std::vector<int> found;
        for (int i = 0; i < static_cast<int>(sections.size()); ++i) {
            if (sections[i].parent < 0) found.push_back(i);
        }
        return found;
    }
    // Section number after the last descendant of a section.
    int subtree_stop(int section) const {
        int last = section;
        while (!children[last].empty()) last = children[last].back();
        return last + 1;
    }
};

}  // namespace rghpc
