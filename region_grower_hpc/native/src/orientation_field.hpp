// Orientations of an atlas at single points.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "vector3.hpp"

namespace rghpc {

// A numpy array (nx, ny, nz, 4) that somebody else holds: quaternions w, x, y, z.
struct QuaternionVoxels {
    enum class Type { int8, float32, float64 };  // int8 are value / 127

    Type type;
    const char* data;
    std::array<std::ptrdiff_t, 4> strides_bytes;
    std::array<std::int64_t, 3> shape;
    std::shared_ptr<const void> owner;  // keeps the memory
};

class OrientationField {
   public:
    // Offset of the first voxel and size of a voxel are float32, as voxcell holds them.
    OrientationField(QuaternionVoxels voxels, const std::array<float, 3>& offset_um,
                     const std::array<float, 3>& voxel_um);

    // Rotation of the voxel that holds a point, NaN where the volume holds NaN; none outside.
    // Source: voxcell.OrientationField.lookup, voxcell.quaternion.quaternions_to_matrices.
    std::optional<Matrix3> rotation(const Vector3& point_um) const;

   private:
    // Index along one axis, -1 outside. Source: voxcell.VoxelData.positions_to_indices.
    std::int64_t index(int axis, double value_um) const;
    std::array<double, 4> quaternion(const std::array<std::int64_t, 3>& voxel) const;

    QuaternionVoxels voxels_;
    std::array<double, 3> offset_um_, voxel_um_, end_um_;
};

}  // namespace rghpc
