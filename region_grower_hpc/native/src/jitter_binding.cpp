// Jitter of the sections of neurites.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <optional>
#include <string>
#include <vector>

#include "bindings.hpp"
#include "jitter_stretch.hpp"
#include "jitter_turn.hpp"
#include "numpy_arrays.hpp"

namespace py = pybind11;

namespace rghpc {

namespace {

using Points = py::array_t<float, py::array::c_style>;  // changed in place

// The signature with which Cython names a function of scipy.linalg.cython_lapack begins with this;
// with 64-bit integers it would not.
const std::string SGESDD_WITH_INT = "void (char *, int *, int *, ";

Sgesdd sgesdd_of(const py::object& capsule) {
    const char* name = PyCapsule_GetName(capsule.ptr());
    if (name == nullptr) throw py::error_already_set();
    if (std::string(name).rfind(SGESDD_WITH_INT, 0) != 0) {
        throw py::value_error("not LAPACK's sgesdd with 32-bit integers: " + std::string(name));
    }
    return reinterpret_cast<Sgesdd>(PyCapsule_GetPointer(capsule.ptr(), name));
}

JitteredNeurites neurites_of(Points& points, const Ints& sections) {
    static_assert(sizeof(Point) == 3 * sizeof(float), "points are rows of a float32 array");
    check_columns(points, 3, "points");
    check_columns(sections, 4, "sections");
    return jittered_neurites(reinterpret_cast<Point*>(points.mutable_data()),
                             static_cast<int>(points.shape(0)), sections.data(),
                             static_cast<int>(sections.shape(0)));
}

const double* factors_of(const std::optional<Doubles>& factors, py::ssize_t n_rows) {
    if (!factors) return nullptr;
    check_columns(*factors, 3, "factors");
    if (factors->shape(0) != n_rows) throw py::value_error("a factor is missing, or too many");
    return factors->data();
}

void turn(Points points, const Ints& sections, const Doubles& angles_rad, int n_parent_points,
          const py::object& sgesdd) {
    JitteredNeurites neurites = neurites_of(points, sections);
    if (angles_rad.ndim() != 1 || angles_rad.shape(0) != sections.shape(0)) {
        throw py::value_error("there must be one angle a section");
    }
    if (n_parent_points < 1) throw py::value_error("a direction needs points of the parent");
    PrincipalDirection principal_direction(sgesdd_of(sgesdd));
    turn_sections(neurites, angles_rad.data(), n_parent_points, principal_direction);
}

void stretch(Points points, const Ints& sections, const std::optional<Doubles>& section_factors,
             const std::optional<Doubles>& segment_factors) {
    JitteredNeurites neurites = neurites_of(points, sections);
    stretch_sections(neurites, {factors_of(section_factors, sections.shape(0)),
                                factors_of(segment_factors, points.shape(0))});
}

Floats principal_direction(const Floats& vectors, const py::object& sgesdd) {
    check_columns(vectors, 3, "vectors");
    const auto rows = vectors.unchecked<2>();
    std::vector<Point> cloud;
    for (py::ssize_t i = 0; i < rows.shape(0); ++i) {
        cloud.push_back({rows(i, 0), rows(i, 1), rows(i, 2)});
    }
    const Point found = PrincipalDirection(sgesdd_of(sgesdd)).of(cloud);
    Floats result(3);
    float* values = result.mutable_data();
    values[0] = found.x;
    values[1] = found.y;
    values[2] = found.z;
    return result;
}

}  // namespace

void bind_jitter(py::module_& module) {
    module.def("turn_sections", &turn, py::arg("points").noconvert(), py::arg("sections"),
               py::arg("angles_rad"), py::arg("n_parent_points"), py::arg("sgesdd"));
    module.def("stretch_sections", &stretch, py::arg("points").noconvert(), py::arg("sections"),
               py::arg("section_factors"), py::arg("segment_factors"));
    module.def("principal_direction", &principal_direction, py::arg("vectors"),
               py::arg("sgesdd"));
}

}  // namespace rghpc
