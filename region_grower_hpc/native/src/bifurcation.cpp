#include "bifurcation.hpp"

#include "failures.hpp"

namespace rghpc {

namespace {

Vector3 turned(const Vector3& direction, double phi_rad, double theta_rad,
               const BranchingFrame& frame) {
    return frame.x.rotate(frame.z.rotate(direction, phi_rad), theta_rad);
}

}  // namespace

std::pair<Vector3, Vector3> branch_directions(Branching method, const Vector3& direction,
                                              const std::array<double, 4>& angles_rad,
                                              const BranchingFrame& frame) {
    const auto [phi_0, theta_0, phi_1, theta_1] = angles_rad;
    switch (method) {
        case Branching::bio_oriented: {
            const Vector3 first = turned(direction, phi_0, theta_0, frame);
            return {first, turned(first, phi_1, theta_1, frame)};
        }
        case Branching::symmetric:
            return {turned(direction, phi_1 / 2.0, theta_1 / 2.0, frame),
                    turned(direction, -phi_1 / 2.0, -theta_1 / 2.0, frame)};
        case Branching::directional:
            return {direction, turned(direction, phi_1, theta_1, frame)};
        case Branching::random:
            break;
    }
    throw GrowthFailure("TypeError", "the branching method 'random' does not branch by a barcode");
}

}  // namespace rghpc
