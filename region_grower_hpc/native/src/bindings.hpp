// The parts of the extension module, each bound in its own file.
#pragma once

#include <pybind11/pybind11.h>

namespace rghpc {

void bind_trunks(pybind11::module_& module);
void bind_constraints(pybind11::module_& module);
void bind_diameters(pybind11::module_& module);
void bind_jitter(pybind11::module_& module);
void bind_clone(pybind11::module_& module);
void bind_connections(pybind11::module_& module);
void bind_normal_fit(pybind11::module_& module);
void bind_morphology_text(pybind11::module_& module);
void bind_neuron(pybind11::module_& module);
void bind_growth(pybind11::module_& module);

}  // namespace rghpc
