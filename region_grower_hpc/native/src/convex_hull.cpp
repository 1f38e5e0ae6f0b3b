#include "convex_hull.hpp"

#include <array>
#include <cmath>
#include <utility>

#include "convex_hull_builder.hpp"
#include "failures.hpp"

namespace rghpc {

bool HullBuilder::build() {
    std::array<int, 3> triangle{};
    if (!first_triangle(triangle)) return false;
    make_triangle(triangle);
    partition_all(triangle);
    edges_.next_up = edges_.head;
    start_with_furthest();
    edges_.next_up = edges_.head;
    while (edges_.next_up != 0) {
        HullEdge& edge = edges_[edges_.next_up];
        if (edge.outside.empty()) {
            edges_.next_up = edge.next;
            continue;
        }
        const int point = edge.outside.back();
        edge.outside.pop_back();
        add(point, edges_.next_up);
    }
    return true;
}

void HullBuilder::walk(std::vector<int>& vertices) {
    std::vector<bool> seen(points_.size(), false);
    int edge = edges_.head;
    std::size_t steps = 0;
    do {
        if (++steps > points_.size()) throw HullUndecided{};
        const HullEdge& at = edges_[edge];
        const int first = at.forward ? 0 : 1;
        for (const int point : {at.ends[first], at.ends[1 - first]}) {
            if (!seen[index(point)]) vertices.push_back(point);
            seen[index(point)] = true;
        }
        edge = at.neighbours[first];
    } while (edge != edges_.head);
}

void HullBuilder::start_with_furthest() {
    int best = -1;
    for (int edge = edges_.head; edge != 0; edge = edges_[edge].next) {
        const HullEdge& e = edges_[edge];
        if (!e.outside.empty() && (best < 0 || e.furthest > edges_[best].furthest)) best = edge;
    }
    if (best >= 0) edges_.put_next_up(best);
}

void HullBuilder::add(int point, int edge) {
    mark_visible(point, edge);
    make_cone(point);
    check_cone();
    search_all_new_ = false;
    partition_visible();
    search_all_new_ = not_sharp_ = false;
    for (int visible = edges_.first_visible; visible > 0 && edges_[visible].visible;) {
        const int next = edges_[visible].next;
        edges_.remove(visible);
        visible = next;
    }
    for (int made = edges_.first_new; made > 0; made = edges_[made].next) {
        edges_[made].is_new = false;
    }
    edges_.first_new = edges_.first_visible = -1;
}

void HullBuilder::mark_visible(int point, int edge) {
    edges_.remove(edge);
    edges_.append(edge);
    edges_.first_visible = edge;
    edges_[edge].visible = true;
    ++visit_;
    bool has_horizon = false;
    for (int seen = edge; seen != 0; seen = edges_[seen].next) {
        edges_[seen].visit = visit_;
        for (const int neighbour : edges_[seen].neighbours) {
            if (edges_[neighbour].visit == visit_) continue;
            edges_[neighbour].visit = visit_;
            const double d = distance(point, neighbour);
            if (d > tolerance_.visible) {
                edges_.remove(neighbour);
                edges_.append(neighbour);
                edges_[neighbour].visible = true;
            } else if (d >= -tolerance_.visible) {
                throw HullUndecided{};  // Qhull merges the new edge into this one
            } else {
                has_horizon = true;
            }
        }
    }
    if (!has_horizon) throw HullUndecided{};
}

// Two edges from the new vertex to the ends of the visible ones.
void HullBuilder::make_cone(int apex) {
    edges_.first_new = 0;
    std::vector<int> made;
    for (int seen = edges_.first_visible; seen != 0 && edges_[seen].visible;
         seen = edges_[seen].next) {
        for (int k = 0; k < 2; ++k) {
            const int horizon = edges_[seen].neighbours[k];
            if (edges_[horizon].visible) continue;
            const int edge = edges_.create();
            HullEdge& beyond = edges_[horizon];
            const int side = beyond.neighbours[0] == seen ? 0 : 1;
            HullEdge& e = edges_[edge];
            e.ends[0] = apex;
            e.ends[1] = beyond.ends[1 - side];
            e.forward = beyond.forward == (side == 1);
            e.neighbours[0] = horizon;
            e.is_new = true;
            beyond.neighbours[side] = edge;
            edges_[seen].replacement = edge;
            made.push_back(edge);
        }
    }
    if (made.size() != 2) throw HullUndecided{};
    edges_[made[0]].neighbours[1] = made[1];
    edges_[made[1]].neighbours[1] = made[0];
    for (const int edge : made) {
        set_line(edge);
        if (!is_inside(edge)) throw HullUndecided{};
    }
}

// Qhull merges new edges that are not clearly convex with their neighbours.
void HullBuilder::check_cone() {
    const double convex = -2.0 * tolerance_.roundoff;
    for (int edge = edges_.first_new; edge != 0; edge = edges_[edge].next) {
        const HullEdge& e = edges_[edge];
        const HullEdge& horizon = edges_[e.neighbours[0]];
        const int far = horizon.ends[0] == e.ends[1] ? horizon.ends[1] : horizon.ends[0];
        if (!(distance(e.ends[1], e.neighbours[1]) < convex)) throw HullUndecided{};
        if (!(distance(far, edge) < convex)) throw HullUndecided{};
    }
}

void HullBuilder::set_line(int edge) {
    HullEdge& e = edges_[edge];
    const PlanePoint &a = at(e.ends[0]), &b = at(e.ends[1]);
    e.normal_x = b.y - a.y;
    e.normal_y = a.x - b.x;
    double length = std::sqrt(e.normal_x * e.normal_x + e.normal_y * e.normal_y);
    if (!(length > 1e-300)) throw HullUndecided{};
    if (!e.forward) length = -length;
    e.normal_x /= length;
    e.normal_y /= length;
    e.offset = -(a.x * e.normal_x + a.y * e.normal_y);
}

namespace {

HullFallback& hull_fallback() {
    static HullFallback fallback;
    return fallback;
}

}  // namespace

HullOutcome convex_hull(const std::vector<PlanePoint>& points, std::vector<int>& vertices) {
    vertices.clear();
    for (const PlanePoint& point : points) {
        if (!std::isfinite(point.x) || !std::isfinite(point.y)) return HullOutcome::undecided;
    }
    if (points.size() < 3) return HullOutcome::no_area;
    try {
        HullBuilder builder(points);
        if (!builder.build()) return HullOutcome::no_area;
        builder.walk(vertices);
    } catch (const HullUndecided&) {
        vertices.clear();
        return HullOutcome::undecided;
    }
    return HullOutcome::found;
}

void set_hull_fallback(HullFallback fallback) { hull_fallback() = std::move(fallback); }

std::vector<int> hull_vertices(const std::vector<PlanePoint>& points) {
    for (const PlanePoint& point : points) {
        if (std::isnan(point.x) || std::isnan(point.y)) {
            throw GrowthRetry("ValueError", "a point of the soma is not a number");
        }
    }
    std::vector<int> vertices;
    const HullOutcome outcome = convex_hull(points, vertices);
    if (outcome == HullOutcome::undecided && hull_fallback()) vertices = hull_fallback()(points);
    if (vertices.empty()) {
        throw GrowthRetry("NeuroTSError", "the points of the soma have no convex hull");
    }
    return vertices;
}

}  // namespace rghpc
