#include "normal_curve.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "exponential.hpp"

namespace rghpc {

namespace {

constexpr double SQRT_2_PI = 2.50662827463100050242;
constexpr double RELATIVE_STEP = 0x1p-26;  // square root of the distance from 1 to the next double

// The step of a difference, which may not leave the bounds.
double difference_step(double value, double lower, double upper) {
    const double step =
        std::copysign(RELATIVE_STEP, value == 0.0 ? 1.0 : value) * std::max(1.0, std::fabs(value));
    const double to_lower = value - lower, to_upper = upper - value;
    const double moved = value + step;
    if (std::fabs(step) > std::max(to_lower, to_upper)) {
        return to_upper >= to_lower ? to_upper : -to_lower;
    }
    return moved < lower || moved > upper ? -step : step;
}

// Near 1 all libraries round alike, as the error of their series is small there.
constexpr double ALMOST_1 = 1.0 - 0x1p-20;

RGHPC_FOR_EACH_PROCESSOR
void densities_of(const double* centres, std::size_t n, double location, double scale,
                  const double* factors, double* densities) {
    for (std::size_t i = 0; i < n; i += LANES) {
        const Lanes z = (load(centres + i) - location) / scale;
        const Lanes exact = exponential(-(z * z) / 2.0);
        const Lanes value = exact > ALMOST_1 ? exact : exact * load(factors + i);
        store(value / SQRT_2_PI / scale, densities + i);
    }
}

RGHPC_FOR_EACH_PROCESSOR
void residuals_of(const double* densities, const double* counts, std::size_t n, double area,
                  double* residuals) {
    for (std::size_t i = 0; i < n; i += LANES) {
        store(area * load(densities + i) - load(counts + i), residuals + i);
    }
}

RGHPC_FOR_EACH_PROCESSOR
void quotients_of(const double* moved, const double* residuals, std::size_t n, double difference,
                  double* quotients) {
    for (std::size_t i = 0; i < n; i += LANES) {
        store((load(moved + i) - load(residuals + i)) / difference, quotients + i);
    }
}

TallColumn padded(const double* values, int n) {
    TallColumn column(n_padded(n));
    std::copy(values, values + n, column.begin());
    return column;
}

}  // namespace

NormalCurve::NormalCurve(const Histogram& histogram, Rounding& rounding)
    : n_bins_(histogram.n_bins),
      rounding_(rounding),
      box_{{histogram.centres[0], 0.0, 0.0},
           {histogram.centres[histogram.n_bins - 1], std::numeric_limits<double>::infinity(),
            std::numeric_limits<double>::infinity()}},
      centres_(padded(histogram.centres, histogram.n_bins)),
      counts_(padded(histogram.counts, histogram.n_bins)),
      densities_(centres_.size()),
      moved_(centres_.size()) {}

void NormalCurve::densities(double location, double scale) {
    if (!(scale > 0.0) || !std::isfinite(location)) {
        std::fill(densities_.begin(), densities_.end(),
                  std::numeric_limits<double>::quiet_NaN());
        return;
    }
    densities_of(centres_.data(), centres_.size(), location, scale, rounding_.factors(),
                 densities_.data());
}

void NormalCurve::residuals(const Triple& parameters, TallColumn& result) {
    densities(parameters[0], parameters[1]);
    residuals_of(densities_.data(), counts_.data(), counts_.size(), parameters[2], result.data());
    std::fill(result.begin() + n_bins_, result.end(), 0.0);
}

void NormalCurve::derivatives(const Triple& parameters, const TallColumn& residuals,
                              TallMatrix& result) {
    for (int k : {2, 1, 0}) {  // the area first: its densities are those of the residuals
        Triple moved = parameters;
        moved[k] += difference_step(parameters[k], box_.lower[k], box_.upper[k]);
        const double difference = moved[k] - parameters[k];
        if (k != 2) densities(moved[0], moved[1]);
        residuals_of(densities_.data(), counts_.data(), counts_.size(), moved[2], moved_.data());
        quotients_of(moved_.data(), residuals.data(), counts_.size(), difference,
                     result[k].data());
        std::fill(result[k].begin() + n_bins_, result[k].end(), 0.0);
    }
}

}  // namespace rghpc
