// Residuals of a normal curve to a histogram, and their derivatives.
#pragma once

#include "normal_fit.hpp"
#include "rounding.hpp"
#include "trust_region.hpp"

namespace rghpc {

class NormalCurve {
public:
    NormalCurve(const Histogram& histogram, Rounding& rounding);

    const Box& box() const { return box_; }
    int n_residuals() const { return n_bins_; }

    // NaN if the scale is not positive. Parameters are location, scale and area.
    void residuals(const Triple& parameters, TallColumn& result);

    // At the parameters that `residuals` was last called with, to which it gave `residuals`;
    // differences go away from a bound that is nearer than a step.
    void derivatives(const Triple& parameters, const TallColumn& residuals, TallMatrix& result);

private:
    void densities(double location, double scale);

    int n_bins_;
    Rounding& rounding_;
    Box box_;
    TallColumn centres_, counts_, densities_, moved_;
};

}  // namespace rghpc
