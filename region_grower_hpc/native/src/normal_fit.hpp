// Least-squares fit of a normal curve to a histogram, as scipy.optimize.curve_fit makes it.
//
// A fit of scipy costs some milliseconds, and they are nearly the whole cost of measuring the
// connections of a circuit.
#pragma once

#include "tall_matrix.hpp"

namespace rghpc {

enum class FitOutcome {
    accepted,
    refused,   // no convergence, or errors that are too large
    undecided  // depends on rounding, so on the library: ask scipy
};

struct NormalFit {
    Triple parameters;  // location, scale, area; of an accepted fit
    FitOutcome outcome;
};

struct Histogram {
    const double* centres;  // ascending
    const double* counts;
    int n_bins;
    double start;  // location to begin with
};

// Refused where the bounds of the location (first and last centre) leave it no room.
//
// The derivatives are quotients of differences over steps of 10^-8, so that the last bits of the
// exponentials, which each library and each processor has its own of, can decide where a fit ends,
// and whether. So it is repeated with rounding errors drawn at random. Undecided are fits whose
// outcomes or parameters (location and scale, by 10^-7) then differ, those whose error is within
// 10^-4 of the limit, and histograms narrower than 0.002.
NormalFit fit_normal(const Histogram& histogram);

}  // namespace rghpc
