#include "jitter_turn.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "vector3.hpp"

namespace rghpc {

namespace {

constexpr double SMALL_ANGLE_RAD = 1e-3;

Point minus(const Point& a, const Point& b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
Point divided(const Point& v, float by) { return {v.x / by, v.y / by, v.z / by}; }

// numpy's norm of one vector: OpenBLAS adds float32 products in float64.
float length_of(const Point& v) {
    const float x = v.x * v.x, y = v.y * v.y, z = v.z * v.z;
    return std::sqrt(static_cast<float>(static_cast<double>(x) + y + z));
}

// numpy's norm of each of many vectors: all float32.
float length_of_row(const Point& v) { return std::sqrt(v.x * v.x + v.y * v.y + v.z * v.z); }

// Unit vectors from the start of a section to all points of its subtree but joints.
void directions_from_start(const JitteredNeurites& neurites, int section,
                           std::vector<Point>& directions) {
    directions.clear();
    const Point start = neurites.points[neurites.sections[section].first];
    for (int i = section; i < neurites.subtree_stops[section]; ++i) {
        for (int row = neurites.sections[i].first + 1; row < neurites.sections[i].stop; ++row) {
            const Point vector = minus(neurites.points[row], start);
            const float length = length_of_row(vector);
            if (length > 0.0f) directions.push_back(divided(vector, length));
        }
    }
}

Point direction_of_end(const JitteredNeurites& neurites, int section, int n_points) {
    const Section& own = neurites.sections[section];
    return minus(neurites.points[own.stop - 1],
                 neurites.points[own.stop - std::min(n_points, own.size())]);
}

// By way of the quaternion, as scipy's Rotation.from_rotvec; the vector's length is the angle.
Matrix3 rotation(const Vector3& rotation_vector) {
    const double angle = norm(rotation_vector), square = angle * angle;
    const double scale = angle <= SMALL_ANGLE_RAD
                             ? 0.5 - square / 48.0 + square * square / 3840.0
                             : std::sin(angle / 2.0) / angle;
    const auto [x, y, z] = scale * rotation_vector;
    const double w = std::cos(angle / 2.0);
    return {{{x * x - y * y - z * z + w * w, 2.0 * (x * y - z * w), 2.0 * (x * z + y * w)},
             {2.0 * (x * y + z * w), -x * x + y * y - z * z + w * w, 2.0 * (y * z - x * w)},
             {2.0 * (x * z - y * w), 2.0 * (y * z + x * w), -x * x - y * y + z * z + w * w}}};
}

void turn_subtree(JitteredNeurites& neurites, int section, const Matrix3& matrix) {
    const int first = neurites.sections[section].first;
    const Point origin = neurites.points[first];
    const Vector3 centre = float64(origin);
    for (int row = first; row < neurites.subtree_end(section); ++row) {
        const Point way = minus(neurites.points[row], origin);
        neurites.points[row] = float32(centre + matrix * float64(way));
    }
}

}  // namespace

void turn_sections(JitteredNeurites& neurites, const double* angles_rad, int n_parent_points,
                   PrincipalDirection& principal_direction) {
    std::vector<Point> directions;
    for (int section = neurites.count(); section-- > 0;) {
        const int parent = neurites.sections[section].parent;
        if (parent < 0) continue;
        Point axis;
        if (neurites.has_children(section)) {
            directions_from_start(neurites, section, directions);
            axis = principal_direction.of(directions);
        } else {
            axis = direction_of_end(neurites, parent, n_parent_points);
        }
        const float length = length_of(axis);
        if (!(length > 0.0f) || !std::isfinite(length)) continue;
        axis = divided(axis, length);
        const float angle = static_cast<float>(angles_rad[section]);
        // float32 products, too
        const float x = angle * axis.x, y = angle * axis.y, z = angle * axis.z;
        turn_subtree(neurites, section, rotation({x, y, z}));
    }
}

}  // namespace rghpc
