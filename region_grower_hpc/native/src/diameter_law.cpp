#include "diameter_law.hpp"

#include <string>

#include "failures.hpp"

namespace rghpc {

namespace {

constexpr int MOST_REDRAWS = 100;

}  // namespace

DrawnNumber DiameterLaw::draw(RandomStream& random) const {
    if (law_ == Law::constant) return {loc_, false};
    double value = draw_once(random);
    if (bounds_.min == bounds_.max) return {bounds_.min, false};
    for (int redraws = 0; value > bounds_.max || value < bounds_.min;) {
        value = draw_once(random);
        if (++redraws >= MOST_REDRAWS) {
            throw GrowthFailure("DiameterSynthesisError",
                                "no number drawn for the diameters lies between " +
                                    std::to_string(bounds_.min) + " and " +
                                    std::to_string(bounds_.max) + " (the last was " +
                                    std::to_string(value) + ")");
        }
    }
    return {value, law_ == Law::exponential_normal};
}

double DiameterLaw::draw_once(RandomStream& random) const {
    if (law_ == Law::reversed_exponential) return -(loc_ + scale_ * random.standard_exponential());
    if (law_ == Law::gamma) return loc_ + scale_ * random.standard_gamma(shape_);
    const double exponential = random.standard_exponential();  // drawn before the normal number
    return loc_ + scale_ * (exponential * shape_ + random.standard_normal());
}

}  // namespace rghpc
