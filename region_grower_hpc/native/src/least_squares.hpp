// The iterations of a least-squares fit of a normal curve within bounds.
#pragma once

#include "normal_fit.hpp"
#include "rounding.hpp"
#include "tall_matrix.hpp"

namespace rghpc {

struct LeastSquares {
    bool has_converged;
    Triple parameters;
    TallMatrix jacobian;
    double cost;  // half the sum of the squares of the residuals
};

// Source: as in trust_region.hpp; the same steps, tolerances and differences as scipy's
// `least_squares(method="trf", jac="2-point", max_nfev=30)`. Throws NoStep.
LeastSquares least_squares(const Histogram& histogram, Rounding& rounding);

}  // namespace rghpc
