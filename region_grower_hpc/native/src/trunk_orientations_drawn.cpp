#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "accept_reject.hpp"
#include "failures.hpp"
#include "trunk_orientations.hpp"

namespace rghpc {

namespace {

constexpr double TWO_PI = 2.0 * PI;
constexpr double TRUNK_TRIES = 100.0;
// Far beyond any neuron; a file that asks for more is wrong.
constexpr int64_t MOST_TRUNKS = 100'000;

[[noreturn]] void fail_retried(const std::string& message) {
    throw GrowthRetry("ValueError", message);
}

// numpy.clip: NaN stays.
double clipped_to_half_turn(double angle_rad) {
    return angle_rad < 0.0 ? 0.0 : angle_rad > PI ? PI : angle_rad;
}

Vector3 direction_of(double phi_rad, double theta_rad) {
    const double sine = std::sin(theta_rad);
    return {std::cos(phi_rad) * sine, std::sin(phi_rad) * sine, std::cos(theta_rad)};
}

// Source: neurom.morphmath.angle_between_vectors.
double angle_between(const Vector3& a, const Vector3& b) {
    if (a.x == b.x && a.y == b.y && a.z == b.z) return 0.0;
    const double cosine = dot(unit(a), unit(b));
    return std::acos(cosine < -1.0 ? -1.0 : cosine > 1.0 ? 1.0 : cosine);
}

// Order of the values, NaN last. Source: numpy.argsort(kind="stable").
std::vector<std::size_t> sorted_order(const std::vector<double>& values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) {
        return values[i] < values[j] || (std::isnan(values[j]) && !std::isnan(values[i]));
    });
    return order;
}

}  // namespace

// Around the listed direction, or the primary one.
std::vector<Vector3> TrunkOrientations::around_direction(const TrunkRule& rule, int64_t n_trees) {
    const std::vector<double> elevations_rad = draw_angles(
        rule.absolute_elevation_deviation, "absolute_elevation_deviation", n_trees);
    const std::vector<double> azimuths_rad = draw_azimuths(rule, n_trees);
    if (rule.values_problem) rule.values_problem->raise();
    if (rule.directions.empty()) throw GrowthFailure("KeyError", "'primary_orientation'");
    const Vector3 axis = rule.is_mapping ? rule.directions.front()
                                         : place_.orientation * rule.directions.front();
    const auto [phi_rad, theta_rad] = spherical_angles(unit(axis));
    Directions directions;
    for (const std::size_t i : sorted_order(elevations_rad)) {
        directions.push_back(direction_of(phi_rad + elevations_rad[i] - 0.5 * PI,
                                          theta_rad + azimuths_rad[i] - 0.5 * PI));
    }
    return directions;
}

// Equidistant but for random deviations; between the trunks that are there, in intervals chosen
// by their width. Source: neurots.generate.orientations.compute_interval_n_tree.
std::vector<Vector3> TrunkOrientations::by_deviations(const TrunkRule& rule, int64_t n_trees) {
    if (soma_.trunk_points_um().empty()) return between(0.0, TWO_PI, false, rule, n_trees);
    std::vector<double> phis_rad;
    for (const Vector3& point_um : soma_.trunk_points_um()) {
        phis_rad.push_back(spherical_angles(soma_.outward(point_um)).phi_rad);
        if (std::isnan(phis_rad.back())) fail_retried("a trunk's direction is not a number");
    }
    std::sort(phis_rad.begin(), phis_rad.end());
    phis_rad.push_back(phis_rad.front() + TWO_PI);
    std::vector<double> shares;
    double total = 0.0;
    for (std::size_t i = 1; i < phis_rad.size(); ++i) {
        shares.push_back(phis_rad[i] - phis_rad[i - 1]);
        total += shares.back();
    }
    for (double& share : shares) share /= total;
    const std::vector<double> cumulative = cumulative_of(shares);
    if (cumulative.empty() || n_trees < 1) fail_retried("no interval for new trunks is chosen");
    check_count(n_trees);
    std::vector<int64_t> counts(shares.size(), 0);
    for (int64_t i = 0; i < n_trees; ++i) ++counts[chosen_index(cumulative, random_.random())];
    Directions directions;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        if (counts[i] == 0) continue;
        const Directions more = between(phis_rad[i], phis_rad[i + 1], true, rule, counts[i]);
        directions.insert(directions.end(), more.begin(), more.end());
    }
    return directions;
}

// Source: neurots.morphmath.sample.trunk_angles, trunk_to_spherical_angles.
std::vector<Vector3> TrunkOrientations::between(double start_rad, double stop_rad,
                                                bool keeps_off_ends, const TrunkRule& rule,
                                                int64_t n_trees) {
    std::vector<double> deviations_rad =
        draw_angles(rule.orientation_deviation, "orientation_deviation", n_trees - 1);
    const double sum = std::accumulate(deviations_rad.begin(), deviations_rad.end(), 0.0);
    deviations_rad.push_back(sum);
    const std::vector<double> azimuths_rad = draw_azimuths(rule, n_trees);
    if (azimuths_rad.empty()) throw GrowthFailure("IndexError", "there are no trunks to place");
    const double step_rad =
        (stop_rad - start_rad) / static_cast<double>(n_trees + (keeps_off_ends ? 1 : 0));
    Directions directions;
    double nth = 0.0;
    for (const std::size_t i : sorted_order(deviations_rad)) {
        nth += 1.0;
        directions.push_back(
            direction_of(nth * step_rad + deviations_rad[i] + start_rad, azimuths_rad[i]));
    }
    return directions;
}

