// A surface of triangles, and the questions that growth asks of it.
#pragma once

#include <optional>
#include <vector>

#include "mesh_box.hpp"
#include "mesh_index.hpp"
#include "mesh_triangle.hpp"
#include "vector3.hpp"

namespace rghpc {

struct NearestPoint {
    Vector3 point;
    double distance;
};

// Never changed, so that threads may share it. Decisions (which hit comes first, inside or not,
// which of two nearest points) are those of trimesh 5.2 without embree, but for ties in the last
// bits of float64.
class TriangleMesh {
   public:
    // Throws std::invalid_argument where there is no triangle.
    explicit TriangleMesh(std::vector<Triangle> triangles);

    // The first point, in trimesh's list, where a ray meets the mesh: not the nearest one.
    // Source: trimesh.ray.ray_triangle.RayMeshIntersector.intersects_location.
    std::optional<Vector3> first_hit(const Vector3& origin, const Vector3& direction) const;

    // How many distinct points of the mesh a ray meets.
    int count_hits(const Vector3& origin, const Vector3& direction) const;

    // Whether a point is inside, by the parity of hits of rays in two opposite directions.
    // Source: trimesh.ray.ray_util.contains_points.
    bool contains(const Vector3& point) const;

    // The nearest point of the surface; of two triangles at the same distance, that of the one
    // which faces the point. NaN for a point that is not finite.
    // Source: trimesh.proximity.closest_point.
    NearestPoint nearest_point(const Vector3& point) const;

   private:
    template <class Visit>
    void visit_hits(const Vector3& origin, const Vector3& direction, const Visit& visit) const;

    std::vector<Triangle> triangles_;
    std::vector<Box> boxes_;  // of the triangles
    std::vector<int> slivers_;
    Box bounds_;
    MeshIndex index_;
};

}  // namespace rghpc
