#include "hard_limits.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>

#include "failures.hpp"

namespace rghpc {

namespace {

constexpr double LEAST_FACTOR = 0.01;  // neuroc clips every factor below this

double height_um(const Point& point, const Vector3& y_direction) {
    return dot(float64(point), y_direction);
}

double scale_of(const Morphology& morphology, int root, int stop, const ExtentLimits& limits,
                const Vector3& y_direction) {
    if (std::isnan(limits.least_um) && std::isnan(limits.most_um)) return 1.0;
    const int first = morphology.sections[root].first;
    double top_um = -std::numeric_limits<double>::infinity();
    for (int row = first; row < morphology.sections[stop - 1].stop; ++row) {
        top_um = std::max(top_um, height_um(morphology.points[row], y_direction));
    }
    const double extent_um = top_um - height_um(morphology.points[first], y_direction);
    if (std::rint(extent_um * 1000.0) / 1000.0 == 0.0) return 1.0;
    if (limits.least_um / extent_um > 1.0) return limits.least_um / extent_um;
    if (limits.most_um / extent_um < 1.0) return limits.most_um / extent_um;
    return 1.0;
}

// As Python writes a float.
std::string shortest_text(double value) {
    std::array<char, 32> text;
    return {text.data(), std::to_chars(text.begin(), text.end(), value).ptr};
}

// Moves a point by float64 sums, stored as float32.
void move(Point& point, double x, double y, double z) {
    point = float32(float64(point) + Vector3{x, y, z});
}

// Descendants go first; points are rounded to float32 after every step.
void scale_neurite(Morphology& morphology, int root, int stop, double factor) {
    for (int number = stop; number-- > root;) {
        const Section& section = morphology.sections[number];
        Point* points = morphology.points.data();
        const Point start = points[section.first];
        const Point end = points[section.stop - 1];
        double x = 0.0, y = 0.0, z = 0.0;
        Point before = start;
        for (int row = section.first + 1; row < section.stop; ++row) {
            const Point here = points[row];
            x += here.x - before.x;  // differences are float32
            y += here.y - before.y;
            z += here.z - before.z;
            before = here;
            points[row] = start;
            move(points[row], x * factor, y * factor, z * factor);
        }
        const double dx = (start.x + x * factor) - end.x, dy = (start.y + y * factor) - end.y,
                     dz = (start.z + z * factor) - end.z;
        const int below = morphology.sections[morphology.subtree_stop(number) - 1].stop;
        for (int row = section.stop; row < below; ++row) move(points[row], dx, dy, dz);
    }
}

}  // namespace

std::vector<Rescaling> apply_hard_limits(Morphology& morphology,
                                         const std::map<int, ExtentLimits>& limits,
                                         const Vector3& y_direction, double least_scale) {
    std::vector<Rescaling> done;
    for (int root : morphology.roots()) {
        const int stop = morphology.subtree_stop(root);
        const int type = morphology.sections[root].type;
        const auto found = limits.find(type);
        const ExtentLimits none;
        const double scale = scale_of(morphology, root, stop,
                                      found == limits.end() ? none : found->second, y_direction);
        const bool is_kept = scale > least_scale;
        if (is_kept) {
            scale_neurite(morphology, root, stop, std::max(scale, LEAST_FACTOR));
        } else if (type == APICAL_DENDRITE) {
            throw GrowthFailure("", "Apical is removed because rescale = " + shortest_text(scale));
        } else {
            for (int i = root; i < stop; ++i) {
                morphology.sections[i].stop = morphology.sections[i].first;
            }
        }
        done.push_back({root, type, scale, !is_kept});
    }
    return done;
}

void translate(Morphology& morphology, const Vector3& shift_um) {
    for (Point& point : morphology.points) move(point, shift_um.x, shift_um.y, shift_um.z);
    for (Point& point : morphology.soma) move(point, shift_um.x, shift_um.y, shift_um.z);
}

bool is_finite(const Morphology& morphology) {
    return std::all_of(morphology.points.begin(), morphology.points.end(), [](const Point& point) {
        return std::isfinite(point.x) && std::isfinite(point.y) && std::isfinite(point.z);
    });
}

}  // namespace rghpc
