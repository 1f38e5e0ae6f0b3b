// The exponential function of four numbers at once, the same bits on any processor.
#pragma once

#include <cstdint>

#include "lanes.hpp"

namespace rghpc {

namespace exponential_detail {

using BitLanes = std::uint64_t __attribute__((vector_size(LANES * sizeof(std::uint64_t))));

constexpr double LEAST = -746.0;  // the exponential of this is 0
constexpr double LOG2_E = 1.44269504088896340736;
// ln 2; products of the first part, whose last 21 bits are 0, with small integers are exact
constexpr double LN2_HIGH = 0x1.62e42feep-1, LN2_LOW = 0x1.a39ef35793c76p-33;
// added to a number, leaves it in the last bits, rounded to an integer
constexpr double ROUNDER = 0x1.8p52;

// 2 to the power of an integer to which ROUNDER has been added, from -1022 to 1023
RGHPC_IN_LOOPS Lanes power_of_2(const Lanes& rounded) {
    const Lanes rounder = Lanes{} + ROUNDER;
    return (Lanes)(((BitLanes)rounded - (BitLanes)rounder + 1023) << 52);
}

}  // namespace exponential_detail

// Of numbers that are not positive. Within 0.8 units in the last place: exp(r) by Taylor's series
// of degree 13, with r at most half of ln 2, times a power of 2.
RGHPC_IN_LOOPS Lanes exponential(const Lanes& number) {
    using namespace exponential_detail;
    const Lanes x = number > LEAST ? number : Lanes{} + LEAST;
    const Lanes power = (x * LOG2_E + ROUNDER) - ROUNDER;
    const Lanes high = x - power * LN2_HIGH;
    const Lanes r = high - power * LN2_LOW;
    const Lanes lost = (high - r) - power * LN2_LOW;
    const Lanes square = r * r;
    const Lanes fourth = square * square;
    const Lanes low = 0x1p-1 + r * (1.0 / 6) + square * (1.0 / 24 + r * (1.0 / 120));
    const Lanes middle = 1.0 / 720 + r * (1.0 / 5040) + square * (1.0 / 40320 + r * (1.0 / 362880));
    const Lanes last =
        1.0 / 3628800 + r * (1.0 / 39916800) + square * (1.0 / 479001600 + r * (1.0 / 6227020800));
    const Lanes sum = 1.0 + r;
    const Lanes rest = (1.0 - sum) + r;
    const Lanes series = sum + (square * (low + fourth * (middle + fourth * last)) + (rest + lost));
    // in two steps: the power may be too small for a double, and its product with the series not
    const Lanes half = power * 0.5 + ROUNDER;
    return series * power_of_2(half) * power_of_2(power - (half - ROUNDER) + ROUNDER);
}

}  // namespace rghpc
