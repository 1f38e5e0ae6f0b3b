// Neurons as numpy arrays.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "bindings.hpp"
#include "hard_limits.hpp"
#include "morphology.hpp"
#include "numpy_arrays.hpp"
#include "storable.hpp"

namespace py = pybind11;

namespace rghpc {

namespace {

std::vector<Point> points_of(const Floats& array, const char* name) {
    check_columns(array, 3, name);
    std::vector<Point> points(array.shape(0));
    const float* value = array.data();
    for (Point& point : points) {
        point = {value[0], value[1], value[2]};
        value += 3;
    }
    return points;
}

Floats array_of(const std::vector<Point>& points) {
    Floats array({static_cast<py::ssize_t>(points.size()), py::ssize_t{3}});
    float* value = array.mutable_data();
    for (const Point& point : points) {
        for (float coordinate : {point.x, point.y, point.z}) *value++ = coordinate;
    }
    return array;
}

Morphology from_arrays(const Floats& points, const Floats& diameters, const Ints& sections,
                       const Floats& soma) {
    check_columns(sections, 4, "sections");
    if (diameters.ndim() != 1 || diameters.shape(0) != points.shape(0)) {
        throw py::value_error("there must be one diameter a point");
    }
    Morphology neuron;
    neuron.points = points_of(points, "points");
    neuron.soma = points_of(soma, "soma");
    neuron.diameters.assign(diameters.data(), diameters.data() + diameters.size());
    const auto rows = sections.unchecked<2>();
    neuron.children.resize(rows.shape(0));
    int next = 0;
    for (int i = 0; i < rows.shape(0); ++i) {
        const Section section{rows(i, 0), rows(i, 1), rows(i, 2), rows(i, 3)};
        if (section.first != next || section.stop <= section.first ||
            !continues_depth_first(neuron.sections, section.parent)) {
            throw py::value_error("sections must come depth first, each with points of its own");
        }
        next = section.stop;
        neuron.sections.push_back(section);
        if (section.parent >= 0) neuron.children[section.parent].push_back(i);
    }
    if (next != points.shape(0)) throw py::value_error("each point must belong to a section");
    return neuron;
}

py::tuple to_arrays(const Morphology& neuron) {
    const Morphology kept = without_deleted(neuron);
    Floats diameters(static_cast<py::ssize_t>(kept.diameters.size()));
    std::copy(kept.diameters.begin(), kept.diameters.end(), diameters.mutable_data());
    Ints sections({static_cast<py::ssize_t>(kept.sections.size()), py::ssize_t{4}});
    std::int32_t* row = sections.mutable_data();
    for (const Section& section : kept.sections) {
        for (int value : {section.first, section.stop, section.type, section.parent}) {
            *row++ = value;
        }
    }
    return py::make_tuple(array_of(kept.points), diameters, sections, array_of(kept.soma));
}

py::tuple to_storable(const Morphology& neuron) {
    const auto [n_points, n_sections] = storable_size(neuron);
    Floats points({static_cast<py::ssize_t>(n_points), py::ssize_t{4}});
    Ints structure({static_cast<py::ssize_t>(n_sections), py::ssize_t{3}});
    write_storable(neuron, points.mutable_data(), structure.mutable_data());
    return py::make_tuple(points, structure);
}

Vector3 vector_of(const std::array<double, 3>& values) { return {values[0], values[1], values[2]}; }

}  // namespace

void bind_neuron(py::module_& module) {
    py::class_<Morphology>(module, "Neuron")
        .def(py::init(&from_arrays), py::arg("points"), py::arg("diameters"), py::arg("sections"),
             py::arg("soma"))
        .def("arrays", &to_arrays)
        .def("storable", &to_storable)
        .def("is_finite", [](const Morphology& neuron) { return is_finite(neuron); })
        .def("root_types",
             [](const Morphology& neuron) {
                 std::vector<int> types;
                 for (int root : neuron.roots()) types.push_back(neuron.sections[root].type);
                 return types;
             })
        .def("section_ends",
             [](const Morphology& neuron, const std::vector<int>& sections) {
                 std::vector<Point> ends;
                 for (int section : sections) {
                     const Section& found = neuron.sections.at(section);
                     if (found.size() == 0) throw py::index_error("the section was deleted");
                     ends.push_back(neuron.points[found.stop - 1]);
                 }
                 return array_of(ends);
             })
        .def("translate",
             [](Morphology& neuron, const std::array<double, 3>& shift_um) {
                 translate(neuron, vector_of(shift_um));
             })
        .def(
            "apply_hard_limits",
            [](Morphology& neuron, const std::map<int, std::pair<double, double>>& limits_um,
               const std::array<double, 3>& y_direction, double least_scale) {
                std::map<int, ExtentLimits> limits;
                for (const auto& [type, pair] : limits_um) limits[type] = {pair.first, pair.second};
                std::vector<std::tuple<int, int, double, bool>> done;
                for (const Rescaling& one :
                     apply_hard_limits(neuron, limits, vector_of(y_direction), least_scale)) {
                    done.emplace_back(one.root, one.type, one.scale, one.is_deleted);
                }
                return done;
            },
            py::arg("limits_um"), py::arg("y_direction"), py::arg("least_scale"));
}

}  // namespace rghpc
