// Edges of a growing planar hull in a list whose order follows that of Qhull's facets.
#pragma once

#include <cmath>
#include <vector>

#include "convex_hull.hpp"

namespace rghpc {

// Thrown where Qhull would leave the plain path of its algorithm.
struct HullUndecided {};

struct HullEdge {
    int ends[2] = {-1, -1};        // points, the later vertex first
    int neighbours[2] = {-1, -1};  // neighbours[k] shares ends[1 - k]
    bool forward = false;          // the hull runs from ends[0] to ends[1]
    double normal_x = 0.0, normal_y = 0.0, offset = 0.0;  // outward
    std::vector<int> outside;     // points beyond the edge, the furthest last
    double furthest = 0.0;        // distance of that one
    std::vector<int> near;        // points that lie on the edge within roundoff
    bool visible = false;         // from the point that is being added
    bool is_new = false;
    int replacement = -1;
    unsigned visit = 0;
    int previous = -1, next = -1;
};

// Edge 0 stands for the end of the list. `next_up` is where the search for the next point to add
// goes on, `first_new` the first edge made for the last point (-1: none), `first_visible` the
// first edge that it makes obsolete.
class HullEdgeList {
   public:
    explicit HullEdgeList(std::size_t expected) {
        edges_.reserve(expected);
        edges_.emplace_back();
    }

    HullEdge& operator[](int edge) { return edges_[static_cast<std::size_t>(edge)]; }
    int create() {
        edges_.emplace_back();
        const int edge = static_cast<int>(edges_.size()) - 1;
        append(edge);
        return edge;
    }

    void append(int edge) {
        if (first_new == 0) {
            first_new = edge;
            if (first_visible == 0) first_visible = edge;
        }
        if (next_up == 0) next_up = edge;
        insert_before(0, edge);
    }
    void remove(int edge) {
        HullEdge& removed = (*this)[edge];
        if (first_new == edge) first_new = removed.next;
        if (next_up == edge) next_up = removed.next;
        if (first_visible == edge) first_visible = removed.next;
        if (removed.previous < 0) {
            head = removed.next;
        } else {
            (*this)[removed.previous].next = removed.next;
        }
        (*this)[removed.next].previous = removed.previous;
    }
    void put_next_up(int edge) {
        remove(edge);
        insert_before(next_up, edge);
        next_up = edge;
    }

    int head = 0, next_up = 0, first_new = -1, first_visible = -1;

   private:
    void insert_before(int place, int edge) {
        const int before = (*this)[place].previous;
        (*this)[edge].previous = before;
        (*this)[edge].next = place;
        (*this)[place].previous = edge;
        if (before < 0) {
            head = edge;
        } else {
            (*this)[before].next = edge;
        }
    }

    std::vector<HullEdge> edges_;
};

// Widths within which Qhull calls a point on an edge, from the largest coordinates.
struct HullTolerances {
    HullTolerances() = default;
    HullTolerances(double largest, double sum_of_largest) {
        constexpr double epsilon = 2.220446049250313e-16;
        const double span = std::fmin(std::sqrt(2.0) * largest, sum_of_largest);
        roundoff = epsilon * (2.0 * span * 1.01 + largest);
        visible = 2.0 * roundoff;
        outside = 2.0 * visible;
        near_inside = 5.0 * (2.0 * visible + roundoff);
        widest_outside = std::fmax(2.0 * visible + roundoff + roundoff, outside);
        flat_area = 10.0 * 80.0 * sum_of_largest * epsilon;
    }
    double roundoff = 0.0, visible = 0.0, outside = 0.0, near_inside = 0.0;
    double widest_outside = 0.0, flat_area = 0.0;
};

}  // namespace rghpc
