// Steps of a least-squares fit of three parameters that have bounds.
//
// Source: M. A. Branch, T. F. Coleman, Y. Li, "A subspace, interior, and conjugate gradient method
// for large-scale bound-constrained minimization problems", SIAM Journal on Scientific Computing 21
// (1999); J. J. More, "The Levenberg-Marquardt algorithm: implementation and theory" (1977); both
// as scipy.optimize.least_squares (method "trf", exact solver) applies them.
#pragma once

#include "tall_matrix.hpp"

namespace rghpc {

struct Box {
    Triple lower, upper;
    bool contains(const Triple& point) const;

    // A point off the bounds by `distance`, relative to each; 0: by one unit in the last place.
    Triple inside(const Triple& point, double distance) const;
};

// The problem about one point, in variables that are stretched by `stretch`: these grow with the
// distance to a bound which the steepest descent leads to.
struct TrustRegion {
    Triple point, stretch, gradient;
    TripleMatrix factor;  // triangular; the model's second part is half |factor · step|²
    SingularValues singular;
    int n_residuals;

    double model(const Triple& step) const;
};

struct LevenbergStep {
    Triple step;
    double damping;
};

// The step of a given greatest length to the least value of the model, within 1 %.
LevenbergStep levenberg_step(const TrustRegion& region, double radius, double damping);

struct BoundedStep {
    Triple step, stretched;
    double predicted_reduction;
};

// The best within the bounds of three: a step cut at a bound, its reflection there, the steepest
// descent. `fraction` is how far a step may go to a bound. Throws NoStep.
BoundedStep bounded_step(const TrustRegion& region, const Triple& stretched, double radius,
                         const Box& box, double fraction);

// scipy raises ValueError here.
struct NoStep {};

}  // namespace rghpc
