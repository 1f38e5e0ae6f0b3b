// Python's view of directions and boundaries.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <array>
#include <climits>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <tuple>
#include <utility>
#include <vector>

#include "bindings.hpp"
#include "constraints.hpp"
#include "numpy_arrays.hpp"
#include "orientation_field.hpp"
#include "triangle_mesh.hpp"

namespace py = pybind11;

namespace rghpc {

namespace {

using Grid = std::pair<Doubles, Doubles>;

Vector3 vector3(const Doubles& values) {
    if (values.size() != 3) throw std::invalid_argument("a vector has three numbers");
    const double* at = values.data();
    return {at[0], at[1], at[2]};
}

Doubles array3(const Vector3& v) {
    Doubles values(3);
    double* at = values.mutable_data();
    at[0] = v.x, at[1] = v.y, at[2] = v.z;
    return values;
}

// Keeps a Python object until C++ is done with it, on whatever thread.
std::shared_ptr<const void> kept(const py::object& object) {
    return {object.inc_ref().ptr(), [](const PyObject* pointer) {
                const py::gil_scoped_acquire gil;
                Py_DECREF(const_cast<PyObject*>(pointer));
            }};
}

QuaternionVoxels voxels_of(const py::array& raw) {
    if (raw.ndim() != 4 || raw.shape(3) != 4) {
        throw std::invalid_argument("orientations have the shape (nx, ny, nz, 4)");
    }
    using Type = QuaternionVoxels::Type;
    QuaternionVoxels voxels{};
    if (raw.dtype().equal(py::dtype::of<std::int8_t>())) {
        voxels.type = Type::int8;
    } else if (raw.dtype().equal(py::dtype::of<float>())) {
        voxels.type = Type::float32;
    } else if (raw.dtype().equal(py::dtype::of<double>())) {
        voxels.type = Type::float64;
    } else {
        throw std::invalid_argument("orientations are int8, float32 or float64");
    }
    voxels.data = static_cast<const char*>(raw.data());
    for (int i = 0; i < 4; ++i) voxels.strides_bytes[i] = raw.strides(i);
    for (int i = 0; i < 3; ++i) voxels.shape[i] = raw.shape(i);
    voxels.owner = kept(raw);
    return voxels;
}

std::shared_ptr<OrientationField> make_field(const py::array& raw, const Floats& offset_um,
                                             const Floats& voxel_um) {
    if (offset_um.size() != 3 || voxel_um.size() != 3) {
        throw std::invalid_argument("offset and size of a voxel have three numbers");
    }
    const float *offset = offset_um.data(), *voxel = voxel_um.data();
    return std::make_shared<OrientationField>(
        voxels_of(raw), std::array<float, 3>{offset[0], offset[1], offset[2]},
        std::array<float, 3>{voxel[0], voxel[1], voxel[2]});
}

py::object rotation(const OrientationField& field, const Doubles& point_um) {
    const std::optional<Matrix3> found = field.rotation(vector3(point_um));
    if (!found) return py::none();
    Doubles values({3, 3});
    for (int row = 0; row < 3; ++row) {
        const Vector3& v = found->rows[row];
        values.mutable_at(row, 0) = v.x;
        values.mutable_at(row, 1) = v.y;
        values.mutable_at(row, 2) = v.z;
    }
    return values;
}

std::shared_ptr<TriangleMesh> make_mesh(const Doubles& corners, const Doubles& normals) {
    if (corners.ndim() != 3 || corners.shape(1) != 3 || corners.shape(2) != 3 ||
        normals.ndim() != 2 || normals.shape(0) != corners.shape(0) || normals.shape(1) != 3) {
        throw std::invalid_argument("a mesh has triangles (n, 3, 3) and normals (n, 3)");
    }
    if (corners.shape(0) > INT_MAX) throw std::invalid_argument("a mesh has too many triangles");
    const auto vectors = [](const Doubles& values) {
        return [at = values.data()](py::ssize_t i) {
            return Vector3{at[3 * i], at[3 * i + 1], at[3 * i + 2]};
        };
    };
    const auto corner = vectors(corners), normal = vectors(normals);
    std::vector<Triangle> triangles;
    triangles.reserve(corners.shape(0));
    for (py::ssize_t i = 0; i < corners.shape(0); ++i) {
        const Vector3 a = corner(3 * i), b = corner(3 * i + 1), c = corner(3 * i + 2);
        if (!is_finite(a) || !is_finite(b) || !is_finite(c)) {
            throw std::invalid_argument("a corner of a mesh is not finite");
        }
        triangles.emplace_back(a, b, c, normal(i));
    }
    return std::make_shared<TriangleMesh>(std::move(triangles));
}

MeshCoordinates coordinates_of(const std::optional<Grid>& grid) {
    if (!grid) return {};
    return {vector3(grid->first), vector3(grid->second), false};
}

std::shared_ptr<DirectionRule> make_direction(
    const std::shared_ptr<OrientationField>& field, const Doubles& vector, bool is_across,
    double power, const std::vector<std::pair<double, double>>& slabs_um,
    const std::optional<std::tuple<Doubles, double, Doubles>>& soma) {
    std::optional<LayerSlabs> slabs;
    if (soma) {
        const auto& [position_um, depth_um, y_direction] = *soma;
        slabs = LayerSlabs{vector3(position_um), vector3(y_direction), depth_um, slabs_um};
    }
    return std::make_shared<DirectionRule>(field, vector3(vector), is_across, power,
                                           std::move(slabs));
}

std::shared_ptr<Constraint> make_constraint(const std::vector<int>& section_types, bool has_major,
                                            bool has_secondary,
                                            const std::shared_ptr<ProbabilityRule>& section_rule,
                                            const std::shared_ptr<ProbabilityRule>& trunk_rule,
                                            double max_tries, double randomness_increase) {
    ConstraintScope scope;
    for (const int type : section_types) {
        if (type < 0 || type >= ConstraintScope::SECTION_TYPES) {
            throw std::invalid_argument("section types go from 0 to 19");
        }
        scope.section_types.set(type);
    }
    scope.has_major = has_major;
    scope.has_secondary = has_secondary;
    return std::make_shared<Constraint>(scope, section_rule, trunk_rule,
                                        ProposalLimits{max_tries, randomness_increase});
}

void bind_rules(py::module_& module) {
    py::class_<ProbabilityRule, std::shared_ptr<ProbabilityRule>>(module, "ProbabilityRule")
        .def(
            "__call__",
            [](const ProbabilityRule& rule, const Doubles& direction, const Doubles& point_um) {
                return rule.probability(vector3(direction), vector3(point_um));
            },
            py::arg("direction"), py::arg("current_point"))
        // NeuroTS copies its whole context for every section
        .def("__deepcopy__", [](py::object self, const py::object&) { return self; });
    py::class_<DirectionRule, ProbabilityRule, std::shared_ptr<DirectionRule>>(module,
                                                                               "DirectionRule")
        .def(py::init(&make_direction), py::arg("field").none(false), py::arg("vector"),
             py::arg("is_across"), py::arg("power"), py::arg("slabs_um"), py::arg("soma"));
    py::class_<RepulsiveRule, ProbabilityRule, std::shared_ptr<RepulsiveRule>>(module,
                                                                               "RepulsiveRule")
        .def(py::init([](const std::shared_ptr<TriangleMesh>& mesh, const std::optional<Grid>& grid,
                         double least_um, double scale) {
                 return std::make_shared<RepulsiveRule>(mesh, coordinates_of(grid), least_um,
                                                        scale);
             }),
             py::arg("mesh").none(false), py::arg("grid"), py::arg("least_um"), py::arg("scale"));
    py::class_<AttractiveRule, ProbabilityRule, std::shared_ptr<AttractiveRule>>(module,
                                                                                "AttractiveRule")
        .def(py::init([](const std::shared_ptr<TriangleMesh>& mesh, const std::optional<Grid>& grid,
                         double least_um, double most_um, double power) {
                 return std::make_shared<AttractiveRule>(mesh, coordinates_of(grid), least_um,
                                                         most_um, power);
             }),
             py::arg("mesh").none(false), py::arg("grid"), py::arg("least_um"), py::arg("most_um"),
             py::arg("power"));
}

}  // namespace

void bind_constraints(py::module_& module) {
    py::class_<OrientationField, std::shared_ptr<OrientationField>>(module, "OrientationField")
        .def(py::init(&make_field), py::arg("raw"), py::arg("offset_um"), py::arg("voxel_um"))
        .def("rotation", &rotation, py::arg("point_um"));
    py::class_<TriangleMesh, std::shared_ptr<TriangleMesh>>(module, "TriangleMesh")
        .def(py::init(&make_mesh), py::arg("triangles"), py::arg("normals"))
        .def("first_hit",
             [](const TriangleMesh& mesh, const Doubles& origin,
                const Doubles& direction) -> std::optional<Doubles> {
                 const auto hit = mesh.first_hit(vector3(origin), vector3(direction));
                 if (!hit) return std::nullopt;
                 return array3(*hit);
             })
        .def("contains", [](const TriangleMesh& mesh,
                            const Doubles& point) { return mesh.contains(vector3(point)); })
        .def("nearest_point", [](const TriangleMesh& mesh, const Doubles& point) {
            const NearestPoint nearest = mesh.nearest_point(vector3(point));
            return std::make_pair(array3(nearest.point), nearest.distance);
        });
    bind_rules(module);
    py::class_<Constraint, std::shared_ptr<Constraint>>(module, "Constraint")
        .def(py::init(&make_constraint), py::arg("section_types"), py::arg("has_major"),
             py::arg("has_secondary"), py::arg("section_rule"), py::arg("trunk_rule"),
             py::arg("max_tries"), py::arg("randomness_increase"));
    py::class_<SectionConstraints>(module, "SectionConstraints")
        .def("is_empty", &SectionConstraints::empty)
        .def("max_tries", &SectionConstraints::max_tries)
        .def("randomness_increase", &SectionConstraints::randomness_increase)
        .def("probability", [](const SectionConstraints& constraints, const Doubles& direction,
                               const Doubles& point_um) {
            return constraints.probability(vector3(direction), vector3(point_um));
        });
    py::class_<CellConstraints, std::shared_ptr<CellConstraints>>(module, "CellConstraints")
        .def(py::init([](const std::vector<std::shared_ptr<Constraint>>& constraints) {
            for (const auto& constraint : constraints) {
                if (constraint == nullptr) throw std::invalid_argument("None is no constraint");
            }
            return std::make_shared<CellConstraints>(std::vector<std::shared_ptr<const Constraint>>(
                constraints.begin(), constraints.end()));
        }))
        .def("select", &CellConstraints::select, py::keep_alive<0, 1>())
        .def("trunk_probability",
             [](const CellConstraints& constraints, const Doubles& direction,
                const Doubles& soma_center_um, double start) {
                 return constraints.trunk_probability(vector3(direction), vector3(soma_center_um),
                                                      start);
             });
}

}  // namespace rghpc
