#include "trust_region.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace rghpc {

namespace {

constexpr double EPSILON = std::numeric_limits<double>::epsilon();
constexpr double RADIUS_TOLERANCE = 0.01;
constexpr int MAX_DAMPINGS = 10;

struct Hit {
    double stride;
    std::array<bool, 3> is_hit;
};

// How far along a direction the first bound is, and which bounds are there.
Hit first_bound(const Triple& point, const Triple& direction, const Box& box) {
    Triple strides;
    for (int i = 0; i < 3; ++i) {
        strides[i] = direction[i] == 0.0
                         ? std::numeric_limits<double>::infinity()
                         : std::max((box.lower[i] - point[i]) / direction[i],
                                    (box.upper[i] - point[i]) / direction[i]);
    }
    Hit hit{*std::min_element(strides.begin(), strides.end()), {}};
    for (int i = 0; i < 3; ++i) hit.is_hit[i] = strides[i] == hit.stride && direction[i] != 0.0;
    return hit;
}

// How far along a direction, from a point within, the sphere is.
double sphere_stride(const Triple& point, const Triple& direction, double radius) {
    const double a = dot(direction, direction);
    const double b = dot(point, direction);
    const double c = dot(point, point) - radius * radius;
    if (a == 0.0 || c > 0.0) throw NoStep();
    const double q = -(b + std::copysign(std::sqrt(b * b - a * c), b));
    return std::max(q / a, c / q);
}

struct Least {
    double stride, value;
};

// The least value of (a t + b) t + c between two strides.
Least least_of_parabola(double a, double b, double c, double first, double last) {
    Least least{first, first * (a * first + b) + c};
    const auto consider = [&](double t) {
        const double value = t * (a * t + b) + c;
        if (value < least.value) least = {t, value};
    };
    consider(last);
    if (a != 0.0) {
        const double extremum = -0.5 * b / a;
        if (first < extremum && extremum < last) consider(extremum);
    }
    return least;
}

struct Excess {
    double value, slope;
};

// Length of the damped step less the radius, and its derivative by the damping.
Excess excess_length(const SingularValues& singular, double radius, double damping) {
    Triple step;
    double slope = 0.0;
    for (int k = 0; k < 3; ++k) {
        const double denominator = singular.values[k] * singular.values[k] + damping;
        step[k] = singular.projected[k] / denominator;
        slope += step[k] * step[k] / denominator;
    }
    const double length = norm(step);
    return {length - radius, -slope / length};
}

Triple damped_step(const SingularValues& singular, double damping) {
    Triple step;
    for (int k = 0; k < 3; ++k) {
        step[k] = -singular.projected[k] / (singular.values[k] * singular.values[k] + damping);
    }
    return product(singular.vectors, step);
}

}  // namespace

bool Box::contains(const Triple& point) const {
    for (int i = 0; i < 3; ++i) {
        if (!(lower[i] <= point[i] && point[i] <= upper[i])) return false;
    }
    return true;
}

Triple Box::inside(const Triple& point, double distance) const {
    Triple result = point;
    for (int i = 0; i < 3; ++i) {
        const double below = distance * std::max(1.0, std::fabs(lower[i]));
        const double above = distance * std::max(1.0, std::fabs(upper[i]));
        const double to_lower = point[i] - lower[i], to_upper = upper[i] - point[i];
        if (distance == 0.0) {
            if (point[i] <= lower[i]) result[i] = std::nextafter(lower[i], upper[i]);
            if (point[i] >= upper[i]) result[i] = std::nextafter(upper[i], lower[i]);
        } else {
            if (to_lower <= std::min(to_upper, below)) result[i] = lower[i] + below;
            if (std::isfinite(upper[i]) && to_upper <= std::min(to_lower, above)) {
                result[i] = upper[i] - above;
            }
        }
        if (result[i] < lower[i] || result[i] > upper[i]) result[i] = 0.5 * (lower[i] + upper[i]);
    }
    return result;
}

