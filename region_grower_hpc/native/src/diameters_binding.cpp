// Python's view of diameter models.

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bindings.hpp"
#include "diameter_constant.hpp"
#include "diameter_polynomial.hpp"
#include "diameter_rall.hpp"
#include "diameter_sampled.hpp"
#include "diameter_taper.hpp"
#include "diameters.hpp"
#include "numpy_random.hpp"

namespace py = pybind11;

namespace rghpc {

namespace {

using Diametrizer = std::shared_ptr<NeuriteDiametrizer>;

// A value, or the error (name, message) that asking for it raises.
template <class Value>
Given<Value> given(const py::object& object) {
    if (py::isinstance<py::tuple>(object)) {
        const auto [error, message] = object.cast<std::pair<std::string, std::string>>();
        return Refusal{error, message};
    }
    return object.cast<Value>();
}

// A list of values, or the number of integers from 0.
Given<DiameterChoice> choice(const py::object& object) {
    if (py::isinstance<py::tuple>(object)) return given<DiameterChoice>(object);
    if (py::isinstance<py::int_>(object)) return DiameterChoice{{}, object.cast<std::int64_t>()};
    DiameterChoice choice{object.cast<std::vector<double>>(), 0};
    if (choice.values.empty()) throw py::value_error("there is nothing to choose from");
    return choice;
}

RallModel rall_model(const py::object& trunk_um, const py::object& terminal_um,
                     const py::object& trunk_taper_um, const py::object& taper_um,
                     const py::object& min_um, const py::object& ratio,
                     const py::object& siblings_ratio, const py::object& sibling_power) {
    return {choice(trunk_um),      choice(terminal_um),   choice(trunk_taper_um),
            choice(taper_um),      given<double>(min_um), given<double>(ratio),
            given<double>(siblings_ratio), given<double>(sibling_power)};
}

Diametrizer sampled_diameters(int type, const py::object& trunk_um, const py::object& terminal_um,
                              const py::object& taper, const py::object& sibling_ratio,
                              const py::object& power_relation, const py::object& most_terminal_um,
                              const py::object& most_tries, bool is_major_unreduced,
                              double most_reduction, std::optional<double> taper_increase) {
    return std::make_shared<SampledDiameters>(
        type, SampledModel{given<DiameterLaw>(trunk_um),
                           given<DiameterLaw>(terminal_um),
                           given<DiameterLaw>(taper),
                           given<double>(most_terminal_um),
                           given<double>(most_tries),
                           {given<DiameterLaw>(sibling_ratio), given<DiameterLaw>(power_relation),
                            is_major_unreduced, most_reduction},
                           taper_increase});
}

void bind_laws(py::module_& module) {
    using Bounds = DiameterLaw::Bounds;
    py::class_<DiameterLaw>(module, "DiameterLaw")
        .def_static("constant", &DiameterLaw::constant, py::arg("value"))
        .def_static(
            "reversed_exponential",
            [](double loc, double scale, double min, double max) {
                return DiameterLaw::reversed_exponential(loc, scale, Bounds{min, max});
            },
            py::arg("loc"), py::arg("scale"), py::arg("min"), py::arg("max"))
        .def_static(
            "exponential_normal",
            [](double shape, double loc, double scale, double min, double max) {
                return DiameterLaw::exponential_normal(shape, loc, scale, Bounds{min, max});
            },
            py::arg("shape"), py::arg("loc"), py::arg("scale"), py::arg("min"), py::arg("max"))
        .def_static(
            "gamma",
            [](double shape, double loc, double scale, double min, double max) {
                return DiameterLaw::gamma(shape, loc, scale, Bounds{min, max});
            },
            py::arg("shape"), py::arg("loc"), py::arg("scale"), py::arg("min"), py::arg("max"));
}

template <class RallDiameters>
void bind_rall(py::module_& module, const char* name) {
    module.def(
        name,
        [](int type, const py::object& trunk_um, const py::object& terminal_um,
           const py::object& trunk_taper_um, const py::object& taper_um, const py::object& min_um,
           const py::object& ratio, const py::object& siblings_ratio,
           const py::object& sibling_power) -> Diametrizer {
            return std::make_shared<RallDiameters>(
                type, rall_model(trunk_um, terminal_um, trunk_taper_um, taper_um, min_um, ratio,
                                 siblings_ratio, sibling_power));
        },
        py::arg("section_type"), py::kw_only(), py::arg("trunk_um"), py::arg("terminal_um"),
        py::arg("trunk_taper_um"), py::arg("taper_um"), py::arg("min_um"), py::arg("ratio"),
        py::arg("siblings_ratio"), py::arg("sibling_power"));
}

template <class Diameters>
void bind_plain(py::module_& module, const char* name) {
    module.def(
        name, [](int type) -> Diametrizer { return std::make_shared<Diameters>(type); },
        py::arg("section_type"));
}

void bind_diametrizers(py::module_& module) {
    py::class_<NeuriteDiametrizer, Diametrizer>(module, "NeuriteDiametrizer");
    module.def(
        "refused_diameters",
        [](const std::string& error, const std::string& message) -> Diametrizer {
            return std::make_shared<RefusedDiameters>(Refusal{error, message});
        },
        py::arg("error"), py::arg("message"));
    module.def("untouched_diameters",
               []() -> Diametrizer { return std::make_shared<UntouchedDiameters>(); });
    module.def(
        "uniform_diameters",
        [](int type, const py::object& diameter_um) -> Diametrizer {
            return std::make_shared<UniformDiameters>(type, given<double>(diameter_um));
        },
        py::arg("section_type"), py::arg("diameter_um"));
    bind_plain<NeuriteMeanDiameters>(module, "neurite_mean_diameters");
    bind_plain<SectionMeanDiameters>(module, "section_mean_diameters");
    bind_plain<SmoothedDiameters>(module, "smoothed_diameters");
    bind_rall<RootDiameters>(module, "root_diameters");
    bind_rall<TipDiameters>(module, "tip_diameters");
    module.def(
        "polynomial_diameters",
        [](int type, const py::object& coefficients) -> Diametrizer {
            auto values = given<std::vector<double>>(coefficients);
            if (!py::isinstance<py::tuple>(coefficients) && values.get().empty()) {
                throw py::value_error("a polynomial has at least one coefficient");
            }
            return std::make_shared<PolynomialDiameters>(type, std::move(values));
        },
        py::arg("section_type"), py::arg("coefficients"));
    module.def("sampled_diameters", &sampled_diameters, py::arg("section_type"), py::kw_only(),
               py::arg("trunk_um"), py::arg("terminal_um"), py::arg("taper"),
               py::arg("sibling_ratio"), py::arg("power_relation"), py::arg("most_terminal_um"),
               py::arg("most_tries"), py::arg("is_major_unreduced"), py::arg("most_reduction"),
               py::arg("taper_increase"));
}

DiameterModel model_of(const std::vector<Diametrizer>& diametrizers, std::int64_t n_samples,
                       bool is_seeded) {
    if (std::find(diametrizers.begin(), diametrizers.end(), nullptr) != diametrizers.end()) {
        throw py::value_error("a diametrizer is None");
    }
    return {{diametrizers.begin(), diametrizers.end()}, n_samples, is_seeded};
}

void diametrize_neuron(Morphology& neuron, const DiameterModel& model,
                       const std::vector<int>& apical_sections, const py::object& bit_generator,
                       const std::vector<py::object>& diameter_generators) {
    RandomStream random = stream_of(bit_generator);
    std::vector<RandomStream> seeded;
    for (const py::object& generator : diameter_generators) seeded.push_back(stream_of(generator));
    const py::gil_scoped_release released;
    diametrize(neuron, model, apical_sections, random, seeded);
}

}  // namespace

void bind_diameters(py::module_& module) {
    bind_laws(module);
    bind_diametrizers(module);
    py::class_<DiameterModel>(module, "DiameterModel")
        .def(py::init(&model_of), py::arg("diametrizers"), py::arg("n_samples") = 1,
             py::arg("is_seeded") = false)
        .def_property_readonly("n_neurite_types",
                               [](const DiameterModel& model) {
                                   return model.diametrizers().size();
                               })
        .def_property_readonly("is_seeded", &DiameterModel::is_seeded);
    module.def("diametrize", &diametrize_neuron, py::arg("neuron"), py::arg("model"),
               py::arg("apical_sections"), py::arg("bit_generator"),
               py::arg("diameter_generators"));
}

}  // namespace rghpc