std::vector<Vector3> TrunkOrientations::anywhere(int64_t n_trees) {
    check_count(n_trees);
    Directions directions;
    for (int64_t i = 0; i < n_trees; ++i) directions.push_back(propose_anywhere());
    return directions;
}

std::vector<Vector3> TrunkOrientations::around_pia(const TrunkRule& rule, int64_t n_trees) {
    if (rule.values_problem) rule.values_problem->raise();
    // a list with one mean a trunk is for all trunks together; NeuroTS takes its first alone
    if (rule.has_list_of_means && static_cast<int64_t>(rule.means_rad.size()) == n_trees) {
        n_trees = 1;
    }
    check_count(n_trees);
    const auto propose = [&](double) { return propose_around_pia(rule); };
    const auto probability = [&](const Vector3& v) { return constrained(1.0, v); };
    Directions directions;
    for (int64_t i = 0; i < n_trees; ++i) {
        directions.push_back(constraints_ != nullptr && constraints_->any()
                                 ? accept_reject(propose, probability, random_, TRUNK_TRIES)
                                 : propose(1.0));
    }
    return directions;
}

std::vector<Vector3> TrunkOrientations::by_angle(const Vector3& reference, const TrunkRule& rule,
                                                 int64_t n_trees) {
    check_count(n_trees);
    const auto propose = [&](double) { return propose_anywhere(); };
    const auto probability = [&](const Vector3& v) {
        if (rule.values_problem) rule.values_problem->raise();
        return constrained(rule.angles.probability(angle_between(reference, v)), v);
    };
    Directions directions;
    for (int64_t i = 0; i < n_trees; ++i) {
        directions.push_back(accept_reject(propose, probability, random_, TRUNK_TRIES));
    }
    return directions;
}

// Draws for all means; only the first pair of angles is used, as in NeuroTS.
Vector3 TrunkOrientations::propose_around_pia(const TrunkRule& rule) {
    const std::size_t n_means = rule.means_rad.size();
    const std::size_t n_pairs = std::min(n_means, rule.stds_rad.size());
    double theta_rad = 0.0, phi_rad = 0.0;
    for (std::size_t i = 0; i < n_pairs; ++i) {
        const double drawn = angle_around_pia(rule.means_rad[i], rule.stds_rad[i]);
        if (i == 0) theta_rad = drawn;
    }
    for (std::size_t i = 0; i < n_means; ++i) {
        const double drawn = random_.uniform(0.0, TWO_PI);
        if (i == 0) phi_rad = drawn;
    }
    if (n_means == 0 || (n_means == 1 && n_pairs == 0)) {
        throw GrowthFailure("IndexError", "a direction has no mean, or no std");
    }
    if (n_pairs != n_means) fail_retried("a direction has more means than stds");
    const double sine = std::sin(theta_rad);
    const Vector3 direction{std::cos(phi_rad) * sine, std::cos(theta_rad),
                            std::sin(phi_rad) * sine};
    return place_.has_y_direction ? place_.y_rotation * direction : direction;
}

double TrunkOrientations::angle_around_pia(double mean_rad, double std_rad) {
    if (mean_rad == 0.0) {
        if (!(std_rad > 0.0)) return 0.0;
        return clipped_to_half_turn(std_rad * random_.standard_exponential());
    }
    if (std::signbit(std_rad) && !std::isnan(std_rad)) fail_retried("a std is negative");
    return clipped_to_half_turn(mean_rad + std_rad * random_.standard_normal());
}

// Source: neurots.morphmath.sample.sample_spherical_unit_vectors.
Vector3 TrunkOrientations::propose_anywhere() {
    Vector3 v;
    v.x = random_.standard_normal();
    v.y = random_.standard_normal();
    v.z = random_.standard_normal();
    return unit(v);
}

double TrunkOrientations::constrained(double p, const Vector3& direction) const {
    if (constraints_ == nullptr || !constraints_->any()) return p;
    const double other = constraints_->probability(direction, soma_.center_um());
    return other < p ? other : p;
}

// Source: neurots.morphmath.sample.n_neurites.
int64_t TrunkOrientations::draw_count(const TrunkRule& rule) {
    if (!rule.num_trees) throw GrowthFailure("KeyError", "'num_trees'");
    const double drawn = rule.num_trees->draw(random_);
    if (std::isnan(drawn)) fail_retried("a number of trees is not a number");
    if (std::isinf(drawn)) throw GrowthFailure("OverflowError", "a number of trees is infinite");
    return static_cast<int64_t>(std::clamp(drawn, -1e15, 1e15));
}

std::vector<double> TrunkOrientations::draw_angles(const std::optional<Distribution>& law,
                                                   const char* name, int64_t count) {
    if (!law) throw GrowthFailure("KeyError", name);
    check_count(count);
    std::vector<double> angles_rad;
    for (int64_t i = 0; i < count; ++i) angles_rad.push_back(law->draw(random_));
    return angles_rad;
}

std::vector<double> TrunkOrientations::draw_azimuths(const TrunkRule& rule, int64_t count) {
    std::vector<double> angles_rad = draw_angles(rule.azimuth_cosine, "azimuth", count);
    for (double& angle_rad : angles_rad) angle_rad = std::acos(angle_rad);
    return angles_rad;
}

void TrunkOrientations::check_count(int64_t n_trees) {
    if (n_trees <= MOST_TRUNKS) return;
    throw GrowthFailure("OverflowError",
                        "a neuron should get " + std::to_string(n_trees) + " trunks of one type");
}

}  // namespace rghpc
