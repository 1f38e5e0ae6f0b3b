#include "diameter_sampled.hpp"

#include <cmath>
#include <cstdint>
#include <string>

#include "diameter_sums.hpp"

namespace rghpc {

namespace {

constexpr double LEAST_TRUNK_UM = 0.01, DEFAULT_TRUNK_UM = 1.0;
constexpr double TRUNK_DECREASE = 0.1;  // of the drawn diameter, every TRIES_A_STEP tries
constexpr int TRIES_A_STEP = 5;

// Of each point from the start of its section; numpy.cumsum adds in float32. An infinite path is
// no number to numpy.polynomial.polyval, which multiplies it by 0.
void measure_paths(const Morphology& neuron, std::vector<float>& path_um) {
    path_um.assign(neuron.points.size(), 0.0f);
    for (const Section& section : neuron.sections) {
        float path = 0.0f;
        for (int i = section.first + 1; i < section.stop; ++i) {
            path += segment_length_um(neuron.points[i - 1], neuron.points[i]);
            path_um[i] = std::isfinite(path) ? path : NAN;
        }
    }
}

// Sections from the apical points up to their roots; an apical tree without apical section, on
// which diameter-synthesis fails, has none.
std::vector<char> major_sections(const Morphology& neuron, const std::vector<int>& apical) {
    std::vector<char> is_major(neuron.sections.size(), 0);
    for (int section : apical) {
        if (section >= static_cast<int>(neuron.sections.size())) {
            throw GrowthFailure("KeyError", std::to_string(section));
        }
        for (; section >= 0; section = neuron.sections[section].parent) is_major[section] = 1;
    }
    return is_major;
}

}  // namespace

void SampledDiameters::diametrize(DiameterPass& pass) const {
    Morphology& neuron = pass.neuron;
    const std::vector<char> is_major = major_sections(neuron, pass.apical_sections);
    if (pass.path_um.empty()) measure_paths(neuron, pass.path_um);
    Neurite neurite{};
    for (int root : roots_of_type(neuron, type_)) {
        neurite.root = root;
        fit_neurite(pass, is_major, neurite);
        for (const SectionTaper& taper : neurite.tapers) {
            const Section& section = neuron.sections[taper.section];
            for (int i = section.first; i < section.stop; ++i) {
                neuron.diameters[i] = diameter_at(taper, neurite.trunk_um, pass.path_um[i]);
            }
        }
    }
}

void SampledDiameters::fit_neurite(DiameterPass& pass, const std::vector<char>& is_major,
                                   Neurite& neurite) const {
    double trunk_share = 1.0, next_step = TRIES_A_STEP;
    std::optional<DiameterLaw> taper;
    neurite.trunk_um = pass.neuron.diameters[pass.neuron.sections[neurite.root].first];
    for (double tries = 0.0;; tries += 1.0) {
        if (!model_.taper_increase) {
            neurite.trunk_um = trunk_share * model_.trunk_um.get().draw(pass.random).value;
            if (neurite.trunk_um < LEAST_TRUNK_UM) neurite.trunk_um = DEFAULT_TRUNK_UM;
        } else if (tries > 0.0) {
            neurite.trunk_um = diameter_at(neurite.tapers.front(), neurite.trunk_um, 0.0f);
        }
        if (!taper) taper = model_.taper.get();
        if (model_.taper_increase) *taper *= *model_.taper_increase;
        const bool fits = draw_neurite(pass, is_major, *taper, neurite);
        if (tries > next_step) {
            trunk_share -= TRUNK_DECREASE;
            next_step += TRIES_A_STEP;
        }
        if (tries > model_.most_tries.get() || fits) return;
        pass.effort.spend(static_cast<std::int64_t>(neurite.tapers.size()));
    }
}

bool SampledDiameters::draw_neurite(DiameterPass& pass, const std::vector<char>& is_major,
                                    const DiameterLaw& taper, Neurite& neurite) const {
    const Morphology& neuron = pass.neuron;
    const double most_terminal_um = model_.most_terminal_um.get();
    const DiameterLaw& terminal_law_um = model_.terminal_um.get();
    bool fits = true;
    std::vector<SectionTaper>& tapers = neurite.tapers;
    tapers.assign(1, {neurite.root, neurite.trunk_um, 0.0, 0.0});
    for (std::size_t next = 0; next < tapers.size(); ++next) {
        SectionTaper drawn = tapers[next];
        drawn.slope = taper.draw(pass.random).value;
        const double terminal_um = terminal_law_um.draw(pass.random).value;
        drawn.min_um = terminal_um < drawn.start_um ? terminal_um : drawn.start_um;
        tapers[next] = drawn;
        const int last_point = neuron.sections[drawn.section].stop - 1;
        const double end_um = diameter_at(drawn, neurite.trunk_um, pass.path_um[last_point]);
        const std::vector<int>& children = neuron.children[drawn.section];
        if (children.empty()) {
            if (end_um > most_terminal_um) fits = false;
            continue;
        }
        draw_daughters(model_.branching, end_um, drawn.min_um, children, is_major, pass.random,
                       neurite.daughters_um);
        for (std::size_t i = 0; i < children.size(); ++i) {
            // stored as float32 before the daughter starts from it
            const float start_um = static_cast<float>(neurite.daughters_um[i]);
            tapers.push_back({children[i], start_um, 0.0, 0.0});
        }
    }
    return fits;
}

// As numpy.clip: bounds that are no numbers give none, and the maximum wins.
inline float SampledDiameters::diameter_at(const SectionTaper& taper, double max_um,
                                           float path_um) {
    if (std::isnan(taper.min_um) || std::isnan(max_um)) return NAN;
    double diameter_um = taper.start_um + taper.slope * static_cast<double>(path_um);
    diameter_um = diameter_um < taper.min_um ? taper.min_um : diameter_um;
    diameter_um = diameter_um > max_um ? max_um : diameter_um;
    return static_cast<float>(diameter_um);
}

}  // namespace rghpc
