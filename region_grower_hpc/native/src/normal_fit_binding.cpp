// Fits of normal curves to histograms.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "bindings.hpp"
#include "interruption.hpp"
#include "normal_fit.hpp"
#include "numpy_arrays.hpp"

namespace py = pybind11;

namespace rghpc {

namespace {

using Bytes = py::array_t<std::uint8_t>;

constexpr py::ssize_t FITS_BETWEEN_INTERRUPTIONS = 64;

void check_histograms(const Doubles& centres, const Doubles& counts, const Doubles& starts) {
    if (centres.ndim() != 2 || counts.ndim() != 2 || starts.ndim() != 1 ||
        counts.shape(0) != centres.shape(0) || counts.shape(1) != centres.shape(1) ||
        starts.shape(0) != centres.shape(0)) {
        throw py::value_error("centres and counts must be (n, bins), starts (n,)");
    }
    if (centres.shape(1) < 1 || centres.shape(1) > std::numeric_limits<int>::max() / 2) {
        throw py::value_error("a histogram must have bins");
    }
    for (const Doubles* values : {&centres, &counts, &starts}) {
        const auto is_finite = [](double value) { return std::isfinite(value); };
        if (!std::all_of(values->data(), values->data() + values->size(), is_finite)) {
            throw py::value_error("centres, counts and starts must be finite");
        }
    }
}

py::tuple fits(const Doubles& centres, const Doubles& counts, const Doubles& starts) {
    check_histograms(centres, counts, starts);
    const py::ssize_t n = centres.shape(0), n_bins = centres.shape(1);
    Doubles parameters({n, py::ssize_t{3}});
    Bytes outcomes(n);
    for (py::ssize_t i = 0; i < n; ++i) {
        if (i % FITS_BETWEEN_INTERRUPTIONS == 0) allow_interruption();
        const NormalFit fit =
            fit_normal({centres.data() + i * n_bins, counts.data() + i * n_bins,
                        static_cast<int>(n_bins), starts.data()[i]});
        std::copy(fit.parameters.begin(), fit.parameters.end(), parameters.mutable_data() + 3 * i);
        outcomes.mutable_data()[i] = static_cast<std::uint8_t>(fit.outcome);
    }
    return py::make_tuple(parameters, outcomes);
}

}  // namespace

void bind_normal_fit(py::module_& module) {
    module.def("fit_normals", &fits, py::arg("centres"), py::arg("counts"), py::arg("starts"));
}

}  // namespace rghpc
