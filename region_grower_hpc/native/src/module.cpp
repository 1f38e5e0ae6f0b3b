#include "bindings.hpp"

PYBIND11_MODULE(_kernels, module) {
    module.doc() = "Compiled kernels; region_grower_hpc.native has their typed faces.";
    rghpc::bind_growth(module);  // with the exceptions
    rghpc::bind_trunks(module);
    rghpc::bind_constraints(module);
    rghpc::bind_diameters(module);
    rghpc::bind_jitter(module);
    rghpc::bind_clone(module);
    rghpc::bind_connections(module);
    rghpc::bind_normal_fit(module);
    rghpc::bind_morphology_text(module);
    rghpc::bind_neuron(module);
}
