#include "distribution.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace rghpc {

namespace {

// Of Generator.choice: the square root of the float64 epsilon.
constexpr double SUM_TOLERANCE = 1.4901161193847656e-08;

// With the rounding errors carried along (Kahan), as numpy checks it.
double careful_sum(const std::vector<double>& values) {
    double sum = values[0], lost = 0.0;
    for (std::size_t i = 1; i < values.size(); ++i) {
        const double term = values[i] - lost;
        const double next = sum + term;
        lost = (next - sum) - term;
        sum = next;
    }
    return sum;
}

}  // namespace

std::vector<double> cumulative_of(const std::vector<double>& probabilities) {
    if (probabilities.empty()) return {};
    const double sum = careful_sum(probabilities);
    const bool has_negative = std::any_of(probabilities.begin(), probabilities.end(),
                                          [](double p) { return p < 0.0; });
    if (!(std::fabs(sum - 1.0) <= SUM_TOLERANCE) || has_negative) return {};
    std::vector<double> cumulative(probabilities.size());
    double total = 0.0;
    for (std::size_t i = 0; i < probabilities.size(); ++i) {
        total += probabilities[i];
        cumulative[i] = total;
    }
    for (double& value : cumulative) value /= total;
    return cumulative;
}

std::size_t chosen_index(const std::vector<double>& cumulative, double uniform) {
    const auto above = std::upper_bound(cumulative.begin(), cumulative.end(), uniform);
    const auto index = static_cast<std::size_t>(above - cumulative.begin());
    return std::min(index, cumulative.size() - 1);
}

Distribution Distribution::histogram(std::vector<double> bins,
                                     const std::vector<double>& probabilities) {
    Distribution result(Law::histogram, 0.0, 0.0);
    std::vector<double> positive_bins, positive_probabilities;
    for (std::size_t i = 0; i < std::min(bins.size(), probabilities.size()); ++i) {
        if (!(bins[i] > 0.0)) continue;
        positive_bins.push_back(bins[i]);
        positive_probabilities.push_back(probabilities[i]);
    }
    const bool have_same_size = bins.size() == probabilities.size();
    result.all_ = Choice(std::move(bins), probabilities);
    result.positive_ = Choice(std::move(positive_bins), positive_probabilities);
    result.positive_.refused |= !have_same_size;
    return result;
}

Distribution::Choice::Choice(std::vector<double> values, const std::vector<double>& probabilities)
    : bins(std::move(values)), cumulative(cumulative_of(probabilities)) {
    refused = cumulative.empty() || bins.size() != cumulative.size();
}

double Distribution::Choice::draw(RandomStream& random) const {
    if (refused) {
        throw GrowthRetry("ValueError", "the weights of a distribution cannot be drawn from");
    }
    return bins[chosen_index(cumulative, random.random())];
}

double Distribution::fixed() const {
    if (loc_ >= 0.0) return loc_;
    throw GrowthRetry("ValueError", "a distribution without width has a negative value");
}

double Distribution::redraw_positive(RandomStream& random) const {
    double value;
    do {
        random.reject();
        value = loc_ + scale_ * standard(random);
    } while (value <= 0.0);
    return value;
}

}  // namespace rghpc
