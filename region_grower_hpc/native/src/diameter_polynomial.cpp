#include "diameter_polynomial.hpp"

#include "diameter_sums.hpp"

namespace rghpc {

namespace {

// numpy.polynomial.polynomial.polyval.
double polynomial_at(const std::vector<double>& coefficients, double x) {
    double value = coefficients.back() + x * 0.0;
    for (std::size_t i = coefficients.size() - 1; i-- > 0;) value = coefficients[i] + value * x;
    return value;
}

// Lengths of the sections of one neurite and of the paths through them, by section number from the
// root. Sums go from a section up to the root, in float64 (float32 in NumPy 2).
struct NeuritePaths {
    NeuritePaths(const Morphology& neuron, int root, int stop) {
        bool has_tip = false;
        for (int i = root; i < stop; ++i) {
            length_um.push_back(pairwise_sum(segment_lengths_um(neuron, neuron.sections[i])));
            double path = 0.0;
            for (int at = i; at >= root; at = neuron.sections[at].parent) {
                path += length_um[at - root];
            }
            path_um.push_back(path);
            if (!neuron.children[i].empty()) continue;
            if (!has_tip || path > longest_um) longest_um = path;
            has_tip = true;
        }
        farthest_um = path_um;
        for (int i = stop - 1; i >= root; --i) {
            for (int child : neuron.children[i]) {
                const double tip_um = farthest_um[child - root];
                if (tip_um > farthest_um[i - root]) farthest_um[i - root] = tip_um;
            }
        }
    }

    std::vector<float> length_um;
    std::vector<double> path_um;      // from the soma to the end of a section
    std::vector<double> farthest_um;  // the longest path of those through a section
    double longest_um = 0.0;
};

}  // namespace

void PolynomialDiameters::diametrize(DiameterPass& pass) const {
    Morphology& neuron = pass.neuron;
    for (int root : roots_of_type(neuron, type_)) {
        const std::vector<double>& coefficients = coefficients_.get();
        const int stop = neuron.subtree_stop(root);
        const NeuritePaths paths(neuron, root, stop);
        std::vector<float> start_um;
        for (int i = 0; i < stop - root; ++i) {
            const double to_tip_um =
                paths.farthest_um[i] - paths.path_um[i] + static_cast<double>(paths.length_um[i]);
            start_um.push_back(
                static_cast<float>(polynomial_at(coefficients, to_tip_um / paths.longest_um)));
        }
        for (int i = root; i < stop; ++i) {
            const float from_um = start_um[i - root];
            double to_um = polynomial_at(coefficients, 0.0);
            if (!neuron.children[i].empty()) {
                float widest_um = start_um[neuron.children[i].front() - root];
                for (int child : neuron.children[i]) {
                    if (start_um[child - root] > widest_um) widest_um = start_um[child - root];
                }
                to_um = 0.5 * static_cast<double>(from_um + widest_um);
            }
            const Section& section = neuron.sections[i];
            const double rise_um = to_um - static_cast<double>(from_um);
            const int last = section.size() - 1;
            for (int j = 0; j <= last; ++j) {
                // numpy.linspace(0, 1): multiples of a rounded step, and 1 at the end.
                const double at = j == 0 ? 0.0 : j == last ? 1.0 : j * (1.0 / last);
                neuron.diameters[section.first + j] = static_cast<float>(from_um + rise_um * at);
            }
        }
    }
}

}  // namespace rghpc
