// Random draws of numpy.random.Generator from its own bit generator, with the same bits.
//
// The distributions are those of libnpyrandom, which numpy ships for this purpose; only what
// Generator itself adds in Python (choice, uniform) is written out here.
#pragma once

#include <Python.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "failures.hpp"
#include "interruption.hpp"

extern "C" {
#include <numpy/random/bitgen.h>
#include <numpy/random/distributions.h>
}

namespace rghpc {

class RandomStream {
   public:
    // Of one cell, whose growth NeuroTS would not finish within hours.
    static constexpr std::int64_t MOST_REJECTED = 20'000'000;

    // The bit generator must outlive the stream: numpy's `bit_generator.capsule` points at it.
    explicit RandomStream(bitgen_t* bits, std::int64_t most_rejected = MOST_REJECTED)
        : bits_(bits), rejections_left_(most_rejected) {}

    // Generator.random(): [0, 1).
    double random() { return bits_->next_double(bits_->state); }
    // Generator.uniform(low, high).
    double uniform(double low, double high) { return low + (high - low) * random(); }
    double standard_normal() { return random_standard_normal(bits_); }
    double standard_exponential() { return random_standard_exponential(bits_); }
    double standard_gamma(double shape) { return random_standard_gamma(bits_, shape); }
    // Generator.binomial(1, p) for p in [0, 1].
    bool accepts(double p) {
        binomial_t memory{};
        return random_binomial(bits_, p, 1, &memory) != 0;
    }
    // Generator.integers(count) and Generator.choice(count): 0 to count - 1; no draw for one.
    int64_t below(int64_t count) {
        return static_cast<int64_t>(
            random_bounded_uint64(bits_, 0, static_cast<uint64_t>(count) - 1, 0, false));
    }
    // Generator.shuffle of a one-dimensional array.
    template <class T>
    void shuffle(std::vector<T>& values) {
        for (std::size_t i = values.size(); i-- > 1;) {
            std::swap(values[i], values[random_interval(bits_, i)]);
        }
    }
    // To be called for each draw that is not accepted and repeated: the parameters are the user's,
    // and may be such that none ever is.
    void reject() {
        if ((--rejections_left_ & REJECTIONS_BETWEEN_LOOKS) == 0) allow_interruption();
        if (rejections_left_ >= 0) return;
        throw GrowthFailure("RuntimeError",
                            "too many random draws were not accepted: a step length, a constraint "
                            "or a diameter is hardly possible");
    }

   private:
    static constexpr std::int64_t REJECTIONS_BETWEEN_LOOKS = 0xffff;

    bitgen_t* bits_;
    std::int64_t rejections_left_;
};

}  // namespace rghpc
