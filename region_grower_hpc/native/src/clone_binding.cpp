// Jitter of the sections of clones.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "bindings.hpp"
#include "clone_sections.hpp"
#include "clone_stretch.hpp"
#include "clone_turn.hpp"
#include "numpy_arrays.hpp"

namespace py = pybind11;

namespace rghpc {

namespace {

CloneSections sections_of(const Ints& structure, int n_points) {
    check_columns(structure, 3, "the structure");
    return clone_sections(structure.data(), static_cast<int>(structure.shape(0)), n_points);
}

void check_numbers(const Doubles& values, int count, const char* name) {
    if (values.ndim() != 1 || values.shape(0) != count) {
        throw py::value_error("there must be as many " + std::string(name) + " as sections");
    }
    const auto is_finite = [](double value) { return std::isfinite(value); };
    if (!std::all_of(values.data(), values.data() + count, is_finite)) {
        throw py::value_error(std::string(name) + " must be finite");
    }
}

AxisSense sense_of(const std::string& name) {
    if (name == "first_component") return AxisSense::first_component;
    if (name == "largest_projection") return AxisSense::largest_projection;
    throw py::value_error("unknown sign of a principal axis: " + name);
}

Floats jitter(const Floats& points, const Ints& structure, const Doubles& angles_rad,
              const Doubles& factors, const std::string& sign) {
    check_columns(points, 4, "points");
    const CloneSections sections = sections_of(structure, static_cast<int>(points.shape(0)));
    check_numbers(angles_rad, sections.count(), "angles");
    check_numbers(factors, sections.count(), "factors");
    const AxisSense sense = sense_of(sign);
    Floats result({points.shape(0), points.shape(1)});
    const float* const parent = points.data();
    float* const clone = result.mutable_data();
    {
        const py::gil_scoped_release released;
        std::copy(parent, parent + points.size(), clone);
        ClonePoints moved(sections, parent);
        turn_clone(sections, parent, angles_rad.data(), sense, moved);
        stretch_clone(sections, factors.data(), moved, clone);
    }
    return result;
}

Ints numbers(const std::vector<int>& values) {
    return Ints(static_cast<py::ssize_t>(values.size()), values.data());
}

Ints order(const Ints& structure) {
    // the last section may have any number of points
    const int n_points = std::numeric_limits<int>::max();
    return numbers(post_order(sections_of(structure, n_points)));
}

Ints counts(const Floats& points, const Ints& structure) {
    check_columns(points, 4, "points");
    const CloneSections sections = sections_of(structure, static_cast<int>(points.shape(0)));
    return numbers(direction_counts(sections, points.data()));
}

}  // namespace

void bind_clone(py::module_& module) {
    module.def("clone_jitter", &jitter, py::arg("points"), py::arg("structure"),
               py::arg("angles_rad"), py::arg("factors"), py::arg("sign"));
    module.def("clone_post_order", &order, py::arg("structure"));
    module.def("clone_direction_counts", &counts, py::arg("points"), py::arg("structure"));
}

}  // namespace rghpc
