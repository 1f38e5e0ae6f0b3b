// Diameters of a grown neuron.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "diameter_pass.hpp"
#include "morphology.hpp"
#include "random_stream.hpp"

namespace rghpc {

// How one recipe gives neurons their diameters; it does not change, and copies share it.
class DiameterModel {
   public:
    using Diametrizers = std::vector<std::shared_ptr<const NeuriteDiametrizer>>;

    // Diameters stay as they are.
    DiameterModel() = default;
    // One diametrizer a neurite type, in order; each is run n_samples times and the diameters of
    // the whole neuron averaged. With `is_seeded` each has a stream of its own, of the recipe's
    // seed.
    DiameterModel(Diametrizers diametrizers, std::int64_t n_samples, bool is_seeded)
        : diametrizers_(std::move(diametrizers)), n_samples_(n_samples), is_seeded_(is_seeded) {}

    const Diametrizers& diametrizers() const { return diametrizers_; }
    std::int64_t n_samples() const { return n_samples_; }
    bool is_seeded() const { return is_seeded_; }

   private:
    Diametrizers diametrizers_;
    std::int64_t n_samples_ = 1;
    bool is_seeded_ = false;
};

// Writes the diameters of a neuron. `apical_sections` are those that end at an apical point, -1 for
// an apical tree without. A seeded model draws from `seeded`, one fresh stream a neurite type;
// otherwise `seeded` is empty and all draws come from `random`.
//
// Throws GrowthRetry, GrowthFailure, and std::invalid_argument for streams that do not fit.
// Source: neurots.generate.diametrizer.build, diameter_synthesis.build_diameters.build.
void diametrize(Morphology& neuron, const DiameterModel& model,
                const std::vector<int>& apical_sections, RandomStream& random,
                std::vector<RandomStream>& seeded);

}  // namespace rghpc
