#include "diameter_taper.hpp"

#include <cmath>
#include <vector>

#include "diameter_sums.hpp"

namespace rghpc {

namespace {

constexpr double SMOOTHED_MIN_UM = 0.07;

// NaN stays.
double bounded(double diameter_um, const TaperBounds& bounds) {
    if (diameter_um >= bounds.max_um) return bounds.max_um;
    if (diameter_um <= bounds.min_um) return bounds.min_um;
    return diameter_um;
}

// numpy.linalg.norm of a single segment: BLAS adds the float32 squares in float64.
float norm_um(const Point& from, const Point& to) {
    const Point squared = squared_segment(from, to);
    return std::sqrt(static_cast<float>(static_cast<double>(squared.x) + squared.y + squared.z));
}

// The mean excess over the smallest diameter, weighted by length. NumPy 1.26 halves a float32 in
// float64, NumPy 2 in float32.
double mean_taper_um(const Morphology& neuron, const Section& section) {
    float min_um = neuron.diameters[section.first];
    std::vector<float> lengths_um;
    std::vector<double> areas_um2;
    for (int i = section.first + 1; i < section.stop; ++i) {
        const float from_um = neuron.diameters[i - 1], to_um = neuron.diameters[i];
        if (to_um < min_um) min_um = to_um;
        lengths_um.push_back(norm_um(neuron.points[i - 1], neuron.points[i]));
        areas_um2.push_back(static_cast<double>(from_um + to_um) / 2.0 * lengths_um.back());
    }
    const float length_um = pairwise_sum(lengths_um);
    return (pairwise_sum(areas_um2) - static_cast<double>(min_um * length_um)) / length_um;
}

// numpy.max: NaN if there is one.
float max_um(const Morphology& neuron, const Section& section) {
    float max_um = neuron.diameters[section.first];
    for (int i = section.first; i < section.stop; ++i) {
        const float diameter_um = neuron.diameters[i];
        if (std::isnan(diameter_um)) return diameter_um;
        if (diameter_um > max_um) max_um = diameter_um;
    }
    return max_um;
}

}  // namespace

void taper_from_start(Morphology& neuron, const Section& section, double start_um, double taper_um,
                      const TaperBounds& bounds) {
    std::vector<double> lengths_um{0.0};
    for (float length_um : segment_lengths_um(neuron, section)) lengths_um.push_back(length_um);
    const double slope = taper_um / pairwise_sum(lengths_um);
    const int late = section.parent < 0 ? 0 : 1;
    double diameter_um = start_um;
    neuron.diameters[section.first] = static_cast<float>(diameter_um);
    for (int i = 1; i < section.size(); ++i) {
        diameter_um = bounded(diameter_um - slope * lengths_um[i - late], bounds);
        neuron.diameters[section.first + i] = static_cast<float>(diameter_um);
    }
}

void taper_from_end(Morphology& neuron, const Section& section, double taper_um,
                    const TaperBounds& bounds) {
    const std::vector<float> lengths_um = segment_lengths_um(neuron, section);
    const double slope = taper_um / static_cast<double>(pairwise_sum(lengths_um));
    double diameter_um = neuron.diameters[section.stop - 1];
    for (int i = section.size() - 2; i >= 0; --i) {
        diameter_um = bounded(diameter_um + slope * static_cast<double>(lengths_um[i]), bounds);
        neuron.diameters[section.first + i] = static_cast<float>(diameter_um);
    }
}

void SmoothedDiameters::diametrize(DiameterPass& pass) const {
    Morphology& neuron = pass.neuron;
    for (const Section& section : neuron.sections) {
        if (section.type != type_) continue;
        const double taper_um = mean_taper_um(neuron, section);
        taper_from_start(neuron, section, neuron.diameters[section.first], taper_um,
                         {SMOOTHED_MIN_UM, max_um(neuron, section)});
    }
}

}  // namespace rghpc
