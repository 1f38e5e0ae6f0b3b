#include "rounding.hpp"

namespace rghpc {

namespace {

constexpr double UNIT = 0x1p-52;
// A call of `factors` gives some of the same in one of so many shifts.
constexpr std::size_t N_SHIFTS = 64;

}  // namespace

Rounding::Rounding(std::uint64_t seed, std::size_t count)
    : state_(seed), factors_(is_off() ? count : count + N_SHIFTS) {
    for (double& factor : factors_) {
        const std::uint64_t quarter = is_off() ? 2 : draw() >> 62;
        factor = quarter == 0 ? 1.0 + UNIT : quarter == 1 ? 1.0 - UNIT : 1.0;
    }
}

const double* Rounding::factors() {
    return factors_.data() + (is_off() ? 0 : draw() % N_SHIFTS);
}

// Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8 (2003).
std::uint64_t Rounding::draw() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_ * 0x2545F4914F6CDD1D;
}

}  // namespace rghpc
