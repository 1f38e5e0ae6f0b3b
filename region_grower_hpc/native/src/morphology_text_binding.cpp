// Python's view of .swc and .asc texts.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstddef>
#include <stdexcept>
#include <string>

#include "bindings.hpp"
#include "morphology_text.hpp"
#include "numpy_arrays.hpp"

namespace py = pybind11;

namespace rghpc {

namespace {

using Writer = std::size_t (*)(const StoredNeuron&, const std::string&, std::string&);

// What a thread keeps of its buffer; a larger text is that of a rare neuron.
constexpr std::size_t MOST_KEPT_BYTES = std::size_t{16} << 20;

py::bytes text_of(Writer write, const Floats& points, const Ints& structure,
                  const std::string& creator) {
    if (points.ndim() != 2 || points.shape(1) != 4) {
        throw std::invalid_argument("points have the shape (N, 4)");
    }
    if (structure.ndim() != 2 || structure.shape(1) != 3) {
        throw std::invalid_argument("the structure has the shape (M, 3)");
    }
    const StoredNeuron neuron{points.data(), static_cast<std::size_t>(points.shape(0)),
                              structure.data(), static_cast<std::size_t>(structure.shape(0))};
    static thread_local std::string buffer;
    std::size_t size = 0;
    {
        const py::gil_scoped_release release;
        size = write(neuron, creator, buffer);
    }
    py::bytes text(buffer.data(), size);
    if (buffer.size() > MOST_KEPT_BYTES) std::string().swap(buffer);
    return text;
}

}  // namespace

void bind_morphology_text(py::module_& module) {
    module.def(
        "swc_text",
        [](const Floats& points, const Ints& structure, const std::string& creator) {
            return text_of(swc_text, points, structure, creator);
        },
        py::arg("points"), py::arg("structure"), py::arg("creator"));
    module.def(
        "asc_text",
        [](const Floats& points, const Ints& structure, const std::string& creator) {
            return text_of(asc_text, points, structure, creator);
        },
        py::arg("points"), py::arg("structure"), py::arg("creator"));
}

}  // namespace rghpc
