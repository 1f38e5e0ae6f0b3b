#include <algorithm>
#include <array>
#include <cmath>

#include "convex_hull_builder.hpp"

namespace rghpc {

namespace {

// A triangle is flat, for Qhull, where two outward normals have a smaller cosine.
constexpr double NARROW_COSINE = -0.99999999;
// Smallest share of the area that a triangle could have before Qhull looks at all points for it.
constexpr double SMALL_TRIANGLE = 1e-3;

}  // namespace

// Extreme points of x, then of y, and the tolerances that follow from them.
std::array<int, 4> HullBuilder::extremes() {
    std::array<int, 4> found{};
    double largest = 0.0, sum = 0.0;
    for (int axis = 0; axis < 2; ++axis) {
        const auto of = [&](int i) { return axis == 0 ? at(i).x : at(i).y; };
        int low = 0, high = 0;
        for (int i = 0; i < static_cast<int>(points_.size()); ++i) {
            if (of(high) < of(i)) {
                high = i;
            } else if (of(low) > of(i)) {
                low = i;
            }
        }
        const double magnitude = std::max(of(high), -of(low));
        width_ = std::max(width_, of(high) - of(low));
        largest = std::max(largest, magnitude);
        sum += magnitude;
        found[index(2 * axis)] = low;
        found[index(2 * axis + 1)] = high;
    }
    tolerance_ = HullTolerances(largest, sum);
    return found;
}

double HullBuilder::area(const PlanePoint& apex, const PlanePoint& a, const PlanePoint& b) const {
    const double ax = a.x - apex.x, ay = a.y - apex.y, bx = b.x - apex.x, by = b.y - apex.y;
    return std::fabs(ax * by - ay * bx);
}

// The extreme points of x and the point that spans the largest triangle with them.
bool HullBuilder::first_triangle(std::array<int, 3>& triangle) {
    const std::array<int, 4> extreme = extremes();
    int low = -1, high = -1;
    for (const int i : extreme) {
        if (high < 0 || at(high).x < at(i).x) high = i;
        if (low < 0 || at(low).x > at(i).x) low = i;
    }
    if (low == high) return false;
    const double base = at(high).x - at(low).x;
    int third = -1;
    double largest = -1.0;
    for (const int i : extreme) {
        if (i == low || i == high || i == third) continue;
        const double candidate = area(at(i), at(low), at(high));
        if (candidate > largest) {
            largest = candidate;
            third = i;
        }
    }
    const double possible = base * width_;
    const bool small = largest > 0.0 && largest / possible < SMALL_TRIANGLE;
    if (third < 0 || largest < tolerance_.flat_area || small) {
        const double enough = 10.0 * SMALL_TRIANGLE * possible;
        for (int i = 0; i < static_cast<int>(points_.size()); ++i) {
            if (i == low || i == high) continue;
            if (std::find(extreme.begin(), extreme.end(), i) != extreme.end()) continue;
            const double candidate = area(at(i), at(low), at(high));
            if (candidate > largest) {
                largest = candidate;
                third = i;
                if (largest >= tolerance_.flat_area && largest > enough) break;
            }
        }
    }
    if (third < 0) throw HullUndecided{};
    triangle = {third, high, low};  // later vertices first
    return true;
}

void HullBuilder::make_triangle(const std::array<int, 3>& corners) {
    std::array<int, 3> made{};
    for (int i = 0; i < 3; ++i) {
        made[index(i)] = edges_.create();
        HullEdge& edge = edges_[made[index(i)]];
        edge.ends[0] = corners[i == 0 ? 1 : 0];
        edge.ends[1] = corners[i == 2 ? 1 : 2];
        edge.forward = i != 1;
    }
    PlanePoint sum;
    for (const int corner : corners) {
        sum.x += at(corner).x;
        sum.y += at(corner).y;
    }
    inner_ = {sum.x / 3.0, sum.y / 3.0};
    for (int i = 0; i < 3; ++i) {
        edges_[made[index(i)]].neighbours[0] = made[i == 0 ? 1 : 0];
        edges_[made[index(i)]].neighbours[1] = made[i == 2 ? 1 : 2];
    }
    set_line(made[0]);
    if (distance(inner_, made[0]) > tolerance_.roundoff) {
        for (const int edge : made) edges_[edge].forward = !edges_[edge].forward;
    }
    for (const int edge : made) set_line(edge);
    for (const int edge : made) check_triangle_edge(edge);
}

void HullBuilder::check_triangle_edge(int edge) {
    const HullEdge& e = edges_[edge];
    if (!is_inside(edge)) throw HullUndecided{};
    for (int k = 0; k < 2; ++k) {
        const HullEdge& other = edges_[e.neighbours[k]];
        const double cosine = e.normal_x * other.normal_x + e.normal_y * other.normal_y;
        const bool convex = distance(e.ends[k], e.neighbours[k]) < -tolerance_.roundoff;
        if (cosine < NARROW_COSINE || !convex) throw HullUndecided{};
    }
}

}  // namespace rghpc
