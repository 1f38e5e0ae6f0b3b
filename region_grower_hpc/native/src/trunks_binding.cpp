// Distributions, soma and trunks.

#include <pybind11/functional.h>
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bindings.hpp"
#include "convex_hull.hpp"
#include "numpy_arrays.hpp"
#include "numpy_random.hpp"
#include "soma.hpp"
#include "trunk_orientations.hpp"

namespace py = pybind11;

namespace rghpc {

namespace {

using Probability =
    std::function<double(const std::array<double, 3>&, const std::array<double, 3>&)>;

const std::map<std::string, TrunkPlacement> PLACEMENTS{
    {"by_deviations", TrunkPlacement::by_deviations},
    {"listed", TrunkPlacement::listed},
    {"around_listed", TrunkPlacement::around_listed},
    {"use_predefined", TrunkPlacement::use_predefined},
    {"sample_around_primary_orientation", TrunkPlacement::sample_around_primary_orientation},
    {"sample_pairwise_angles", TrunkPlacement::sample_pairwise_angles},
    {"uniform", TrunkPlacement::uniform},
    {"normal_pia_constraint", TrunkPlacement::normal_pia_constraint},
    {"pia_constraint", TrunkPlacement::pia_constraint},
    {"apical_constraint", TrunkPlacement::apical_constraint},
    {"unusable", TrunkPlacement::unusable}};
const std::map<std::string, TrunkAngleLaw::Form> FORMS{{"flat", TrunkAngleLaw::Form::flat},
                                                       {"step", TrunkAngleLaw::Form::step},
                                                       {"double_step",
                                                        TrunkAngleLaw::Form::double_step}};

std::vector<Vector3> vectors_of(const Doubles& rows) {
    if (rows.ndim() != 2 || rows.shape(1) != 3) throw py::value_error("vectors need 3 columns");
    const auto values = rows.unchecked<2>();
    std::vector<Vector3> vectors;
    for (py::ssize_t i = 0; i < values.shape(0); ++i) {
        vectors.push_back({values(i, 0), values(i, 1), values(i, 2)});
    }
    return vectors;
}

py::array_t<double> array_of(const std::vector<Vector3>& vectors) {
    py::array_t<double> rows({static_cast<py::ssize_t>(vectors.size()), py::ssize_t{3}});
    auto values = rows.mutable_unchecked<2>();
    for (py::ssize_t i = 0; i < values.shape(0); ++i) {
        const Vector3& v = vectors[static_cast<std::size_t>(i)];
        values(i, 0) = v.x;
        values(i, 1) = v.y;
        values(i, 2) = v.z;
    }
    return rows;
}

std::vector<PlanePoint> plane_points_of(const Doubles& rows) {
    if (rows.ndim() != 2 || rows.shape(1) != 2) throw py::value_error("points need 2 columns");
    const auto values = rows.unchecked<2>();
    std::vector<PlanePoint> points;
    for (py::ssize_t i = 0; i < values.shape(0); ++i) {
        points.push_back({values(i, 0), values(i, 1)});
    }
    return points;
}

// What scipy says to nearly degenerate sets; empty where its Qhull fails.
std::vector<int> hull_by_scipy(const std::vector<PlanePoint>& points) {
    const py::gil_scoped_acquire acquired;
    py::array_t<double> rows({static_cast<py::ssize_t>(points.size()), py::ssize_t{2}});
    auto values = rows.mutable_unchecked<2>();
    for (py::ssize_t i = 0; i < values.shape(0); ++i) {
        values(i, 0) = points[static_cast<std::size_t>(i)].x;
        values(i, 1) = points[static_cast<std::size_t>(i)].y;
    }
    const py::module_ spatial = py::module_::import("scipy.spatial");
    try {
        return spatial.attr("ConvexHull")(rows).attr("vertices").cast<std::vector<int>>();
    } catch (py::error_already_set& error) {
        if (!error.matches(spatial.attr("QhullError"))) throw;
        return {};
    }
}

std::pair<std::string, std::vector<int>> convex_hull_of(const Doubles& rows) {
    std::vector<int> vertices;
    switch (convex_hull(plane_points_of(rows), vertices)) {
        case HullOutcome::found:
            return {"found", vertices};
        case HullOutcome::no_area:
            return {"no_area", vertices};
        default:
            return {"undecided", vertices};
    }
}

TrunkRule trunk_rule(const std::string& grow_type, const std::string& placement, bool is_mapping,
                     bool is_3d, const Doubles& directions, std::optional<Distribution> num_trees,
                     std::optional<Distribution> orientation_deviation,
                     std::optional<Distribution> absolute_elevation_deviation,
                     std::optional<Distribution> azimuth_cosine, std::vector<double> means_rad,
                     std::vector<double> stds_rad, bool has_list_of_means, const std::string& form,
                     std::vector<double> form_parameters,
                     const std::optional<std::pair<std::string, bool>>& values_problem) {
    TrunkRule rule;
    rule.is_basal = grow_type == "basal_dendrite";
    rule.is_apical = grow_type == "apical_dendrite";
    rule.placement = PLACEMENTS.at(placement);
    rule.is_mapping = is_mapping;
    rule.is_3d = is_3d;
    rule.directions = vectors_of(directions);
    rule.num_trees = std::move(num_trees);
    rule.orientation_deviation = std::move(orientation_deviation);
    rule.absolute_elevation_deviation = std::move(absolute_elevation_deviation);
    rule.azimuth_cosine = std::move(azimuth_cosine);
    rule.means_rad = std::move(means_rad);
    rule.stds_rad = std::move(stds_rad);
    rule.has_list_of_means = has_list_of_means;
    rule.angles = TrunkAngleLaw(FORMS.at(form), std::move(form_parameters));
    if (values_problem) {
        const auto& [error, is_retried] = *values_problem;
        rule.values_problem = {error, "the values of the orientation of " + grow_type, is_retried};
    }
    return rule;
}

// A function of Python as constraint on trunks.
struct CalledConstraints : TrunkConstraints {
    explicit CalledConstraints(const Probability& function) : function(function) {}
    bool any() const override { return static_cast<bool>(function); }
    double probability(const Vector3& direction, const Vector3& center_um) const override {
        return function({direction.x, direction.y, direction.z},
                        {center_um.x, center_um.y, center_um.z});
    }
    const Probability& function;
};

// What became of the soma and trunks of one neuron; `error` is empty if nothing went wrong.
struct PlacedTrunks {
    double radius_um = 0.0;
    std::vector<py::array_t<double>> directions;  // of each grow type
    py::array_t<double> points_um, outward, contour_um;
    std::string error, message;
    bool is_retried = false;
};

PlacedTrunks place_trunks(const Distribution& radius_um, const std::vector<TrunkRule>& rules,
                          const py::object& bit_generator,
                          const std::array<double, 3>& position_um, const Doubles& orientation,
                          const Probability& probability) {
    bool has_y_direction = false;
    for (const TrunkRule& rule : rules) has_y_direction |= rule.is_mapping;
    const CellPlace place = CellPlace::at({position_um[0], position_um[1], position_um[2]},
                                          matrix_of(orientation), has_y_direction);
    RandomStream random = stream_of(bit_generator);
    const CalledConstraints constraints(probability);
    PlacedTrunks placed;
    try {
        Soma soma(place.position_um, radius_um.draw_positive(random));
        placed.radius_um = soma.radius_um();
        TrunkOrientations orientations(rules, place, soma, &constraints, random);
        std::vector<Vector3> outward;
        for (std::size_t type = 0; type < rules.size(); ++type) {
            const std::vector<Vector3> directions = orientations.of(type);
            placed.directions.push_back(array_of(directions));
            for (const Vector3& point_um : soma.add_trunks(directions)) {
                outward.push_back(soma.outward(point_um));
            }
        }
        placed.outward = array_of(outward);
        placed.points_um = array_of(soma.trunk_points_um());
        placed.contour_um = array_of(soma.contour(random));
    } catch (const GrowthRetry& retry) {
        placed.error = retry.error;
        placed.message = retry.what();
        placed.is_retried = true;
    } catch (const GrowthFailure& failure) {
        placed.error = failure.error;
        placed.message = failure.what();
    }
    return placed;
}

// One draw after another, until the law refuses.
std::pair<std::vector<double>, std::string> draws(const Distribution& law,
                                                  const py::object& bit_generator, int count,
                                                  bool positive) {
    RandomStream random = stream_of(bit_generator);
    std::vector<double> drawn;
    try {
        for (int i = 0; i < count; ++i) {
            drawn.push_back(positive ? law.draw_positive(random) : law.draw(random));
        }
    } catch (const GrowthRetry& retry) {
        return {drawn, retry.error};
    } catch (const GrowthFailure& failure) {
        return {drawn, failure.error};
    }
    return {drawn, ""};
}

}  // namespace

void bind_trunks(py::module_& module) {
    set_hull_fallback(hull_by_scipy);
    py::class_<Distribution>(module, "Distribution")
        .def_static("normal", &Distribution::normal, py::arg("mean"), py::arg("std"))
        .def_static("uniform", &Distribution::uniform, py::arg("min"), py::arg("max"))
        .def_static("exponential", &Distribution::exponential, py::arg("loc"), py::arg("scale"))
        .def_static("histogram", &Distribution::histogram, py::arg("bins"),
                    py::arg("probabilities"))
        .def("draws", &draws, py::arg("bit_generator"), py::arg("count"),
             py::arg("positive") = false);
    py::class_<TrunkRule>(module, "TrunkRule")
        .def(py::init(&trunk_rule), py::kw_only(), py::arg("grow_type"), py::arg("placement"),
             py::arg("is_mapping"), py::arg("is_3d"), py::arg("directions"), py::arg("num_trees"),
             py::arg("orientation_deviation"), py::arg("absolute_elevation_deviation"),
             py::arg("azimuth_cosine"), py::arg("means_rad"), py::arg("stds_rad"),
             py::arg("has_list_of_means"), py::arg("form"), py::arg("form_parameters"),
             py::arg("values_problem"))
        .def_readonly("is_mapping", &TrunkRule::is_mapping);
    py::class_<PlacedTrunks>(module, "PlacedTrunks")
        .def_readonly("radius_um", &PlacedTrunks::radius_um)
        .def_readonly("directions", &PlacedTrunks::directions)
        .def_readonly("points_um", &PlacedTrunks::points_um)
        .def_readonly("outward", &PlacedTrunks::outward)
        .def_readonly("contour_um", &PlacedTrunks::contour_um)
        .def_readonly("error", &PlacedTrunks::error)
        .def_readonly("message", &PlacedTrunks::message)
        .def_readonly("is_retried", &PlacedTrunks::is_retried);
    module.def("place_trunks", &place_trunks, py::arg("radius_um"), py::arg("rules"),
               py::arg("bit_generator"), py::arg("position_um"), py::arg("orientation"),
               py::arg("probability") = nullptr);
    module.def("convex_hull", &convex_hull_of, py::arg("points"));
}

}  // namespace rghpc
