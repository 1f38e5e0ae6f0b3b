// Directions of the two branches of a bifurcation, from the angles of its bar.
#pragma once

#include <array>
#include <utility>

#include "tree_rule.hpp"
#include "vector3.hpp"

namespace rghpc {

// The frame that angles are taken in: horizontal ones turn about z, vertical ones about x.
struct BranchingFrame {
    RotationAxis z{{0.0, 0.0, 1.0}};
    RotationAxis x{{1.0, 0.0, 0.0}};

    BranchingFrame() = default;
    explicit BranchingFrame(const Matrix3& rotation)
        : z(rotation * Vector3{0.0, 0.0, 1.0}), x(rotation * Vector3{1.0, 0.0, 0.0}) {}
};

// Source: neurots.morphmath.bifurcation.
std::pair<Vector3, Vector3> branch_directions(Branching method, const Vector3& direction,
                                              const std::array<double, 4>& angles_rad,
                                              const BranchingFrame& frame);

}  // namespace rghpc
