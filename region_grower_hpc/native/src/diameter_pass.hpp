// One run of a diameter model over the neurites of one type.
#pragma once

#include <cstdint>
#include <vector>

#include "failures.hpp"
#include "interruption.hpp"
#include "morphology.hpp"
#include "random_stream.hpp"

namespace rghpc {

// Stops a neuron on which a model would in effect work for ever: the numbers of tries and samples
// are the user's.
class DiameterEffort {
   public:
    // Throws GrowthFailure("DiameterSynthesisError") after a billion sections: about a minute.
    void spend(std::int64_t n_sections) {
        const std::int64_t looks = spent_ / SECTIONS_BETWEEN_LOOKS;
        spent_ += n_sections;
        if (spent_ / SECTIONS_BETWEEN_LOOKS != looks) allow_interruption();
        if (spent_ > MOST_SECTIONS) {
            throw GrowthFailure("DiameterSynthesisError",
                                "a billion sections were tried: trunk_max_tries or n_samples is "
                                "too large for this model");
        }
    }

   private:
    static constexpr std::int64_t SECTIONS_BETWEEN_LOOKS = 1'000'000;
    static constexpr std::int64_t MOST_SECTIONS = 1'000'000'000;
    std::int64_t spent_ = 0;
};

struct DiameterPass {
    Morphology& neuron;
    const std::vector<int>& apical_sections;  // -1: an apical tree without one
    RandomStream& random;
    DiameterEffort& effort;
    std::vector<float>& path_um;  // of each point from the start of its section; empty until needed
};

// Writes the diameters of all neurites of one type.
class NeuriteDiametrizer {
   public:
    virtual ~NeuriteDiametrizer() = default;
    // Throws GrowthRetry or GrowthFailure where NeuroTS or diameter-synthesis raises.
    virtual void diametrize(DiameterPass& pass) const = 0;
};

// Roots of one type.
inline std::vector<int> roots_of_type(const Morphology& neuron, int type) {
    std::vector<int> found;
    for (int root : neuron.roots()) {
        if (neuron.sections[root].type == type) found.push_back(root);
    }
    return found;
}

}  // namespace rghpc
