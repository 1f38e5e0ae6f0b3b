#include "constraint_rules.hpp"

#include <algorithm>
#include <cmath>

namespace rghpc {

namespace {

// Half turns between a step and a target; none where rounding or a long vector leaves no angle.
std::optional<double> half_turns(double cosine) {
    if (!(cosine >= -1.0 && cosine <= 1.0)) return std::nullopt;
    return std::acos(cosine) / PI;
}

}  // namespace

bool LayerSlabs::hold(const Vector3& point_um) const {
    const double depth = depth_um + dot(soma_um - point_um, y_direction);
    return std::any_of(bounds_um.begin(), bounds_um.end(), [depth](const auto& slab) {
        return slab.first < depth && depth < slab.second;
    });
}

DirectionRule::DirectionRule(std::shared_ptr<const OrientationField> field, const Vector3& vector,
                             bool is_across, double power, std::optional<LayerSlabs> slabs)
    : field_(std::move(field)),
      vector_(vector),
      is_across_(is_across),
      power_(power),
      slabs_(std::move(slabs)) {}

double DirectionRule::probability(const Vector3& direction, const Vector3& point_um) const {
    if (slabs_ && !slabs_->hold(point_um)) return 1.0;
    const std::optional<Matrix3> rotation = field_->rotation(point_um);
    if (!rotation) return 1.0;
    const std::optional<double> angle = half_turns(dot(direction, *rotation * vector_));
    if (!angle) return 1.0;
    const double share = is_across_ ? std::abs(*angle * 2.0 - 1.0) : *angle;
    // a power below 0 gives more than 1, an infinite one even
    return std::min(std::pow(1.0 - share, power_), 1.0);
}

Vector3 MeshCoordinates::of(const Vector3& point_um) const {
    if (are_um) return point_um;
    const Vector3 way = point_um - offset_um;
    return {way.x / voxel_um.x, way.y / voxel_um.y, way.z / voxel_um.z};
}

Vector3 MeshCoordinates::to_um(const Vector3& place) const {
    if (are_um) return place;
    return Vector3{place.x * voxel_um.x, place.y * voxel_um.y, place.z * voxel_um.z} + offset_um;
}

RepulsiveRule::RepulsiveRule(std::shared_ptr<const TriangleMesh> mesh,
                             const MeshCoordinates& coordinates, double least_um, double scale)
    : mesh_(std::move(mesh)), coordinates_(coordinates), least_um_(least_um), scale_(scale) {}

double RepulsiveRule::probability(const Vector3& direction, const Vector3& point_um) const {
    const Vector3 origin = coordinates_.of(point_um);
    const std::optional<Vector3> hit = mesh_->first_hit(origin, direction);
    if (!hit) return 1.0;
    const double distance_um = norm(coordinates_.to_um(*hit) - coordinates_.to_um(origin));
    return std::clamp((distance_um - least_um_) / scale_, 0.0, 1.0);
}

AttractiveRule::AttractiveRule(std::shared_ptr<const TriangleMesh> mesh,
                               const MeshCoordinates& coordinates, double least_um, double most_um,
                               double power)
    : mesh_(std::move(mesh)),
      coordinates_(coordinates),
      least_um_(least_um),
      most_um_(most_um),
      power_(power) {}

double AttractiveRule::probability(const Vector3& direction, const Vector3& point_um) const {
    const bool is_same = has_point_ && point_um.x == point_um_.x && point_um.y == point_um_.y &&
                         point_um.z == point_um_.z;
    if (!is_same) {
        way_ = way_from(point_um);
        point_um_ = point_um;
        has_point_ = true;
    }
    if (!way_) return 1.0;
    const std::optional<double> angle =
        half_turns(dot(direction, way_->vector_um) / way_->distance_um);
    return angle ? std::min(std::pow(1.0 - *angle, power_), 1.0) : 1.0;
}

std::optional<AttractiveRule::Way> AttractiveRule::way_from(const Vector3& point_um) const {
    const Vector3 place = coordinates_.of(point_um);
    if (mesh_->contains(place)) return std::nullopt;
    const Vector3 way = coordinates_.to_um(mesh_->nearest_point(place).point) - point_um;
    const double distance_um = norm(way);
    if (!(least_um_ < distance_um && distance_um < most_um_)) return std::nullopt;
    return Way{way, distance_um};
}

}  // namespace rghpc
