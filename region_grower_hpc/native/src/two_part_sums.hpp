// Sums of float64 in two parts, high and low: what rounding takes from one goes into the other.
#pragma once

#include <cmath>
#include <cstdint>
#include <type_traits>

#include "lanes.hpp"

namespace rghpc {

// Two sums at once, of one instruction each: of numbers and of their squares.
using Twofold = double __attribute__((vector_size(2 * sizeof(double))));

// The error of a sum of n numbers is about n² 1e-32 of the sum of their magnitudes.
//
// Source: Sum2 and Dot2 of T. Ogita, S. M. Rump, S. Oishi, Accurate sum and dot product, SIAM
// Journal on Scientific Computing 26, 1955-1988 (2005).
struct TwoPartSums {
    Twofold high{}, low{};

    RGHPC_IN_LOOPS void add(const Twofold& x) {
        const Twofold sum = high + x, taken = sum - high;
        low += (high - (sum - taken)) + (x - taken);
        high = sum;
    }
    // One rounding apart; nothing low where the high part is none that is a number.
    void settle() {
        for (int k = 0; k < 2; ++k) {
            const double sum = high[k] + low[k];
            low[k] = std::isfinite(sum) ? low[k] - (sum - high[k]) : 0.0;
            if (std::isfinite(high[k])) high[k] = sum;
        }
    }
};

// Whether float64 holds the product of any two numbers of a type.
template <class T>
constexpr bool HAS_EXACT_PRODUCTS = std::is_same_v<T, float> || sizeof(T) <= 2;

// What float64 lacks of a * b, by T. J. Dekker's product (Numerische Mathematik 18, 1971).
RGHPC_IN_LOOPS double product_error(double a, double b, double product) {
    constexpr double SPLIT = 134217729.0;  // 2^27 + 1
    const double a_scaled = SPLIT * a, b_scaled = SPLIT * b;
    const double a_high = a_scaled - (a_scaled - a), a_low = a - a_high;
    const double b_high = b_scaled - (b_scaled - b), b_low = b - b_high;
    return ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low;
}

}  // namespace rghpc
