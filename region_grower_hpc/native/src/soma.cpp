#include "soma.hpp"

#include <cmath>

#include "convex_hull.hpp"
#include "failures.hpp"

namespace rghpc {

namespace {

constexpr std::size_t CONTOUR_POINTS = 10;

// numpy.isclose with rtol 0.
bool is_close(double a, double b) {
    if (std::isfinite(a) && std::isfinite(b)) return std::fabs(a - b) <= 1e-8;
    return a == b;
}

}  // namespace

SphericalAngles spherical_angles(const Vector3& v) {
    return {std::atan2(v.y, v.x), std::acos(v.z / norm(v))};
}

std::vector<Vector3> Soma::add_trunks(const std::vector<Vector3>& directions) {
    std::vector<Vector3> points_um;
    points_um.reserve(directions.size());
    for (const Vector3& direction : directions) {
        const auto [phi, theta] = spherical_angles(direction);
        points_um.push_back({center_um_.x + radius_um_ * std::cos(phi) * std::sin(theta),
                             center_um_.y + radius_um_ * std::sin(phi) * std::sin(theta),
                             center_um_.z + radius_um_ * std::cos(theta)});
    }
    trunk_points_um_.insert(trunk_points_um_.end(), points_um.begin(), points_um.end());
    return points_um;
}

Vector3 Soma::outward(const Vector3& point_um) const {
    if (is_close(point_um.x, center_um_.x) && is_close(point_um.y, center_um_.y) &&
        is_close(point_um.z, center_um_.z)) {
        throw GrowthRetry("ValueError", "a trunk starts in the centre of the soma");
    }
    return unit(point_um - center_um_);
}

std::vector<Vector3> Soma::contour(RandomStream& random) const {
    std::vector<PlanePoint> candidates;
    for (const Vector3& point_um : trunk_points_um_) candidates.push_back({point_um.x, point_um.y});
    while (candidates.size() < CONTOUR_POINTS) {
        const double angle = 2.0 * PI * random.random();
        candidates.push_back({radius_um_ * std::sin(angle) + center_um_.x,
                              radius_um_ * std::cos(angle) + center_um_.y});
    }
    std::vector<Vector3> contour_um;
    for (const int vertex : hull_vertices(candidates)) {
        const PlanePoint& point = candidates[static_cast<std::size_t>(vertex)];
        contour_um.push_back({point.x, point.y, center_um_.z});
    }
    return contour_um;
}

}  // namespace rghpc
