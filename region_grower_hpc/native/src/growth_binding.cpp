// Growth of neurons by compiled recipes.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "apical_point.hpp"
#include "bindings.hpp"
#include "neuron_grower.hpp"
#include "numpy_arrays.hpp"
#include "numpy_random.hpp"

namespace py = pybind11;

namespace rghpc {

namespace {

constexpr int BAR_COLUMNS = 6;

using Scaling = std::tuple<int, double, double>;  // what to, reference, target

template <class Value>
Value chosen(const std::map<std::string, Value>& known, const std::string& name) {
    const auto found = known.find(name);
    if (found == known.end()) throw py::value_error("'" + name + "' is not known here");
    return found->second;
}

const std::map<std::string, GrowthMethod> METHODS{{"tmd", GrowthMethod::tmd},
                                                  {"tmd_apical", GrowthMethod::tmd_apical},
                                                  {"tmd_gradient", GrowthMethod::tmd_gradient},
                                                  {"trunk", GrowthMethod::trunk}};
const std::map<std::string, Metric> METRICS{{"path_distances", Metric::path_distances},
                                            {"radial_distances", Metric::radial_distances},
                                            {"trunk_length", Metric::trunk_length}};
const std::map<std::string, Branching> BRANCHINGS{{"bio_oriented", Branching::bio_oriented},
                                                  {"symmetric", Branching::symmetric},
                                                  {"directional", Branching::directional},
                                                  {"random", Branching::random}};

Diagram diagram_of(const Doubles& bars) {
    if (bars.ndim() != 2 || bars.shape(1) != BAR_COLUMNS || bars.shape(0) == 0) {
        throw py::value_error("a diagram must have bars of six numbers");
    }
    const auto rows = bars.unchecked<2>();
    Diagram diagram;
    for (py::ssize_t i = 0; i < rows.shape(0); ++i) {
        diagram.push_back(
            {rows(i, 0), rows(i, 1), {rows(i, 2), rows(i, 3), rows(i, 4), rows(i, 5)}});
    }
    return diagram;
}

TreeRule tree_rule(int section_type, const std::string& method, const std::string& metric,
                   const std::string& branching, double randomness, double targeting,
                   double history, const Distribution& step_um,
                   const std::vector<Doubles>& diagrams, bool has_apical_tuft,
                   std::optional<double> mean_step_um, double bias, double bias_length,
                   std::optional<double> major_term_um, double num_seg) {
    TreeRule rule;
    rule.section_type = section_type;
    rule.method = chosen(METHODS, method);
    rule.metric = chosen(METRICS, metric);
    rule.branching = chosen(BRANCHINGS, branching);
    rule.walk = {randomness, targeting, history, step_um};
    rule.has_apical_tuft = has_apical_tuft;
    rule.mean_step_um = mean_step_um;
    rule.bias = bias;
    rule.bias_length = bias_length;
    rule.major_term_um = major_term_um;
    rule.num_seg = num_seg;
    if (!rule.has_barcode()) return rule;
    if (diagrams.empty()) throw py::value_error("growth by a barcode needs diagrams");
    for (const Doubles& bars : diagrams) {
        rule.diagrams.push_back(diagram_of(bars));
        rule.apical_bins.push_back(NO_BAR);
        if (rule.method == GrowthMethod::tmd || !has_apical_tuft) continue;
        try {
            rule.apical_bins.back() = apical_point_bin(rule.diagrams.back());
        } catch (const GrowthRetry&) {  // of a cell that draws this diagram
        } catch (const GrowthFailure&) {
        }
    }
    return rule;
}

NeuronRecipe recipe_of(const Distribution& soma_radius_um, std::vector<TrunkRule> trunks,
                       std::vector<TreeRule> trees, const DiameterModel& diameters,
                       int apical_type) {
    if (trunks.size() != trees.size()) throw py::value_error("each grow type has trunks and trees");
    return {soma_radius_um, std::move(trunks), std::move(trees), diameters, apical_type};
}

CellPlace place_of(const NeuronRecipe& recipe, const std::array<double, 3>& position_um,
                   const Doubles& orientation) {
    const bool has_modes = std::any_of(recipe.trunks.begin(), recipe.trunks.end(),
                                       [](const TrunkRule& rule) { return rule.is_mapping; });
    return CellPlace::at({position_um[0], position_um[1], position_um[2]}, matrix_of(orientation),
                         has_modes);
}

// The result of one growth, as Python takes it apart.
struct Grown {
    Morphology neuron;
    std::vector<int> apical_sections;
    std::vector<ScalingRecord> records;
};

Grown grow(const NeuronRecipe& recipe, const py::object& bit_generator,
           const std::array<double, 3>& position_um, const Doubles& orientation,
           const std::vector<Scaling>& scalings, const CellConstraints* constraints,
           const std::vector<py::object>& diameter_generators, int max_attempts,
           std::int64_t most_points) {
    if (scalings.size() != recipe.trees.size()) {
        throw py::value_error("there must be one scaling a grow type");
    }
    CellGrowth cell;
    cell.place = place_of(recipe, position_um, orientation);
    for (const auto& [to, reference_um, target_um] : scalings) {
        if (to < 0 || to > static_cast<int>(BarcodeScaling::To::path_distance)) {
            throw py::value_error("barcodes are scaled to nothing, layers or a path distance");
        }
        cell.scalings.push_back({static_cast<BarcodeScaling::To>(to), reference_um, target_um});
    }
    cell.constraints = constraints;
    cell.most_points = most_points;
    RandomStream random = stream_of(bit_generator, most_points);
    std::vector<RandomStream> diameter_streams;
    for (const py::object& generator : diameter_generators) {
        diameter_streams.push_back(stream_of(generator, most_points));
    }
    Grown grown;
    GrownNeuron neuron;
    {
        py::gil_scoped_release released;
        neuron = grow_neuron(recipe, cell, random, diameter_streams, max_attempts, grown.records);
    }
    grown.neuron = std::move(neuron.morphology);
    grown.apical_sections = std::move(neuron.apical_sections);
    return grown;
}

// Exceptions of C++ as Python's, with (name of NeuroTS's exception, message).
void set_error(const py::object& type, const NamedError& error) {
    PyErr_SetObject(type.ptr(), py::make_tuple(error.error, error.what()).ptr());
}

// Python's handlers of signals run here, and what they raise stops the growth.
void look_at_signals() {
    const py::gil_scoped_acquire acquired;
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
}

void bind_errors(py::module_& module) {
    static py::exception<GrowthFailure> failure(module, "GrowthFailure");
    static py::exception<GrowthRetry> retry(module, "GrowthRetry");
    static py::exception<TooManyAttempts> attempts(module, "TooManyAttempts");
    py::register_exception_translator([](std::exception_ptr thrown) {
        try {
            if (thrown) std::rethrow_exception(thrown);
        } catch (const GrowthFailure& error) {
            set_error(failure, error);
        } catch (const GrowthRetry& error) {
            set_error(retry, error);
        } catch (const TooManyAttempts& error) {
            set_error(attempts, error);
        }
    });
}

}  // namespace

void bind_growth(py::module_& module) {
    bind_errors(module);
    interruption_check = look_at_signals;
    py::class_<TreeRule>(module, "TreeRule")
        .def(py::init(&tree_rule), py::kw_only(), py::arg("section_type"), py::arg("method"),
             py::arg("metric"), py::arg("branching"), py::arg("randomness"), py::arg("targeting"),
             py::arg("history"), py::arg("step_um"), py::arg("diagrams"),
             py::arg("has_apical_tuft"), py::arg("mean_step_um"), py::arg("bias"),
             py::arg("bias_length"), py::arg("major_term_um"), py::arg("num_seg"));
    py::class_<NeuronRecipe>(module, "Recipe")
        .def(py::init(&recipe_of), py::kw_only(), py::arg("soma_radius_um"), py::arg("trunks"),
             py::arg("trees"), py::arg("diameters"), py::arg("apical_type"));
    py::class_<Grown>(module, "Grown")
        .def_readonly("neuron", &Grown::neuron, py::return_value_policy::reference_internal)
        .def_readonly("apical_sections", &Grown::apical_sections)
        .def_property_readonly("records", [](const Grown& grown) {
            std::vector<std::tuple<int, double, double>> records;
            for (const ScalingRecord& record : grown.records) {
                records.emplace_back(record.grow_type, record.max_end_um, record.factor);
            }
            return records;
        });
    module.def("grow", &grow, py::arg("recipe"), py::arg("bit_generator"), py::arg("position_um"),
               py::arg("orientation"), py::arg("scalings"), py::arg("constraints"),
               py::arg("diameter_generators"), py::arg("max_attempts"),
               py::arg("most_points") = CellGrowth::MOST_POINTS);
}

}  // namespace rghpc
