#include "section_step.hpp"

#include <cmath>

#include "accept_reject.hpp"
#include "failures.hpp"

namespace rghpc {

namespace {

constexpr double TWO_PI = 2.0 * PI;

// Uniform on the unit sphere. Source: neurots.morphmath.utils.get_random_point; its sine of the
// arc cosine is the same root.
Vector3 random_direction(RandomStream& random) {
    const double phi = random.uniform(0.0, TWO_PI);
    const double z = random.uniform(-1.0, 1.0);
    const double radius = std::sqrt((1.0 - z) * (1.0 + z));
    return {std::cos(phi) * radius, std::sin(phi) * radius, z};
}

// Whether an event at a distance ahead happens here already: with probability exp(-distance).
// One at an infinite distance never does, but is drawn for.
bool happens(double event_um, double here_um, RandomStream& random) {
    const double ahead_um = event_um - here_um;
    if (ahead_um < 0.0) return true;
    const double drawn = random.random();
    // exp(-x) <= 1 / (1 + x) spares most of the exponentials; the margin is for rounding
    return drawn * (1.0 + ahead_um) <= 1.0 + 1e-9 && drawn < std::exp(-ahead_um);
}

// Source: SectionGrowerPath.get_val; for radial distances SectionGrowerTMD.get_val, which takes the
// path distance at the section's start from every coordinate.
double distance_um(const GrowingSection& section, Metric metric) {
    if (metric == Metric::path_distances) return section.path_um;
    const double ref_um = section.stop.ref_um;
    return norm(section.last_um - Vector3{ref_um, ref_um, ref_um});
}

}  // namespace

void step(GrowingSection& section, const StepRule& rule, const SectionConstraints& constraints,
          RandomStream& random, bool is_random) {
    const WalkRule& walk = rule.walk;
    const Vector3 drift =
        walk.targeting * section.direction + walk.history * section.recent.mean();
    Vector3 direction;
    if (constraints.empty()) {
        direction = is_random ? drift + walk.randomness * random_direction(random) : drift;
        direction = unit(direction);
    } else {
        direction = accept_reject(
            [&](double noise) {
                Vector3 proposal = drift;
                if (is_random || noise > 0.0) {
                    Vector3 component = walk.randomness * random_direction(random);
                    if (noise > 0.0) component = noise * component;
                    proposal += component;
                }
                return unit(proposal);
            },
            [&](const Vector3& proposal) {
                return constraints.probability(proposal, section.last_um);
            },
            random, constraints.max_tries(), constraints.randomness_increase());
    }
    const double length_um = rule.walk.step_um.draw_positive(random);
    section.append(section.last_um + length_um * direction);
    section.path_um += length_um;
    section.recent.push(direction);
}

SectionState grow_on(GrowingSection& section, const StepRule& rule,
                     const SectionConstraints& constraints, RandomStream& random) {
    step(section, rule, constraints, random, true);
    const bool counts_points = rule.metric == Metric::trunk_length;
    if (counts_points == rule.has_barcode) {
        throw GrowthFailure("KeyError", counts_points ? "num_seg" : "TMD");
    }
    if (counts_points) {
        const bool is_short = static_cast<double>(section.points.size()) < rule.num_seg;
        return is_short ? SectionState::goes_on : SectionState::ends;
    }
    const double here_um = distance_um(section, rule.metric);
    if (happens(section.stop.bif_um, here_um, random)) return SectionState::bifurcates;
    if (happens(section.stop.term_um, here_um, random)) return SectionState::ends;
    return SectionState::goes_on;
}

}  // namespace rghpc
