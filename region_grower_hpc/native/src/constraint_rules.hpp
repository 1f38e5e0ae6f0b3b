// Probabilities of growing in a direction from a point.
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "orientation_field.hpp"
#include "triangle_mesh.hpp"
#include "vector3.hpp"

namespace rghpc {

class ProbabilityRule {
   public:
    virtual ~ProbabilityRule() = default;
    // In [0, 1]; NaN only where an argument is. `direction` is a unit vector.
    virtual double probability(const Vector3& direction, const Vector3& point_um) const = 0;
};

// Where a cell lies in its layers, and the depths between which a direction holds.
struct LayerSlabs {
    Vector3 soma_um, y_direction;  // towards the pia
    double depth_um = 0.0;         // of the soma
    std::vector<std::pair<double, double>> bounds_um;

    bool hold(const Vector3& point_um) const;
};

// By the angle to a vector given in the frame of the voxel that holds the point: falls from 1 along
// the vector to 0 against it, or, if `is_across`, from 1 at a right angle to 0 along and against.
// 1 outside the atlas, outside the slabs and where the angle is undefined.
// Source: SpaceContext.get_direction of region-grower 1.6.0.
class DirectionRule final : public ProbabilityRule {
   public:
    DirectionRule(std::shared_ptr<const OrientationField> field, const Vector3& vector,
                  bool is_across, double power, std::optional<LayerSlabs> slabs);
    double probability(const Vector3& direction, const Vector3& point_um) const override;

   private:
    std::shared_ptr<const OrientationField> field_;
    Vector3 vector_;
    bool is_across_;
    double power_;
    std::optional<LayerSlabs> slabs_;
};

// Coordinates of a mesh: those of voxels with their fraction; by default µm themselves.
struct MeshCoordinates {
    Vector3 offset_um{0.0, 0.0, 0.0}, voxel_um{1.0, 1.0, 1.0};
    bool are_um = true;

    Vector3 of(const Vector3& point_um) const;
    Vector3 to_um(const Vector3& place) const;
};

// Falls with the distance along the step to the mesh, to 0 at `least_um`:
// (distance - least) / scale within [0, 1]; 1 for a step past the mesh. The direction is not
// converted to the coordinates of the mesh, which matters where voxels are no cubes.
// Source: SpaceContext.get_boundaries of region-grower 1.6.0.
class RepulsiveRule final : public ProbabilityRule {
   public:
    RepulsiveRule(std::shared_ptr<const TriangleMesh> mesh, const MeshCoordinates& coordinates,
                  double least_um, double scale);
    double probability(const Vector3& direction, const Vector3& point_um) const override;

   private:
    std::shared_ptr<const TriangleMesh> mesh_;
    MeshCoordinates coordinates_;
    double least_um_, scale_;
};

// By the angle to the nearest point of the mesh, at distances between two bounds; 1 elsewhere and
// inside. For one cell, and so one thread: it remembers the last point, from which all proposals
// of a step start.
// Source: SpaceContext.get_boundaries of region-grower 1.6.0.
class AttractiveRule final : public ProbabilityRule {
   public:
    AttractiveRule(std::shared_ptr<const TriangleMesh> mesh, const MeshCoordinates& coordinates,
                   double least_um, double most_um, double power);
    double probability(const Vector3& direction, const Vector3& point_um) const override;

   private:
    struct Way {
        Vector3 vector_um;
        double distance_um;
    };
    std::optional<Way> way_from(const Vector3& point_um) const;

    std::shared_ptr<const TriangleMesh> mesh_;
    MeshCoordinates coordinates_;
    double least_um_, most_um_, power_;
    mutable bool has_point_ = false;
    mutable Vector3 point_um_;
    mutable std::optional<Way> way_;
};

}  // namespace rghpc
