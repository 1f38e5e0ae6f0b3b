// Diameters by drawn tapers and Rall's ratio at the bifurcations.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "diameter_given.hpp"
#include "diameter_pass.hpp"

namespace rghpc {

// What Generator.choice draws from: values, or the integers below a count.
struct DiameterChoice {
    std::vector<double> values;
    std::int64_t count = 0;  // of the integers, where there are no values

    double draw(RandomStream& random) const {
        if (values.empty()) return static_cast<double>(random.below(count));
        return values[random.below(static_cast<std::int64_t>(values.size()))];
    }
};

struct RallModel {
    Given<DiameterChoice> trunk_um, terminal_um, trunk_taper_um, taper_um;
    Given<double> min_um;          // of the terminal diameters
    Given<double> ratio;           // Rall's exponent
    Given<double> siblings_ratio;  // second daughter to first
    Given<double> sibling_power;   // siblings_ratio ** ratio, as numpy has it
};

// From the roots to the tips (M4).
// Source: neurots.generate.diametrizer.diametrize_from_root.
class RootDiameters final : public NeuriteDiametrizer {
   public:
    RootDiameters(int type, RallModel model) : type_(type), model_(std::move(model)) {}
    void diametrize(DiameterPass& pass) const override;

   private:
    double daughter_um(double parent_um, std::size_t n_children) const;

    int type_;
    RallModel model_;
};

// From the tips to the roots (M5).
// Source: neurots.generate.diametrizer.diametrize_from_tips.
class TipDiameters final : public NeuriteDiametrizer {
   public:
    TipDiameters(int type, RallModel model) : type_(type), model_(std::move(model)) {}
    void diametrize(DiameterPass& pass) const override;

   private:
    double merged_um(const Morphology& neuron, int section, double trunk_um) const;

    int type_;
    RallModel model_;
};

}  // namespace rghpc
