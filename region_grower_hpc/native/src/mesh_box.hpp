// Boxes along the axes.
#pragma once

#include <algorithm>
#include <cmath>

#include "vector3.hpp"

namespace rghpc {

struct Box {
    Vector3 lower{HUGE_VAL, HUGE_VAL, HUGE_VAL};
    Vector3 upper{-HUGE_VAL, -HUGE_VAL, -HUGE_VAL};

    void include(const Vector3& point) {
        lower = {std::min(lower.x, point.x), std::min(lower.y, point.y),
                 std::min(lower.z, point.z)};
        upper = {std::max(upper.x, point.x), std::max(upper.y, point.y),
                 std::max(upper.z, point.z)};
    }
    void include(const Box& other) {
        include(other.lower);
        include(other.upper);
    }
    Box padded(double margin) const {
        const Vector3 way{margin, margin, margin};
        return {lower - way, upper + way};
    }
    Vector3 center() const { return 0.5 * lower + 0.5 * upper; }

    // Whether they share a point; touching is enough.
    bool meets(const Box& other) const {
        return lower.x <= other.upper.x && upper.x >= other.lower.x && lower.y <= other.upper.y &&
               upper.y >= other.lower.y && lower.z <= other.upper.z && upper.z >= other.lower.z;
    }
    // Whether a point lies within, not on a face.
    bool holds(const Vector3& point) const {
        return point.x > lower.x && point.x < upper.x && point.y > lower.y && point.y < upper.y &&
               point.z > lower.z && point.z < upper.z;
    }
    // Square of the distance to a point, 0 within.
    double square_distance(const Vector3& point) const {
        const Vector3 way{std::max({lower.x - point.x, point.x - upper.x, 0.0}),
                          std::max({lower.y - point.y, point.y - upper.y, 0.0}),
                          std::max({lower.z - point.z, point.z - upper.z, 0.0})};
        return dot(way, way);
    }
};

}  // namespace rghpc
