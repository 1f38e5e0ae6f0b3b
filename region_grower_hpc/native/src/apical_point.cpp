#include "apical_point.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "failures.hpp"

namespace rghpc {

namespace {

constexpr int EDGES = 100, BINS = EDGES - 1;
constexpr double THRESHOLD = 0.1;  // of the largest slope

std::pair<double, double> range_um(const Diagram& diagram) {
    double least = INFINITE, most = -INFINITE;
    for (const Bar& bar : diagram) {
        least = std::min({least, bar.start_um, bar.end_um});
        most = std::max({most, bar.start_um, bar.end_um});
    }
    return {least, most};
}

// numpy.linspace
std::array<double, EDGES> edges_um(const Diagram& diagram) {
    const auto [least, most] = range_um(diagram);
    const double step = (most - least) / BINS;
    std::array<double, EDGES> edges;
    for (int i = 0; i < EDGES; ++i) edges[i] = i * step + least;
    edges.back() = most;
    return edges;
}

double middle(const std::array<double, EDGES>& edges, int bin) {
    return 0.5 * (edges[bin] + edges[bin + 1]);
}

// numpy.gradient with unit steps
std::array<double, BINS> gradient(const std::array<double, BINS>& values) {
    std::array<double, BINS> slopes;
    for (int i = 1; i < BINS - 1; ++i) slopes[i] = (values[i + 1] - values[i - 1]) / 2.0;
    slopes[0] = values[1] - values[0];
    slopes[BINS - 1] = values[BINS - 1] - values[BINS - 2];
    return slopes;
}

// Gaussian kernels with Scott's bandwidth, as scipy.stats.gaussian_kde without its norm.
std::array<double, BINS> smoothed(const std::array<double, EDGES>& edges,
                                  const std::array<int, BINS>& counts) {
    double n = 0.0, sum = 0.0, squares = 0.0;
    for (int i = 0; i < BINS; ++i) {
        n += counts[i];
        sum += counts[i] * middle(edges, i);
    }
    if (n < 2) throw GrowthRetry("ValueError", "`dataset` input should have multiple elements.");
    const double mean = sum / n;
    for (int i = 0; i < BINS; ++i) {
        const double way = middle(edges, i) - mean;
        squares += counts[i] * way * way;
    }
    const double variance = squares / (n - 1.0) * std::pow(n, -2.0 / 5.0);
    if (!(variance > 0.0)) {
        throw GrowthRetry("LinAlgError", "all bars of an apical barcode lie in one bin");
    }
    std::array<double, BINS> density{};
    for (int i = 0; i < BINS; ++i) {
        for (int k = 0; k < BINS; ++k) {
            const double way = middle(edges, i) - middle(edges, k);
            if (counts[k]) density[i] += counts[k] * std::exp(-way * way / (2.0 * variance));
        }
    }
    return density;
}

}  // namespace

int apical_point_bin(const Diagram& diagram) {
    const auto edges = edges_um(diagram);
    std::array<int, BINS> counts{};
    for (const Bar& bar : diagram) {
        const auto [low, high] = std::minmax(bar.start_um, bar.end_um);
        for (int i = 0; i < BINS; ++i) counts[i] += high > edges[i + 1] && low < edges[i];
    }
    const auto slopes = gradient(smoothed(edges, counts));
    const auto curvatures = gradient(slopes);
    double steepest = 0.0;
    for (double slope : slopes) steepest = std::max(steepest, std::fabs(slope));
    for (double threshold = THRESHOLD; std::isfinite(threshold); threshold *= 2.0) {
        for (int i = 0; i < BINS; ++i) {
            if (std::fabs(slopes[i]) < threshold * steepest && curvatures[i] > 0.0) return i;
        }
    }
    throw GrowthFailure("ValueError",
                        "an apical barcode has no minimum where its tuft could begin");
}

double apical_point_distance_um(const Diagram& diagram, int bin) {
    return middle(edges_um(diagram), bin);
}

}  // namespace rghpc
