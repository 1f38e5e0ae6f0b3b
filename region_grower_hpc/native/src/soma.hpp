// The cell body: a sphere from which trunks start, written as a contour.
#pragma once

#include <vector>

#include "random_stream.hpp"
#include "vector3.hpp"

namespace rghpc {

// Spherical coordinates: phi in the plane of x and y, theta from the z axis.
struct SphericalAngles {
    double phi_rad = 0.0, theta_rad = 0.0;
};

// Source: neurots.morphmath.rotation.spherical_from_vector.
SphericalAngles spherical_angles(const Vector3& v);

// Source: neurots.generate.soma.Soma and SomaGrower.
class Soma {
   public:
    Soma(const Vector3& center_um, double radius_um)
        : center_um_(center_um), radius_um_(radius_um) {}

    const Vector3& center_um() const { return center_um_; }
    double radius_um() const { return radius_um_; }
    const std::vector<Vector3>& trunk_points_um() const { return trunk_points_um_; }

    // The points on the surface in these directions, where trunks start from now on.
    std::vector<Vector3> add_trunks(const std::vector<Vector3>& directions);

    // Unit vector from the centre to a point.
    // Throws GrowthRetry("ValueError") for a point within 1e-8 of the centre in x, y and z.
    Vector3 outward(const Vector3& point_um) const;

    // Hull, in the plane of x and y through the centre, of the trunks' points and of as many random
    // ones of the circle as make 10; in the order of scipy.spatial.ConvexHull.
    //
    // Throws GrowthRetry("NeuroTSError") where they span no area, GrowthRetry("ValueError") for
    // NaN.
    std::vector<Vector3> contour(RandomStream& random) const;

   private:
    Vector3 center_um_;
    double radius_um_;
    std::vector<Vector3> trunk_points_um_;
};

}  // namespace rghpc
