// Proposals drawn until one is accepted with its own probability.
#pragma once

#include <type_traits>
#include <utility>

#include "failures.hpp"
#include "random_stream.hpp"

namespace rghpc {

// The first accepted proposal, the best one after max_tries. `propose` gets the factor for its
// random component, (1 + tries before) * randomness_increase. Probability 1 costs no draw.
// Throws GrowthRetry("ValueError") for a probability that is NaN or outside [0, 1], and
// GrowthFailure("TypeError") where not a single try is allowed: NeuroTS then has no proposal.
// Source: neurots.utils.accept_reject.
template <class Propose, class Probability>
auto accept_reject(Propose&& propose, Probability&& probability, RandomStream& random,
                   double max_tries, double randomness_increase = 1.2) {
    std::decay_t<decltype(propose(1.0))> best{};
    double best_p = -1.0;
    for (double tries = 0.0; tries < max_tries; tries += 1.0) {
        auto proposal = propose((1.0 + tries) * randomness_increase);
        const double p = probability(std::as_const(proposal));
        if (p == 1.0) return proposal;
        if (!(p >= 0.0 && p <= 1.0)) {
            throw GrowthRetry("ValueError", "a probability of acceptance is not in [0, 1]");
        }
        if (random.accepts(p)) return proposal;
        random.reject();  // max_tries may be any number
        if (p > best_p) {
            best_p = p;
            best = std::move(proposal);
        }
    }
    if (best_p < 0.0) throw GrowthFailure("TypeError", "max_tries allows no proposal");
    return best;
}

}  // namespace rghpc
