// One triangle of a mesh: where a ray meets its plane within it, and its point nearest to another.
#pragma once

#include <cmath>

#include "mesh_box.hpp"
#include "mesh_ray.hpp"

namespace rghpc {

class Triangle {
   public:
    // The normal is a unit vector, or null for a triangle without area.
    Triangle(const Vector3& a, const Vector3& b, const Vector3& c, const Vector3& normal);

    // Whether a ray meets it, and where. Source: trimesh.ray.ray_triangle.ray_triangle_id with the
    // barycentric coordinates of trimesh.triangles.points_to_barycentric.
    bool is_met(const Ray& ray, Vector3& point) const {
        constexpr double PARALLEL = 1e-5, EDGE = 1e-13;
        const double slope = dot(ray.direction, normal_);
        if (!(std::abs(slope) > PARALLEL)) return false;
        const double way = dot(a_ - ray.origin, normal_) / slope;
        point = way * ray.direction + ray.origin;
        const Vector3 from_a = point - a_;
        const double along_b = dot(ab_, from_a), along_c = dot(ac_, from_a);
        const double c = (dot_bb_ * along_c - dot_bc_ * along_b) * inverse_;
        if (!(c > -EDGE && c < 1.0 + EDGE)) return false;
        const double b = (dot_cc_ * along_b - dot_bc_ * along_c) * inverse_;
        if (!(b > -EDGE && b < 1.0 + EDGE)) return false;
        const double a = 1.0 - b - c;
        if (!(a > -EDGE && a < 1.0 + EDGE)) return false;
        return dot(point - ray.origin, ray.direction) > RAY_BEHIND;
    }

    // Source: trimesh.triangles.closest_point (Ericson, Real-Time Collision Detection, 5.1.5).
    Vector3 nearest_point(const Vector3& point) const;

    Box box() const;
    const Vector3& normal() const { return normal_; }
    // So thin that rounding may put a hit anywhere on its plane.
    bool is_sliver() const { return is_sliver_; }

   private:
    Vector3 a_, b_, c_, ab_, ac_, normal_;
    double dot_bb_, dot_bc_, dot_cc_, inverse_;
    bool is_sliver_;
};

}  // namespace rghpc
