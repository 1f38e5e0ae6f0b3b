#include "diameter_rall.hpp"

#include <cmath>

#include "diameter_sums.hpp"
#include "diameter_taper.hpp"

namespace rghpc {

namespace {

double inverse_of(double ratio) {
    if (ratio == 0.0) throw GrowthFailure("ZeroDivisionError", "Rall_ratio is 0");
    return 1.0 / ratio;
}

float& last_um(Morphology& neuron, int section) {
    return neuron.diameters[neuron.sections[section].stop - 1];
}

// The first point of a section is the last one of its parent.
void join_sections(Morphology& neuron, int root) {
    for (int i = root + 1, stop = neuron.subtree_stop(root); i < stop; ++i) {
        const Section& section = neuron.sections[i];
        neuron.diameters[section.first] = last_um(neuron, section.parent);
    }
}

}  // namespace

void RootDiameters::diametrize(DiameterPass& pass) const {
    Morphology& neuron = pass.neuron;
    std::vector<int> active;
    for (int root : roots_of_type(neuron, type_)) {
        const double trunk_um = model_.trunk_um.get().draw(pass.random);
        const TaperBounds bounds{model_.min_um.get(), trunk_um};
        active.assign(1, root);
        for (std::size_t next = 0; next < active.size(); ++next) {
            const Section& section = neuron.sections[active[next]];
            const bool is_root = section.parent < 0;
            const auto& tapers_um = is_root ? model_.trunk_taper_um : model_.taper_um;
            const double taper_um = tapers_um.get().draw(pass.random);
            taper_from_start(neuron, section, is_root ? trunk_um : neuron.diameters[section.first],
                             taper_um, bounds);
            const std::vector<int>& children = neuron.children[active[next]];
            if (children.size() < 2) continue;  // NeuroTS leaves a single child as it is
            const double first_um = daughter_um(last_um(neuron, active[next]), children.size());
            for (int child : children) {
                const bool is_first = child == children.front();
                neuron.diameters[neuron.sections[child].first] = static_cast<float>(
                    is_first ? first_um : first_um * model_.siblings_ratio.get());
            }
            active.insert(active.end(), children.begin(), children.end());
        }
        join_sections(neuron, root);
    }
}

double RootDiameters::daughter_um(double parent_um, std::size_t n_children) const {
    const double ratio = model_.ratio.get();
    const double whole =
        1.0 + static_cast<double>(n_children - 1) * model_.sibling_power.get();
    return parent_um / std::pow(whole, inverse_of(ratio));
}

void TipDiameters::diametrize(DiameterPass& pass) const {
    Morphology& neuron = pass.neuron;
    std::vector<int> active;
    std::vector<std::size_t> n_waiting(neuron.sections.size());
    for (int root : roots_of_type(neuron, type_)) {
        const double trunk_um = model_.trunk_um.get().draw(pass.random);
        const TaperBounds bounds{model_.min_um.get(), trunk_um};
        active.clear();
        for (int i = root, stop = neuron.subtree_stop(root); i < stop; ++i) {
            n_waiting[i] = neuron.children[i].size();
            if (n_waiting[i] > 0) continue;
            active.push_back(i);
            last_um(neuron, i) =
                static_cast<float>(model_.terminal_um.get().draw(pass.random));
        }
        for (std::size_t next = 0; next < active.size(); ++next) {
            const Section& section = neuron.sections[active[next]];
            const auto& tapers_um = section.parent < 0 ? model_.trunk_taper_um : model_.taper_um;
            taper_from_end(neuron, section, tapers_um.get().draw(pass.random), bounds);
            if (section.parent < 0 || --n_waiting[section.parent] > 0) continue;
            last_um(neuron, section.parent) =
                static_cast<float>(merged_um(neuron, section.parent, trunk_um));
            active.push_back(section.parent);
        }
        join_sections(neuron, root);
    }
}

// Rall's power law, or the largest child where that exceeds the trunk. The powers are float64 in
// NumPy 1.26, float32 in NumPy 2.
double TipDiameters::merged_um(const Morphology& neuron, int section, double trunk_um) const {
    const double ratio = model_.ratio.get();
    std::vector<double> powers;
    float largest_um = 0.0f;
    for (int child : neuron.children[section]) {
        const Section& found = neuron.sections[child];
        if (found.size() < 2) throw GrowthFailure("IndexError", "a section has a single point");
        const float diameter_um = neuron.diameters[found.first + 1];  // after the shared point
        if (powers.empty() || std::isnan(diameter_um) || diameter_um > largest_um) {
            largest_um = std::isnan(largest_um) ? largest_um : diameter_um;
        }
        powers.push_back(std::pow(static_cast<double>(diameter_um), ratio));
    }
    const double merged_um = std::pow(pairwise_sum(powers), inverse_of(ratio));
    return merged_um <= trunk_um ? merged_um : static_cast<double>(largest_um);
}

}  // namespace rghpc
