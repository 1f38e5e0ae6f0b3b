// Laws that numbers are drawn from.
#pragma once

#include <vector>

#include "failures.hpp"
#include "random_stream.hpp"

namespace rghpc {

// Source: neurots.morphmath.sample.Distr.
class Distribution {
   public:
    // The standard normal law.
    Distribution() = default;
    static Distribution normal(double mean, double std) { return {Law::normal, mean, std}; }
    static Distribution uniform(double min, double max) { return {Law::uniform, min, max - min}; }
    static Distribution exponential(double loc, double scale) {
        return {Law::exponential, loc, scale};
    }
    // One of the bins, as drawn by Generator.choice(bins, p=probabilities). Probabilities that
    // numpy refuses are refused when a number is drawn.
    static Distribution histogram(std::vector<double> bins,
                                  const std::vector<double>& probabilities);

    // Throws GrowthRetry("ValueError") for probabilities that numpy refuses.
    double draw(RandomStream& random) const {
        if (law_ == Law::histogram) return all_.draw(random);
        return loc_ + scale_ * standard(random);
    }

    // Drawn again until positive; a law without width may give 0. Of a histogram only the positive
    // bins count, and their probabilities must still sum to 1.
    //
    // Throws GrowthRetry("ValueError") where NeuroTS does, and GrowthFailure("RuntimeError") where
    // NeuroTS would in effect draw for ever.
    double draw_positive(RandomStream& random) const {
        if (law_ == Law::histogram) return positive_.draw(random);
        if (scale_ == 0.0) return fixed();
        double value = loc_ + scale_ * standard(random);
        if (value <= 0.0) value = redraw_positive(random);
        return value;
    }

   private:
    enum class Law { normal, uniform, exponential, histogram };

    struct Choice {
        std::vector<double> bins, cumulative;
        bool refused = false;

        Choice() = default;
        Choice(std::vector<double> values, const std::vector<double>& probabilities);
        double draw(RandomStream& random) const;
    };

    Distribution(Law law, double loc, double scale) : law_(law), loc_(loc), scale_(scale) {}

    double standard(RandomStream& random) const {
        if (law_ == Law::normal) return random.standard_normal();
        return law_ == Law::uniform ? random.random() : random.standard_exponential();
    }
    double fixed() const;
    double redraw_positive(RandomStream& random) const;

    Law law_ = Law::normal;
    double loc_ = 0.0, scale_ = 1.0;
    Choice all_, positive_;
};

// Index that Generator.choice(p=probabilities) chooses by a number of [0, 1); `cumulative` is the
// sum of the probabilities up to each, divided by the whole.
std::size_t chosen_index(const std::vector<double>& cumulative, double uniform);

// Empty where Generator.choice refuses the probabilities (NaN, negative, or a sum other than 1).
std::vector<double> cumulative_of(const std::vector<double>& probabilities);

}  // namespace rghpc
