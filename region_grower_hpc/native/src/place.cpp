#include "place.hpp"

namespace rghpc {

namespace {

constexpr Vector3 Y_AXIS{0.0, 1.0, 0.0};

}  // namespace

CellPlace CellPlace::at(const Vector3& position_um, const Matrix3& orientation,
                        bool has_y_direction) {
    CellPlace place;
    place.position_um = position_um;
    place.orientation = orientation;
    place.has_y_direction = has_y_direction;
    if (has_y_direction) {
        place.y_direction = orientation * Y_AXIS;
        place.y_rotation = rotation_between(Y_AXIS, place.y_direction);
    }
    return place;
}

// Rodrigues' formula: 1 + K + K² (1 - cosine) / sine², K the cross product with the axis.
Matrix3 rotation_between(const Vector3& from, const Vector3& to) {
    const Vector3 a = unit(from), b = unit(to);
    const Vector3 axis = cross(a, b);
    const double sine = norm(axis);
    Matrix3 rotation;
    if (sine == 0.0) return rotation;
    const double factor = (1.0 - dot(a, b)) / (sine * sine);
    const Vector3 steps[3] = {
        {0.0, -axis.z, axis.y}, {axis.z, 0.0, -axis.x}, {-axis.y, axis.x, 0.0}};
    const Vector3 columns[3] = {
        {0.0, axis.z, -axis.y}, {-axis.z, 0.0, axis.x}, {axis.y, -axis.x, 0.0}};
    for (int i = 0; i < 3; ++i) {
        const Vector3 squared{dot(steps[i], columns[0]), dot(steps[i], columns[1]),
                              dot(steps[i], columns[2])};
        rotation.rows[i] = rotation.rows[i] + steps[i] + factor * squared;
    }
    return rotation;
}

}  // namespace rghpc
