// Where in the atlas a cell stands, and how it is turned there.
#pragma once

#include "vector3.hpp"

namespace rghpc {

struct CellPlace {
    Vector3 position_um;
    Matrix3 orientation;           // from the cell's frame to the atlas
    bool has_y_direction = false;  // whether growth follows the direction of the pia
    Vector3 y_direction{0.0, 1.0, 0.0};
    Matrix3 y_rotation;  // from the y axis to y_direction

    // `has_y_direction` is given where a grow type's trunk orientation is a mapping.
    // Source: SpaceWorker.synthesize of region-grower 1.6.0, NeuronGrower._process_context.
    static CellPlace at(const Vector3& position_um, const Matrix3& orientation,
                        bool has_y_direction);
};

// The rotation that takes the direction of `from` to that of `to`, about the axis normal to both.
// Parallel vectors give the identity, opposite ones too.
// Source: neurots.morphmath.rotation.rotation_matrix_from_vectors.
Matrix3 rotation_between(const Vector3& from, const Vector3& to);

}  // namespace rghpc
