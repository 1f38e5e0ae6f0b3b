#include "diameter_constant.hpp"

#include <algorithm>
#include <vector>

#include "diameter_sums.hpp"

namespace rghpc {

namespace {

void fill(Morphology& neuron, const Section& section, float diameter_um) {
    std::fill(neuron.diameters.begin() + section.first, neuron.diameters.begin() + section.stop,
              diameter_um);
}

// numpy.mean: the sum is float32, the quotient rounded once.
float mean(const float* values, std::size_t count) {
    return static_cast<float>(static_cast<double>(pairwise_sum(values, count)) /
                              static_cast<double>(count));
}

}  // namespace

void UniformDiameters::diametrize(DiameterPass& pass) const {
    Morphology& neuron = pass.neuron;
    for (int root : roots_of_type(neuron, type_)) {
        const float diameter_um = static_cast<float>(diameter_um_.get());
        for (int i = root, stop = neuron.subtree_stop(root); i < stop; ++i) {
            fill(neuron, neuron.sections[i], diameter_um);
        }
    }
}

void NeuriteMeanDiameters::diametrize(DiameterPass& pass) const {
    Morphology& neuron = pass.neuron;
    std::vector<float> values_um;
    for (int root : roots_of_type(neuron, type_)) {
        const int stop = neuron.subtree_stop(root);
        values_um.clear();
        for (int i = root; i < stop; ++i) {
            const Section& section = neuron.sections[i];
            values_um.insert(values_um.end(), neuron.diameters.begin() + section.first,
                             neuron.diameters.begin() + section.stop);
        }
        const float mean_um = mean(values_um.data(), values_um.size());
        for (int i = root; i < stop; ++i) fill(neuron, neuron.sections[i], mean_um);
    }
}

void SectionMeanDiameters::diametrize(DiameterPass& pass) const {
    Morphology& neuron = pass.neuron;
    for (const Section& section : neuron.sections) {
        if (section.type != type_) continue;
        fill(neuron, section, mean(&neuron.diameters[section.first], section.size()));
    }
}

}  // namespace rghpc
