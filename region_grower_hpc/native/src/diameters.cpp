#include "diameters.hpp"

#include <stdexcept>

#include "failures.hpp"

namespace rghpc {

namespace {

// Averages in float32, of all points: rounding may also move the neurites of other types.
void run_samples(DiameterPass& pass, const NeuriteDiametrizer& diametrizer,
                 std::int64_t n_samples) {
    diametrizer.diametrize(pass);
    if (n_samples <= 1) return;
    std::vector<float>& diameters = pass.neuron.diameters;
    std::vector<float> sum = diameters;
    for (std::int64_t i = 1; i < n_samples; ++i) {
        pass.effort.spend(static_cast<std::int64_t>(pass.neuron.sections.size()) + 1);
        diametrizer.diametrize(pass);
        for (std::size_t j = 0; j < sum.size(); ++j) sum[j] += diameters[j];
    }
    const float count = static_cast<float>(n_samples);
    for (std::size_t j = 0; j < sum.size(); ++j) diameters[j] = sum[j] / count;
}

}  // namespace

void diametrize(Morphology& neuron, const DiameterModel& model,
                const std::vector<int>& apical_sections, RandomStream& random,
                std::vector<RandomStream>& seeded) {
    const DiameterModel::Diametrizers& diametrizers = model.diametrizers();
    if (seeded.size() != (model.is_seeded() ? diametrizers.size() : 0)) {
        throw std::invalid_argument("a seeded diameter model needs one stream a neurite type");
    }
    for (const Section& section : neuron.sections) {
        if (section.size() < 1) throw GrowthFailure("IndexError", "a section has no points");
    }
    DiameterEffort effort;
    std::vector<float> path_um;
    for (std::size_t i = 0; i < diametrizers.size(); ++i) {
        RandomStream& stream = model.is_seeded() ? seeded[i] : random;
        DiameterPass pass{neuron, apical_sections, stream, effort, path_um};
        run_samples(pass, *diametrizers[i], model.n_samples());
    }
}

}  // namespace rghpc
