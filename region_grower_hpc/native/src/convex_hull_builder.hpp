// Construction of a planar hull, edge by edge, as Qhull goes about it.
#pragma once

#include <array>
#include <vector>

#include "convex_hull.hpp"
#include "convex_hull_edges.hpp"

namespace rghpc {

// All steps throw HullUndecided where Qhull would leave the plain path of its algorithm.
class HullBuilder {
   public:
    explicit HullBuilder(const std::vector<PlanePoint>& points)
        : points_(points), edges_(2 * points.size() + 4) {}

    // False: all points have the same x.
    bool build();
    // Appends the vertices counterclockwise, from the first edge of the list.
    void walk(std::vector<int>& vertices);

   private:
    // convex_hull_start.cpp: the first triangle.
    std::array<int, 4> extremes();
    double area(const PlanePoint& apex, const PlanePoint& a, const PlanePoint& b) const;
    bool first_triangle(std::array<int, 3>& corners);
    void make_triangle(const std::array<int, 3>& corners);
    void check_triangle_edge(int edge);

    // convex_hull.cpp: one vertex more.
    void start_with_furthest();
    void add(int point, int edge);
    void mark_visible(int point, int edge);
    void make_cone(int apex);
    void check_cone();
    void set_line(int edge);
    bool is_inside(int edge) { return distance(inner_, edge) < -tolerance_.roundoff; }

    // convex_hull_outside.cpp: which edge each point is outside of, for later.
    void partition_all(const std::array<int, 3>& corners);
    void partition_visible();
    void partition(int point, int start);
    void partition_near(int point, int start);
    void assign_outside(int point, int edge, double d);
    void assign_near(int point, int edge, double d);
    int best(int point, int start, bool among_new, double& d);
    int best_of_new(int point, int start, bool best_outside, double& d);
    int best_near(int point, int start, double& d);
    bool new_edges_are_sharp();
    double clearly_outside() const;

    static std::size_t index(int i) { return static_cast<std::size_t>(i); }
    const PlanePoint& at(int point) const { return points_[index(point)]; }
    double distance(int point, int edge) { return distance(at(point), edge); }
    double distance(const PlanePoint& point, int edge) {
        const HullEdge& e = edges_[edge];
        return e.offset + point.x * e.normal_x + point.y * e.normal_y;
    }

    const std::vector<PlanePoint>& points_;
    HullEdgeList edges_;
    HullTolerances tolerance_;
    PlanePoint inner_;          // a point inside
    double width_ = -1.0;       // the larger extent
    double max_outside_ = 0.0;  // the largest distance of a point that was left outside
    bool search_all_new_ = false, not_sharp_ = false;
    unsigned visit_ = 0;
};

}  // namespace rghpc
