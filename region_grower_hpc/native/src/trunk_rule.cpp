#include "trunk_rule.hpp"

#include <cmath>
#include <stdexcept>
#include <utility>

namespace rghpc {

namespace {

constexpr int ANGLES = 100;

double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

// As numpy.clip: NaN stays.
double clipped_to_one(double p) { return p < 0.0 ? 0.0 : p > 1.0 ? 1.0 : p; }

}  // namespace

void TrunkProblem::raise() const {
    if (is_retried) throw GrowthRetry(error, message);
    throw GrowthFailure(error, message);
}

TrunkAngleLaw::TrunkAngleLaw(Form form, std::vector<double> parameters)
    : form_(form), parameters_(std::move(parameters)) {
    const std::size_t needed = form == Form::flat ? 0 : form == Form::step ? 2 : 4;
    if (parameters_.size() != needed) {
        throw std::invalid_argument("a trunk angle law has not its number of parameters");
    }
    largest_ = unscaled(0.0);  // stays NaN where this is NaN, as with Python's max
    for (int i = 1; i < ANGLES; ++i) {
        const double p = unscaled(i == ANGLES - 1 ? PI : i * (PI / (ANGLES - 1)));
        if (p > largest_) largest_ = p;
    }
}

double TrunkAngleLaw::probability(double angle_rad) const {
    return form_ == Form::flat ? unscaled(angle_rad)
                               : clipped_to_one(unscaled(angle_rad) / largest_);
}

double TrunkAngleLaw::unscaled(double angle_rad) const {
    if (form_ == Form::flat) return 1.0 + 0.0 * angle_rad;
    const double rising = sigmoid((angle_rad - parameters_[0]) / parameters_[1]);
    if (form_ == Form::step) return rising;
    return 0.5 * (rising + sigmoid((-angle_rad - parameters_[2]) / parameters_[3]));
}

}  // namespace rghpc
