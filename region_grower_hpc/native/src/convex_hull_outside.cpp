#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "convex_hull_builder.hpp"

namespace rghpc {

namespace {

// Qhull gives up on a point that comes to lie so many times too far outside an edge.
constexpr double COPLANAR_OUTSIDE_RATIO = 30.0;

}  // namespace

// Every point goes to the first edge that it is clearly outside of.
void HullBuilder::partition_all(const std::array<int, 3>& corners) {
    const double clearly_outside = this->clearly_outside();
    std::vector<int> rest;
    for (int i = 0; i < static_cast<int>(points_.size()); ++i) {
        if (std::find(corners.begin(), corners.end(), i) == corners.end()) rest.push_back(i);
    }
    for (int edge = edges_.head; edge != 0; edge = edges_[edge].next) {
        HullEdge& e = edges_[edge];
        std::vector<int> left;
        int furthest = -1;
        for (const int point : rest) {
            const double d = distance(point, edge);
            if (d < clearly_outside) {
                left.push_back(point);
            } else if (furthest < 0 || d > e.furthest) {
                if (furthest >= 0) e.outside.push_back(furthest);
                furthest = point;
                e.furthest = d;
            } else {
                e.outside.push_back(point);
            }
        }
        if (furthest >= 0) e.outside.push_back(furthest);
        rest = std::move(left);
    }
    edges_.next_up = edges_.head;
    search_all_new_ = true;
    for (const int point : rest) partition(point, edges_.head);
    search_all_new_ = false;
}

double HullBuilder::clearly_outside() const {
    return std::max(2.0 * tolerance_.outside, max_outside_);
}

void HullBuilder::partition_visible() {
    for (int seen = edges_.first_visible; seen != 0 && edges_[seen].visible;
         seen = edges_[seen].next) {
        const int replacement = edges_[seen].replacement;
        const int start = replacement < 0 ? edges_.first_new : replacement;
        for (const int point : edges_[seen].outside) partition(point, start);
        for (const int point : edges_[seen].near) partition_near(point, start);
    }
}

void HullBuilder::partition(int point, int start) {
    double d = 0.0;
    const int edge =
        search_all_new_ ? best_of_new(point, start, false, d) : best(point, start, true, d);
    if (d >= tolerance_.outside) {
        assign_outside(point, edge, d);
    } else if (d >= -tolerance_.near_inside) {
        assign_near(point, edge, d);
    }
}

void HullBuilder::assign_outside(int point, int edge, double d) {
    HullEdge& e = edges_[edge];
    if (!e.outside.empty() && !(e.furthest < d)) {
        e.outside.insert(e.outside.end() - 1, point);
        return;
    }
    const bool was_empty = e.outside.empty();
    e.outside.push_back(point);
    e.furthest = d;
    if (!was_empty || edges_.next_up == edge) return;
    // the search for the next point must come to this edge
    if (e.is_new) {
        if (edges_[edges_.next_up].is_new) edges_.next_up = edges_.first_new;
    } else {
        edges_.remove(edge);
        edges_.append(edge);
        if (edges_.first_new >= 0) e.is_new = true;
    }
}

void HullBuilder::assign_near(int point, int edge, double d) {
    max_outside_ = std::max(max_outside_, d);
    std::vector<int>& near = edges_[edge].near;
    if (near.empty() || distance(near.back(), edge) < d) {
        near.push_back(point);
    } else {
        near.insert(near.end() - 1, point);
    }
}

void HullBuilder::partition_near(int point, int start) {
    double d = 0.0;
    const int edge =
        search_all_new_ ? best_of_new(point, start, true, d) : best(point, start, false, d);
    if (d < -tolerance_.near_inside) return;
    if (d > max_outside_) {
        const HullEdge &a = edges_[start], &b = edges_[edge];
        const double cosine = a.normal_x * b.normal_x + a.normal_y * b.normal_y;
        if (start != edge && cosine < 0.0) {  // round a corner
            const bool searched_all_new = search_all_new_;
            search_all_new_ = false;
            partition(point, edge);
            search_all_new_ = searched_all_new;
            return;
        }
        const double widest = std::max(max_outside_, tolerance_.widest_outside);
        if (d > widest * COPLANAR_OUTSIDE_RATIO) throw HullUndecided{};
    }
    assign_near(point, edge, d);
}

// The edge that a point is furthest outside of, going uphill from `start`; among new edges
// the first that the point is outside of will do.
int HullBuilder::best(int point, int start, bool among_new, double& d) {
    d = distance(point, start);
    if (among_new && d >= tolerance_.outside) return start;
    int found = start;
    const unsigned visit = ++visit_;
    edges_[start].visit = visit;
    for (bool uphill = true; uphill;) {
        uphill = false;
        for (const int neighbour : edges_[found].neighbours) {
            HullEdge& e = edges_[neighbour];
            if ((among_new && !e.is_new) || e.visit == visit) continue;
            e.visit = visit;
            const double further = distance(point, neighbour);
            if (further > d) {
                d = further;
                found = neighbour;
                if (among_new && d >= tolerance_.outside) return found;
                uphill = true;
                break;
            }
        }
    }
    if (among_new && !not_sharp_ && d < -tolerance_.roundoff) {
        if (new_edges_are_sharp()) {
            found = best_of_new(point, found, false, d);
            search_all_new_ = true;
            return found;
        }
        not_sharp_ = true;
    }
    return best_near(point, found, d);
}

bool HullBuilder::new_edges_are_sharp() {
    const HullEdge& first = edges_[edges_.first_new];
    for (int edge = first.next; edge != 0; edge = edges_[edge].next) {
        const HullEdge& e = edges_[edge];
        if ((e.normal_x > 0) != (first.normal_x > 0)) return true;
        if ((e.normal_y > 0) != (first.normal_y > 0)) return true;
    }
    return false;
}

// The same among all edges from `start` on, then the new ones before it.
int HullBuilder::best_of_new(int point, int start, bool best_outside, double& d) {
    const double enough = clearly_outside();
    const unsigned visit = ++visit_;
    int found = -1;
    double furthest = 0.0;
    for (const int from : {start, edges_.first_new}) {
        for (int edge = from; edge > 0; edge = edges_[edge].next) {
            if (found >= 0 && edge == start) break;
            edges_[edge].visit = visit;
            d = distance(point, edge);
            if (found >= 0 && !(d > furthest)) continue;
            found = edge;
            furthest = d;
            if (!best_outside && d >= enough) return found;
        }
    }
    d = furthest;
    return best_near(point, found, d);
}

// Goes on from an edge over neighbours that are as far, or nearly.
int HullBuilder::best_near(int point, int start, double& d) {
    const double reach = max_outside_ + 2.0 * tolerance_.roundoff + tolerance_.visible;
    double least = d - reach;
    int found = start, next = -1, edge = start;
    std::vector<int> waiting;
    const unsigned visit = ++visit_;
    edges_[start].visit = visit;
    while (true) {
        for (const int neighbour : edges_[edge].neighbours) {
            if (edges_[neighbour].visit == visit) continue;
            edges_[neighbour].visit = visit;
            const double here = distance(point, neighbour);
            if (here > d) {
                least = here - reach;
                if (here > d + reach) waiting.clear();
                found = neighbour;
                d = here;
            } else if (here < least) {
                continue;
            }
            if (next >= 0) waiting.push_back(next);
            next = neighbour;
        }
        if (next >= 0) {
            edge = next;
            next = -1;
        } else if (waiting.empty()) {
            return found;
        } else {
            edge = waiting.back();
            waiting.pop_back();
        }
    }
}

}  // namespace rghpc
