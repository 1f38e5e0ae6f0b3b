// A ray, and the boxes that it may meet.
#pragma once

#include <algorithm>
#include <cmath>

#include "mesh_box.hpp"

namespace rghpc {

// trimesh counts hits down to this way behind the origin (in units of the direction's square).
constexpr double RAY_BEHIND = -1e-6;

class Ray {
   public:
    Ray(const Vector3& origin, const Vector3& direction)
        : origin(origin),
          direction(direction),
          inverse_{1.0 / direction.x, 1.0 / direction.y, 1.0 / direction.z},
          // ten times what counts, for rounding
          start_(10.0 * RAY_BEHIND / dot(direction, direction)) {}

    // False only for a box that the ray does not meet. A ray along an axis that starts on a face
    // gives NaN, which no comparison holds for: then that axis does not count.
    bool may_meet(const Box& box) const {
        double enter = start_, leave = HUGE_VAL;
        clip(box.lower.x, box.upper.x, origin.x, inverse_.x, enter, leave);
        clip(box.lower.y, box.upper.y, origin.y, inverse_.y, enter, leave);
        clip(box.lower.z, box.upper.z, origin.z, inverse_.z, enter, leave);
        return !(enter > leave);
    }

    // Bounds of the part of the ray within the bounds of a mesh: triangles beyond do not count.
    // Source: trimesh.ray.ray_triangle.ray_bounds.
    Box bounds(const Box& mesh) const {
        constexpr double MARGIN = 1e-5;
        const Vector3 size{std::abs(direction.x), std::abs(direction.y), std::abs(direction.z)};
        double slope = direction.z, from = origin.z, lower = mesh.lower.z, upper = mesh.upper.z;
        if (size.x >= size.y && size.x >= size.z) {
            slope = direction.x, from = origin.x, lower = mesh.lower.x, upper = mesh.upper.x;
        } else if (size.y >= size.z) {
            slope = direction.y, from = origin.y, lower = mesh.lower.y, upper = mesh.upper.y;
        }
        Box found;
        for (const double end : {lower, upper}) {
            const double way = slope == 0.0 ? 0.0 : (end - from) / slope;
            found.include(std::max(way, MARGIN) * direction + origin);
        }
        return found.padded(MARGIN);
    }

    const Vector3 origin, direction;

   private:
    static void clip(double lower, double upper, double from, double inverse, double& enter,
                     double& leave) {
        const bool is_up = inverse >= 0.0;
        const double near = ((is_up ? lower : upper) - from) * inverse;
        const double far = ((is_up ? upper : lower) - from) * inverse;
        if (near > enter) enter = near;
        if (far < leave) leave = far;
    }

    Vector3 inverse_;
    double start_;
};

}  // namespace rghpc
