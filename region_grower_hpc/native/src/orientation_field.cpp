#include "orientation_field.hpp"

#include <cmath>
#include <cstring>
#include <utility>

namespace rghpc {

namespace {

template <class Value>
double value_at(const char* place) {
    Value value;
    std::memcpy(&value, place, sizeof value);
    return static_cast<double>(value);
}

// Of a quaternion of any length; null stays null, which gives the identity.
Matrix3 rotation_of(double w, double x, double y, double z) {
    const double length = std::sqrt(x * x + y * y + z * z + w * w);
    if (length > 0.0) {
        w /= length;
        x /= length;
        y /= length;
        z /= length;
    }
    return {{{1.0 - 2.0 * (y * y) - 2.0 * (z * z), 2.0 * x * y - 2.0 * z * w,
              2.0 * x * z + 2.0 * y * w},
             {2.0 * x * y + 2.0 * z * w, 1.0 - 2.0 * (x * x) - 2.0 * (z * z),
              2.0 * y * z - 2.0 * x * w},
             {2.0 * x * z - 2.0 * y * w, 2.0 * y * z + 2.0 * x * w,
              1.0 - 2.0 * (x * x) - 2.0 * (y * y)}}};
}

}  // namespace

OrientationField::OrientationField(QuaternionVoxels voxels, const std::array<float, 3>& offset_um,
                                   const std::array<float, 3>& voxel_um)
    : voxels_(std::move(voxels)) {
    for (int axis = 0; axis < 3; ++axis) {
        offset_um_[axis] = offset_um[axis];
        voxel_um_[axis] = voxel_um[axis];
        end_um_[axis] = offset_um_[axis] + voxel_um_[axis] * voxels_.shape[axis];
    }
}

std::int64_t OrientationField::index(int axis, double value_um) const {
    const std::int64_t count = voxels_.shape[axis];
    if (count < 1) return -1;
    const double place = (value_um - offset_um_[axis]) / voxel_um_[axis];
    if (std::abs(place) < 1e-7) return 0;
    if (!(place >= 0.0)) return -1;
    if (place < static_cast<double>(count)) return static_cast<std::int64_t>(place);
    return value_um >= end_um_[axis] ? -1 : count - 1;
}

std::array<double, 4> OrientationField::quaternion(
    const std::array<std::int64_t, 3>& voxel) const {
    const char* place = voxels_.data;
    for (int axis = 0; axis < 3; ++axis) place += voxel[axis] * voxels_.strides_bytes[axis];
    std::array<double, 4> values;
    for (int i = 0; i < 4; ++i, place += voxels_.strides_bytes[3]) {
        switch (voxels_.type) {
            case QuaternionVoxels::Type::int8:
                values[i] = value_at<std::int8_t>(place) / 127.0;
                break;
            case QuaternionVoxels::Type::float32:
                values[i] = value_at<float>(place);
                break;
            case QuaternionVoxels::Type::float64:
                values[i] = value_at<double>(place);
                break;
        }
    }
    return values;
}

std::optional<Matrix3> OrientationField::rotation(const Vector3& point_um) const {
    const std::array<std::int64_t, 3> voxel{index(0, point_um.x), index(1, point_um.y),
                                            index(2, point_um.z)};
    if (voxel[0] < 0 || voxel[1] < 0 || voxel[2] < 0) return std::nullopt;
    const auto [w, x, y, z] = quaternion(voxel);
    return rotation_of(w, x, y, z);
}

}  // namespace rghpc