double TrustRegion::model(const Triple& step) const {
    const Triple image = product(factor, step);
    return 0.5 * dot(image, image) + dot(step, gradient);
}

LevenbergStep levenberg_step(const TrustRegion& region, double radius, double damping) {
    const SingularValues& singular = region.singular;
    const bool has_full_rank =
        singular.values[2] > EPSILON * region.n_residuals * singular.values[0];
    double least = 0.0;
    if (has_full_rank) {
        const Triple step = damped_step(singular, 0.0);
        if (norm(step) <= radius) return {step, 0.0};
        const Excess excess = excess_length(singular, radius, 0.0);
        least = -excess.value / excess.slope;
    }
    double most = norm(singular.projected) / radius;
    const auto between = [&] { return std::max(0.001 * most, std::sqrt(least * most)); };
    if (!has_full_rank && damping == 0.0) damping = between();
    for (int i = 0; i < MAX_DAMPINGS; ++i) {
        if (damping < least || damping > most) damping = between();
        const Excess excess = excess_length(singular, radius, damping);
        if (excess.value < 0.0) most = damping;
        const double ratio = excess.value / excess.slope;
        least = std::max(least, damping - ratio);
        damping -= (excess.value + radius) * ratio / radius;
        if (std::fabs(excess.value) < RADIUS_TOLERANCE * radius) break;
    }
    const Triple step = damped_step(singular, damping);
    return {scaled(step, radius / norm(step)), damping};
}

BoundedStep bounded_step(const TrustRegion& region, const Triple& stretched, double radius,
                         const Box& box, double fraction) {
    const Triple step = scaled(stretched, region.stretch);
    if (box.contains(sum(region.point, step))) return {step, stretched, -region.model(stretched)};

    const Hit hit = first_bound(region.point, step, box);
    Triple reflected = stretched;
    for (int i = 0; i < 3; ++i) {
        if (hit.is_hit[i]) reflected[i] = -reflected[i];
    }
    const Triple cut = scaled(stretched, hit.stride);
    const double to_sphere = sphere_stride(cut, reflected, radius);
    const double to_bound = first_bound(sum(region.point, scaled(step, hit.stride)),
                                        scaled(reflected, region.stretch), box)
                                .stride;
    const double to_either = std::min(to_bound, to_sphere);
    double first = 0.0, last = -1.0;
    if (to_either > 0.0) {
        first = (1.0 - fraction) * hit.stride / to_either;
        last = to_either == to_bound ? fraction * to_bound : to_sphere;
    }
    Triple best_reflected = cut;
    double reflected_value = std::numeric_limits<double>::infinity();
    if (first <= last) {
        const Triple from = product(region.factor, cut), along = product(region.factor, reflected);
        const Least least = least_of_parabola(
            0.5 * dot(along, along), dot(region.gradient, reflected) + dot(from, along),
            0.5 * dot(from, from) + dot(region.gradient, cut), first, last);
        best_reflected = sum(scaled(reflected, least.stride), cut);
        reflected_value = least.value;
    }

    // strictly within the bounds
    const Triple shortened = scaled(cut, fraction);
    const double shortened_value = region.model(shortened);

    const Triple descent = scaled(region.gradient, -1.0);
    const double descent_to_bound =
        first_bound(region.point, scaled(descent, region.stretch), box).stride;
    const double descent_to_sphere = radius / norm(descent);
    const Triple along = product(region.factor, descent);
    const Least least = least_of_parabola(
        0.5 * dot(along, along), dot(region.gradient, descent), 0.0, 0.0,
        descent_to_bound < descent_to_sphere ? fraction * descent_to_bound : descent_to_sphere);

    const auto chosen = [&](const Triple& best, double value) {
        return BoundedStep{scaled(best, region.stretch), best, -value};
    };
    if (shortened_value < reflected_value && shortened_value < least.value) {
        return chosen(shortened, shortened_value);
    }
    if (reflected_value < shortened_value && reflected_value < least.value) {
        return chosen(best_reflected, reflected_value);
    }
    return chosen(scaled(descent, least.stride), least.value);
}

}  // namespace rghpc
