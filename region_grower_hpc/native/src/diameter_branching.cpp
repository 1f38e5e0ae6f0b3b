#include "diameter_branching.hpp"

#include <algorithm>
#include <cmath>

#include "failures.hpp"

namespace rghpc {

namespace {

constexpr int MOST_FACTORS = 1'000'000;

}  // namespace

double reduction_factor(const DrawnNumber& power_relation, const DrawnNumber& sibling_ratio) {
    if (!(sibling_ratio.value > 0.0)) return 1.0;
    const bool is_numpy = power_relation.is_numpy || sibling_ratio.is_numpy;
    const double power = std::pow(sibling_ratio.value, -1.5);
    if (std::isinf(power) && !sibling_ratio.is_numpy) {
        throw GrowthFailure("OverflowError", "a sibling ratio is too small");
    }
    if (power_relation.value == 0.0 && !is_numpy) {
        throw GrowthFailure("ZeroDivisionError", "a diameter power relation is 0");
    }
    const double quotient = (1.0 + power) / power_relation.value;
    if (quotient < 0.0 && !is_numpy && std::isfinite(quotient)) {
        throw GrowthFailure("TypeError", "a diameter power relation is negative");
    }
    return std::pow(quotient, 2.0 / 3.0);
}

void draw_daughters(const BranchingModel& model, double parent_um, double terminal_um,
                    const std::vector<int>& children, const std::vector<char>& is_major,
                    RandomStream& random, std::vector<double>& daughters_um) {
    const auto major = std::find_if(children.begin(), children.end(),
                                    [&](int child) { return is_major[child] != 0; });
    const bool goes_on = major != children.end();
    double ratio = 0.0, factor = 1.0;
    if (!(goes_on && model.is_major_unreduced)) {
        for (int draws = 1;; ++draws) {
            const DrawnNumber sibling_ratio = model.sibling_ratio.get().draw(random);
            const DrawnNumber power_relation = model.power_relation.get().draw(random);
            ratio = sibling_ratio.value;
            factor = reduction_factor(power_relation, sibling_ratio);
            if (!(factor > model.most_reduction)) break;
            random.reject();
            if (draws == MOST_FACTORS) {
                throw GrowthFailure("DiameterSynthesisError",
                                    "the sibling ratios and diameter power relations do not let "
                                    "diameters shrink at bifurcations");
            }
        }
    }
    const double least_um = terminal_um < parent_um ? terminal_um : parent_um;
    const double drawn_um = factor * parent_um;
    const double sibling_um = ratio * drawn_um;
    // Comparisons that leave NaN where Python's max does.
    const double larger_um = least_um > drawn_um ? least_um : drawn_um;
    daughters_um.assign(children.size(), least_um > sibling_um ? least_um : sibling_um);
    if (goes_on) {
        daughters_um[major - children.begin()] = larger_um;
        return;
    }
    daughters_um.front() = larger_um;
    random.shuffle(daughters_um);
}

}  // namespace rghpc
