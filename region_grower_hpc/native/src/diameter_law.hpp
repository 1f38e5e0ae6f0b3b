// Laws that parameters of sampled diameters are drawn from.
#pragma once

#include "random_stream.hpp"

namespace rghpc {

// A drawn number. Python's arithmetic raises for some numbers where that of NumPy's scalars goes
// on, so the diameters depend on which of the two it was.
struct DrawnNumber {
    double value = 0.0;
    bool is_numpy = false;
};

// Source: diameter_synthesis.distribution_fitting.sample_distribution.
class DiameterLaw {
   public:
    struct Bounds {
        double min, max;
    };

    static DiameterLaw constant(double value) { return {Law::constant, 0.0, value, 0.0, {}}; }
    // -(loc + scale * exponential)
    static DiameterLaw reversed_exponential(double loc, double scale, Bounds bounds) {
        return {Law::reversed_exponential, 0.0, loc, scale, bounds};
    }
    // loc + scale * (shape * exponential + normal)
    static DiameterLaw exponential_normal(double shape, double loc, double scale, Bounds bounds) {
        return {Law::exponential_normal, shape, loc, scale, bounds};
    }
    // loc + scale * gamma(shape)
    static DiameterLaw gamma(double shape, double loc, double scale, Bounds bounds) {
        return {Law::gamma, shape, loc, scale, bounds};
    }

    // Drawn again outside the bounds; where they are equal they are the result of one draw.
    // Throws GrowthFailure("DiameterSynthesisError") after 100 more draws.
    DrawnNumber draw(RandomStream& random) const;

    DiameterLaw& operator*=(double factor) {
        scale_ *= factor;
        return *this;
    }

   private:
    enum class Law { constant, reversed_exponential, exponential_normal, gamma };

    DiameterLaw(Law law, double shape, double loc, double scale, Bounds bounds)
        : law_(law), shape_(shape), loc_(loc), scale_(scale), bounds_(bounds) {}

    double draw_once(RandomStream& random) const;

    Law law_;
    double shape_, loc_, scale_;
    Bounds bounds_;
};

}  // namespace rghpc
